"""The labelled articles: what they cover, and how the detector does on them. Nothing in them happened."""

import pytest

from benchmarks.articles.speakers import MIN_PRECISION, MIN_RECALL, PARTS, Confusions, judge, read_corpus

ARTICLES = {part: list(read_corpus(part)) for part in PARTS}


def test_the_corpus_is_as_wide_as_it_says():
    every = [article for part in PARTS for article in ARTICLES[part]]
    assert len(ARTICLES["dev"]) >= 24
    assert len(ARTICLES["held"]) >= 16
    assert len(every) >= 40
    assert len({article.language for article in every}) >= 10
    assert {article.genre for article in every} == {
        "agency", "court", "feature", "interview", "liveblog", "oped", "parliament", "speech",
    }  # fmt: skip
    assert len({(article.language, article.name) for article in every}) == len(every)


@pytest.mark.parametrize("part", PARTS)
def test_labels_are_at_their_stated_positions(part):
    """A label that names no person in the article would always count as a miss."""
    for article in ARTICLES[part]:
        plain = article.text.casefold()
        for sentence in article.sentences:
            assert article.text[sentence.start : sentence.end].strip()
            if sentence.has_speaker:
                words = [label.split()[-1].casefold()[:4] for label in sentence.speakers]
                assert any(word in plain for word in words), sentence.speakers


@pytest.mark.parametrize("part", PARTS)
def test_few_speakers_are_wrong_and_most_are_found(part):
    whole = Confusions()
    for article in ARTICLES[part]:
        judge(article, [whole])
    assert whole.precision >= MIN_PRECISION, whole.lines
    assert whole.recall >= MIN_RECALL, whole.lines
