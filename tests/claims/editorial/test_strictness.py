"""Bodies and addresses are read strictly: nothing is dropped, nothing is guessed, and nothing ends in a 500."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from claims.editorial import request_bodies
from claims.models import Claim, Claimant, Verdict
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, rating
from tests.helpers.newsroom_tool import BASE, Tool, pointers, tool
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

CLAIM = {"statement": "It rained.", "language": "en"}


def send(asking: Tool, text: str | bytes, content_type: str = "application/json") -> Any:
    return asking.client.generic("POST", f"{BASE}claims/", text, content_type, headers=asking.headers)


# The body as a whole --------------------------------------------------------------------------------------------------


@sweep(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "*/*"],
    undone=True,
)
def test_only_json_is_read(editor: User, content_type: str) -> None:
    refusal = send(tool(editor), json.dumps(CLAIM), content_type)
    assert (refusal.status_code, refusal["Content-Type"]) == (415, "application/problem+json")
    assert not Claim.objects.exists()


@sweep("content_type", ["application/json", "application/json; charset=latin-1"], undone=True)
def test_json_is_utf8_whatever_the_header_says(editor: User, content_type: str) -> None:
    answer = send(tool(editor), json.dumps(CLAIM | {"statement": "Žluť."}, ensure_ascii=False), content_type)
    assert answer.json()["statement"] == "Žluť."


@sweep(
    "text, reason",
    [
        ("", "required"),
        ("{", "not JSON"),
        ("NaN", "not a JSON number"),
        ('{"statement": "a", "statement": "b", "language": "en"}', "“statement” occurs twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"statement": "\\ud800", "language": "en"}', "surrogate"),
        ('{"\\ud800": 1}', "surrogate"),
        (b'{"statement": "\xff"}', "UTF-8"),
        ("null", "No data provided"),
        ("[]", "dictionary"),
        ("5", "dictionary"),
        ("9" * 5000, "not JSON"),
    ],
    undone=True,
)
def test_a_body_that_is_no_object_is_refused(editor: User, text: str | bytes, reason: str) -> None:
    refusal = send(tool(editor), text)
    assert refusal.status_code == 400
    assert reason in refusal.json()["detail"]
    assert not Claim.objects.exists()


@sweep("size", [2_100_000, 3_000_000], undone=True)
def test_a_body_that_is_too_large_is_refused(editor: User, size: int) -> None:
    refusal = send(tool(editor), json.dumps(CLAIM | {"context": "x" * size}))
    assert (refusal.status_code, refusal["Content-Type"]) == (413, "application/problem+json")
    assert not Claim.objects.exists()


def test_every_key_that_is_wrong_is_named_at_once(editor: User) -> None:
    refusal = tool(editor).post(
        "claims/",
        {"statment": "It rained.", "language": "English!", "topics": [1, "x"], "claimed_on": "5 May"},
    )
    assert refusal.status_code == 400
    assert refusal.json() == {
        "type": "http://localhost:8000/api/problems/#invalid_body",
        "title": "Bad Request",
        "status": 400,
        "code": "invalid_body",
        "detail": " ".join(error["detail"] for error in refusal.json()["errors"]),
        "instance": "/api/v1/editorial/claims/",
        "errors": [
            {"pointer": "#/statement", "code": "required", "detail": "This field is required."},
            {
                "pointer": "#/language",
                "code": "invalid",
                "detail": "Give a language tag such as en, pt-BR or ko.",
            },
            {
                "pointer": "#/claimed_on",
                "code": "invalid",
                "detail": "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
            },
            {"pointer": "#/topics/0", "code": "invalid", "detail": "No record has the id 1."},
            {"pointer": "#/topics/1", "code": "invalid", "detail": "Give the id, an integer."},
            {
                "pointer": "#/statment",
                "code": "unknown",
                "detail": "Unknown key. Did you mean statement? Known keys: claimant, claimed_on, context, "
                "language, statement, topics.",
            },
        ],
    }


@sweep(
    "key, value",
    [
        ("statement", ""),
        ("statement", "   "),
        ("statement", 5),
        ("statement", True),
        ("statement", None),
        ("statement", "a\0b"),
        ("language", "e"),
        ("language", "en" * 20),
        ("claimant", "1"),
        ("claimant", 1.0),
        ("claimant", True),
        ("claimed_on", "2026-02-30"),
        ("claimed_on", "2026-2-3"),
        ("claimed_on", "2026-02-03T10:00:00Z"),
        ("claimed_on", 20260203),
        ("topics", {}),
        ("topics", "1"),
        ("topics", [[]]),
        ("state", "accepted"),
        ("id", 5),
        ("score", 1),
        ("created_by", 1),
        ("merged_into", 1),
        ("first_appearance", 1),
    ],
    undone=True,
)
def test_a_value_of_a_claim_that_is_not_allowed_is_refused(editor: User, key: str, value: Any) -> None:
    Claimant.objects.create(name="Mara")
    refusal = tool(editor).post("claims/", CLAIM | {key: value})
    assert refusal.status_code == 400
    assert {pointer.split("/")[1] for pointer in pointers(refusal)} == {key}
    assert not Claim.objects.exists()


@sweep("key, value", [("claimant", 10**30), ("claimant", -1), ("topics", list(range(1, 100)))], undone=True)
def test_missing_rows_named_by_a_claim_are_reported_separately(editor: User, key: str, value: Any) -> None:
    Claimant.objects.create(name="Mara")
    refusal = tool(editor).post("claims/", CLAIM | {key: value})
    assert refusal.status_code == 422
    assert {pointer.split("/")[1] for pointer in pointers(refusal)} == {key}
    assert not Claim.objects.exists()


@sweep(
    "change, place",
    [
        ({"state": "published"}, "#/state"),
        ({"author": 1}, "#/author"),
        ({"claim": 1}, "#/claim"),
        ({"publisher": 1}, "#/publisher"),
        ({"published_at": "2026-01-01"}, "#/published_at"),
        ({"rating": "false"}, "#/rating"),
        ({"url": "not an address"}, "#/url"),
        ({"byline": "x" * 201}, "#/byline"),
        ({"correction_kind": "retraction"}, "#/correction_kind"),
        ({"language": ""}, "#/language"),
    ],
    undone=True,
)
def test_invalid_contents_of_a_draft_are_refused(checker: User, change: dict[str, Any], place: str) -> None:
    draft = make_draft(make_claim(), checker)
    refusal = tool(checker).patch(f"verdicts/{draft.pk}/", change)
    assert (refusal.status_code, pointers(refusal)) == (400, [place])


def test_a_first_version_has_no_change_to_explain(checker: User) -> None:
    draft = make_draft(make_claim(), checker)
    refusal = tool(checker).patch(f"verdicts/{draft.pk}/", {"correction_note": "We were wrong."})
    assert refusal.status_code == 409
    assert "does not replace a published one" in refusal.json()["detail"]


# Addresses ------------------------------------------------------------------------------------------------------------


@sweep(
    "path",
    [
        "claims/999999/",
        "claims/999999/moves/",
        "claims/999999/appearances/",
        "claims/999999/appearances/1/",
        "claims/99999999999999999999999999/",
        "verdicts/999999/",
        "verdicts/999999/evidence/",
        "sources/999999/snapshots/",
        "sources/999999/snapshots/1/",
        "claimants/999999/",
        "transitions/999999/",
    ],
    undone=True,
)
def test_missing_rows_return_a_clear_error(editor: User, path: str) -> None:
    refusal = tool(editor).get(path)
    assert (refusal.status_code, refusal["Content-Type"]) == (404, "application/problem+json")
    assert "published" not in refusal.json()["detail"]


def test_a_part_is_found_under_its_own_whole_only(editor: User, checker: User) -> None:
    claim, other = make_claim(), make_claim()
    appearance = make_appearance(claim, make_source("He said so."), "said so")
    draft, another = make_draft(claim, checker), make_draft(other, checker)
    asking = tool(editor)
    assert asking.get(f"claims/{claim.pk}/appearances/{appearance.pk}/").status_code == 200
    wrong = [
        f"claims/{other.pk}/appearances/{appearance.pk}/",
        f"verdicts/{another.pk}/evidence/{draft.evidence.get().pk}/",
    ]
    for path in wrong:
        assert asking.get(path).status_code == 404
        assert asking.delete(path, If_Match="*").status_code == 404
        assert asking.patch(path, {}, If_Match="*").status_code == 404


@sweep(
    "method, path",
    [
        ("PUT", "claims/"),
        ("DELETE", "claims/"),
        ("PUT", "claims/{}/"),
        ("POST", "claims/{}/"),
        ("PATCH", "sources/1/"),
        ("POST", "ratings/"),
        ("POST", "transitions/"),
        ("OPTIONS", "claims/"),
        ("TRACE", "claims/"),
    ],
    undone=True,
)
def test_methods_that_mean_nothing_are_refused(editor: User, method: str, path: str) -> None:
    refusal = tool(editor).ask(method, path.format(make_claim().pk), {})
    assert refusal.status_code == 405
    assert method not in refusal["Allow"]


@sweep("path", ["claims/{}/", "claims/{}/moves/", ""], undone=True)
def test_parameters_that_mean_nothing_are_refused(editor: User, path: str) -> None:
    refusal = tool(editor).get(f"{path.format(make_claim().pk)}?fields=id")
    assert refusal.status_code == 400
    assert refusal.json()["errors"][0]["parameter"] == "fields"


def test_other_media_types_are_not_offered(editor: User) -> None:
    assert tool(editor).get("claims/", Accept="text/html").status_code == 406


# Whatever is sent -----------------------------------------------------------------------------------------------------

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["en", "accept"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_BODIES = (
    request_bodies.ClaimBody,
    request_bodies.ClaimMoveBody,
    request_bodies.EvidenceBody,
    request_bodies.VerdictBody,
    request_bodies.SourceBody,
    request_bodies.ClaimantBody,
    request_bodies.TopicBody,
)
_KEYS = st.sampled_from(sorted({str(key) for body in _BODIES for key in body().fields} | {"unknown"}))


@pytest.fixture
def work(administrator: User) -> tuple[Tool, Claim, Verdict]:
    """A tool that may do everything, and what it writes on."""
    claim = make_claim(state="proposed")
    return tool(administrator), claim, make_draft(claim, administrator)


@pytest.mark.slow
@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.dictionaries(_KEYS, _VALUES, max_size=8), data=st.data())
def test_no_body_brings_it_down(
    work: tuple[Tool, Claim, Verdict], body: dict[str, Any], data: st.DataObject
) -> None:
    asking, claim, draft = work
    places = [
        "claims/",
        f"claims/{claim.pk}/moves/",
        f"claims/{claim.pk}/appearances/",
        "verdicts/",
        f"verdicts/{draft.pk}/evidence/",
        f"verdicts/{draft.pk}/moves/",
        "sources/",
        "claimants/",
        "topics/",
    ]
    with transaction.atomic():
        posted = asking.post(data.draw(st.sampled_from(places)), body)
        assert posted.status_code < 500, posted.content
        path = data.draw(st.sampled_from([f"claims/{claim.pk}/", f"verdicts/{draft.pk}/"]))
        edited = asking.patch(path, body, If_Match="*")
        assert edited.status_code < 500, edited.content
        transaction.set_rollback(True)


def test_ids_are_never_guessed_from_names(checker: User) -> None:
    refusal = tool(checker).post("verdicts/", {"claim": make_claim().pk, "rating": rating().code})
    assert (refusal.status_code, pointers(refusal)) == (400, ["#/rating"])
