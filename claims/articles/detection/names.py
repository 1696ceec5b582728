"""Recognise proper names, titles of office, and the gender of given names."""

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from claims.articles.detection.lexicon import Lexicon

_TOKEN_PATTERN = re.compile(r"[^\s,;:()\[\]\"“”„«»\ufffc]+")
# Small words inside names: Ursula von der Leyen, Luis de la Torre, Khalid bin Walid.
_PARTICLE_WORDS = (
    "de del della di da dal dos das do du van von der den ter ten zu zur bin ibn ben al el la le abu e y i"
)
PARTICLES = frozenset(_PARTICLE_WORDS.split())
_FORMS_OF_ADDRESS = (
    "dr mr mrs ms mx prof sir dame herr frau sr sra srta dra m mme mlle pr me sig dott dhr mevr г-н г-жа"
)
HONORIFICS = frozenset(_FORMS_OF_ADDRESS.split())
ELISION_PATTERN = re.compile(r"^(?:l|d|dell|all|un|nell|dall|sull|qu)['’](?=\w)", re.IGNORECASE)
POSSESSIVE_PATTERN = re.compile(r"['’]s?$")
_MAX_NAME_WORDS = 5
# Slavic surnames in feminine form: Ковалёва, Вяземская, Nowakowska, Nováková.
_SLAVIC_WOMAN = re.compile(r"(?:ова|ева|ёва|ина|ская|цкая|ська|цька|ová|ská|cká|ska|cka)$")


def split_name(text: str) -> list[str]:
    """Split a phrase at white space and punctuation; hyphens and apostrophes stay within a word."""
    return _TOKEN_PATTERN.findall(text)


def is_capital(token: str) -> bool:
    plain_token = ELISION_PATTERN.sub("", token).lstrip("'’‘-")
    return plain_token[:1].isupper() or (
        plain_token[:3].lower() in {"al-", "el-"} and plain_token[3:4].isupper()
    )


def is_name(text: str, language: Lexicon) -> bool:
    """Return whether the whole phrase is a proper name of one to five words."""
    tokens = split_name(text)
    if not 1 <= len(tokens) <= _MAX_NAME_WORDS or not is_capital(tokens[0]) or not is_capital(tokens[-1]):
        return False
    if tokens[0].lower() in language.determiners or any(is_role(token, language) for token in tokens):
        return False
    return all(is_capital(token) or token.lower() in PARTICLES for token in tokens)


def is_plural_name(token: str, language: Lexicon) -> bool:
    """Return whether the word is a role in the plural, which may begin a body's name: "Doctors (Across Borders)"."""
    key = ELISION_PATTERN.sub("", token).lower().strip(".-")
    is_role_word = key in language.roles or key.endswith(language.role_endings)
    return is_role(token, language) and not is_role_word


@lru_cache(maxsize=20_000)
def is_role(token: str, language: Lexicon) -> bool:
    """Return whether the word names an office, a profession or a kind of source."""
    key = ELISION_PATTERN.sub("", token).lower().strip(".-")
    if key in language.roles or any(
        key.endswith(ending) and key != ending for ending in language.role_endings
    ):
        return True
    return key.removesuffix("s") in language.roles or key.removesuffix("es") in language.roles


def find_gender_of_roles(roles: Sequence[str], language: Lexicon) -> bool | None:
    """Return True if the words for an office are feminine, False if masculine, None if undecided."""
    keys = [role.lower().strip(".,()") for role in roles]
    for endings, is_feminine in ((language.feminine_endings, True), (language.masculine_endings, False)):
        for ending in endings:
            if any(key.endswith(ending[1:]) if ending.startswith("*") else key == ending for key in keys):
                return is_feminine
    return None


def find_gender(name: str) -> bool | None:
    """Return True if a given name is a woman's and False if it is a man's; None if unknown or used for both."""
    tokens = split_name(name)
    if not tokens:
        return None
    given_name = tokens[0].lower()
    women_names, men_names = _load_given_names()
    if (given_name in women_names) != (given_name in men_names):
        return given_name in women_names
    if given_name[0] >= "\u0400" and {given_name[:-1], f"{given_name[:-1]}й"} & men_names:
        return False  # the genitive: Олега Дёмина
    if len(tokens) > 1 and given_name not in women_names and _SLAVIC_WOMAN.search(tokens[-1].lower()):
        return True
    return None


def is_given_name(word: str) -> bool:
    return any(word.lower() in names for names in _load_given_names())


@lru_cache(maxsize=1)
def _load_given_names() -> tuple[frozenset[str], frozenset[str]]:
    resource = files("claims.articles.detection") / "speech" / "given_names.toml"
    names = tomllib.loads(resource.read_text("utf-8"))
    women_names, men_names = (
        frozenset(name.strip() for line in names[key] for name in line.split(","))
        for key in ("feminine", "masculine")
    )
    return women_names, men_names
