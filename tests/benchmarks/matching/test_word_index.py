import pytest

from benchmarks.matching.word_index import FormIndex, WordIndex, select_best

TEXTS = ["The bridge is closed", "The harbour is open and the bridge is old", "A ferry"]


def test_plain_bm25_follows_its_definition() -> None:
    scores = WordIndex(TEXTS).compute_scores("bridge, bridge!")

    # Two of three texts have the word; 4 and 9 of 15 / 3 words.
    rarity = 0.470003629
    assert scores.tolist() == pytest.approx(
        [
            rarity * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 4 / 5)),
            rarity * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 9 / 5)),
            0.0,
        ]
    )


def test_a_text_shares_all_of_itself() -> None:
    shares, _ = FormIndex(TEXTS).compute_shares(TEXTS[0])

    assert shares[0] == pytest.approx(1.0)
    assert shares[1] < 0.6
    assert shares[2] == 0.0


def test_beginnings_of_words_are_shared() -> None:
    shares, rarity = FormIndex(TEXTS).compute_shares("bridges")

    assert shares[0] > 0
    assert set(rarity) == {"bridges", "bridg"}


def test_the_best_come_first_and_of_equals_the_earlier() -> None:
    scores, _ = FormIndex(["one", "two", "one", "three"]).compute_shares("one")

    assert select_best(scores, 3).tolist() == [0, 2, 1]
