"""Simultaneous work while the worker signs: no one waits for the chain."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from claims.ledger.proofs import tasks
from claims.ledger.proofs.checkpoints import InconsistentLedger, link_waiting_rows, sign_ledger, sign_reviews
from claims.models import Checkpoint, Claim, ReviewLink, Transition, UnlinkedReviewRow, Verdict
from claims.review import workflow
from tests.helpers.broken_rules import sql
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.two_connections import alone, one_after_the_other

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Publish = Callable[..., Claim]


def meanwhile(*moves: Callable[[], object]) -> list[str]:
    """What others do while our transaction is not over: each ends, or the test does."""
    with ThreadPoolExecutor(1) as other:
        return [other.submit(alone, move).result(timeout=300) for move in moves]


@pytest.fixture
def drafts(checker: User) -> list[Verdict]:
    return [make_draft(make_claim(), checker) for _ in range(2)]


def test_moves_of_two_people_wait_neither_for_each_other_nor_for_links(
    drafts: list[Verdict], checker: User
) -> None:
    one, other = drafts
    with transaction.atomic():
        workflow.move(one, "submit", by=checker)
        assert meanwhile(
            partial(workflow.move, other, "submit", by=checker), link_waiting_rows, sign_reviews
        ) == [
            "",
            "",
            "",
        ]
    # Rows that were not committed then are linked now.
    assert [link.row_id for link in ReviewLink.objects.all()] == [Transition.objects.get(verdict=other).pk]
    sign_reviews()
    assert not UnlinkedReviewRow.objects.exists()
    assert set(ReviewLink.objects.values_list("row_id", flat=True)) == set(
        Transition.objects.values_list("pk", flat=True)
    )


def test_building_the_chain_does_not_block_moves(drafts: list[Verdict], checker: User) -> None:
    one, other = drafts
    workflow.move(one, "submit", by=checker)
    with transaction.atomic():
        link_waiting_rows()
        assert meanwhile(partial(workflow.move, other, "submit", by=checker)) == [""]


def test_two_that_link_at_once_link_each_row_once(drafts: list[Verdict], checker: User) -> None:
    for draft in drafts:
        workflow.move(draft, "submit", by=checker)
    assert one_after_the_other(link_waiting_rows, link_waiting_rows) == ""
    assert sorted(ReviewLink.objects.values_list("number", flat=True)) == [1, 2]
    assert not UnlinkedReviewRow.objects.exists()


def test_two_signers_sign_once(publish: Publish) -> None:
    publish()
    assert one_after_the_other(sign_ledger, sign_ledger) == ""
    assert Checkpoint.objects.of_ledger().count() == 1


def test_signing_does_not_block_publishing(drafts: list[Verdict], publish: Publish) -> None:
    publish()
    with transaction.atomic():
        sign_ledger()
        assert meanwhile(publish) == [""]
    assert sign_ledger() is not None


def test_the_worker_signs_both_and_fails_if_one_is_refused(publish: Publish) -> None:
    publish()
    tasks.sign(timestamp=0)
    assert {checkpoint.log for checkpoint in Checkpoint.objects.all()} == {"ledger", "reviews"}
    publish()
    sql("ALTER TABLE claims_publication DISABLE TRIGGER USER")
    sql("UPDATE claims_publication SET note = 'x' WHERE sequence = 1")
    sql("ALTER TABLE claims_publication ENABLE TRIGGER USER")
    before = Checkpoint.objects.of_reviews().count()
    with pytest.raises(InconsistentLedger, match="Entry 1"):
        tasks.sign(timestamp=0)
    assert Checkpoint.objects.of_ledger().count() == 1
    assert Checkpoint.objects.of_reviews().count() == before + 1
