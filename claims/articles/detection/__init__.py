"""Find the check-worthy statements of a text, with their exact place, who said them, and why to check them.

Pure: text in, candidates out. The steps have a module each: `blocks` cuts the text, `furniture` drops what is not the
article's own statement, `sentences` splits, `attribution` finds who speaks, `cues` finds what speaks for a check,
`check_worthiness` judges, `shortlist` chooses what an editor is shown first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claims.articles.detection.attribution import Attributor, Voice
from claims.articles.detection.blocks import TextBlock, split_blocks
from claims.articles.detection.cast import Cast
from claims.articles.detection.check_worthiness import (
    DEFAULT_THRESHOLD,
    Place,
    Reason,
    SentenceEmbedder,
    SentenceReading,
    lowest_score,
    model_for,
    read_sentence,
)
from claims.articles.detection.cues import years
from claims.articles.detection.dialogues import Dialogue, DialogueBlock
from claims.articles.detection.furniture import statements_of, without_dateline
from claims.articles.detection.grammar import grammar_of
from claims.articles.detection.lexicon import Lexicon, tokenise, words
from claims.articles.detection.lexicon import language as read_language
from claims.articles.detection.quotations import Quotations
from claims.articles.detection.sentences import Sentence, split_sentences
from claims.articles.detection.shortlist import budget, shortlist
from claims.articles.detection.wording import as_statement

__all__ = [
    "DEFAULT_THRESHOLD",
    "CandidateSentence",
    "ReadSentence",
    "Reason",
    "SentenceEmbedder",
    "budget",
    "detect",
    "judge",
    "lowest_score",
    "read",
    "read_article",
    "shortlist",
]

_CONTEXT = 32
_FEWEST_WORDS_QUOTED = 4
_BLOCKS_WITH_DATELINE = 4
#: A vector takes some 20 ms, and an article of 10,000 words comes in within 2 s. Of a longer text, those sentences get
#: one that are likeliest to be proposed.
_MOST_VECTORS = 60


@dataclass(frozen=True, slots=True)
class CandidateSentence:
    """A sentence that is worth checking.

    `exact`, `prefix` and `suffix` are a W3C Web Annotation TextQuoteSelector, `start` and `end` a
    TextPositionSelector in code points: `text[start:end] == exact`. `score` is how likely a check is worth while.
    """

    start: int
    end: int
    exact: str
    prefix: str
    suffix: str
    statement: str
    score: float
    reasons: tuple[Reason, ...]
    claimant: str | None
    claimant_description: str | None


@dataclass(frozen=True, slots=True)
class ArticleSentence:
    """A sentence of the article's own text, as it was read before it is judged."""

    start: int
    end: int
    voice: Voice | None
    reading: SentenceReading


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A sentence of the article's own text, before it is judged: plain values only, so that it can be packed."""

    start: int
    end: int
    statement: str
    claimant: str | None
    claimant_description: str | None
    reading: SentenceReading


def detect(
    text: str, language: str, *, threshold: float | None = None, embedder: SentenceEmbedder | None = None
) -> list[CandidateSentence]:
    """Return the check-worthy sentences of `text` in order; spans do not overlap.

    Args:
        language: a BCP 47 tag. A language without a lexicon is judged by what every language has: figures, names,
            quotations, place and length; with an embedder, by what its sentences are like.
        threshold: the least score, from 0 to 1; that of the model if not given.
        embedder: makes the vectors of sentences; one whose vectors the model was not made for is not asked.
    """
    least = lowest_score(embedder) if threshold is None else threshold
    return [one for one in judge(text, read(text, language), embedder=embedder) if one.score >= least]


def read(text: str, language: str) -> list[ReadSentence]:
    """Return every sentence of the article's own text, with who says it and what can be known of it."""
    return [
        ReadSentence(
            sentence.start,
            sentence.end,
            as_statement(sentence.reading.text, sentence.voice),
            sentence.voice.speaker.name if sentence.voice else None,
            sentence.voice.speaker.description if sentence.voice else None,
            sentence.reading,
        )
        for sentence in read_article(text, read_language(language))
    ]


