"""Detect the legacy encoding of bytes that are not Unicode, by the words they yield.

Detectors that count pairs of letters need a page of text, and mistake three lines of French for Lithuanian. Here an
encoding is considered only if all letters that it yields belong to one language. If several encodings qualify, the
language detector decides. Windows' Western encoding is the most common, so another one must be clearly better.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from .language import score_languages

#: How much more certain another encoding's language must be than that of a possible Western encoding.
CLEAR_MARGIN: Final = 0.3
#: The minimum share of the two or three thousand most common characters in Chinese or Korean text.
MIN_COMMON_SHARE: Final = 0.8
_SAMPLE_BYTES: Final = 20_000

WESTERN_ENCODING: Final = "cp1252"
_LATIN: Final = {
    "fr": "àâæçéèêëîïôœùûüÿ", "de": "äöüßé", "es": "áéíñóúü¿¡ªº", "pt": "ãáàâçéêíõóôúüªº", "it": "àèéìòùóíîªº",
    "ca": "àçèéíïòóúü·", "nl": "ëïéèöüäáóúêà", "sv": "åäöéàü", "da": "æøåéö", "no": "æøåéòóôêà", "fi": "äöåšžé",
    "is": "áðéíóúýþæö", "en": "éèêëïöüçâàñôûîí", "et": "äöüõšž", "pl": "ąćęłńóśźż", "cs": "áčďéěíňóřšťúůýžöü",
    "sk": "áäčďéíĺľňóôŕšťúýž", "hu": "áéíóöőúüű", "ro": "ăâîşţ", "hr": "čćđšž", "sl": "čšžćđ", "sq": "çë",
    "tr": "çğıöşüâîûi̇", "lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž",
}  # fmt: skip
_CYRILLIC: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_ALPHABETS: Final = _LATIN | {
    "ru": _CYRILLIC + "ё", "uk": _CYRILLIC + "іїєґ’", "be": _CYRILLIC + "ёіў’", "bg": _CYRILLIC,
    "sr": _CYRILLIC + "ђјљњћџ", "mk": _CYRILLIC + "ѓѕјљњќџ", "el": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",
}  # fmt: skip
_LANGUAGES: Final = {
    WESTERN_ENCODING: ("fr", "de", "es", "pt", "it", "ca", "nl", "sv", "da", "no", "fi", "is", "en", "et"),
    "cp1250": ("pl", "cs", "sk", "hu", "ro", "hr", "sl", "sq"),
    "iso8859_2": ("pl", "cs", "sk", "hu", "ro", "hr", "sl"),
    "cp1254": ("tr",),
    "cp1257": ("lt", "lv", "et"),
    "cp1251": ("ru", "uk", "be", "bg", "sr", "mk"),
    "koi8_r": ("ru", "bg"),
    "koi8_u": ("uk",),
    "iso8859_5": ("ru", "bg", "sr", "mk"),
    "cp1253": ("el",),
    "iso8859_7": ("el",),
}
_LATIN_LETTERS: Final = frozenset({WESTERN_ENCODING, "cp1250", "iso8859_2", "cp1254", "cp1257"})
# Characters that occur in texts of all languages and are not letters in similar encodings.
_COMMON_SIGNS: Final = frozenset("“”‘’„‚«»‹›–—…•€§°·©®™²±´\xa0\xad")
_MIXED_LETTERS = re.compile(r"[a-z][^\x00-\x7f]|[^\x00-\x7f][a-z]")
_CASE_CHANGES = re.compile(r"[^\W\d_]+")

_SCRIPTS: Final = (
    ("cp1255", "he", re.compile("[\u0591-\u05f4\u20aa\u200e\u200f]")),
    ("cp1256", "ar", re.compile("[\u060c-\u06d2\u200c-\u200f]")),
    ("iso8859_6", "ar", re.compile("[\u060c-\u0652]")),
    ("tis_620", "th", re.compile("[\u0e01-\u0e5b]")),
)
# In Thai, a sign above or below a consonant follows that consonant, and vowels do not follow each other.
_IMPOSSIBLE_SEQUENCE = re.compile(
    "(?:^|[^\u0e01-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]|[\u0e31\u0e34-\u0e3a]{2}"
)
_PERSIAN: Final = ("ar", "fa", "ur")
_KANA_PATTERN = re.compile("[\u3041-\u30ff]")
_HANGUL_PATTERN = re.compile("[\uac00-\ud7a3]")
_IDEOGRAPHS_PATTERN = re.compile("[\u4e00-\u9fff]")
_EAST_ASIAN_SIGNS = re.compile("[\u3000-\u3020\u30fb\uff01-\uff5e\u2010-\u2026\u00b7\uffe5]")


def detect_legacy_encoding(content: bytes) -> str:
    """Return the codec's name, or "" if no encoding gives plausible words."""
    lines = [line for line in content.splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE_BYTES]
    if len(sample) == _SAMPLE_BYTES:
        sample = sample[: sample.rfind(b"\n")] if b"\n" in sample else sample
    western_score, best_guess = 0.0, (0.0, "")
    fits_western = False
    for encoding, score in _find_candidates(sample):
        if encoding == WESTERN_ENCODING:
            western_score, fits_western = max(western_score, score), True
        elif score > best_guess[0] or not best_guess[1]:
            best_guess = (score, encoding)
    if fits_western and best_guess[0] <= western_score + CLEAR_MARGIN:
        return WESTERN_ENCODING
    if best_guess[1]:
        return best_guess[1]
    return WESTERN_ENCODING if _has_western_words(sample) else ""


