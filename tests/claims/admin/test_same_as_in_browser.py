"""Identifiers in a real browser: offered while a name is typed, chosen with one press, and accessible."""

from collections.abc import Iterator, Mapping
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect
from pytest_django import Settings

from claims.models import Claimant
from tests.helpers.accessibility import in_each_scheme
from tests.helpers.authority_server import AuthorityServer, authority_server, item, year
from tests.helpers.browser import FETCHED
from tests.helpers.seat import seat
from tests.whole.test_desk_in_browser import _FAINT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["seat"]  # a fixture


@pytest.fixture
def server(settings: Settings) -> Iterator[AuthorityServer]:
    with authority_server() as running:
        settings.WIKIDATA_URL = running.url
        running.items = [
            item("Q900000001", "Ingrid Solheim", "minister of transport", human=True, P569=[year(1971)]),
            item("Q900000002", "Ingrid Solheim", "painter of the coast (1901–1980)", human=True),
        ]
        yield running


def test_candidates_for_a_name_are_offered_and_chosen(
    seat: Any, editor: User, server: AuthorityServer
) -> None:
    known = Claimant.objects.create(name="I. Solheim", same_as=["https://www.wikidata.org/wiki/Q900000002"])
    desk = seat(editor)
    page = desk.open("/admin/claims/claimant/add/")
    page.locator("#id_name").press_sequentially("Ingrid Solheim")
    rows = page.locator(".same-as-list li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("minister of transport (1971–)")
    expect(rows.last).to_contain_text("Already recorded: I. Solheim")
    for scheme in in_each_scheme(page):
        assert page.evaluate(_FAINT) == [], scheme
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    rows.first.get_by_role("button").click()
    expect(page.locator("#id_same_as")).to_have_value("https://www.wikidata.org/wiki/Q900000001")
    expect(page.locator(".same-as-status")).to_have_text(
        "Ingrid Solheim: filled in. Save the page to keep it."
    )
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/claimant/")
    assert Claimant.objects.exclude(pk=known.pk).get().same_as == ["https://www.wikidata.org/wiki/Q900000001"]
    assert desk.trouble == []


def test_an_answer_that_comes_after_the_choice_is_let_go(
    seat: Any, editor: User, server: AuthorityServer
) -> None:
    desk = seat(editor)
    desk.page.add_init_script(FETCHED)
    page = desk.open("/admin/claims/claimant/add/")
    page.locator("#id_name").press_sequentially("Ingrid")
    rows = page.locator(".same-as-list li")
    expect(rows).to_have_count(2)
    answer, chosen = server.answer, Event()

    def late(path: str, parameters: Mapping[str, str]) -> tuple[int, bytes]:
        chosen.wait(120)
        return answer(path, parameters)

    server.answer = late
    page.locator("#id_name").press_sequentially(" Solheim")
    page.wait_for_function("fetched.some(each => each.includes('Solheim'))")
    rows.first.get_by_role("button").click()
    chosen.set()
    page.wait_for_function("awaited === 0")
    page.evaluate("() => new Promise(go => setTimeout(go, 100))")  # so that it could show the response
    expect(page.locator(".same-as-status")).to_have_text(
        "Ingrid Solheim: filled in. Save the page to keep it."
    )
    expect(rows).to_have_count(0)
    assert desk.trouble == []


def test_a_failed_search_does_not_prevent_saving(seat: Any, editor: User, server: AuthorityServer) -> None:
    server.answer = lambda path, parameters: (503, b"")
    desk = seat(editor)
    page = desk.open("/admin/claims/topic/add/")
    page.locator("#id_name").press_sequentially("Harbour tolls")
    expect(page.locator(".same-as-status")).to_have_text("Wikidata answered with status 503.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/topic/")