def judge(
    text: str, sentences: Sequence[ReadSentence], *, embedder: SentenceEmbedder | None = None
) -> list[CandidateSentence]:
    """Return each sentence with its score and its reasons, in order."""
    model = model_for(embedder)
    scores = [model_for(None).probability(sentence.reading.figures) for sentence in sentences]
    if embedder is not None and model.embedder:
        best = sorted(range(len(scores)), key=lambda index: -scores[index])[:_MOST_VECTORS]
        vectors = embedder.queries([sentences[index].reading.text for index in best])
        for index, vector in zip(best, vectors, strict=True):
            scores[index] = model.probability(sentences[index].reading.figures, vector)
    return [
        _candidate(text, sentence, round(score, 3), model.reasons(sentence.reading, sentence.start))
        for sentence, score in zip(sentences, scores, strict=True)
    ]


def read_article(text: str, language: Lexicon) -> Iterator[ArticleSentence]:
    """Yield each sentence of the article's own text, with who speaks in it and what can be known of it."""
    every = split_blocks(text)
    blocks = statements_of(every, language)
    own = "\n".join(block.text for block in blocks)
    grammar = grammar_of(language)
    cast = Cast(own, language, grammar)
    attributor = Attributor(language, cast)
    turns = Dialogue(list(_marked(text, every)), cast, grammar).turns
    turn_of = {block.start: turn for block, turn in zip(every, turns, strict=True)}
    names = _names(blocks, language)
    newest = max(years(own), default=None)
    split = [_sentences(block, index, language) for index, block in enumerate(blocks)]
    count = sum(len(sentences) for sentences, _ in split)
    index = 0
    for block, (sentences, quotations) in zip(blocks, split, strict=True):
        voices = attributor.read(block.text, sentences, quotations, turn_of[block.start])
        for sentence, voice in zip(sentences, voices, strict=True):
            reading = read_sentence(
                sentence.text,
                language,
                voice=voice,
                quotations=_quoted(block, sentence, quotations),
                names=names,
                place=Place(index, count, newest),
            )
            yield ArticleSentence(block.start + sentence.start, block.start + sentence.end, voice, reading)
            index += 1


def _sentences(block: TextBlock, index: int, language: Lexicon) -> tuple[list[Sentence], Quotations]:
    """The sentences of a block, without its dateline, and its quotations."""
    quotations = Quotations(block.text)
    opening = without_dateline(block.text) if index < _BLOCKS_WITH_DATELINE else 0
    sentences = [
        sentence
        for sentence in split_sentences(block.text, language, quotations)
        if sentence.end > opening and any(map(str.isalnum, sentence.text))
    ]
    if sentences and sentences[0].start < opening:
        sentences[0] = Sentence(opening, sentences[0].end, block.text[opening : sentences[0].end])
    return sentences, quotations


def _quoted(block: TextBlock, sentence: Sentence, quotations: Quotations) -> Iterator[tuple[int, int]]:
    """The parts of the sentence that stand in quotations of several words."""
    for quotation in quotations.within(sentence.start, sentence.end):
        if len(words(block.text[quotation.start : quotation.end][:300])) >= _FEWEST_WORDS_QUOTED:
            start, end = max(quotation.start, sentence.start), min(quotation.end, sentence.end)
            yield start - sentence.start, end - sentence.start


def _marked(text: str, blocks: list[TextBlock]) -> Iterator[DialogueBlock]:
    """Yield the blocks for reading dialogues, each with the dash before it."""
    for block in blocks:
        yield DialogueBlock(block.text, text[max(0, block.start - 3) : block.start].strip()[-1:])


def _candidate(
    text: str, sentence: ReadSentence, score: float, reasons: tuple[Reason, ...]
) -> CandidateSentence:
    start, end = sentence.start, sentence.end
    return CandidateSentence(
        start=start,
        end=end,
        exact=text[start:end],
        prefix=text[max(0, start - _CONTEXT) : start],
        suffix=text[end : end + _CONTEXT],
        statement=sentence.statement,
        score=score,
        reasons=reasons,
        claimant=sentence.claimant,
        claimant_description=sentence.claimant_description,
    )


def _names(blocks: list[TextBlock], language: Lexicon) -> frozenset[str]:
    """Return the words that the text writes with a capital inside a sentence."""
    if not language.cased:
        return frozenset()
    names = set()
    for block in blocks:
        previous_end = 0
        for index, token in enumerate(tokenise(block.text)):
            between = block.text[previous_end : token.start]
            if index and token.text[0].isupper() and not set(between) & set('.!?…:"“„«\n'):
                names.add(token.text)
            previous_end = token.end
    return frozenset(names)
