"""How names sound, so that one is recognised in another script: Трамп, ترامب, トランプ and 트럼프 are Trump.

Unicode calls the letters of each script by their sounds: CYRILLIC SMALL LETTER EM, ARABIC LETTER MEEM, KATAKANA LETTER
TO, HANGUL SYLLABLE REOM. Of those the consonants are taken, and such as one language writes for another are the same
here: b and p, l and r, m and n. Vowels differ from script to script and are left out. Chinese signs are not called by
sounds, so that names in Chinese are not recognised.
"""

import re
import unicodedata
from functools import lru_cache

#: A name with fewer consonants sounds like too many other words.
LEAST = 2
#: One with as many is found inside longer words, too, and where there are no spaces between words.
ANYWHERE = 4

# A vowel, or nothing that is heard.
_SILENT = "."

_CLASSES = {
    **dict.fromkeys("bpfv", "p"), **dict.fromkeys("ckqghx", "k"), **dict.fromkeys("szj", "s"),
    **dict.fromkeys("dt", "t"), **dict.fromkeys("lr", "l"), **dict.fromkeys("mn", "n"),
}  # fmt: skip
# In which one sound is written with several letters, or a letter sounds as its neighbour wants it.
_WRITTEN = (
    (re.compile("s?ch|sh|zh|c(?=[eiy])|g(?=[ei])"), "s"),
    (re.compile("ph"), "f"),
    (re.compile("^μπ"), "b"), (re.compile("^ντ"), "d"), (re.compile("^γκ"), "g"),
    (re.compile("th"), "t"),
    (re.compile("wh|gh|(?<=[aeiou])h"), ""),
)  # fmt: skip
_REPEATED = re.compile(r"(.)\1+")
_SOUND = re.compile(
    r"(?P<script>[A-Z]+).* (?P<kind>LETTER|SYLLABLE|CHARACTER) (?:SMALL |FINAL )*(?P<name>[A-Z]+)"
)
_HISSING = ("ch", "sh", "zh")
#: So Unicode calls the vowels of Thai and its neighbours that are letters.
_VOWEL = "sara"
# Whose letters are syllables.
_SYLLABIC = {"HIRAGANA", "KATAKANA"}
# What Unicode does not call as it sounds.
_CALLED = {
    "フ": "p", "チ": "s", "ツ": "s", "ث": "s", "ج": "s", "ц": "s", "й": "", "ь": "", "ъ": "",
    "ξ": "ks", "ψ": "ps", "χ": "k", "ं": "n", "ँ": "n", "ং": "n", "ッ": "", "っ": "", "ー": "",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_][\w\u0900-\u0dff\u0e00-\u0e7f’']*")


@lru_cache(maxsize=20_000)
def sounds(word: str) -> str:
    """The consonants of a word, one letter for those that are written for each other."""
    # Doubled letters are one sound; the same sound behind a vowel is another.
    return _REPEATED.sub(r"\1", "".join(map(_sound, _spelt(word)))).replace(_SILENT, "")


def names(text: str) -> set[str]:
    """The sounds of what is written with a capital letter; none in scripts that have no capitals."""
    heard = {sounds(word) for word in _WORD.findall(text) if word[0].isupper()}
    return {name for name in heard if len(name) >= LEAST}


def heard(text: str) -> str:
    """The sounds of all words, with a space before each; of scripts without spaces, of each run."""
    return "".join(f" {sounds(word)}" for word in _WORD.findall(text))


def share_heard(named: set[str], text: str) -> float:
    """How large a part of these names stands in a text, of which the sounds are given; longer names count more."""
    found = sum(len(name) for name in named if f" {name}" in text or (len(name) >= ANYWHERE and name in text))
    return found / sum(map(len, named)) if named else 0.0


def _spelt(word: str) -> str:
    """Small letters, without accents where they are Latin or Greek, and as they sound."""
    word = word.lower()
    if not word.isascii():
        decomposed = (
            unicodedata.normalize("NFKD", word) if word[0] < "\u0400" else unicodedata.normalize("NFC", word)
        )
        word = "".join(letter for letter in decomposed if not "\u0300" <= letter <= "\u036f")
    for written, sound in _WRITTEN:
        word = written.sub(sound, word)
    return word


@lru_cache(maxsize=20_000)
def _sound(letter: str) -> str:
    if letter.isascii():
        return _CLASSES.get(letter, _SILENT)
    if letter in _CALLED:
        return _CALLED[letter]
    called = _SOUND.search(unicodedata.name(letter, ""))
    if not called or unicodedata.category(letter)[0] != "L":
        return _SILENT
    name = called["name"].lower()
    if called["kind"] == "SYLLABLE":
        # Hangul: the last consonants count, too.
        return "".join(_CLASSES.get(sound, _SILENT) for sound in name.removesuffix("g"))
    if called["script"] == "CYRILLIC":
        name = name.lstrip("aeiou")
    if name == _VOWEL:
        return _SILENT
    consonant = _CLASSES.get("s" if name.startswith(_HISSING) else name[:1], _SILENT)
    return consonant + _SILENT if called["script"] in _SYLLABIC and len(name) > 1 else consonant
