"""Checked claims that appear again: which repeats are noted, once each, and which are not."""

from collections.abc import Callable
from typing import Any

import pytest

from claims.matching import repeat_detection
from claims.matching.answers import Answer, AnsweredPassage, Match
from claims.matching.repeat_detection import (
    RepeatedSentence,
    find_repeated_sentences,
    record_reader_repeats,
    record_snapshot_repeats,
)
from claims.models import Claim, Repeat
from tests.helpers.newsroom import make_appearance, make_claim, make_snapshot, make_source

pytestmark = pytest.mark.django_db

TEXT = "Trams are free. It rains. Trams are free of charge."


def passage(claim: Claim, kind: Any = "same", start: int = 0, end: int = 15) -> AnsweredPassage:
    match = Match(claim.pk, claim.statement, "en", kind, 0.9, ("the same words",))
    return AnsweredPassage(start, end, (match,))


def said(*passages: AnsweredPassage) -> list[RepeatedSentence]:
    return find_repeated_sentences(Answer(passages, "en", ""))


def test_only_repeats_of_published_claims_are_noted(publish: Callable[..., Claim]) -> None:
    claim = publish()
    passages = passage(claim), passage(claim, "contradicts", 16, 25), passage(make_claim(), "same", 26, 51)
    assert [(found.start, found.match.claim) for found in said(*passages)] == [(0, claim.pk)]


def test_a_place_is_noted_with_its_words_and_once(publish: Callable[..., Claim]) -> None:
    claim, source = publish(), make_source(TEXT)
    snapshot = source.snapshots.get()
    for _time in range(2):
        record_snapshot_repeats(snapshot, said(passage(claim)))
    repeat = Repeat.objects.get()
    assert (repeat.exact, repeat.suffix, repeat.start, repeat.end) == ("Trams are free.", TEXT[15:47], 0, 15)
    assert (repeat.source, repeat.snapshot, repeat.origin, repeat.confidence) == (
        source, snapshot, "article", 0.9,
    )  # fmt: skip


def test_the_same_words_in_the_next_snapshot_are_the_same_repeat(publish: Callable[..., Claim]) -> None:
    claim, source = publish(), make_source(TEXT)
    record_snapshot_repeats(source.snapshots.get(), said(passage(claim)))
    later = make_snapshot(source, f"New. {TEXT}")
    record_snapshot_repeats(later, said(passage(claim, start=5, end=20)))
    assert Repeat.objects.count() == 1


def test_a_place_that_is_listed_is_no_news(publish: Callable[..., Claim]) -> None:
    source = make_source(TEXT)
    claim = make_claim()
    make_appearance(claim, source, "Trams are free.")
    publish(claim)
    record_snapshot_repeats(source.snapshots.get(), said(passage(claim), passage(claim, start=26, end=51)))
    assert Repeat.objects.get().exact == "Trams are free of charge."


def test_variations_by_readers_are_limited(
    publish: Callable[..., Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeat_detection, "READER_REPEAT_LIMIT", 2)
    claim, other = publish(), publish()
    for number in range(5):
        match = Match(claim.pk, "", "en", "same", 0.9, ())
        record_reader_repeats(f"Sentence {number}.", [RepeatedSentence(0, 11, match)])
    record_reader_repeats(
        "Sentence 0.", [RepeatedSentence(0, 11, Match(claim.pk, "", "en", "same", 0.9, ()))]
    )
    record_reader_repeats(
        "Sentence 0.", [RepeatedSentence(0, 11, Match(other.pk, "", "en", "same", 0.9, ()))]
    )
    kept = Repeat.objects.order_by("pk").values_list("claim", "exact", "times")
    assert list(kept) == [
        (claim.pk, "Sentence 0.", 2),
        (claim.pk, "Sentence 1.", 1),
        (other.pk, "Sentence 0.", 1),
    ]
