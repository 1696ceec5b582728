"""Who made a claim, and what sort of claimant that is."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from claims.importers.review import Person
from claims.importers.values.addresses import read_addresses
from claims.importers.values.problem import Problem, shown
from claims.importers.values.texts import joined, line, says_nothing

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
    """The claimant whom a record names, and the problems by field; none where it names nobody ("Unknown")."""
    text = joined(name)
    problems: list[tuple[str, Problem]] = []
    if len(text) > 2 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    if says_nothing(text) or text.casefold() in _listed()["nobody"] or not any(map(str.isalnum, text)):
        return None, ()
    if len(text) > LONGEST:
        return None, (("claimant", Problem("claimant too long", f"{shown(text)} is too long for a name.")),)
    job_title = joined(title)
    if says_nothing(job_title):
        job_title = ""
    if len(job_title) > LONGEST:
        problems.append(("claimant_title", Problem("title too long", f"{shown(job_title)} is no job title.")))
        job_title = ""
    addresses, out = read_addresses(same_as, _LONGEST_ADDRESS) if same_as else ((), ())
    problems += [("claimant_same_as", one) for one in out]
    return Person(text, read_kind(text, kind), job_title, addresses), tuple(problems)


def read_kind(name: str, kind: Any) -> str:
    """One of `Claimant.Kind`. Who is listed as a group is one, whatever the markup says of "Facebook posts"."""
    if name.casefold() in _listed()["groups"]:
        return "group"
    word = line(kind).rpartition("/")[2].rpartition(":")[2].replace(" ", "").casefold()
    return _KINDS.get(word, "unknown")


@lru_cache(maxsize=1)
def _listed() -> dict[str, frozenset[str]]:
    lists = tomllib.loads(files("claims").joinpath("data", "claimants.toml").read_text("utf-8"))
    return {name: frozenset(word.casefold() for word in words) for name, words in lists.items()}
