"""Translations by tools: begun, edited, moved and carried over with tokens, under the rules of the desk."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Publication, Translation
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.newsroom_tool import pointers, tool
from tests.helpers.translations import WORDS, live_verdict, publish_translation, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(publish: Callable[..., Claim]) -> Claim:
    return publish(make_claim("The bridge cost 12 million euros."))


def test_from_the_first_word_to_the_reader(
    claim: Claim, contributor: User, colleague: User, editor: User
) -> None:
    translator, reviewer, chief = tool(contributor), tool(colleague), tool(editor)
    begun = translator.post("translations/", {"verdict": live_verdict(claim).pk, "language": "es"})
    assert begun.status_code == 201
    assert (begun.json()["state"], begun.json()["is_current"], begun.json()["claim"]) == (
        "draft",
        True,
        claim.pk,
    )
    path = begun["Location"]
    edited = translator.patch(path, {**WORDS, "byline": "Ana Ruiz"})
    assert edited.status_code == 200
    assert translator.move(path, "submit").json()["state"] == "in_review"
    refused = translator.move(path, "sign_off")
    assert refused.status_code == 403
    own = tool(editor).move(path, "publish")
    assert (own.status_code, "0 of 1" in own.json()["detail"]) == (409, True)
    assert reviewer.move(path, "sign_off", note="Every figure.").status_code == 200
    published = chief.move(path, "publish")
    assert published.json()["state"] == "published"
    assert [step["action"] for step in published.json()["steps"]] == ["submit", "sign_off", "publish"]
    document = Publication.objects.newest().get().document["translations"]
    assert [each["translated_by"] for each in document] == ["Ana Ruiz"]
    retracted = chief.move(path, "retract", note="It said twelve thousand.")
    assert retracted.json()["state"] == "retracted"


def test_people_cannot_sign_off_their_own_translation(claim: Claim, colleague: User, editor: User) -> None:
    draft = translate(claim, colleague)
    asking = tool(colleague)
    assert asking.move(f"translations/{draft.pk}/", "submit").status_code == 200
    answer = asking.move(f"translations/{draft.pk}/", "sign_off")
    assert (answer.status_code, "another person must review it" in answer.json()["detail"]) == (403, True)
    [option] = [
        o for o in asking.get(f"translations/{draft.pk}/moves/").json()["moves"] if o["action"] == "sign_off"
    ]
    assert option["obstacle"]


def test_claims_that_cannot_be_translated(claim: Claim, checker: User) -> None:
    asking = tool(checker)
    draft = make_draft(make_claim(), checker)
    verdict = live_verdict(claim).pk
    assert asking.post("translations/", {"verdict": draft.pk, "language": "es"}).status_code == 409
    assert asking.post("translations/", {"verdict": verdict, "language": "en"}).status_code == 409
    assert pointers(asking.post("translations/", {"verdict": verdict, "language": "spanish!"})) == [
        "#/language"
    ]
    assert pointers(asking.post("translations/", {"verdict": 999_999, "language": "es"})) == ["#/verdict"]
    assert pointers(asking.post("translations/", {"language": "es", "state": "published"})) == [
        "#/state",
        "#/verdict",
    ]
    hidden = asking.post("translations/", {"verdict": verdict, "language": "es", "summary": "doce\u202e3"})
    assert pointers(hidden) == ["#/summary"]
    assert asking.post("translations/", {"verdict": verdict, "language": "es"}).status_code == 201
    assert asking.post("translations/", {"verdict": verdict, "language": "es"}).status_code == 409


def test_a_version_that_is_not_the_newest_is_not_changed(claim: Claim, checker: User) -> None:
    draft = translate(claim, checker)
    asking, path = tool(checker), f"translations/{draft.pk}/"
    before = asking.etag(path)
    assert asking.patch(path, {"summary": "Otra."}).status_code == 200
    assert asking.patch(path, {"summary": "Tercera."}, If_Match=before).status_code == 412
    assert asking.move(path, "submit").status_code == 200
    assert asking.patch(path, {"summary": "x"}).status_code == 409
    assert asking.delete(path).status_code == 409


def test_scopes_limit_a_token(claim: Claim, checker: User, editor: User) -> None:
    draft = translate(claim, editor)
    reading = tool(editor, "claims:read")
    path = f"translations/{draft.pk}/"
    assert reading.get(path).status_code == 200
    assert reading.post("translations/", {"verdict": draft.verdict_id, "language": "fr"}).status_code == 403
    moving = tool(editor, "claims:read", "workflow:move")
    assert moving.move(path, "submit").status_code == 200
    assert moving.move(path, "publish").status_code == 403
    writing = tool(editor, "claims:read", "verdicts:write")
    assert writing.post(f"{path}carry-over/").status_code == 403


def test_drafts_of_others_are_not_for_contributors(
    claim: Claim, contributor: User, checker: User, editor: User
) -> None:
    draft = translate(claim, checker)
    asking = tool(contributor)
    assert asking.get(f"translations/{draft.pk}/").status_code == 404
    assert asking.patch(f"translations/{draft.pk}/", {}, If_Match="*").status_code == 404
    assert asking.move(f"translations/{draft.pk}/", "submit").status_code == 404
    assert asking.get("translations/").json()["results"] == []
    publish_translation(claim, checker, editor, "fr")
    [row] = asking.get("translations/").json()["results"]
    assert (row["language"], row["steps"]) == ("fr", [])  # what reviewers said stays with reviewers


def test_words_are_carried_over_to_a_new_version(
    claim: Claim, checker: User, editor: User, publish: Callable[..., Claim]
) -> None:
    old = publish_translation(claim, checker, editor)
    asking = tool(checker)
    assert asking.post(f"translations/{old.pk}/carry-over/").status_code == 409
    publish(claim, code="true", correction_kind="update", correction_note="New figures.")
    assert [
        row["id"] for row in asking.get("translations/?state=published&current=no").json()["results"]
    ] == [old.pk]
    assert pointers(asking.post(f"translations/{old.pk}/carry-over/", {"note": "x"})) == ["#/note"]
    carried = asking.post(f"translations/{old.pk}/carry-over/")
    assert (carried.status_code, carried.json()["state"], carried.json()["summary"]) == (
        201,
        "in_review",
        WORDS["summary"],
    )
    assert asking.move(carried["Location"], "sign_off").status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_whatever_its_length(
    claim: Claim, checker: User, editor: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for language in ("es", "fr", "de")[:count]:
        publish_translation(claim, checker, editor, language)
    asking = tool(editor)
    asking.get("translations/")
    with django_assert_num_queries(QUERIES):
        assert len(asking.get("translations/").json()["results"]) == count


QUERIES = 5


def test_it_is_made_once(claim: Claim, checker: User) -> None:
    asking = tool(checker)
    body = {"verdict": live_verdict(claim).pk, "language": "es"}
    first = asking.post("translations/", body, Idempotency_Key="a-b-c")
    again = asking.post("translations/", body, Idempotency_Key="a-b-c")
    assert (first.status_code, again.json()) == (201, first.json())
    assert Translation.objects.count() == 1
