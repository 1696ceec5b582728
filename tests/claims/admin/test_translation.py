"""Translations at the desk: begun from a claim, written beside the original, reviewed, published and renewed."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Publication, Translation
from claims.review import workflow
from factcheck.admin.base import get_page_url
from tests.helpers.newsroom import make_claim
from tests.helpers.translations import WORDS, live_verdict, publish_translation, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(publish: Callable[..., Claim]) -> Claim:
    return publish(make_claim("The bridge cost 12 million euros."))


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def act(client: Client, row: Translation, action: str, note: str = "") -> str:
    """Press a button of the page; returns what the page says then."""
    last = row.steps.order_by("pk").values_list("pk", flat=True).last() or 0
    address = reverse("admin:claims_translation_move", args=[row.pk, action])
    answer = client.post(address, {"last_move": last, "note": note}, follow=True)
    row.refresh_from_db()
    return answer.content.decode()


def test_from_the_claim_to_the_reader(claim: Claim, checker: User, editor: User) -> None:
    desk = signed_in(checker)
    page = desk.get(get_page_url(claim)).content.decode()
    begin = reverse("admin:claims_verdict_translate", args=[live_verdict(claim).pk])
    assert begin in page
    answer = desk.post(begin, {"language": "es"})
    row = Translation.objects.get()
    assert answer["Location"] == get_page_url(row)
    form = desk.get(get_page_url(row)).content.decode()
    assert "The accounts show a different sum." in form  # the original, beside it
    assert 'lang="es"' in form
    version = form.split('name="_version" value="')[1].split('"')[0]
    saved = desk.post(
        get_page_url(row), {**WORDS, "byline": "Chris", "_version": version, "_save": "1"}, follow=True
    )
    assert saved.status_code == 200
    row.refresh_from_db()
    assert (row.statement, row.summary, row.byline) == (WORDS["statement"], WORDS["summary"], "Chris")
    act(desk, row, "submit")
    assert row.state == "in_review"
    assert "another person must review it" in act(desk, row, "sign_off").replace("&#x27;", "'")
    chief = signed_in(editor)
    act(chief, row, "sign_off", "Every figure.")
    act(chief, row, "publish")
    assert row.state == "published"
    [document] = Publication.objects.newest().get(claim=claim.pk).document["translations"]
    assert document["translated_by"] == "Chris"


def test_right_to_left_text_is_shown_right_to_left(claim: Claim, checker: User) -> None:
    row = translate(claim, checker, "ar", statement="كلف الجسر.")
    page = signed_in(checker).get(get_page_url(row)).content.decode()
    assert 'lang="ar" dir="rtl"' in page


def test_the_preview_follows_typing(claim: Claim, checker: User) -> None:
    row = translate(claim, checker)
    address = reverse("admin:claims_translation_preview", args=[row.pk])
    body = signed_in(checker).post(address, {**WORDS, "summary": "Recién tecleado."}).json()
    assert "Recién tecleado." in body["page"]
    assert WORDS["statement"] in body["page"]
    row.refresh_from_db()
    assert row.summary == WORDS["summary"]
    assert Publication.objects.count() == 1
    lacking = signed_in(checker).post(address, {**WORDS, "summary": ""}).json()
    assert lacking["missing"]
    workflow.move(row, "submit", by=checker)
    late = signed_in(checker).post(address, WORDS)
    assert (late.status_code, list(late.json())) == (409, ["refusal"])


def test_a_second_click_does_nothing_twice(claim: Claim, checker: User) -> None:
    row = translate(claim, checker)
    desk = signed_in(checker)
    address = reverse("admin:claims_translation_move", args=[row.pk, "submit"])
    desk.post(address, {"last_move": "0"})
    answer = desk.post(address, {"last_move": "0"}, follow=True)
    assert "Another user has already changed the state" in answer.content.decode()
    assert row.steps.count() == 1


def test_outdated_translations_are_listed_and_updated(
    claim: Claim, checker: User, editor: User, publish: Callable[..., Claim]
) -> None:
    old = publish_translation(claim, checker, editor)
    desk = signed_in(checker)
    listed = reverse("admin:claims_translation_changelist") + "?queue=stale"
    assert get_page_url(old) not in desk.get(listed).content.decode()
    publish(claim, code="true", correction_kind="update", correction_note="New figures.")
    assert get_page_url(old) in desk.get(listed).content.decode()
    page = desk.get(get_page_url(claim)).content.decode()
    carry = reverse("admin:claims_translation_carry-over", args=[old.pk])
    assert carry in page
    desk.post(carry)
    assert get_page_url(old) not in desk.get(listed).content.decode()
    renewed = Translation.objects.get(state="in_review")
    assert (
        get_page_url(renewed)
        in signed_in(editor).get(listed.replace("stale", "translations")).content.decode()
    )
    assert "so another person must review it" in act(desk, renewed, "sign_off")


def test_drafts_of_others_are_not_for_contributors(claim: Claim, contributor: User, checker: User) -> None:
    row = translate(claim, checker, statement="Xylograph")
    desk = signed_in(contributor)
    for address in (
        get_page_url(row),
        get_page_url(claim),
        reverse("admin:claims_translation_changelist"),
        reverse("admin:claims_translation_history", args=[row.pk]),
    ):
        assert "Xylograph" not in desk.get(address, follow=True).content.decode()
    assert desk.post(reverse("admin:claims_translation_move", args=[row.pk, "submit"])).status_code == 404
    assert desk.post(reverse("admin:claims_translation_preview", args=[row.pk])).status_code == 404


def test_nonsense_is_refused_in_words(claim: Claim, checker: User) -> None:
    desk = signed_in(checker)
    begin = reverse("admin:claims_verdict_translate", args=[live_verdict(claim).pk])
    assert "Give a language tag" in desk.post(begin, {"language": "<b>es"}, follow=True).content.decode()
    assert "already in this language" in desk.post(begin, {"language": "en"}, follow=True).content.decode()
    assert (
        desk.post(begin.replace(str(live_verdict(claim).pk), "999999"), {"language": "es"}).status_code == 404
    )
    assert not Translation.objects.exists()


def test_the_form_begins_one_as_well(claim: Claim, checker: User) -> None:
    desk = signed_in(checker)
    address = reverse("admin:claims_translation_add")
    assert desk.get(f"{address}?verdict={live_verdict(claim).pk}").status_code == 200
    answer = desk.post(address, {"verdict": live_verdict(claim).pk, "language": "fr", "_save": "1"})
    row = Translation.objects.get()
    assert (answer["Location"], row.language, row.author) == (get_page_url(row), "fr", checker)
    again = desk.post(
        address, {"verdict": live_verdict(claim).pk, "language": "fr", "_save": "1"}, follow=True
    )
    assert "A translation into this language is already in progress." in again.content.decode()


def test_a_draft_is_deleted_by_its_translator(claim: Claim, checker: User, colleague: User) -> None:
    row = translate(claim, checker)
    address = reverse("admin:claims_translation_delete", args=[row.pk])
    assert signed_in(colleague).post(address, {"post": "yes"}).status_code == 403
    signed_in(checker).post(address, {"post": "yes"})
    assert not Translation.objects.exists()


def test_actions_are_confirmed_by_a_message(claim: Claim, checker: User, editor: User) -> None:
    row = publish_translation(claim, checker, editor)
    page = signed_in(editor).get(reverse("admin:claims_translation_history", args=[row.pk])).content.decode()
    for words in ("Submit for review", "Sign off", "Publish"):
        assert words in page
