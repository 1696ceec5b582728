"""Identifiers at the desk: candidates for a name are offered, and an identifier belongs to one row."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from claims.models import Claimant, Topic
from sources.models import Publisher
from tests.helpers.authority_server import AuthorityServer, authority_server, item, organization
from tests.helpers.desk import Desk

pytestmark = pytest.mark.django_db

MINISTER = "https://www.wikidata.org/wiki/Q900000001"
LOOK_UP = reverse("admin:claims_claimant_same_as")


@pytest.fixture
def desk(client: Client, editor: User) -> Desk:
    return Desk(client).sign_in(editor)


@pytest.fixture
def server(settings: Settings) -> Iterator[AuthorityServer]:
    with authority_server() as running:
        settings.WIKIDATA_URL = settings.ROR_URL = running.url
        running.items = [
            item("Q900000001", "Ingrid Solheim", "minister", human=True),
            item("Q900000002", "Ingrid Solheim", "ship"),
        ]
        running.organizations = [organization("05a28rw58", "Ingrid Solheim Institute", country="no")]
        yield running


def offered(desk: Desk, **question: str) -> list[tuple[str, str, bool]]:
    """The candidates: name, description, and whether the row exists already."""
    answer = desk.client.get(LOOK_UP, question).json()
    assert answer["problems"] == []
    return [(one["name"], one["description"], bool(one["known"])) for one in answer["candidates"]]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("person", ["minister"]),
        ("organization", ["ship", "education, Bergen, Norway"]),
        ("unknown", ["minister", "ship", "education, Bergen, Norway"]),
    ],
)
def test_candidates_are_of_the_right_kind(
    desk: Desk, server: AuthorityServer, kind: str, names: list[str]
) -> None:
    assert [what for _, what, _ in offered(desk, q="Ingrid Solheim", kind=kind)] == names


def test_existing_rows_are_marked(desk: Desk, server: AuthorityServer) -> None:
    known = Claimant.objects.create(name="I. Solheim", same_as=[MINISTER])
    answer = desk.client.get(LOOK_UP, {"q": "Ingrid Solheim", "kind": "person"}).json()
    page = reverse("admin:claims_claimant_change", args=[known.pk])
    assert [one["known"] for one in answer["candidates"]] == [{"name": "I. Solheim", "page": page}]
    assert offered(desk, q="Ingrid Solheim", kind="person", row=str(known.pk)) == [
        ("Ingrid Solheim", "minister", False)
    ]


def test_an_identifier_is_one_row_s(desk: Desk) -> None:
    known = Claimant.objects.create(name="I. Solheim", same_as=[MINISTER])
    add = reverse("admin:claims_claimant_add")
    typed = {
        "name": "Ingrid Solheim",
        "kind": "person",
        "same_as": "http://www.wikidata.org/entity/Q900000001",
    }
    refused = desk.client.post(add, typed)
    assert f"Another record here has {MINISTER}: <a href=" in refused.content.decode()
    assert list(Claimant.objects.all()) == [known]
    # Others may share the site of a party.
    known.same_as = ["https://party.example"]
    known.save()
    assert desk.client.post(add, typed | {"same_as": "party.example"}).status_code == 302
    assert Claimant.objects.count() == 2


@pytest.mark.parametrize("model", [Claimant, Topic, Publisher])
def test_pages_search_only_with_a_configured_authority(desk: Desk, settings: Settings, model: type) -> None:
    page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")  # type: ignore[attr-defined]
    settings.WIKIDATA_URL = settings.ROR_URL = ""
    assert "same_as.js" not in desk.client.get(page).content.decode()
    settings.WIKIDATA_URL = "https://authority.example"
    asking = desk.client.get(page).content.decode()
    assert "desk/same_as.js" in asking
    assert 'data-same-as="' in asking


def test_searching_needs_permission_to_edit_names(client: Client, server: AuthorityServer) -> None:
    onlooker = User.objects.create_user("olga", password="correct horse battery", is_staff=True)
    client.force_login(onlooker)
    assert client.get(LOOK_UP, {"q": "Solheim"}).status_code == 403
    assert Client().get(LOOK_UP, {"q": "Solheim"}).status_code == 302
    assert server.asked == []
