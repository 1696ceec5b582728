"""Reasons for a score in the language of who reads them."""

from django.utils import translation

from claims.articles import score_reasons
from claims.articles.detection import check_worthiness
from claims.articles.detection.check_worthiness import Reason


def test_every_kind_that_is_told_has_words() -> None:
    assert set(score_reasons.KINDS) == check_worthiness._RAISING | check_worthiness._LOWERING


def test_kinds_are_said_in_the_language_of_the_page_and_words_as_they_were() -> None:
    stored = [
        str(Reason("quantity", "12 per cent", 0, 11, raises=True)),
        str(Reason("first person", "I", 0, 1, raises=False)),
    ]
    assert stored == ["quantity: 12 per cent", "but first person: I"]
    assert score_reasons.in_words(stored) == stored
    with translation.override("de"):
        assert score_reasons.in_words(stored) == ["Menge: 12 per cent", "aber erste Person: I"]


def test_what_has_another_form_stays_as_it_is() -> None:
    other = ["From a reader", "but why: it", "quantity", "quantity: ", "note: 12: 13"]
    with translation.override("de"):
        assert score_reasons.in_words(other) == other
