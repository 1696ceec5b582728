"""Find the parts of a sentence outside its quotations, which may name a speaker."""

from claims.articles.detection.grammar import Grammar
from claims.articles.detection.lexicon import Lexicon, split_words
from claims.articles.detection.quotations import QUOTATION_MARKS, Quotations
from claims.articles.detection.sentences import Sentence
from claims.articles.detection.speech_verbs import QUOTED_MARK

_MIN_WORDS_QUOTED = 4
_MAX_WORD_LENGTH = 9
_SPEECH_ENDS = (",", ".", "!", "?", "。", "،", "，", "！", "？")
_NEAR_DISTANCE = 30


def extract_narration(
    block: str, sentence: Sentence, quotations: Quotations, language: Lexicon, grammar: Grammar
) -> str:
    """Return the sentence with its quotations blanked out; a word or two in scare quotes remain."""
    parts: list[str] = []
    position = sentence.start
    for quotation in quotations.within(sentence.start, sentence.end):
        start, end = max(quotation.start, sentence.start), min(quotation.end, sentence.end)
        words_in_it = block[start:end]
        parts.append(block[position:start])
        speech = quotations.are_dashed or _is_speech(block[quotation.start + 1 : quotation.end - 1][:200])
        if speech or _is_attributed(
            block[sentence.start : start], block[end : sentence.end], language, grammar
        ):
            parts.append(QUOTED_MARK * len(words_in_it))
        else:
            parts.append("".join(" " if mark in QUOTATION_MARKS else mark for mark in words_in_it))
        position = end
    parts.append(block[position : sentence.end])
    return "".join(parts)


def _is_attributed(before: str, after: str, language: Lexicon, grammar: Grammar) -> bool:
    """Distinguish a short spoken quotation from scare quotes: after a colon, or before a verb of saying."""
    if before.rstrip().endswith((":", "：")):
        return True
    if not split_words(before) and after.lstrip()[:1] in tuple(",،，–—"):
        return True
    behind = after[:_NEAR_DISTANCE].lstrip(" ,،，–—-")
    if grammar.quotatives and behind.startswith(grammar.quotatives):
        return True
    return (
        not split_words(before) and bool(behind) and behind[0].islower() and language.has_speech_verb(behind)
    )


def _is_speech(inner: str) -> bool:
    """Distinguish speech from scare quotes: four words, inner punctuation, or a script without spaces."""
    words = split_words(inner)
    if len(words) >= _MIN_WORDS_QUOTED or inner.rstrip().endswith(_SPEECH_ENDS):
        return True
    return len(words) == 1 and len(inner) > _MAX_WORD_LENGTH
