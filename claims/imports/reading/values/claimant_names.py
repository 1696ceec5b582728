"""The claimant and the kind of claimant."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from itertools import chain, product
from typing import Any, Final

from claims.imports.reading.review_record import Person
from claims.imports.reading.values.cleaned_text import is_empty_value, join_texts, read_line
from claims.imports.reading.values.problem import Problem, build_problem, shorten_value
from claims.imports.reading.values.web_addresses import read_addresses
from sources.addresses import get_domain
from sources.identifiers import normalise_identifier

MAX_LENGTH: Final = 200
_MAX_URL_LENGTH: Final = 500

_COMMAS_PATTERN = re.compile(r"[,،;؛|\n]|\s[/+&]\s")
_CONJUNCTIONS_PATTERN = re.compile(
    _COMMAS_PATTERN.pattern + r"|/(?!/)|\s(?:and|und|et|y|e|i|og|och|en|ve|dan|и|та|va)\s|\s(?=و)",
    re.IGNORECASE,
)
# Spelling variants in Arabic: vowel signs, joiners, forms of alef, the article.
_IGNORED_MARKS = re.compile("[\u0640\u064b-\u0652\u0670\u200c\u200d]")
_ARABIC_LETTERS = str.maketrans(
    dict.fromkeys("أإآٱ", "ا") | dict.fromkeys("ىیئ", "ي") | {"ة": "ه", "ؤ": "و", "ک": "ك"}
)
_ARABIC_ARTICLE = re.compile(r"\bال(?=\w{3})")

# Types of schema.org, and words that files use.
_KINDS: Final = {
    "person": "person", "individual": "person", "patient": "person", "people": "group", "group": "group",
    "audience": "group", "peopleaudience": "group", "ethnicgroup": "group",
} | dict.fromkeys(
    (
        "organization", "organisation", "airline", "archiveorganization", "broadcastservice", "church",
        "collegeoruniversity", "company", "consortium", "corporation", "educationalorganization",
        "governmentorganization", "governmentoffice", "highschool", "hospital", "library", "localbusiness",
        "medicalorganization", "musicgroup", "newsmediaorganization", "ngo", "nonprofit", "onlinebusiness",
        "performinggroup", "politicalparty", "project", "researchorganization", "school", "sportsorganization",
        "sportsteam", "workersunion",
    ),
    "organization",
)  # fmt: skip


def read_person(
    name: Any, kind: Any = None, title: Any = None, same_as: Any = None
) -> tuple[Person | None, tuple[tuple[str, Problem], ...]]:
    """Return the claimant of a record, if any, and the problems by field.

    "Unknown" is not a claimant. Neither is "Facebook posts", which stands for many unnamed people
    (`read_unnamed_group`).
    """
    text, _unnamed_group = _split_name(_clean_name(name), read_kind(kind))
    problems: list[tuple[str, Problem]] = []
    if is_empty_value(text) or not any(map(str.isalnum, text)):
        return None, ()
    if len(text) > MAX_LENGTH:
        return None, (
            (
                "claimant",
                build_problem(
                    "claimant name too long", "%(text)s is too long for a name.", text=shorten_value(text)
                ),
            ),
        )
    job_title = join_texts(title)
    if is_empty_value(job_title):
        job_title = ""
    if len(job_title) > MAX_LENGTH:
        problems.append(
            (
                "claimant_title",
                build_problem(
                    "title too long", "%(job_title)s is not a job title.", job_title=shorten_value(job_title)
                ),
            )
        )
        job_title = ""
    addresses, address_problems = read_addresses(same_as, _MAX_URL_LENGTH) if same_as else ((), ())
    problems += [("claimant_same_as", problem) for problem in address_problems]
    identifiers = tuple(dict.fromkeys(map(normalise_identifier, addresses)))
    return Person(text, read_kind(kind), job_title, identifiers), tuple(problems)


def read_unnamed_group(name: Any, kind: Any = None) -> str:
    """Return words in the claimant field that name no one, such as "Facebook posts"; "" if there are none.

    Some words, such as "Anonymous", are names if the markup marks them as an organisation or a group.
    """
    return _split_name(_clean_name(name), read_kind(kind))[1]


@lru_cache(maxsize=16384)
def _split_name(text: str, kind: str) -> tuple[str, str]:
    """Return the claimant's name in a text, and the words that are not a name.

    If the text has several names beside words for a crowd, no claimant is returned.
    """
    key = _build_key(text)
    if key in _load_placeholders():
        return "", ""
    if kind in ("organization", "group") and key in _load_names():
        return text, ""
    if key in _load_group_names() or _is_platform_url(text):
        return "", text
    name_parts = _split_parts(text, _CONJUNCTIONS_PATTERN)
    if len(name_parts) > 1 and all(map(_is_platform_or_group, name_parts)):
        return "", text
    first_part, *other_parts = _split_parts(text, _COMMAS_PATTERN)
    # "Telegram, Norrhamn" may be a newspaper, so a platform at the start of a list counts as a name.
    unnamed_groups = (
        [first_part] if _build_key(first_part) in _load_group_names() or _is_platform_url(first_part) else []
    )
    unnamed_groups += filter(_is_platform_or_group, other_parts)
    if not unnamed_groups:
        return text, ""
    names = [part for part in (first_part, *other_parts) if part not in unnamed_groups]
    return (names[0], ", ".join(unnamed_groups)) if len(names) == 1 else ("", text)


def _split_parts(text: str, separator: re.Pattern[str]) -> list[str]:
    return [text_part for raw_part in separator.split(text) if (text_part := raw_part.strip())] or [text]


def _is_platform_or_group(part: str) -> bool:
    """Return whether a list entry names a platform or a crowd instead of a person or body."""
    keys = {_build_key(part), _build_key(part.removeprefix("و"))}  # "and" in Arabic
    return not keys.isdisjoint(
        _load_platforms() | _load_group_names() | _load_placeholders()
    ) or _is_platform_url(part)


def _is_platform_url(text: str) -> bool:
    """Return whether the text is a platform's host name or a URL on it, which names no claimant."""
    if "." not in text or " " in text:
        return False
    return get_domain(text if "://" in text else f"https://{text}") in _load_hosts()


