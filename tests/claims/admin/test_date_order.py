"""How a person's dates are written at the desk."""

from datetime import date

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from lxml import html

from claims.models import DateOrder
from tests.helpers.newsroom import make_claim

ADDRESS = reverse("desk-date-order")


def test_forms_write_dates_as_the_person_chose(client: Client, editor: User) -> None:
    page = reverse("admin:claims_claim_change", args=[make_claim(claimed_on=date(2026, 11, 3)).pk])
    client.force_login(editor)
    shown = {}
    for order in ("day", "month", "iso", "week"):
        answer = client.post(ADDRESS, {"order": order}, headers={"referer": f"http://testserver{page}"})
        assert answer.headers["Location"] == f"http://testserver{page}"
        form = html.document_fromstring(client.get(page).content)
        field = form.get_element_by_id("id_claimed_on")
        (chosen,) = form.xpath("//select[@id='desk-date-order']/option[@selected]/@value") or [""]
        shown[order] = (field.get("value"), field.get("data-day-first"), chosen)
    assert shown == {
        "day": ("03/11/2026", "true", "day"),
        "month": ("11/03/2026", "false", "month"),
        "iso": ("2026-11-03", "none", "iso"),
        "week": ("2026-11-03", "none", ""),
    }
    assert not DateOrder.objects.exists()


def test_the_choice_is_sent_by_its_form_and_leads_to_no_other_site(client: Client, editor: User) -> None:
    client.force_login(editor)
    assert client.get(ADDRESS).status_code == 405
    answer = client.post(ADDRESS, {"order": "iso"}, headers={"referer": "https://evil.example/"})
    assert answer.headers["Location"] == reverse("admin:index")
