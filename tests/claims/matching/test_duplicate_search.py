"""All claims compared with all others: queued pairs, decided pairs, and continuing after an interruption."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from claims.matching import duplicate_search
from claims.matching.duplicate_search import PairTally, search_duplicates
from claims.matching.judgement import Judgement
from claims.matching.query import Candidate, TextQuery
from claims.models import Claim, ComparedStatement, PossibleDuplicate
from claims.review import clusters, duplicates, workflow
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

ONE = "The mayor of Smallville eats glass every morning."
OTHER = "The mayor of Smallville eats the glass every morning."


class Judge:
    """Finds every pair to be the same, and counts."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.kind: Any = "same"
        self.confidence = 0.9

    def __call__(self, asked: TextQuery, candidate: Candidate) -> Any:
        self.pairs.append((asked.text, candidate.statement))
        return Judgement(self.kind, self.confidence, ("hardly another word",))


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    fake = Judge()
    monkeypatch.setattr(duplicate_search, "judge", fake)
    return fake


def queued() -> list[tuple[int, int]]:
    return list(PossibleDuplicate.objects.order_by("pk").values_list("claim", "earlier"))


def test_a_pair_is_queued_with_its_reasons_the_later_claim_first(judge: Judge) -> None:
    one, other = make_claim(ONE), make_claim(OTHER)
    make_claim("It rains in the harbour.")
    assert search_duplicates() == PairTally(
        active_claim_count=3, compared_claim_count=3, compared_pair_count=1, new_pair_count=1
    )
    pair = PossibleDuplicate.objects.get()
    assert (pair.claim, pair.earlier, pair.run) == (other, one, None)
    assert (pair.confidence, pair.reasons) == (0.9, ["hardly another word"])
    assert judge.pairs == [(OTHER, ONE)]


@pytest.mark.parametrize("kind", ["related", "contradicts"])
def test_only_the_same_is_queued(judge: Judge, kind: str) -> None:
    make_claim(ONE), make_claim(OTHER)
    judge.kind = kind
    assert (search_duplicates().new_pair_count, queued()) == (0, [])


def test_the_same_words_are_duplicates_for_any_judge(judge: Judge) -> None:
    one, other = make_claim("Trams are “free”."), make_claim('trams are "free"')
    judge.kind = "related"
    search_duplicates()
    assert (queued(), judge.pairs) == ([(other.pk, one.pk)], [])


def test_a_second_run_compares_only_new_and_changed_claims(judge: Judge) -> None:
    one, other = make_claim(ONE), make_claim(OTHER)
    search_duplicates()
    assert search_duplicates() == PairTally(active_claim_count=2)
    third = make_claim(ONE)
    assert search_duplicates() == PairTally(
        active_claim_count=3, compared_claim_count=1, compared_pair_count=2, new_pair_count=2
    )
    assert PossibleDuplicate.objects.get(claim=third, earlier=one).reasons == ["The words are the same."]
    other.statement = "Mayor of Smallville eats glass every morning."
    other.save()
    judge.pairs.clear()
    assert search_duplicates().compared_claim_count == 1
    assert [other.statement in pair for pair in judge.pairs] == [True, True]
    assert queued() == [(other.pk, one.pk), (third.pk, one.pk), (third.pk, other.pk)]


def test_continues_where_it_was_stopped(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicate_search, "BATCH_SIZE", 2)
    claims = [make_claim(ONE) for _number in range(5)]

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search_duplicates(report_progress=stop)
    assert ComparedStatement.objects.count() == 2
    progress: list[tuple[int, int]] = []
    tally = search_duplicates(report_progress=lambda done, total: progress.append((done, total)))
    assert (tally.compared_claim_count, progress) == (3, [(2, 3), (3, 3)])
    pairs = {(later.pk, earlier.pk) for later in claims for earlier in claims if later.pk > earlier.pk}
    assert set(queued()) == pairs
    assert len(queued()) == len(pairs)


def test_decided_pairs_are_not_queued_again(judge: Judge, editor: User) -> None:
    one, other, third = make_claim(ONE), make_claim(OTHER), make_claim(ONE)
    search_duplicates()
    duplicates.mark_as_different(PossibleDuplicate.objects.filter(claim=other), by=editor)
    duplicates.merge(PossibleDuplicate.objects.get(claim=third, earlier=one), by=editor)
    before = queued()
    assert search_duplicates(from_scratch=True).new_pair_count == 0
    assert queued() == before
    assert PossibleDuplicate.objects.open().count() == 0


def test_a_pair_that_an_import_queued_the_other_way_round_is_not_queued_twice(judge: Judge) -> None:
    one, other = make_claim(ONE), make_claim(OTHER)
    PossibleDuplicate.objects.create(claim=one, earlier=other)
    assert (search_duplicates().new_pair_count, queued()) == (0, [(one.pk, other.pk)])


def test_claims_of_one_cluster_are_two_claims(judge: Judge, editor: User) -> None:
    clusters.gather([make_claim(ONE), make_claim(OTHER)], by=editor)
    assert (search_duplicates().new_pair_count, queued()) == (0, [])


def test_merged_and_declined_claims_are_left_out(judge: Judge, editor: User) -> None:
    one, merged = make_claim(ONE), make_claim(OTHER)
    workflow.move(merged, "merge", by=editor, into=one)
    make_claim(ONE, state=Claim.State.DECLINED, reason="No.")
    assert search_duplicates() == PairTally(active_claim_count=1, compared_claim_count=1)


def test_a_dry_run_counts_and_stores_nothing(judge: Judge) -> None:
    make_claim(ONE), make_claim(OTHER)
    assert search_duplicates(dry_run=True) == PairTally(
        active_claim_count=2, compared_claim_count=2, compared_pair_count=1, new_pair_count=1
    )
    assert (queued(), ComparedStatement.objects.exists()) == ([], False)


def test_long_reasons_are_cut(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicate_search, "MAX_REASON_LENGTH", 6)
    make_claim(ONE), make_claim(OTHER)
    search_duplicates()
    assert PossibleDuplicate.objects.get().reasons == ["hardly"]


def test_the_command_reports_its_result(judge: Judge, capsys: pytest.CaptureFixture[str]) -> None:
    make_claim(ONE), make_claim(OTHER)
    call_command("find_duplicates")
    assert capsys.readouterr().out == (
        "2 of 2 claims compared. Pairs compared in detail: 1. New pairs waiting for a decision: 1.\n"
    )
    call_command("find_duplicates", "--dry-run", "--again")
    assert "New pairs that would wait for a decision: 1." in capsys.readouterr().out


def test_furniture_articles_and_signs_between_letters_make_no_other_claim() -> None:
    one, other = (
        make_claim("BREAKING: The tram to Arvan is free."),
        make_claim("BREAKING: Tram to Arvan is free!"),
    )
    chinese, spaced = (
        make_claim(words, language="zh") for words in ("电车免费，没有票。", "电车 免费没有票")
    )
    make_claim("BREAKING: The tram to Arvan is not free.")
    search_duplicates()
    assert queued() == [(other.pk, one.pk), (spaced.pk, chinese.pk)]
