"""A quote that lost its place: the claim's page says why, and one click gives it a place."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import html

from claims.models import Appearance
from claims.quotes.changed_sources import reanchor
from sources.models import Source
from tests.helpers.desk import Desk, said
from tests.helpers.newsroom import make_appearance, make_claim, make_snapshot, make_source

pytestmark = pytest.mark.django_db

DAM = "The dam above Lipnik lost 300 litres."
TEXT = f"{DAM} Nobody was hurt.\n\nThe mayor was not there."


@pytest.fixture
def source() -> Source:
    return make_source(TEXT)


@pytest.fixture
def lost(source: Source) -> Appearance:
    appearance = make_appearance(make_claim(), source, DAM)
    text = f"Update\n\n{TEXT.replace('300', '900')}\n\nA reader wrote: “{DAM}”"
    reanchor(make_snapshot(source, text))
    appearance.refresh_from_db()
    return appearance


def offered(desk: Desk, appearance: Appearance) -> list[tuple[str, str]]:
    """The words of each candidate, and where its button leads."""
    page = desk.client.get(f"/admin/claims/claim/{appearance.claim_id}/change/")
    forms = html.fromstring(page.content).cssselect("form.desk-figure")
    return [(form.cssselect("mark")[0].text, form.get("action")) for form in forms]


def test_the_page_says_why_and_offers_both_wordings(desk: Desk, lost: Appearance) -> None:
    page = desk.client.get(f"/admin/claims/claim/{lost.claim_id}/change/").content.decode()
    assert "The wording was changed." in page
    assert [words for words, _ in offered(desk, lost)] == [DAM.replace("300", "900"), DAM]


def test_one_click_takes_a_candidate(desk: Desk, lost: Appearance, source: Source) -> None:
    [(words, action), _] = offered(desk, lost)
    answer = desk.client.post(action, follow=True)
    assert said(answer) == [f"The quote has been located again: “{words}”"]
    lost.refresh_from_db()
    newest = source.get_latest_snapshot()
    assert newest is not None
    assert (lost.exact, lost.anchor, lost.snapshot) == (words, "anchored", newest)
    assert newest.text[lost.start : lost.end] == words
    assert newest.text.startswith("Update\n\n")
    assert newest.text[: lost.start].endswith(lost.prefix)
    assert offered(desk, lost) == []


def test_a_place_in_an_outdated_version_is_refused(desk: Desk, lost: Appearance, source: Source) -> None:
    [(_, action), _] = offered(desk, lost)
    make_snapshot(source, f"Again\n\n{TEXT}")
    answer = desk.client.post(action, follow=True)
    assert said(answer) == ["The latest snapshot of the source is number 3. Use offsets in that one."]
    lost.refresh_from_db()
    assert lost.anchor == "orphaned"


def test_a_place_that_another_appearance_has_is_refused(desk: Desk, lost: Appearance, source: Source) -> None:
    [(words, action), _] = offered(desk, lost)
    make_appearance(lost.claim, source, words)
    assert said(desk.client.post(action, follow=True)) == ["Not saved: This appearance is already listed."]
    lost.refresh_from_db()
    assert (lost.anchor, lost.exact) == ("orphaned", DAM)


def test_people_without_permission_to_edit_the_claim_are_refused(
    client: Client, lost: Appearance, contributor: User
) -> None:
    newest = lost.source.get_latest_snapshot()
    assert newest is not None
    start = newest.text.index("900")
    client.force_login(contributor)
    place = f"{newest.number}/{start}-{start + 3}"
    client.post(f"/admin/claims/claim/{lost.claim_id}/appearances/{lost.pk}/{place}/")
    lost.refresh_from_db()
    assert (lost.anchor, lost.exact) == ("orphaned", DAM)


def test_an_appearance_of_another_claim_is_not_found(desk: Desk, lost: Appearance) -> None:
    other = make_claim()
    answer = desk.client.post(f"/admin/claims/claim/{other.pk}/appearances/{lost.pk}/2/0-3/")
    assert answer.status_code == 404


def test_asking_for_the_address_changes_nothing(desk: Desk, lost: Appearance) -> None:
    [(_, action), _] = offered(desk, lost)
    assert desk.client.get(action).status_code == 302
    lost.refresh_from_db()
    assert lost.anchor == "orphaned"


def test_a_quote_without_a_similar_passage_has_no_button(desk: Desk, source: Source) -> None:
    appearance = make_appearance(make_claim(), source, "The mayor was not there.")
    reanchor(make_snapshot(source, f"{DAM} Nobody was hurt."))
    appearance.refresh_from_db()
    page = desk.client.get(f"/admin/claims/claim/{appearance.claim_id}/change/").content.decode()
    assert "The latest version does not contain this passage." in page
    assert offered(desk, appearance) == []
