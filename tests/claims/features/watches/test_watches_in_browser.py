"""Pages of watches on a phone, in both colour schemes."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from claims.features.watches import visits
from claims.features.watches.models import Watch
from tests.claims.features.watches.visiting import make_watch, paper
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.followed_site import Paper
from tests.helpers.seat import seat
from tests.whole.test_desk_in_browser import _FAINT

__all__ = ["paper", "seat"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_list_of_watches_fits_a_phone(seat: Any, editor: User, paper: Paper) -> None:
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    failing = make_watch(f"{paper.address}/{long}", name=long)
    assert visits.run_visit(failing.pk) is not None
    paper.article("/1")
    feed = paper.feed(f"/{long}", "/1")
    desk = seat(editor, viewport={"width": 390, "height": 844})

    def fits(page: Page) -> None:
        for scheme in in_each_scheme(page):
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, (page.url, scheme)
            assert page.evaluate(_FAINT) == [], (page.url, scheme)
            assert violations(page, scheme) == {}, (page.url, scheme)

    page = desk.open("/admin/watches/watch/add/")
    page.fill("[name=address]", feed)
    page.get_by_role("button", name="Look up feeds").click()
    expect(page.get_by_text("2 entries")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Follow this address").click()
    expect(page.get_by_text("Not visited yet")).to_be_visible()
    assert visits.run_visit(Watch.objects.get(url=feed).pk) is not None
    page.reload()
    expect(page.get_by_text("1 new article, 1 failed")).to_be_visible()
    fits(page)
    for path in ("/admin/", "/admin/watches/watch/", f"/admin/watches/watch/{failing.pk}/change/"):
        fits(desk.open(path))
    assert desk.trouble == []
