"""An answer comes in while the verdict is submitted, signed off or published: the second finds what the first did."""

import pytest
from django.contrib.auth.models import User

from claims.features.reply.models import ReplyRequest
from claims.ledger import publishing
from claims.models import Verdict
from claims.review import workflow
from tests.claims.features.reply.replies import ask, named_draft
from tests.helpers.broken_rules import PUBLISH, SIGN_OFF, sql, write_down
from tests.helpers.two_connections import one_after_the_other, seeing_the_past

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = "UPDATE reply_replyrequest SET answered_at = sent_at, answer = 'Yes.', answer_display = 'full' WHERE id = %s"


@pytest.fixture
def row(checker: User) -> ReplyRequest:
    draft = named_draft(checker)
    return ask(draft, checker, hours=-1)


@pytest.fixture
def signed_off(row: ReplyRequest, checker: User, editor: User) -> Verdict:
    return workflow.move(workflow.move(row.verdict, "submit", by=checker), "sign_off", by=editor)


def publish(verdict: Verdict) -> None:
    write_down(verdict, "in_review", "published")
    sql(PUBLISH.replace("now()", "clock_timestamp()"), verdict.pk)
    publishing.record(verdict.claim, "publication")


def test_answer_that_comes_first_makes_the_sign_off_stale(row: ReplyRequest, signed_off: Verdict) -> None:
    refusal = one_after_the_other(lambda: sql(ANSWER, row.pk), lambda: publish(signed_off))
    assert refusal == "verdict_with_four_eyes"


def test_answer_that_comes_second_is_kept_for_an_update(row: ReplyRequest, signed_off: Verdict) -> None:
    assert one_after_the_other(lambda: publish(signed_off), lambda: sql(ANSWER, row.pk)) == ""
    row.refresh_from_db()
    signed_off.refresh_from_db()
    assert row.answer_recorded_at
    assert signed_off.published_at
    assert row.answer_recorded_at > signed_off.published_at


def test_a_sign_off_simultaneous_with_a_reply_includes_it_or_does_not_count(
    row: ReplyRequest, signed_off: Verdict, colleague: User
) -> None:
    sign = (SIGN_OFF, signed_off.pk, colleague.pk, signed_off.review_round)
    assert one_after_the_other(lambda: sql(ANSWER, row.pk), lambda: sql(*sign)) == ""
    assert list(signed_off.signoffs.valid().values_list("by__username", "answers")) == [("kim", 1)]


def test_publishing_uses_the_current_replies(row: ReplyRequest, signed_off: Verdict) -> None:
    refusal = seeing_the_past(lambda: sql(ANSWER, row.pk), lambda: publish(signed_off))
    assert refusal.startswith("verdict_")


def test_a_request_is_not_changed_beside_its_submission(row: ReplyRequest) -> None:
    def submit() -> None:
        write_down(row.verdict, "draft", "in_review")
        sql(
            "UPDATE claims_verdict SET state = 'in_review', review_round = 1, reply_rule = 'due' WHERE id = %s",
            row.verdict_id,
        )

    rewording = "UPDATE reply_replyrequest SET text = 'Another question' WHERE id = %s"
    assert (
        one_after_the_other(submit, lambda: sql(rewording, row.pk))
        == "replyrequest_is_fixed_with_its_verdict"
    )