def read_kind(kind: Any) -> str:
    """Return the member of `Claimant.Kind` that a value names; "unknown" if it names none."""
    word = read_line(kind).rpartition("/")[2].rpartition(":")[2].replace(" ", "").casefold()
    return _KINDS.get(word, "unknown")


def _clean_name(name: Any) -> str:
    text = join_texts(name)
    return text[1:-1].strip() if len(text) > 2 and text[0] == text[-1] == '"' else text


def _build_key(name: str) -> str:
    """Return the normal form of a name, because some files write "Facebook posts" as "facebook-posts"."""
    text = name.casefold().replace("-", " ").replace("_", " ")
    if not text.isascii():
        text = _ARABIC_ARTICLE.sub("", _IGNORED_MARKS.sub("", text).translate(_ARABIC_LETTERS))
    return " ".join(text.split())


@lru_cache(maxsize=1)
def _load_placeholders() -> frozenset[str]:
    return frozenset(map(_build_key, _load_lists()["nobody"]))


@lru_cache(maxsize=1)
def _load_names() -> frozenset[str]:
    return frozenset(map(_build_key, _load_lists()["names"]))


@lru_cache(maxsize=1)
def _load_platforms() -> frozenset[str]:
    return frozenset(map(_build_key, _load_lists()["platforms"]))


@lru_cache(maxsize=1)
def _load_hosts() -> frozenset[str]:
    return frozenset(_load_lists()["hosts"])


@lru_cache(maxsize=1)
def _load_group_names() -> frozenset[str]:
    lists = _load_lists()
    crowd_names = (
        template.format(what=subject, where=place)
        for phrases in lists["phrases"]
        for template, subject, place in product(phrases["templates"], phrases["what"], phrases["where"])
    )
    return frozenset(map(_build_key, chain(crowd_names, *lists["crowds"].values())))


def _load_lists() -> dict[str, Any]:
    return tomllib.loads(files("claims.imports.reading.values").joinpath("claimants.toml").read_text("utf-8"))
