"""Pages about the newsroom: each change is a version, which readers see beside those before it."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.models import NewsroomPage
from tests.helpers.broken_rules import refused
from tests.helpers.desk import Desk

pytestmark = pytest.mark.django_db

ADD = reverse("admin:claims_newsroompage_add")


@pytest.fixture
def desk(client: Client, editor: User) -> Desk:
    return Desk(client).sign_in(editor)


def write(desk: Desk, **fields: str) -> str:
    """What the page says to it."""
    typed = {"kind": "funding", "language": "en", "title": "Funding", "text": "*Readers* do."}
    return desk.client.post(ADD, typed | fields).content.decode()


def test_versions_follow_each_other(desk: Desk, client: Client) -> None:
    write(desk)
    assert "Describe the change in one sentence" in write(desk, text="Readers and a trust do.")
    write(desk, text="Readers and a trust do.", note="The trust joined.")
    write(desk, language="de", title="Wer zahlt", text="Leser.")
    assert list(NewsroomPage.objects.values_list("language", "version", "text")) == [
        ("de", 1, "Leser."),
        ("en", 2, "Readers and a trust do."),
        ("en", 1, "*Readers* do."),
    ]
    page = client.get("/about/funding/").content.decode()
    assert "Readers and a trust do." in page
    assert "The trust joined." in page
    past = client.get("/about/funding/1/").content.decode()
    assert "<em>Readers</em> do." in past
    assert "It is no longer current." in past
    assert "Leser." in client.get("/about/funding/?language=de").content.decode()


def test_a_new_version_begins_with_the_words_of_the_last(desk: Desk) -> None:
    write(desk)
    assert "*Readers* do." in desk.client.get(f"{ADD}?kind=funding&language=en").content.decode()


def test_published_versions_stay(desk: Desk) -> None:
    write(desk)
    refused(
        "UPDATE claims_newsroompage SET text = 'Nobody.'", match="A published newsroom page cannot be changed"
    )
    refused("DELETE FROM claims_newsroompage", match="A published newsroom page cannot be changed")
    page = NewsroomPage.objects.get()
    assert desk.client.post(reverse("admin:claims_newsroompage_delete", args=[page.pk])).status_code == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "Write the page, or enter its address."),
        ({"title": "  "}, "This field is required."),
        ({"language": "klingonese"}, "language"),
    ],
)
def test_a_page_needs_a_text(desk: Desk, fields: dict[str, str], said: str) -> None:
    assert said in write(desk, **fields)
    assert NewsroomPage.objects.count() == 0


@pytest.mark.parametrize("path", ["/about/funding/", "/about/nothing/", "/about/funding/7/"])
def test_pages_that_are_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_fact_checkers_do_not_write_them(client: Client, checker: User) -> None:
    assert Desk(client).sign_in(checker).client.get(ADD).status_code == 403
