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
_LETTERS_ARE_SOUNDS = 0x2E80
#: Said before a statement that stays the same.
_BEFORE = {
    "en": "We always knew this:", "de": "Das wussten wir immer:", "es": "Ya lo sabíamos todos:", "fr": "On le savait bien :",
    "pt": "A gente já sabia:", "it": "Lo sapevamo da tempo:", "nl": "Dat wisten we al lang:", "pl": "Wiedzieliśmy od dawna:",
    "ru": "Мы это давно знали:", "uk": "Ми це давно знали:", "ar": "كنا نعرف هذا:", "hi": "हमें पता था:", "tr": "Bunu biliyorduk:",
    "ko": "우리는 알고 있었다:", "ja": "みんな知っていた。", "zh": "我们早就知道：", "id": "Kita sudah tahu:",
}  # fmt: skip


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
            for sentence in (version[0], version[2]):
                for asked in (sentence, *_same_words(sentence, chance)):
                    yield TrainingPair(asked, sentence, "same", "same words", number)


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


def _same_words(sentence: Sentence, chance: random.Random) -> Iterator[Sentence]:
    """The sentence with a slip of the keyboard, and behind a few words of somebody who posts it."""
    words = sentence.text.split()
    place = max(range(len(words)), key=lambda number: len(words[number]))
    word = words[place]
    if len(word) > 4 and ord(word[0]) < _LETTERS_ARE_SOUNDS:
        at = chance.randrange(1, len(word) - 2)
        slip = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        yield Sentence(" ".join([*words[:place], slip, *words[place + 1 :]]), sentence.language)
    if before := _BEFORE.get(sentence.language):
        yield Sentence(f"{before} {sentence.text}", sentence.language)


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
            yield TrainingPair(Sentence(reordered.format(**facts), language), claim, "same", "facts", number)
            for slot in used:
                changed = facts | {
                    slot: chance.choice([value for value in choices[slot] if value != facts[slot]])
                }
                for wording in (template, reordered):
                    yield TrainingPair(
                        Sentence(wording.format(**changed), language), claim, "contradicts", slot, number
                    )
