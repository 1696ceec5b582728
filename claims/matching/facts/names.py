"""Names that a text has, in scripts with capital letters, and how the same name is known again in another script."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from anyascii import anyascii

from claims.matching.facts.grammar import words_of_grammar
from claims.search.words import folded

#: Languages that write every noun with a capital.
_NOUNS_ARE_CAPITALISED = {"de", "lb"}

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*")
_BETWEEN = {
    "de",
    "da",
    "do",
    "dos",
    "del",
    "della",
    "di",
    "van",
    "von",
    "der",
    "den",
    "bin",
    "al",
    "el",
    "la",
    "le",
    "y",
}
_BEGINS = re.compile(r"(?:^|[.!?:;…»\"“”„|\n–—]\s*)$")
_CASED = re.compile(r"[A-Za-zÀ-ɏͰ-ϿЀ-ԯ԰-֏]")
_VOWELS = re.compile(r"[aeiouyw']+")
_ALIKE = str.maketrans({"c": "k", "q": "k", "z": "s", "j": "y", "v": "b", "f": "p", "g": "k", "d": "t"})
_SHORTEST_SKELETON = 3
_ALIKE_IN_SOUND = 0.74


@dataclass(frozen=True)
class Name:
    """Words with capitals that stand together."""

    words: tuple[str, ...]
    written: str
    begins_sentence: bool

    @property
    def is_full(self) -> bool:
        """First and last name, or a title and a name: more than one word."""
        return len(self.words) > 1


def is_cased(text: str) -> bool:
    """Whether its script has capitals, and it uses small letters, too."""
    return bool(_CASED.search(text)) and not text.isupper() and text != text.lower()


#: So many words with capitals beside each other are one name; more of them are a headline.
_LONGEST_NAME = 3
#: Of English: Kim's is Kim.
_POSSESSIVE = re.compile(r"['’]s$")


def names(text: str, language: str) -> list[Name]:
    """In German a single noun is none, as all nouns have capitals."""
    if not is_cased(text):
        return []
    found: list[Name] = []
    run: list[re.Match[str]] = []
    capitals = small = longest = 0
    for match in _WORD.finditer(text):
        word = match.group()
        if word[0].isupper():
            capitals += 1
            if run and text[run[-1].end() : match.start()].strip(" "):
                found += _name(run, text)
                run = []
            run.append(match)
            longest = max(longest, len(run))
        else:
            small += 1
            if run and word.lower() in _BETWEEN:
                continue
            found += _name(run, text)
            run = []
    found += _name(run, text)
    # A Headline in Title Case tells no names; Ri Sol Ju and Kim Jong Un are two.
    if small == 0 or (capitals > 3 * small and longest > _LONGEST_NAME):
        return []
    if language in _NOUNS_ARE_CAPITALISED:
        return [name for name in found if name.is_full]
    return found


def _name(run: Sequence[re.Match[str]], text: str) -> list[Name]:
    if not run:
        return []
    if run[0].group().lower() in words_of_grammar("articles"):
        return _name(run[1:], text)
    begins = bool(_BEGINS.search(text[: run[0].start()]))
    words = tuple(word for match in run for word in folded(_POSSESSIVE.sub("", match.group())).split())
    if not words or len(words[0]) < 2 or (begins and len(run) == 1 and not _is_acronym(run[0].group())):
        return []
    return [Name(words, text[run[0].start() : run[-1].end()], begins)]


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


@lru_cache(maxsize=20_000)
def skeleton(word: str) -> str:
    """What is left of a name in every script: its consonants, as Latin writes them, those alike taken for one."""
    bare = _VOWELS.sub("", anyascii(word).lower()).translate(_ALIKE).replace("kh", "").replace("h", "")
    return re.sub(r"(.)\1+", r"\1", bare)


def is_among(word: str, others: Iterable[str]) -> bool:
    """Whether the name is among the words of another text, inflected or in another script."""
    for other in others:
        if word == other or _is_inflected(word, other):
            return True
        if word.isascii() and other.isascii():
            continue
        bones, other_bones = skeleton(word), skeleton(other)
        if len(bones) >= _SHORTEST_SKELETON and _is_alike(bones, other_bones):
            return True
        if bones and bones == other_bones and _sound_alike(word, other):
            return True
    return False


def _sound_alike(word: str, other: str) -> bool:
    """Whether also the vowels are mostly the same: Holt and Холт, not Hilda."""
    here, there = (anyascii(one).lower().replace("kh", "h") for one in (word, other))
    return SequenceMatcher(None, here, there).ratio() >= _ALIKE_IN_SOUND


def _is_inflected(word: str, other: str) -> bool:
    shorter, longer = sorted((word, other), key=len)
    if len(shorter) < 4 or len(longer) > len(shorter) + 4:
        return False
    return longer.startswith(shorter) or (
        len(shorter) >= 5 and longer.startswith(shorter[:-2]) and len(longer) <= len(shorter) + 2
    )


def _is_alike(bones: str, other: str) -> bool:
    """The same consonants; in names of four and more, one may differ, and an article may be written to the front."""
    if bones == other:
        return True
    if len(bones) < 4 or abs(len(bones) - len(other)) > 1:
        return False
    if len(bones) == len(other):
        return sum(one != two for one, two in zip(bones, other, strict=True)) <= 1
    shorter, longer = sorted((bones, other), key=len)
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))


def is_acronym(word: str, others: Sequence[Name]) -> bool:
    """WHO, of World Health Organization."""
    return any(
        len(name.words) == len(word) >= 2
        and all(w[0] == letter for w, letter in zip(name.words, word, strict=True))
        for name in others
    )
