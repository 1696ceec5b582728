"""Two people at once, and a database that dies in the middle: either all of a move happened or none of it."""

from collections.abc import Callable
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, OperationalError, connection

from claims.ledger import publishing
from claims.models import Claim, Publication, SignOff, Transition, Verdict
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import workflow
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def outcomes(*calls: Callable[[], object]) -> list[str]:
    """Make the calls at once. Return “done” or the name of the exception for each, sorted."""

    def outcome(call: Callable[[], object]) -> str:
        try:
            call()
        except (NotPossible, NotAllowed, DatabaseError) as error:
            return type(error).__name__
        return "done"

    return sorted(at_once(*(partial(outcome, call) for call in calls)))


@pytest.fixture
def signed_off(checker: User, editor: User) -> Verdict:
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    return workflow.move(verdict, "sign_off", by=editor)


def test_double_click_on_publish_publishes_once(signed_off: Verdict, editor: User) -> None:
    publish = lambda: workflow.move(signed_off, "publish", by=editor)  # noqa: E731  a call to make twice
    assert outcomes(publish, publish) == ["NotPossible", "done"]
    assert list(Publication.objects.values_list("claim", "version")) == [(signed_off.claim_id, 1)]
    assert Transition.objects.filter(action="publish").count() == 1


def test_publishing_and_asking_for_changes_at_once(
    signed_off: Verdict, editor: User, colleague: User
) -> None:
    results = outcomes(
        lambda: workflow.move(signed_off, "publish", by=editor),
        lambda: workflow.move(signed_off, "request_changes", by=colleague, note="Wait."),
    )
    signed_off.refresh_from_db()
    assert results == ["NotPossible", "done"]
    assert (signed_off.state, Publication.objects.count()) in [("published", 1), ("draft", 0)]


def test_claims_merged_into_each_other_at_once(editor: User) -> None:
    first, second = make_claim(), make_claim()
    results = outcomes(
        lambda: workflow.move(first, "merge", by=editor, into=second),
        lambda: workflow.move(second, "merge", by=editor, into=first),
    )
    assert results == ["NotPossible", "done"]
    assert Claim.objects.filter(state="merged").count() == 1


def test_many_publications_at_once_are_numbered_without_gap_or_repeat(checker: User, editor: User) -> None:
    verdicts = [workflow.move(make_draft(make_claim(), checker), "submit", by=checker) for _ in range(6)]
    for verdict in verdicts:
        workflow.move(verdict, "sign_off", by=editor)
    results = outcomes(*(lambda v=v: workflow.move(v, "publish", by=editor) for v in verdicts))
    sequence = list(
        Publication.objects.order_by("published_at", "sequence").values_list("sequence", flat=True)
    )
    assert results == ["done"] * 6
    assert sorted(sequence) == list(range(min(sequence), min(sequence) + 6))


@pytest.mark.parametrize("step", ["before the ledger", "after the ledger"])
def test_database_connection_that_dies_while_publishing(
    monkeypatch: pytest.MonkeyPatch, signed_off: Verdict, editor: User, step: str
) -> None:
    record = publishing.record

    def die(*args: object, **kwargs: object) -> object:
        if step == "after the ledger":
            record(*args, **kwargs)  # type: ignore[arg-type]
        with connection.cursor() as cursor:
            # As who connected: the role of tests may not end the connection of a superuser.
            cursor.execute("SET ROLE none")
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return None

    monkeypatch.setattr(publishing, "record", die)
    with pytest.raises(OperationalError):
        workflow.move(signed_off, "publish", by=editor)
    connection.close()
    signed_off.refresh_from_db()
    assert (signed_off.state, signed_off.published_at) == ("in_review", None)
    assert not Publication.objects.exists()
    assert not Transition.objects.filter(action="publish").exists()
    monkeypatch.undo()
    assert workflow.move(signed_off, "publish", by=editor).state == "published"


def test_own_signoffs_at_once_count_once(checker: User, colleague: User) -> None:
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    sign = lambda: workflow.move(verdict, "sign_off", by=colleague)  # noqa: E731  a call to make twice
    assert outcomes(sign, sign) == ["NotPossible", "done"]
    assert SignOff.objects.count() == 1
