"""Bands and reasons in the language of who reads them."""

from django.utils import translation

from claims.articles import score_reasons
from claims.articles.detection import check_worthiness
from claims.articles.detection.check_worthiness import CHECK_FIRST_SCORE, WORTH_A_LOOK_SCORE, Reason


def test_every_kind_that_is_a_reason_has_words() -> None:
    assert set(score_reasons.KIND_LABELS) == set(check_worthiness._LABELS_BY_CUE.values())


def test_a_score_is_shown_as_its_band() -> None:
    shown = {
        score: score_reasons.get_band_label(score)
        for score in (None, 0.0, WORTH_A_LOOK_SCORE, CHECK_FIRST_SCORE, 1.0)
    }
    assert shown == {
        None: "",
        0.0: "Other claims in the text",
        WORTH_A_LOOK_SCORE: "Worth a look",
        CHECK_FIRST_SCORE: "Check first",
        1.0: "Check first",
    }


def test_reasons_name_their_kind_and_quote_the_words() -> None:
    stored = [str(Reason("number", "12 per cent", 0, 11)), str(Reason("law", "ruled", 12, 17))]
    assert stored == ["number: 12 per cent", "law: ruled"]
    assert score_reasons.describe_reasons(stored) == ["a number: 12 per cent", "a law or a decision: ruled"]


def test_other_formats_are_unchanged() -> None:
    other = ["From a reader", "why: it", "number", "number: ", "note: 12: 13"]
    with translation.override("de"):
        assert score_reasons.describe_reasons(other) == other
