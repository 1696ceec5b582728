"""Imports at the desk in a real browser: the bar moves by itself, and pages fit a phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from claims.models import ImportRun, PossibleDuplicate
from tests.claims.admin.conftest import make_run
from tests.helpers.accessibility import in_each_scheme
from tests.helpers.desk_imports import Intake
from tests.helpers.newsroom import make_claim
from tests.helpers.seat import seat
from tests.whole.test_desk_in_browser import _FAINT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["seat"]  # a fixture


def test_the_bar_moves_and_the_end_is_shown(seat: Any, editor: User, intake: Intake) -> None:
    now = timezone.now()
    run = make_run(editor, state="writing", started_at=now, moved_at=now, records=1000, created=100)
    rows = ImportRun.objects.filter(pk=run.pk)
    desk = seat(editor)
    page = desk.open(f"/admin/claims/importrun/{run.pk}/change/")
    expect(page.locator("progress")).to_have_js_property("value", 10)
    rows.update(created=600, refused=50)
    expect(page.locator("progress")).to_have_js_property("value", 65)
    expect(page.locator("[data-progress=far]")).to_have_text("650 of 1,000 records processed")
    expect(page.locator("[data-progress=refused]")).to_have_text("50 rejected so far")
    rows.update(created=950, state="finished", finished_at=timezone.now())
    expect(page.locator(".desk-numbers")).to_contain_text("950")
    expect(page.locator("progress")).to_have_count(0)
    assert desk.trouble == []


def test_pages_fit_a_phone_and_are_readable(seat: Any, editor: User, intake: Intake) -> None:
    intake.text = "claim,verdict,day\n" + "A" * 90 + ",Wrong,03/04/2019\n,,\n"
    chosen = make_run(editor, origin="a" * 80 + ".csv")
    moved = timezone.now() - timedelta(hours=1)
    stuck = make_run(editor, state="writing", started_at=moved, records=10, error="E" * 90)
    PossibleDuplicate.objects.create(claim=make_claim("A" * 90), earlier=make_claim("B" * 90))
    desk = seat(editor, viewport={"width": 390, "height": 800})
    for path in (
        "importrun/",
        "importrun/add/",
        f"importrun/{chosen.pk}/set-up/",
        f"importrun/{stuck.pk}/change/",
        "possibleduplicate/?queue=duplicates",
        "rating/?queue=unmapped",
    ):
        page = desk.open(f"/admin/claims/{path}")
        # The network of an import's page never comes to rest: it asks how far it is.
        for scheme in in_each_scheme(page):
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, (path, scheme)
            assert page.evaluate(_FAINT) == [], (path, scheme)
    assert desk.trouble == []
