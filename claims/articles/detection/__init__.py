"""Find the check-worthy statements of a text, with their exact place, who said them, and why to check them.

Pure: text in, candidates out. The steps have a module each: `blocks` cuts the text, `furniture` drops what is not the
article's own statement, `sentences` splits, `attribution` finds who speaks, `check_worthiness` judges.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from claims.articles.detection.attribution import Attributor, Voice
from claims.articles.detection.blocks import TextBlock, split_blocks
from claims.articles.detection.cast import Cast
from claims.articles.detection.check_worthiness import DEFAULT_THRESHOLD, score
from claims.articles.detection.dialogues import Dialogue, DialogueBlock
from claims.articles.detection.furniture import statements_of, without_dateline
from claims.articles.detection.grammar import grammar_of
from claims.articles.detection.lexicon import Lexicon, tokenise, words
from claims.articles.detection.lexicon import language as read_language
from claims.articles.detection.quotations import Quotations
from claims.articles.detection.sentences import Sentence, split_sentences
from claims.articles.detection.wording import as_statement

__all__ = ["DEFAULT_THRESHOLD", "CandidateSentence", "detect"]

_CONTEXT = 32
_FEWEST_WORDS_QUOTED = 4
_BLOCKS_WITH_DATELINE = 4


@dataclass(frozen=True, slots=True)
class CandidateSentence:
    """A sentence that is worth checking.

    `exact`, `prefix` and `suffix` are a W3C Web Annotation TextQuoteSelector, `start` and `end` a
    TextPositionSelector in code points: `text[start:end] == exact`.
    """

    start: int
    end: int
    exact: str
    prefix: str
    suffix: str
    statement: str
    score: float
    reasons: tuple[str, ...]
    claimant: str | None
    claimant_description: str | None


def detect(text: str, language: str, *, threshold: float = DEFAULT_THRESHOLD) -> list[CandidateSentence]:
    """Return the check-worthy sentences of `text` in order; spans do not overlap.

    `language` is a BCP 47 tag. A language without a lexicon is judged by numbers, dates, names and quotations alone.
    """
    return [
        candidate for candidate in _candidates(text, read_language(language)) if candidate.score >= threshold
    ]


def _candidates(text: str, language: Lexicon) -> Iterator[CandidateSentence]:
    every = split_blocks(text)
    blocks = statements_of(every, language)
    own = "\n".join(block.text for block in blocks)
    grammar = grammar_of(language)
    cast = Cast(own, language, grammar)
    attributor = Attributor(language, cast)
    turns = Dialogue(list(_marked(text, every)), cast, grammar).turns
    turn_of = {block.start: turn for block, turn in zip(every, turns, strict=True)}
    names = _names(blocks, language)
    for index, block in enumerate(blocks):
        quotations = Quotations(block.text)
        opening = without_dateline(block.text) if index < _BLOCKS_WITH_DATELINE else 0
        sentences = [
            sentence
            for sentence in split_sentences(block.text, language, quotations)
            if sentence.end > opening and any(map(str.isalnum, sentence.text))
        ]
        if sentences and sentences[0].start < opening:
            sentences[0] = Sentence(opening, sentences[0].end, block.text[opening : sentences[0].end])
        voices = attributor.read(block.text, sentences, quotations, turn_of[block.start])
        for sentence, voice in zip(sentences, voices, strict=True):
            yield _candidate(text, block, sentence, voice, quotations, language, names)


def _marked(text: str, blocks: list[TextBlock]) -> Iterator[DialogueBlock]:
    """Yield the blocks for reading dialogues, each with the dash before it."""
    for block in blocks:
        yield DialogueBlock(block.text, text[max(0, block.start - 3) : block.start].strip()[-1:])


def _candidate(
    text: str,
    block: TextBlock,
    sentence: Sentence,
    voice: Voice | None,
    quotations: Quotations,
    language: Lexicon,
    names: frozenset[str],
) -> CandidateSentence:
    start, end = block.start + sentence.start, block.start + sentence.end
    speech = any(
        len(words(block.text[quotation.start : quotation.end][:300])) >= _FEWEST_WORDS_QUOTED
        for quotation in quotations.within(sentence.start, sentence.end)
    )
    worth, reasons = score(sentence.text, language, voice=voice, speech=speech, names=names)
    return CandidateSentence(
        start=start,
        end=end,
        exact=text[start:end],
        prefix=text[max(0, start - _CONTEXT) : start],
        suffix=text[end : end + _CONTEXT],
        statement=as_statement(sentence.text, voice),
        score=worth,
        reasons=reasons,
        claimant=voice.speaker.name if voice else None,
        claimant_description=voice.speaker.description if voice else None,
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
