"""Pairs of statements to fit the judgement on, made by rules from sentences that were written for it.

`training/statements.txt` says each thing in several languages: as a statement, without its words, the opposite, and
another claim on the matter. `training/templates.txt` has sentences into which facts are put, of which one is changed.
None of them is among the labelled pairs of the tests, on which the judgement is measured.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

FOLDER = Path(__file__).parent / "training"
_NUMBERS = (3, 7, 12, 40, 65, 90)
_YEARS = (1998, 2007, 2014, 2022)
#: So many pairs of each kind are taken from sentences of two languages.
_ACROSS = 2


@dataclass(frozen=True)
class Sentence:
    """A text and the language that it is in."""

    text: str
    language: str


@dataclass(frozen=True)
class TrainingPair:
    """What is asked, a claim, and what they have to do with each other; `meaning` numbers what they are about."""

    asked: Sentence
    claim: Sentence
    label: str
    meaning: int


def training_pairs() -> list[TrainingPair]:
    """All of them, the same ones in each run."""
    chance = random.Random(13)  # noqa: S311  it draws examples
    return [*_of_statements(chance), *_of_templates(chance)]


def _lines(name: str) -> Iterator[str]:
    yield from (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]


def _meanings() -> list[list[tuple[Sentence, ...]]]:
    """Statement, paraphrase, opposite and other claim, in each language that a heading has."""
    meanings: list[list[tuple[Sentence, ...]]] = []
    for line in _lines("statements.txt"):
        if line.startswith("#"):
            meanings.append([])
        else:
            language, *texts = line.split("|")
            meanings[-1].append(tuple(Sentence(text, language) for text in texts))
    return [meaning for meaning in meanings if meaning]


def _of_statements(chance: random.Random) -> Iterator[TrainingPair]:
    meanings = _meanings()
    for number, versions in enumerate(meanings):
        for here, there in product(versions, versions):
            if here is not there and chance.random() > _ACROSS / len(versions):
                continue
            statement, paraphrase, opposite, other = here
            claim, same_claim, opposite_claim, other_claim = there
            if here is not there:
                yield TrainingPair(statement, claim, "same", number)
                yield TrainingPair(opposite, opposite_claim, "same", number)
            yield TrainingPair(paraphrase, claim, "same", number)
            yield TrainingPair(statement, same_claim, "same", number)
            yield TrainingPair(statement, opposite_claim, "contradicts", number)
            yield TrainingPair(opposite, claim, "contradicts", number)
            yield TrainingPair(paraphrase, opposite_claim, "contradicts", number)
            yield TrainingPair(opposite, same_claim, "contradicts", number)
            yield TrainingPair(other, claim, "related", number)
            yield TrainingPair(statement, other_claim, "related", number)
            yield TrainingPair(other, same_claim, "related", number)
            elsewhere = chance.choice(chance.choice(meanings))
            yield TrainingPair(statement, elsewhere[0] if elsewhere not in versions else other_claim, "different", number)


def _of_templates(chance: random.Random) -> Iterator[TrainingPair]:
    for number, line in enumerate(_lines("templates.txt"), 1000):
        language, template, reordered, people, places, units = line.split("|")
        choices = {
            "person": people.split(";"), "place": places.split(";"), "unit": units.split(";"),
            "n": list(map(str, _NUMBERS)), "year": list(map(str, _YEARS)),
        }  # fmt: skip
        used = [slot for slot in choices if "{" + slot + "}" in template]
        for _ in range(3):
            facts = {slot: chance.choice(choices[slot]) for slot in used}
            claim = Sentence(template.format(**facts), language)
            yield TrainingPair(Sentence(reordered.format(**facts), language), claim, "same", number)
            for slot in used:
                changed = facts | {slot: chance.choice([value for value in choices[slot] if value != facts[slot]])}
                for wording in (template, reordered):
                    yield TrainingPair(Sentence(wording.format(**changed), language), claim, "contradicts", number)
