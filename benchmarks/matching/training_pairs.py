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
_DRAWS = 2
_FIRST_TEMPLATE = 1000
_LETTERS_ARE_SOUNDS = 0x2E80
#: Said before a statement that stays the same.
_BEFORE = {
    "en": "We always knew this:",
    "de": "Das wussten wir immer:",
    "es": "Ya lo sabíamos todos:",
    "fr": "On le savait bien :",
    "pt": "A gente já sabia:",
    "it": "Lo sapevamo da tempo:",
    "nl": "Dat wisten we al lang:",
    "pl": "Wiedzieliśmy od dawna:",
    "ru": "Мы это давно знали:",
    "uk": "Ми це давно знали:",
    "ar": "كنا نعرف هذا:",
    "hi": "हमें पता था:",
    "tr": "Bunu biliyorduk:",
    "ko": "우리는 알고 있었다:",
    "ja": "みんな知っていた。",
    "zh": "我们早就知道：",
    "id": "Kita sudah tahu:",
}


@dataclass(frozen=True)
class Sentence:
    """A text and the language that it is in."""

    text: str
    language: str


@dataclass(frozen=True)
class TrainingPair:
    """What is asked, a claim, and what they have to do with each other.

    Attributes:
        kind: how the pair was made; all kinds of one label count the same, however many pairs they have.
        meaning: numbers what the pair is about.
    """

    asked: Sentence
    claim: Sentence
    label: str
    kind: str
    meaning: int


def training_pairs() -> list[TrainingPair]:
    """All of them, the same ones in each run."""
    return [*_of_statements(), *_of_templates()]


def _chance(number: int) -> random.Random:
    """One for each meaning, so that new sentences leave the pairs of others as they are."""
    return random.Random(number)  # noqa: S311  it draws examples


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


def _of_statements() -> Iterator[TrainingPair]:
    meanings = _meanings()
    for number, versions in enumerate(meanings):
        chance = _chance(number)
        elsewhere = [meaning for meaning in meanings if meaning is not versions]
        for here, there in product(versions, versions):
            if here is not there and chance.random() > _ACROSS / len(versions):
                continue
            where = "here" if here is there else "across"
            for label, asked, claim in _combined(here, there, across=here is not there):
                yield TrainingPair(asked, claim, label, where, number)
            yield TrainingPair(
                here[0], chance.choice(chance.choice(elsewhere))[0], "different", where, number
            )
        for version in versions:
            for asked in (version[0], *_same_words(version[0])):
                yield TrainingPair(asked, version[0], "same", "same words", number)
            yield TrainingPair(version[2], version[2], "same", "same words", number)


def _combined(
    here: tuple[Sentence, ...], there: tuple[Sentence, ...], *, across: bool
) -> Iterator[tuple[str, Sentence, Sentence]]:
    statement, paraphrase, opposite, other = here
    claim, same_claim, opposite_claim, other_claim = there
    if across:
        yield "same", statement, claim
        yield "same", opposite, opposite_claim
    yield "same", paraphrase, claim
    yield "same", statement, same_claim
    yield "contradicts", statement, opposite_claim
    yield "contradicts", opposite, claim
    yield "contradicts", paraphrase, opposite_claim
    yield "contradicts", opposite, same_claim
    yield "related", other, claim
    yield "related", statement, other_claim
    yield "related", other, same_claim


def _same_words(sentence: Sentence) -> Iterator[Sentence]:
    """The sentence with a slip of the keyboard, and behind a few words of somebody who posts it."""
    words = sentence.text.split()
    place = max(range(len(words)), key=lambda number: len(words[number]))
    word = words[place]
    if len(word) > 4 and ord(word[0]) < _LETTERS_ARE_SOUNDS:
        at = len(word) // 2 - 1
        slip = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        yield Sentence(" ".join([*words[:place], slip, *words[place + 1 :]]), sentence.language)
    if before := _BEFORE.get(sentence.language):
        yield Sentence(f"{before} {sentence.text}", sentence.language)


def _of_templates() -> Iterator[TrainingPair]:
    """Sentences with other facts in them; those without people say the same in several languages."""
    templates = [_Template(*line.split("|")) for line in _lines("templates.txt")]
    for number, template in enumerate(templates, _FIRST_TEMPLATE):
        for draw in range(_DRAWS):
            facts = template.drawn(_chance(draw if template.is_parallel else number * _DRAWS + draw))
            claim = template.filled(facts)
            others = [
                other
                for other in templates
                if template.is_parallel and other.is_parallel and other is not template
            ]
            yield TrainingPair(template.reordered(facts), claim, "same", "facts", number)
            for other in others:
                yield TrainingPair(other.filled(facts), claim, "same", "facts across", number)
            for slot, changed in template.changes(facts, _chance(number)):
                yield TrainingPair(template.filled(changed), claim, "contradicts", slot, number)
                yield TrainingPair(template.reordered(changed), claim, "contradicts", slot, number)
                for other in others:
                    yield TrainingPair(other.filled(changed), claim, "contradicts", f"{slot} across", number)


class _Template:
    """A sentence with places for facts, which are chosen by their number, so that languages can choose the same."""

    def __init__(
        self, language: str, text: str, reordered: str, people: str, places: str, units: str
    ) -> None:
        self.language, self._text, self._reordered = language, text, reordered
        choices = {
            "person": people.split(";"), "place": places.split(";"), "unit": units.split(";"),
            "n": list(map(str, _NUMBERS)), "year": list(map(str, _YEARS)),
        }  # fmt: skip
        self._choices = {slot: choices[slot] for slot in choices if "{" + slot + "}" in text}
        self.is_parallel = not people

    def drawn(self, chance: random.Random) -> dict[str, int]:
        """A fact for each place."""
        return {slot: chance.randrange(len(values)) for slot, values in self._choices.items()}

    def changes(self, facts: dict[str, int], chance: random.Random) -> Iterator[tuple[str, dict[str, int]]]:
        """Each fact changed by itself."""
        for slot, values in self._choices.items():
            yield slot, facts | {slot: (facts[slot] + chance.randrange(1, len(values))) % len(values)}

    def filled(self, facts: dict[str, int]) -> Sentence:
        """The sentence with these facts."""
        return self._with(self._text, facts)

    def reordered(self, facts: dict[str, int]) -> Sentence:
        """The same in another order."""
        return self._with(self._reordered, facts)

    def _with(self, text: str, facts: dict[str, int]) -> Sentence:
        values = {slot: self._choices[slot][number] for slot, number in facts.items()}
        return Sentence(text.format(**values), self.language)
