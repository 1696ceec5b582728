"""Separate the article's sentences from the boilerplate around them.

Boilerplate includes gallery and section headings, "read more" and newsletter lines, video boxes, agency tags,
credits, dates, and cookie and share lines. A rule describes a shape or a phrase of the language, never an outlet.
"""

import re
from collections import Counter
from collections.abc import Sequence

from claims.articles.detection.blocks import TextBlock
from claims.articles.detection.lexicon import Lexicon, split_words

TERMINAL_MARKS = ".!?…。！？｡．।॥؟۔᙮።៕"
_CLOSING_MARKS = "\"'”’»«“)]}」』）】›"
_TERMINAL_PATTERN = re.compile(
    rf"[{re.escape(TERMINAL_MARKS)}][{re.escape(_CLOSING_MARKS)}\s]*(?:\(\d+\)|\[\d+\])*$"
)
_INNER_STOP = re.compile(r"[.!?…][\"”»’)]*\s+[\"“„«(]?[^\W\d_a-z]|[。！？।۔؟]")

_UNITS = (
    r"(?:mins?|minutes?|minuten?|minutos?|sec|secs|s|m|h|hrs?|uhr|utc|gmt|am|pm|a\.m|p\.m|views|분|초|分|秒)"
)
_DURATION_PATTERN = re.compile(
    rf"^[\W\d]*\d{{1,2}}(?::\d{{2}}){{1,2}}(?:\s*+{_UNITS}\.?)*[\W\d]*$", re.IGNORECASE
)
# Notes that say how much of an article is behind a paywall.
_REST_OF_ARTICLE = re.compile(
    r"^(?=[^.!?]{0,60}(?:\d[.,]\d[^.!?]{0,60})?"
    r"\b(?:reste|left|remaining|you have read|noch|sie haben|pozostało|"
    r"queda|restano|restam|faltam|осталось|залишилося|kaldı)\b)"
    r"[^.!?]{0,60}\d{1,2}(?:[.,]\d)?\s?%[^.!?]{0,40}"
    r"\b(?:article|story|artikels?|artykułu|artículo|articolo|artigo|статьи|статті|makale\w*)\b",
    re.IGNORECASE,
)
# Notes of a newsroom on its own article.
_CORRECTION_NOTE = re.compile(
    r"^\W*(?:(?:corrections?|clarifications?|korrektur(?:hinweis)?|berichtigung|rectificatif|correctif|corrección|"
    r"fe de errores|correzione|rettifica|correção|errata|correctie|rectificatie|sprostowanie|исправление|виправлення|"
    r"düzeltme|rättelse|rettelse)\b[^.:\n]{0,40}[:：—–]|"
    r"(?:an earlier|a previous|in an earlier|in a previous) version of this (?:article|story|report)\b|"
    r"in einer (?:früheren|ersten|vorherigen) (?:version|fassung) (?:dieses|des) (?:artikels|textes|beitrags)\b|"
    r"(?:dans )?une version (?:précédente|antérieure) de cet article\b|"
    r"(?:en )?una versión anterior de este artículo\b)",
    re.IGNORECASE,
)
_DIGITAL_DATE = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}\.?"
    r"|\d{4}年\d{1,2}月\d{1,2}日|\d{4}년 ?\d{1,2}월 ?\d{1,2}일)"
)
_DATE_LINE = re.compile(rf"^.{{0,40}}?{_DIGITAL_DATE}(?:.{{0,30}})$")
# ab/cd (Agency, Agency) · ab (Agency) · (Agency and Agency) · *** · #
_AGENCIES = r"\([^()]{2,60}\)"
_SIGNATURE_PATTERN = re.compile(
    rf"^(?:[a-zß]{{2,5}}(?:[/,]\s?[a-zß]{{2,5}}){{1,5}}\s*(?:{_AGENCIES})?|[a-zß]{{2,5}}\s*{_AGENCIES}|\*{{3,}}|#+)\.?$"
)
_AGENCIES_PATTERN = re.compile(
    r"^\([A-Z][\w.]*(?:(?:[,/;&]\s*|\s+(?:and|und|y|et|e)\s+)[A-Z][\w.]*){0,5}\)\.?$"
)
_HANDLE_PATTERN = re.compile(
    r"(?:^|\s)(?:@\w{2,}|#\w{2,}|https?://\S+|www\.\S+|\S+@\S+\.\w+|pic\.twitter\.com\S*)"
)
_TWEET_CREDIT = re.compile(r"^[—–-]\s*.{1,60}\(@\w+\)")
_COPYRIGHT_PATTERN = re.compile(r"©|\(c\)\s?\d{4}|ⓒ|copyright\b", re.IGNORECASE)
_BYLINE_PATTERN = re.compile(
    r"^(?:By|Von|Par|Por|Di|Door|Av|Af|Przez|Text|Tekst)"
    r"(?: und| and| et| y| e| en|,|(?: [^\W\d_a-z][\w.'’-]*)){1,8}\.?$"
)
_COOKIES_PATTERN = re.compile(r"\bcookies?\b|\bcookie-")
_EMPTY_STATEMENT = re.compile(r"^[\W\d_]*$")
_PIPES_PATTERN = re.compile(r"\s[|•·]\s")
_EDITORIAL_BRACKET = re.compile(r"^[\[【(（].{1,40}[\]】)）]$")
_DATELINES = (
    # LONDON (Agency) — · Paris, 3 mars (Agence) – · Madrid, 3 mar (Agencia).- · (서울=통신사) 홍길동 기자 =
    re.compile(r"^[^\W\d_][^()\n]{0,50}?\s?\([^()\n]{2,40}\)\s*[.:]?\s*(?:[-–—]{1,2}|/{1,2})\s*"),
    re.compile(r"^[(\[][^()\[\]\n=]{1,20}=[^()\[\]\n]{1,20}[)\]]\s*(?:[^\n=]{1,30}(?:기자|특파원)\s*=\s*)?"),
    # BERLIN, March 3 — · MEXICO CITY —
    re.compile(r"^[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’ -]{2,30}(?:,\s?[^—–\n.]{2,30})?\s+[—–]{1,2}\s+"),
    re.compile(r"^[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’ ]{2,30},\s?[^-—–\n.]{2,30}\s+[-—–]{1,2}\s+"),
    re.compile(r"^【[^】\n]{2,24}】\s*"),
    re.compile(r"^[^\s，。]{1,12}\d{1,2}月\d{1,2}日[电電讯訊](?:\s*[（(][^（）()\n]{1,30}[）)])?[，,：:\s]*"),
    re.compile(r"^[\u0900-\u097f ]{2,30},\s?\d{1,2} [\u0900-\u097f]{2,12}\s?\([^()\n]{2,20}\)\s?[।:.–-]*\s*"),
)  # fmt: skip
_MIN_TITLE_LENGTH = 30
_MAX_HEADING_WORDS = 13
_MAX_HEADING_LENGTH = 36
_MAX_LABEL_WORDS = 45
# The minimum length of the text that follows a headline; "Have your say." is too short.
_MIN_RUNNING_TEXT = 40


