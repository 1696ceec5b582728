"""Find the parts of a sentence outside its quotations, which may name a speaker."""

from claims.articles.detection.grammar import Grammar
from claims.articles.detection.lexicon import Lexicon, split_words
from claims.articles.detection.quotations import QUOTATION_MARKS, Quotations
from claims.articles.detection.sentences import Sentence
from claims.articles.detection.speech_verbs import QUOTED_MARK

_MIN_QUOTED_WORDS = 4
_MAX_WORD_LENGTH = 9
_SPEECH_ENDS = (",", ".", "!", "?", "。", "،", "，", "！", "？")
_NEAR_DISTANCE = 30


def extract_narration(
    block: str, sentence: Sentence, quotations: Quotations, language: Lexicon, grammar: Grammar
) -> str:
    """Return the sentence with its quotations blanked out; a word or two in scare quotes remain."""
    segments: list[str] = []
    position = sentence.start
    for quotation in quotations.find_overlapping(sentence.start, sentence.end):
        start, end = max(quotation.start, sentence.start), min(quotation.end, sentence.end)
        words_inside = block[start:end]
        segments.append(block[position:start])
        speech = quotations.are_dashed or _is_speech(block[quotation.start + 1 : quotation.end - 1][:200])
        if speech or _is_attributed(
            block[sentence.start : start], block[end : sentence.end], language, grammar
        ):
            segments.append(QUOTED_MARK * len(words_inside))
        else:
            segments.append(
                "".join(" " if character in QUOTATION_MARKS else character for character in words_inside)
            )
        position = end
    segments.append(block[position : sentence.end])
    return "".join(segments)


def _is_attributed(text_before: str, text_after: str, language: Lexicon, grammar: Grammar) -> bool:
    """Return whether a short quotation is speech: it follows a colon or precedes a verb of saying."""
    if text_before.rstrip().endswith((":", "：")):
        return True
    if not split_words(text_before) and text_after.lstrip()[:1] in tuple(",،，–—"):
        return True
    text = text_after[:_NEAR_DISTANCE].lstrip(" ,،，–—-")
    if grammar.quotatives and text.startswith(grammar.quotatives):
        return True
    return (
        not split_words(text_before) and bool(text) and text[0].islower() and language.has_speech_verb(text)
    )


def _is_speech(quoted_text: str) -> bool:
    """Return whether a quotation is speech rather than scare quotes: it is long, or ends in punctuation."""
    words = split_words(quoted_text)
    if len(words) >= _MIN_QUOTED_WORDS or quoted_text.rstrip().endswith(_SPEECH_ENDS):
        return True
    return len(words) == 1 and len(quoted_text) > _MAX_WORD_LENGTH
