"""Who made a claim, and what sort of claimant that is."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from claims.imports.reading.review_record import Person
from claims.imports.reading.values.cleaned_text import joined, line, says_nothing
from claims.imports.reading.values.problem import Problem, shown
from claims.imports.reading.values.web_addresses import read_addresses
from factcheck.sentences import SpokenSentence
from sources.identifiers import canonical

LONGEST: Final = 200
_LONGEST_ADDRESS: Final = 500

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
    """The claimant whom a record names, and the problems by field; none where it names nobody.

    "Unknown" is nobody, and so are "Facebook posts": many at once, or without a name (`read_crowd`).
    """
    text = _name(name)
    problems: list[tuple[str, Problem]] = []
    if says_nothing(text) or _key(text) in _nobody() or not any(map(str.isalnum, text)):
        return None, ()
    if read_crowd(name, kind):
        return None, ()
    if len(text) > LONGEST:
        return None, (
            (
                "claimant",
                Problem(
                    "claimant too long", SpokenSentence("%(text)s is too long for a name.", text=shown(text))
                ),
            ),
        )
    job_title = joined(title)
    if says_nothing(job_title):
        job_title = ""
    if len(job_title) > LONGEST:
        problems.append(
            (
                "claimant_title",
                Problem(
                    "title too long",
                    SpokenSentence("%(job_title)s is no job title.", job_title=shown(job_title)),
                ),
            )
        )
        job_title = ""
    addresses, out = read_addresses(same_as, _LONGEST_ADDRESS) if same_as else ((), ())
    problems += [("claimant_same_as", one) for one in out]
    known_as = tuple(dict.fromkeys(map(canonical, addresses)))
    return Person(text, read_kind(kind), job_title, known_as), tuple(problems)


def read_crowd(name: Any, kind: Any = None) -> str:
    """What a record says of a claimant who is nobody in particular ("Facebook posts"); "" where it is somebody.

    A few words are somebody's name as well, where the markup calls it an organisation or a group ("Anonymous").
    """
    text = _name(name)
    key = _key(text)
    is_named = key in _names() and read_kind(kind) in ("organization", "group")
    return "" if is_named or key not in _crowds() else text


def read_kind(kind: Any) -> str:
    """One of `Claimant.Kind`."""
    word = line(kind).rpartition("/")[2].rpartition(":")[2].replace(" ", "").casefold()
    return _KINDS.get(word, "unknown")


def _name(name: Any) -> str:
    text = joined(name)
    return text[1:-1].strip() if len(text) > 2 and text[0] == text[-1] == '"' else text


def _key(name: str) -> str:
    """What all spellings share: files write "Facebook posts" as "facebook-posts" too."""
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


@lru_cache(maxsize=1)
def _nobody() -> frozenset[str]:
    return frozenset(map(_key, _shipped()["nobody"]))


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(map(_key, _shipped()["names"]))


@lru_cache(maxsize=1)
def _crowds() -> frozenset[str]:
    return frozenset(_key(words) for listed in _shipped()["crowds"].values() for words in listed)


def _shipped() -> dict[str, Any]:
    return tomllib.loads(files("claims.imports.reading.values").joinpath("claimants.toml").read_text("utf-8"))