def is_complete(text: str) -> bool:
    """Return whether the text ends like a complete sentence."""
    return _TERMINAL_PATTERN.search(text[-40:]) is not None


def select_statements(blocks: Sequence[TextBlock], language: Lexicon) -> list[TextBlock]:
    """Return the blocks that are the article's own statements, in order."""
    repeats = Counter(block.key for block in blocks)
    seen_keys: set[str] = set()
    kept_blocks: list[TextBlock] = []
    is_after_label = False
    for index, block in enumerate(blocks):
        is_sentence = is_complete(block.text)
        is_repeated = repeats[block.key] > 1
        is_label = _is_label(block, language, is_sentence=is_sentence)
        is_heading = not is_sentence and (
            is_after_label
            or is_repeated
            or _is_heading(
                block,
                language,
                is_first=not kept_blocks and index < 3,
                next_blocks=blocks[index + 1 : index + 6],
            )
        )
        if not (is_label or is_heading or (is_repeated and block.key in seen_keys)):
            kept_blocks.append(block)
        is_after_label = is_label or (is_after_label and is_heading)
        seen_keys.add(block.key)
    return kept_blocks


def measure_dateline(text: str) -> int:
    """Return the length of the dateline at the beginning of the text, or 0."""
    for dateline in _DATELINES:
        match = dateline.match(text[:120])
        if match and match.end() < len(text):
            return match.end()
    return 0


def _is_label(block: TextBlock, language: Lexicon, *, is_sentence: bool) -> bool:
    text = block.text
    if (
        _EMPTY_STATEMENT.match(text)
        or _SIGNATURE_PATTERN.match(text)
        or _AGENCIES_PATTERN.match(text)
        or _TWEET_CREDIT.match(text)
        or _BYLINE_PATTERN.match(text)
        or _CORRECTION_NOTE.match(text)
        or (len(text) <= 120 and _REST_OF_ARTICLE.match(text))
    ):
        return True
    if len(text) <= 80 and (_DURATION_PATTERN.match(text) or (not is_sentence and _DATE_LINE.match(text))):
        return True
    length = len(split_words(text)) if language.is_spaced else len(text) // 2
    if length > _MAX_LABEL_WORDS * 2:
        return False
    if _COPYRIGHT_PATTERN.search(text) and length <= _MAX_LABEL_WORDS:
        return True
    if len(_HANDLE_PATTERN.findall(text)) * 4 >= length or (
        len(_PIPES_PATTERN.findall(text)) >= 1 and length <= 20 and not is_sentence
    ):
        return True
    return (
        _is_known_label(text, language, length, is_sentence=is_sentence)
        or _EDITORIAL_BRACKET.match(text) is not None
    )


def _is_known_label(text: str, language: Lexicon, length: int, *, is_sentence: bool) -> bool:
    plain_text = " ".join(text.replace("’", "'").split()).lower().replace("i\u0307", "i")  # Turkish İ
    plain_text = plain_text.lstrip("-–—>»→▶►•*+|[(<【■◆▲ ")
    if not language.is_known and _COOKIES_PATTERN.search(plain_text):
        return length <= _MAX_LABEL_WORDS * 2
    if any(phrase in plain_text for phrase in language.boilerplate_phrases):
        return length <= _MAX_LABEL_WORDS * 2
    opening = language.boilerplate_openings.match(plain_text)
    if opening is None:
        return False
    # "Read more: …" may end in a full stop; "Published figures show …" is a sentence.
    return (
        not is_sentence
        or plain_text[opening.end() :].lstrip()[:1] in {":", "：", "|", "/", "»", "-", "–", "="}
        or length <= 6
    )


def _is_heading(
    block: TextBlock, language: Lexicon, *, is_first: bool, next_blocks: Sequence[TextBlock]
) -> bool:
    """Return whether a block is a heading, rather than a caption or list item without a full stop."""
    text = block.text
    if _INNER_STOP.search(text):
        return False
    if text.endswith((":", "：", ",", ";")) and len(text) < 60:
        return True
    if is_first and len(text) > _MIN_TITLE_LENGTH:
        return any(map(_is_running_text, next_blocks))
    if not language.is_spaced:
        return len(text) <= _MAX_HEADING_LENGTH
    return len(split_words(text)) <= _MAX_HEADING_WORDS


def _is_running_text(block: TextBlock) -> bool:
    return len(block.text) >= _MIN_RUNNING_TEXT and is_complete(block.text)