def _find_candidates(sample: bytes) -> Iterator[tuple[str, float]]:
    """Yield the encodings in which all letters belong to one language, with the confidence in that language."""
    for encoding, languages in _LANGUAGES.items():
        text = _decode_or_none(sample, encoding)
        matches = [code for code in languages if text and _collect_letters(text) <= _get_alphabet(code)]
        if matches and text and (encoding in _LATIN_LETTERS or not _mixes_with_latin(text)):
            scores = score_languages(text)
            yield (
                encoding,
                max(scores.get(language_code, 0.0) for language_code in matches)
                - 2 * _compute_odd_case_share(text),
            )
    for encoding, language, script in _SCRIPTS:
        text = _decode_or_none(sample, encoding)
        if not text or _mixes_with_latin(text) or _IMPOSSIBLE_SEQUENCE.search(text):
            continue
        if all(script.fullmatch(code) or code in _COMMON_SIGNS for code in text if code > "\x7f"):
            scores = score_languages(text)
            names = _PERSIAN if language == "ar" else (language,)
            yield encoding, max(scores.get(language_code, 0.0) for language_code in names)
    yield from _find_east_asian_candidates(sample)


def _find_east_asian_candidates(sample: bytes) -> Iterator[tuple[str, float]]:
    for encoding in ("shift_jis", "cp932", "euc_jp", "cp949", "gb18030", "big5"):
        text = _decode_or_none(sample, encoding)
        wide_characters = [
            character
            for character in text or ""
            if character > "\x7f" and not _EAST_ASIAN_SIGNS.match(character)
        ]
        if not text or not wide_characters or _mixes_with_latin(text):
            continue
        kana, hangul, ideographs = (
            sum(bool(script.match(character)) for character in wide_characters) / len(wide_characters)
            for script in (_KANA_PATTERN, _HANGUL_PATTERN, _IDEOGRAPHS_PATTERN)
        )
        if encoding in ("shift_jis", "cp932", "euc_jp"):
            fits = kana >= 0.15 and kana + ideographs == 1
        elif encoding == "cp949":
            fits = hangul >= MIN_COMMON_SHARE and hangul + ideographs == 1
        else:
            fits = ideographs == 1 and _compute_common_share(wide_characters, encoding) >= MIN_COMMON_SHARE
        if fits:
            yield encoding, 1.0


def _mixes_with_latin(text: str) -> bool:
    """Return whether letters of another script often occur inside ASCII words, which is a sign of a wrong encoding."""
    return 3 * len(_MIXED_LETTERS.findall(text)) > sum(character > "\x7f" for character in text)


def _compute_common_share(wide_characters: list[str], encoding: str) -> float:
    """Return the share (0 to 1) of these characters that are in the encoding's range of common characters."""
    first_byte, last_byte = (0xB0, 0xD7) if encoding == "gb18030" else (0xA4, 0xC6)
    return sum(
        first_byte <= character.encode(encoding)[0] <= last_byte for character in wide_characters
    ) / len(wide_characters)


def _has_western_words(sample: bytes) -> bool:
    """Return whether each word belongs to some Western language; a file may contain names from several languages."""
    text = _decode_or_none(sample, WESTERN_ENCODING)
    if not text:
        return False
    letters_of_words = [_collect_letters(word) for word in text.split() if not word.isascii()]
    return all(
        any(letters <= _get_alphabet(language_code) for language_code in _LANGUAGES[WESTERN_ENCODING])
        for letters in letters_of_words
    )


def _decode_or_none(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return None


def _collect_letters(text: str) -> frozenset[str]:
    """Return the characters beyond ASCII, except symbols used in every language."""
    letters = {character for character in text.lower() if character > "\x7f"} - _COMMON_SIGNS
    if "£" in letters and not re.search("£(?![\\d\\s])", text):
        letters.discard("£")
    if "¿" in letters and re.search("\\w¿", text):
        letters.add("\ufffd")  # inside a word, this is not a question mark
    return frozenset(letters)


@cache
def _get_alphabet(language: str) -> frozenset[str]:
    return frozenset(_ALPHABETS[language])


def _compute_odd_case_share(text: str) -> float:
    """Return the share of words with a capital after a small letter, a sign of a wrong Cyrillic encoding."""
    words = [word for word in _CASE_CHANGES.findall(text) if not word.isascii()]
    odd_word_count = sum(
        any(letter.islower() and next_letter.isupper() for letter, next_letter in pairwise(word))
        for word in words
    )
    return odd_word_count / len(words) if words else 0.0
