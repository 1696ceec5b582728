"""Prepare texts for matching: clean posts of alarms, pleas, links, mentions and emoji, and cut texts into sentences."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import sentencex

_DATA_FOLDER = Path(__file__).parent / "data" / "posts.toml"

_URL_PATTERN = re.compile(
    r"(?:https?://|www\.|pic\.twitter\.com/|t\.co/|bit\.ly/)[^\s،。」）)]*", re.IGNORECASE
)
#: "— Name (@handle) March 3, 2021", at the end of embedded posts.
_SIGNATURE_PATTERN = re.compile(r"\s*(?:[—–―]|-{1,2})\s*[^—–\n]{1,80}\(@\w{1,30}\)[^\n]{0,50}\s*$")
_RETWEET_PATTERN = re.compile(r"^\s*(?:RT|MT|QT|via)\s+@\w+\s*:?\s*", re.IGNORECASE)
_LEADING_MENTIONS = re.compile(r"^(?:[.]?@\w+[\s,:]+)+(?=\S)")
_TRAILING_MENTIONS = re.compile(r"(?:\b(?:via|cc|h/t)[\s:]*)?(?<!\w)(?:@\w+[\s.,]*)+$", re.IGNORECASE)
_MENTION_PATTERN = re.compile(r"(?<!\w)@(\w+)")
_HASHTAG_PATTERN = re.compile(r"[#＃](\w[\w\u0900-\u0dff\u200c]*)")
_CAMEL_PATTERN = re.compile(
    r"(?<=[^\W\d_A-Z])(?=[A-ZÀ-ÞА-ЯΑ-Ω])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|_+"
)
_PICTOGRAPH_PATTERN = re.compile(
    "(?:[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299]"
    "[\ufe0e\ufe0f\u20e3\u200d\U000e0020-\U000e007f]*)+|[\ufe0f\u20e3]"
)
#: Keycap emoji such as 3️⃣, which are read as their digit.
_KEYCAP_PATTERN = re.compile("(?<=[0-9#*])\ufe0f?\u20e3")
_REPEATED_PATTERN = re.compile(r"([!?！？.…])\1+|[!?！？]{2,}")
_SENTENCE_PATTERN = re.compile(
    r"[^.!?…。！？।؟\n]*(?:[.!?…。！？।؟]+(?=[\s\"”»']|$|[^\x00-\u04ff])|[.](?=\S)|\n|$)"
)
_SPACES_PATTERN = re.compile(r"\s+")
_SURROUNDING_SIGNS = " \t\n\r|•·*~_>:;,،、；：-–—=/\\"
_MAX_WORDS_IN_APPEAL = 16
_SIGNS_AFTER_ALERT = r"\s*[:!|.\-–—…।！：】\]][\s:!|.\-–—…।！：】\]]*"
_QUOTE_PAIRS = (("“", "”"), ('"', '"'), ("«", "»"), ("„", "“"), ("「", "」"), ("‘", "’"), ("【", "】"))


def clean_post(text: str) -> str:
    """Return the statement of a post, or the whole post if nothing would remain."""
    text = unescape(text).strip()
    body = _remove_signs(text)
    body = _remove_boilerplate(body)
    return body if _has_letters(body) else text


def _has_letters(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def _remove_signs(text: str) -> str:
    """Remove signs that are not words: links, emoji, mentions, hash signs."""
    for pattern, replacement in ((_SIGNATURE_PATTERN, ""), (_RETWEET_PATTERN, ""), (_URL_PATTERN, " ")):
        text = _keep_unless_empty(text, pattern.sub(replacement, text))
    text = _KEYCAP_PATTERN.sub("", text)
    text = _PICTOGRAPH_PATTERN.sub(" ", text)
    text = _keep_unless_empty(text, _remove_mentions(text))
    text = _HASHTAG_PATTERN.sub(lambda match: _replace_hashtag(match[1]), text)
    return _REPEATED_PATTERN.sub(lambda match: match.group()[0], text)


def _keep_unless_empty(text: str, shortened_text: str) -> str:
    return shortened_text if _has_letters(shortened_text) else text


def _remove_mentions(text: str) -> str:
    mentions = _LEADING_MENTIONS.match(text)
    if mentions and not (mentions.group().count("@") == 1 and text[mentions.end()].islower()):
        text = text[mentions.end() :].lstrip()  # a reply; "@handle says …" keeps its subject
    text = _TRAILING_MENTIONS.sub("", text)
    return _MENTION_PATTERN.sub(lambda match: _split_hashtag(match[1]), text)


def _replace_hashtag(tag: str) -> str:
    if tag.casefold() in _load_boilerplate().hashtags:
        return " "
    return _split_hashtag(tag)


def _split_hashtag(tag: str) -> str:
    """Split a hashtag into words: ClimateChange_isReal → Climate Change is Real."""
    return " ".join(_CAMEL_PATTERN.sub(" ", tag).split())


def _remove_boilerplate(text: str) -> str:
    """Remove alarms, pleas to share the post, and questions whether the claim is true."""
    boilerplate = _load_boilerplate()
    text = text.strip(_SURROUNDING_SIGNS)
    for _ in range(6):  # one phrase may follow another: RT, then BREAKING, then "is it true that"
        previous_text = text
        text = _keep_unless_empty(text, boilerplate.remove_pleas(text)).strip(_SURROUNDING_SIGNS)
        text = _keep_unless_empty(text, boilerplate.remove_beginning(text)).strip(_SURROUNDING_SIGNS)
        text = _keep_unless_empty(text, boilerplate.remove_end(text)).strip(_SURROUNDING_SIGNS)
        text = _strip_quotes(text)
        if text == previous_text:
            break
    return _SPACES_PATTERN.sub(" ", text).strip(_SURROUNDING_SIGNS)


def _strip_quotes(text: str) -> str:
    for opening, closing in _QUOTE_PAIRS:
        inner_text = text[1:-1]
        if (
            len(text) > 2
            and text.startswith(opening)
            and text.endswith(closing)
            and opening not in inner_text
            and closing not in inner_text
        ):
            return inner_text.strip()
    return text


class _Boilerplate:
    """The patterns for boilerplate in all languages."""

    def __init__(self, words: dict[str, str]) -> None:
        alarms, openers, closers = (
            _build_alternatives(words[kind]) for kind in ("alarms", "openers", "closers")
        )
        pleas = _build_alternatives(words["pleas"])
        self.hashtags = frozenset(words["hashtags"].casefold().split())
        self._alarm = re.compile(rf"^[¡¿\[【(]*(?:{alarms}){_SIGNS_AFTER_ALERT}(?=\S)", re.IGNORECASE)
        upper_case_alarms = _build_alternatives(words["alarms"], upper_case=True)
        self._shouted = re.compile(rf"^(?:{upper_case_alarms})\s+(?=\S)")
        self._opener = re.compile(rf"^[¿¡\s]*(?:{openers})(?!\w)[\s,:?¿!…]*(?:that\s)?(?=\S)", re.IGNORECASE)
        self._glued = re.compile(rf"^(?:{_build_alternatives(words['glued_openers'])})[，,：]?\s*(?=\w)")
        self._closer = re.compile(
            rf"(?:^|[\s.,;:!?。！？،…\-–—(]|(?<=[^\x00-\u04ff]))[¿¡(]*(?:{closers})[\s?!.)？！؟…]*$",
            re.IGNORECASE,
        )
        self._asked_whether = re.compile(rf"\s*(?:{_build_alternatives(words['glued_closers'])})\s*[?？]?$")
        self._plea = re.compile(rf"^[\s¡¿(*]*(?:{pleas})(?!\w)", re.IGNORECASE)
        self._plea_at_end = re.compile(
            rf"(?:^|[\s.,;:!?…।-])(?:{pleas})(?!\w)[^.!?।。！？\n]{{0,60}}[\s.!?।。！？…)]*$", re.IGNORECASE
        )
        self._plea_glued = re.compile(
            rf"(?:{_build_alternatives(words['pleas'], without_spaces=True)})[\s。！!]*$"
        )

    def remove_beginning(self, text: str) -> str:
        """Remove alarms and opening phrases, and the question mark if such a phrase makes the sentence a question."""
        shortened_text = self._alarm.sub("", text)
        if not text.isupper():
            shortened_text = self._shouted.sub("", shortened_text)
        text_without_opener = self._glued.sub("", self._opener.sub("", shortened_text))
        if text_without_opener != shortened_text:
            question, question_mark, text_after_question = text_without_opener.partition("?")
            text_without_opener = (
                question + (". " + text_after_question if text_after_question.strip() else "")
                if question_mark
                else text_without_opener
            )
            text_without_opener = text_without_opener.rstrip("？؟ ")
        return text_without_opener

    def remove_end(self, text: str) -> str:
        """Remove a question at the end that asks whether the claim is true."""
        return self._closer.sub("", self._asked_whether.sub("", text))

    def remove_pleas(self, text: str) -> str:
        """Remove short sentences that ask the reader for something, and a plea after the statement."""
        sentences = [match.group() for match in _SENTENCE_PATTERN.finditer(text) if match.group()]
        kept_sentences = [
            sentence for sentence in sentences if not self._is_plea(sentence) and self._says_more(sentence)
        ]
        shortened_text = "".join(kept_sentences)
        if not _has_letters(shortened_text):
            shortened_text = text
        if plea := self._plea.match(shortened_text):
            text_after_plea = shortened_text[plea.end() :].lstrip()
            if text_after_plea[:1] in {":", "-", "–", "!"}:
                shortened_text = text_after_plea[1:]
        text_without_plea = self._plea_glued.sub("", self._plea_at_end.sub("", shortened_text))
        return _keep_unless_empty(shortened_text, text_without_plea)

    def _says_more(self, sentence: str) -> bool:
        """Return whether a sentence does more than ask whether something is true."""
        return _has_letters(self._closer.sub("", sentence)) or not _has_letters(sentence)

    def _is_plea(self, sentence: str) -> bool:
        return (
            bool(self._plea.match(sentence))
            and len(sentence.split()) <= _MAX_WORDS_IN_APPEAL
            and ":" not in sentence
        )


def _build_alternatives(words: str, *, upper_case: bool = False, without_spaces: bool = False) -> str:
    phrases = dict.fromkeys(
        phrase.strip() for line in words.splitlines() for phrase in line.split("|") if phrase.strip()
    )
    phrases |= dict.fromkeys(map(_strip_accents, phrases))
    if upper_case:
        phrases = dict.fromkeys(phrase.upper() for phrase in phrases if phrase.upper() != phrase)
    if without_spaces:
        phrases = dict.fromkeys(phrase for phrase in phrases if ord(phrase[0]) >= 0x2E80)
    return "|".join(
        re.escape(phrase).replace(r"\ ", r"\s+").replace("'", "['’]")
        for phrase in sorted(phrases, key=len, reverse=True)
    )


def _strip_accents(phrase: str) -> str:
    """Return the phrase without accents. Capitals are often typed without them, as in ULTIMA HORA for ÚLTIMA HORA."""
    letters = unicodedata.normalize("NFD", phrase)
    return unicodedata.normalize("NFC", "".join(sign for sign in letters if not "\u0300" <= sign <= "\u036f"))


@cache
def _load_boilerplate() -> _Boilerplate:
    return _Boilerplate(tomllib.loads(_DATA_FOLDER.read_text(encoding="utf-8")))


#: A longer "sentence" cannot be checked: it is a table, a list, or a text without punctuation.
MAX_LENGTH = 1_000

# The library would keep a quotation together as one sentence, and control characters would end it.
_IGNORED_CHARACTERS = str.maketrans(
    dict.fromkeys('"“”„‟«»‹›「」『』＂\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\t\x00', " ")
    | {chr(code): "\ufffd" for code in range(0xD800, 0xE000)}
)
_BLOCK_PATTERN = re.compile(r"[^\r\n\x85\u2028\u2029]+")
_HARD_STOP = re.compile(r"[。！？｡।॥۔؟]+")
# Closing quotation marks and brackets belong to the sentence before them.
_CLOSERS_PATTERN = re.compile("[”»›」』＂）)]*")
# Places where an overlong sentence may be cut.
_SOFT_BREAK = re.compile(r"[;；,，、]\s*|\s[–—-]\s|\s")


class TextSpan(NamedTuple):
    """A part of a text, from one offset to another in Unicode code points."""

    start: int
    end: int


def split_sentences(text: str, language: str = "") -> Iterator[TextSpan]:
    """Split a text into sentences of at most `MAX_LENGTH`, in order, without the space between them.

    A surplus boundary does less harm than a missing one, so quotations are split and overlong sentences cut.
    """
    for block in _BLOCK_PATTERN.finditer(text):
        sentence_block = block.group()
        plain_text = sentence_block.translate(_IGNORED_CHARACTERS)
        sentence_ends = {
            boundary["end_index"]
            for boundary in sentencex.get_sentence_boundaries(language or "en", plain_text)
        }
        sentence_ends |= {hard_stop.end() for hard_stop in _HARD_STOP.finditer(plain_text)}
        closed_ends = {_skip_closers(sentence_block, len(plain_text[:end].rstrip())) for end in sentence_ends}
        for start, end in pairwise(sorted({0, len(sentence_block), *closed_ends})):
            yield from _split_long_sentence(text, block.start() + start, block.start() + end)


def _skip_closers(block: str, end: int) -> int:
    closers = _CLOSERS_PATTERN.match(block, end)
    return closers.end() if closers else end


def trim_span(text: str, start: int, end: int) -> TextSpan:
    """Return the span without surrounding white space."""
    span_text = text[start:end]
    return (
        TextSpan(end - len(span_text.lstrip()), start + len(span_text.rstrip()))
        if span_text.strip()
        else TextSpan(start, start)
    )


def _split_long_sentence(text: str, start: int, end: int) -> Iterator[TextSpan]:
    """Yield the sentence, cut into parts of at most `MAX_LENGTH` if it is longer."""
    while end - start > MAX_LENGTH:
        cut_position = start + MAX_LENGTH
        for soft_break in _SOFT_BREAK.finditer(text, start + MAX_LENGTH // 2, cut_position):
            cut_position = soft_break.end()
        yield from _yield_nonblank(text, start, cut_position)
        start = cut_position
    yield from _yield_nonblank(text, start, end)


def _yield_nonblank(text: str, start: int, end: int) -> Iterator[TextSpan]:
    span = trim_span(text, start, end)
    if any(map(str.isalnum, text[span.start : span.end])):
        yield span
