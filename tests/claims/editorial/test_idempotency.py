"""`Idempotency-Key`: a repeated request does nothing twice."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from claims.editorial import idempotency
from claims.management.tasks import delete_expired_responses
from claims.models import Claim, Evidence, StoredAnswer, Transition, Verdict
from claims.newsroom.people import get_display_name
from claims.review import claim_edits
from factcheck.database.locks import lock_names
from sources.models import Source
from tests.helpers.newsroom import make_claim, make_draft, make_source
from tests.helpers.newsroom_tool import tool
from tests.helpers.parallel import at_once

CLAIM = {"statement": "It rained.", "language": "en"}
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def assert_replayed(first: Any, second: Any) -> None:
    """The same status, body and headers, and word that they are from before."""
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert (second["ETag"], second.get("Location")) == (first["ETag"], first.get("Location"))
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first


@pytest.mark.django_db
def test_a_request_that_is_sent_again_is_answered_as_the_first_time(editor: User) -> None:
    asking = tool(editor)
    first = asking.post("claims/", CLAIM, Idempotency_Key=KEY)
    assert first.status_code == 201
    asking.patch(first["Location"], {"statement": "It poured."})
    assert_replayed(first, asking.post("claims/", CLAIM, Idempotency_Key=KEY))
    assert Claim.objects.count() == 1


@pytest.mark.django_db
def test_every_creation_and_every_move_can_be_repeated(checker: User) -> None:
    asking, claim, source = tool(checker), make_claim(state="proposed"), make_source("He said so.")
    draft = make_draft(make_claim(), checker)
    requests: list[tuple[str, dict[str, Any]]] = [
        ("claims/", CLAIM),
        (f"claims/{claim.pk}/appearances/", {"source": source.pk, "exact": "He said"}),
        (f"claims/{claim.pk}/moves/", {"action": "accept"}),
        ("verdicts/", {"claim": claim.pk}),
        (f"verdicts/{draft.pk}/evidence/", {"source": source.pk, "stance": "context"}),
        (f"verdicts/{draft.pk}/moves/", {"action": "submit"}),
        ("sources/", {"title": "A report without an address"}),
        ("claimants/", {"name": "Mara"}),
    ]
    for number, (path, body) in enumerate(requests):
        first = asking.post(path, body, Idempotency_Key=f"key-{number}")
        assert first.status_code in (200, 201), first.content
        assert_replayed(first, asking.post(path, body, Idempotency_Key=f"key-{number}"))
    assert Claim.objects.count() == 3
    assert claim.appearances.count() == 1
    assert Verdict.objects.count() == 2
    assert Evidence.objects.filter(verdict=draft).count() == 2
    assert Transition.objects.count() == 2
    assert Source.objects.filter(title="A report without an address").count() == 1


@pytest.mark.django_db
def test_without_a_key_the_same_request_is_another(editor: User) -> None:
    asking = tool(editor)
    assert {asking.post("claims/", CLAIM).status_code for _ in "12"} == {201}
    assert Claim.objects.count() == 2
    assert not StoredAnswer.objects.exists()


@pytest.mark.parametrize(
    "path, body", [("claims/", CLAIM | {"language": "de"}), ("claimants/", CLAIM), ("claims/", {})]
)
@pytest.mark.django_db
def test_a_key_belongs_to_one_request(editor: User, path: str, body: dict[str, str]) -> None:
    asking = tool(editor)
    asking.post("claims/", CLAIM, Idempotency_Key=KEY)
    refusal = asking.post(path, body, Idempotency_Key=KEY)
    assert refusal.status_code in (400, 422)
    assert Claim.objects.count() == 1
    if path == "claims/" and body:
        assert "was used for a different request" in refusal.json()["detail"]


@pytest.mark.django_db
def test_a_key_belongs_to_one_person(editor: User, checker: User) -> None:
    first = tool(editor).post("claims/", CLAIM, Idempotency_Key=KEY)
    second = tool(checker).post("claims/", CLAIM, Idempotency_Key=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first["Location"] != second["Location"]
    # A new token of the same person continues what the old one began.
    assert_replayed(first, tool(editor).post("claims/", CLAIM, Idempotency_Key=KEY))


@pytest.mark.django_db
def test_quotation_marks_around_a_key_are_no_part_of_it(editor: User) -> None:
    asking = tool(editor)
    first = asking.post("claims/", CLAIM, Idempotency_Key=f'"{KEY}"')
    assert_replayed(first, asking.post("claims/", CLAIM, Idempotency_Key=KEY))


@pytest.mark.parametrize("key", ["", '""', "two words", "ключ", "x" * 256, 'a"b', "a\\b"])
@pytest.mark.django_db
def test_an_invalid_key_is_refused(editor: User, key: str) -> None:
    refusal = tool(editor).post("claims/", CLAIM, Idempotency_Key=key)
    assert refusal.status_code == 400
    assert "`Idempotency-Key` must be" in refusal.json()["detail"]
    assert not Claim.objects.exists()


@pytest.mark.django_db
def test_a_request_that_was_refused_is_not_remembered(checker: User, editor: User) -> None:
    asking = tool(checker)
    wrong = asking.post("claims/", CLAIM | {"language": "?"}, Idempotency_Key=KEY)
    assert wrong.status_code == 400
    assert asking.post("claims/", CLAIM, Idempotency_Key=KEY).status_code == 201

    verdict = make_draft(make_claim(), checker, summary="")
    submit = (f"verdicts/{verdict.pk}/moves/", {"action": "submit"})
    assert asking.post(*submit, Idempotency_Key="submit").status_code == 409
    Verdict.objects.filter(pk=verdict.pk).update(summary="It cost more.")
    assert asking.post(*submit, Idempotency_Key="submit").status_code == 200


@pytest.mark.django_db
def test_a_request_that_failed_on_our_side_is_not_remembered_and_did_nothing(editor: User) -> None:
    asking = tool(editor)

    def fail_at_the_end(*args: Any, **kwargs: Any) -> Any:
        create(*args, **kwargs)
        raise RuntimeError("The disk is full.")

    create = claim_edits.create
    with patch.object(claim_edits, "create", fail_at_the_end):
        failed = asking.post("claims/", CLAIM, Idempotency_Key=KEY)
    assert (failed.status_code, failed["Content-Type"]) == (500, "application/problem+json")
    assert not Claim.objects.exists()
    assert not StoredAnswer.objects.exists()
    assert asking.post("claims/", CLAIM, Idempotency_Key=KEY).status_code == 201


@pytest.mark.django_db
def test_the_change_and_its_key_are_written_together(editor: User) -> None:
    """A process that dies between the two would otherwise do it again."""
    store = StoredAnswer.objects.create

    def die(**columns: Any) -> Any:
        store(**columns)
        raise ConnectionError("killed")

    with patch.object(StoredAnswer.objects, "create", die):
        assert tool(editor).post("claims/", CLAIM, Idempotency_Key=KEY).status_code == 500
    assert (Claim.objects.count(), StoredAnswer.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_replay_needs_the_scope_and_the_role_again(editor: User) -> None:
    asking = tool(editor)
    asking.post("claims/", CLAIM, Idempotency_Key=KEY)
    reading = tool(editor, "claims:read")
    assert reading.post("claims/", CLAIM, Idempotency_Key=KEY).status_code == 403
    editor.groups.clear()
    assert asking.post("claims/", CLAIM, Idempotency_Key=KEY).status_code == 403


# For how long ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_answer_is_promised_for_a_day_and_then_removed(editor: User, settings: Any) -> None:
    asking = tool(editor)
    first = asking.post("claims/", CLAIM, Idempotency_Key=KEY)

    def aged(**age: int) -> None:
        StoredAnswer.objects.update(created_at=timezone.now() - timedelta(**age))

    aged(hours=23)
    delete_expired_responses(0)
    assert_replayed(first, asking.post("claims/", CLAIM, Idempotency_Key=KEY))
    aged(hours=25)
    assert asking.post("claims/", CLAIM, Idempotency_Key=KEY)["Location"] != first["Location"]
    aged(hours=25)
    delete_expired_responses(0)
    assert not StoredAnswer.objects.exists()


# At the same moment ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_same_request_at_once_is_done_once(editor: User) -> None:
    asking = [tool(editor) for _ in range(4)]
    answers = at_once(*(lambda t=t: t.post("claims/", CLAIM, Idempotency_Key=KEY) for t in asking))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert sorted("Idempotency-Replayed" in answer for answer in answers) == [False, True, True, True]
    assert Claim.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_move_at_once_is_made_once(checker: User) -> None:
    claim = make_claim(state="proposed")
    asking = [tool(checker) for _ in range(3)]
    path = f"claims/{claim.pk}/moves/"
    answers = at_once(*(lambda t=t: t.post(path, {"action": "accept"}, Idempotency_Key=KEY) for t in asking))
    assert [answer.status_code for answer in answers] == [200] * 3
    assert Transition.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_requests_that_would_wait_too_long_are_asked_to_retry(
    editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LOCK_TIMEOUT", "50ms")
    asking = tool(editor)
    with transaction.atomic():
        lock_names(f"answer for {editor.pk} under {KEY}")
        (answer,) = at_once(lambda: asking.post("claims/", CLAIM, Idempotency_Key=KEY))
    assert (answer.status_code, answer["Retry-After"]) == (409, "1")
    assert "try again" in answer.json()["detail"]
    assert asking.post("claims/", CLAIM, Idempotency_Key=KEY).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_requests_waiting_too_long_for_a_locked_claim_are_asked_to_retry(
    editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LOCK_TIMEOUT", "50ms")
    asking, claim = tool(editor), make_claim()
    with transaction.atomic():
        Claim.objects.select_for_update().get(pk=claim.pk)
        (answer,) = at_once(lambda: asking.patch(f"claims/{claim.pk}/", {"context": "x"}, If_Match="*"))
    assert answer.status_code == 409


# What the database holds ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_one_answer_per_person_and_key_even_by_sql(editor: User) -> None:
    tool(editor).post("claims/", CLAIM, Idempotency_Key=KEY)
    with (
        pytest.raises(IntegrityError, match="storedanswer_key_is_unique_per_person"),
        connection.cursor() as sql,
    ):
        sql.execute(
            "INSERT INTO claims_storedanswer (user_id, key, fingerprint, status, headers, body)"
            " VALUES (%s, %s, '', 201, '{}', '')",
            [editor.pk, KEY],
        )


@pytest.mark.django_db
def test_a_stored_answer_holds_no_secret_of_its_request(editor: User) -> None:
    asking = tool(editor)
    asking.post("claims/", CLAIM, Idempotency_Key=KEY)
    row = StoredAnswer.objects.values().get()
    secret = asking.headers["Authorization"].removeprefix("Bearer ")
    assert not [column for column, value in row.items() if secret in str(value)]
    assert get_display_name(editor) in row["body"]
