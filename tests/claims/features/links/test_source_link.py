"""The desk's list of links that need attention, and each of its buttons, by role."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from claims.features.archiving.models import ArchivingRequest
from claims.features.links import watched_links
from claims.features.links.models import LinkState
from claims.models import Claim
from sources.models import Source
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

LIST = "/admin/links/linkstate/?queue=links"
NEW = "https://example.org/archive/ferries"


@pytest.fixture
def source() -> Source:
    return make_source(
        "Three ferries were sold.", title="Ferries of Brunnholm", url="https://example.org/f/1"
    )


@pytest.fixture
def claim(publish: Any, source: Source) -> Claim:
    claim = make_claim("Brunnholm sold three ferries.")
    make_appearance(claim, source, "Three ferries were sold.")
    return publish(claim)


@pytest.fixture
def link(claim: Claim, source: Source) -> LinkState:
    return found(source, "moved", moved_to=NEW)


def found(source: Source, outcome: str, **more: Any) -> LinkState:
    watched_links.update_watched_links()
    now = timezone.now()
    facts = {"outcome": outcome, "since": now, "checked_at": now, "next_at": now + timedelta(days=7)}
    LinkState.objects.filter(pk=source.pk).update(**facts | more)
    return LinkState.objects.get(pk=source.pk)


def press(client: Client, who: User, link: LinkState, button: str) -> str:
    client.force_login(who)
    answer = client.post(f"/admin/links/linkstate/{link.pk}/{button}/", follow=True)
    return f"{answer.status_code} {answer.content.decode()}"


def test_the_list_shows_the_status_and_the_citing_claims(
    client: Client, checker: User, link: LinkState
) -> None:
    client.force_login(checker)
    page = client.get(LIST).content.decode()
    for words in (
        "Ferries of Brunnholm",
        NEW,
        "Brunnholm sold three ferries.",
        "Use the new address",
        "Mark as correct",
    ):
        assert words in page
    found(link.source, "alive", moved_to="")
    assert "Ferries of Brunnholm" not in client.get(LIST).content.decode()


def test_the_dashboard_counts_them(client: Client, checker: User, contributor: User, link: LinkState) -> None:
    client.force_login(checker)
    assert "Links to review" in client.get("/admin/").content.decode()
    client.force_login(contributor)
    assert "Links to review" not in client.get("/admin/").content.decode()
    assert client.get(LIST).status_code == 403


@sweep("count", [1, 3], undone=True)
def test_the_list_costs_the_same_for_one_and_three(
    client: Client, checker: User, publish: Any, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        source = make_source("Rain.", title=f"Page {number}")
        claim = make_claim(f"Number {number} is true.")
        make_appearance(claim, source, "Rain.")
        publish(claim)
        found(source, "gone", http_status=404)
    client.force_login(checker)
    client.get(LIST)
    with django_assert_num_queries(8):
        client.get(LIST)


def test_the_new_address_is_taken_with_one_click(client: Client, checker: User, link: LinkState) -> None:
    assert "now has the new address" in press(client, checker, link, "use-new-address")
    assert Source.objects.get(pk=link.pk).url == NEW
    link.refresh_from_db()
    assert (link.url, link.outcome, link.moved_to) == (NEW, "", "")
    assert "no longer has a new address" in press(client, checker, link, "use-new-address")


def test_an_address_that_another_source_has_is_refused_in_words(
    client: Client, checker: User, link: LinkState
) -> None:
    make_source(title="The archive", url=NEW)
    assert "Another source already has the new address: “The archive”" in press(
        client, checker, link, "use-new-address"
    )
    assert Source.objects.get(pk=link.pk).url == "https://example.org/f/1"


def test_a_link_marked_as_correct_stays_hidden_until_it_changes(
    client: Client, checker: User, link: LinkState
) -> None:
    assert "Marked as correct" in press(client, checker, link, "mark-as-correct")
    assert not LinkState.objects.waiting().exists()
    link.refresh_from_db()
    assert link.accepted_by == checker
    assert "no longer needs a decision" in press(client, checker, link, "mark-as-correct")


def test_a_copy_can_be_requested(client: Client, checker: User, link: LinkState) -> None:
    ArchivingRequest.objects.all().delete()
    assert "A copy of the current page" in press(client, checker, link, "request-copy")
    request = ArchivingRequest.objects.get()
    assert (request.source_id, request.reason, request.asked_by) == (link.pk, "desk", checker)


def test_a_check_can_be_requested(client: Client, checker: User, link: LinkState) -> None:
    assert "will be checked" in press(client, checker, link, "check-now")
    assert LinkState.objects.due().filter(pk=link.pk).exists()


def test_its_page_shows_its_history(client: Client, checker: User, link: LinkState) -> None:
    client.force_login(checker)
    page = client.get(f"/admin/links/linkstate/{link.pk}/change/").content.decode()
    assert "Status of this link" in page
    assert "Use the new address" in page


def test_several_can_be_noted_at_once(client: Client, checker: User, link: LinkState) -> None:
    client.force_login(checker)
    chosen = {"action": "accept_selected", "_selected_action": [link.pk]}
    assert "1 link marked as correct." in client.post(LIST, chosen, follow=True).content.decode()
