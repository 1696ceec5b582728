"""Find the statements of a text, with position, speaker and check-worthiness.

Pure: text in, candidates out. Each step has its own module: `blocks` splits the text, `boilerplate` drops everything
except the article's own statements, `sentences` splits blocks, `attribution` finds the speakers, `cues` finds signs for
and against checking a sentence, `check_worthiness` scores the sentence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from claims.articles.detection.attribution import Attributor
from claims.articles.detection.blocks import TextBlock, split_blocks
from claims.articles.detection.boilerplate import measure_dateline, select_statements
from claims.articles.detection.check_worthiness import CheckBand, Reason, choose_band, score_sentence
from claims.articles.detection.cues import find_years
from claims.articles.detection.dialogues import Dialogue, DialogueBlock
from claims.articles.detection.grammar import load_grammar
from claims.articles.detection.lexicon import Lexicon, split_words
from claims.articles.detection.lexicon import load_lexicon as read_language
from claims.articles.detection.people import KnownPeople
from claims.articles.detection.quotations import Quotations
from claims.articles.detection.sentences import Sentence, split_sentences
from claims.articles.detection.wording import build_statement

__all__ = ["CandidateSentence", "CheckBand", "Reason", "choose_band", "detect"]

_CONTEXT_CHARACTERS = 32
_MIN_QUOTED_WORDS = 4
_MAX_DATELINE_BLOCKS = 4
_COLONS = (":", "：")


@dataclass(frozen=True, slots=True)
class CandidateSentence:
    """A sentence of the article's own text.

    `exact`, `prefix` and `suffix` are a W3C Web Annotation TextQuoteSelector, `start` and `end` a TextPositionSelector
    in code points: `text[start:end] == exact`. `score` is the sentence's check-worthiness.
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


def detect(text: str, language: str) -> list[CandidateSentence]:
    """Return every sentence of the article's own text in order; spans do not overlap.

    Args:
        language: a BCP 47 tag. Without a lexicon for the language, only features common to all languages count:
            figures, names, quotations and length.
    """
    return list(_find_candidates(text, read_language(language)))


def _find_candidates(text: str, language: Lexicon) -> Iterator[CandidateSentence]:
    all_blocks = split_blocks(text)
    blocks = select_statements(all_blocks, language)
    own_text = "\n".join(block.text for block in blocks)
    grammar = load_grammar(language)
    people = KnownPeople(own_text, language, grammar)
    attributor = Attributor(language, people)
    turns = Dialogue(list(_iterate_dialogue_blocks(text, all_blocks)), people, grammar).turns
    turn_by_start = {block.start: turn for block, turn in zip(all_blocks, turns, strict=True)}
    dialogue_blocks = dict(
        zip((block.start for block in all_blocks), _iterate_dialogue_blocks(text, all_blocks), strict=True)
    )
    introductions = {
        block.start: previous_block.text
        for previous_block, block in pairwise(all_blocks)
        if previous_block.text.endswith(_COLONS)
    }
    sentences_by_block = [
        _split_sentences(
            block, index, language, dialogue_blocks[block.start].is_dashed, block.start in introductions
        )
        for index, block in enumerate(blocks)
    ]
    newest_year = max(
        (
            year
            for sentences, _ in sentences_by_block
            for block_sentence in sentences
            for year in find_years(block_sentence.text)
        ),
        default=None,
    )
    # A text that is a single quoted sentence does not name its speaker.
    is_alone = sum(len(sentences) for sentences, _ in sentences_by_block) == 1
    for block, (sentences, quotations) in zip(blocks, sentences_by_block, strict=True):
        sentence_speakers = attributor.attribute_block(
            block.text,
            sentences,
            quotations,
            turn_by_start[block.start],
            introduction=introductions.get(block.start, ""),
        )
        for sentence, sentence_speaker in zip(sentences, sentence_speakers, strict=True):
            start, end = block.start + sentence.start, block.start + sentence.end
            worthiness = score_sentence(
                sentence.text,
                start,
                language,
                sentence_speaker=sentence_speaker,
                quotations=() if is_alone else _find_quoted_parts(block, sentence, quotations),
                newest_year=newest_year,
            )
            yield CandidateSentence(
                start=start,
                end=end,
                exact=text[start:end],
                prefix=text[max(0, start - _CONTEXT_CHARACTERS) : start],
                suffix=text[end : end + _CONTEXT_CHARACTERS],
                statement=build_statement(sentence.text, sentence_speaker),
                score=worthiness.score,
                reasons=worthiness.reasons,
                claimant=sentence_speaker.speaker.name if sentence_speaker else None,
                claimant_description=sentence_speaker.speaker.description if sentence_speaker else None,
            )


def _split_sentences(
    block: TextBlock, index: int, language: Lexicon, is_dashed: bool, is_introduced: bool
) -> tuple[list[Sentence], Quotations]:
    """Return the sentences of a block without its dateline, and the block's quotations."""
    quotations = Quotations(block.text, is_dashed=is_dashed, is_introduced=is_introduced)
    dateline_length = measure_dateline(block.text) if index < _MAX_DATELINE_BLOCKS else 0
    sentences = [
        sentence
        for sentence in split_sentences(block.text, language, quotations)
        if sentence.end > dateline_length and any(map(str.isalnum, sentence.text))
    ]
    if sentences and sentences[0].start < dateline_length:
        sentences[0] = Sentence(
            dateline_length, sentences[0].end, block.text[dateline_length : sentences[0].end]
        )
    return sentences, quotations


def _find_quoted_parts(
    block: TextBlock, sentence: Sentence, quotations: Quotations
) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentence that are inside quotations of several words."""
    for quotation in quotations.find_overlapping(sentence.start, sentence.end):
        if len(split_words(block.text[quotation.start : quotation.end][:300])) >= _MIN_QUOTED_WORDS:
            start, end = max(quotation.start, sentence.start), min(quotation.end, sentence.end)
            yield start - sentence.start, end - sentence.start


def _iterate_dialogue_blocks(text: str, blocks: list[TextBlock]) -> Iterator[DialogueBlock]:
    """Yield the blocks in the form that `Dialogue` reads, each with the dash before it."""
    for block in blocks:
        yield DialogueBlock(block.text, text[max(0, block.start - 3) : block.start].strip()[-1:])
