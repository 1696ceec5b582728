"""No pattern of the detector takes long, whatever a text repeats."""

import importlib
import pkgutil
import re
import signal
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import claims.articles.detection as package
from claims.articles.detection import detect

#: A sentence has 1,000 characters at most. The worst pattern takes a hundredth of this for them, on a slow machine.
LONG, SECONDS = 1_500, 0.5
LETTERS = "a \ufffcA1,.-'가नम中ا日[“—二"
REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Each compiled pattern of the modules and of the files about speech, by its name."""
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name}.{name}", value
    for file in sorted(Path(package.__path__[0], "speech").glob("*.toml")):
        for name, values in tomllib.loads(file.read_text()).items():
            for number, pattern in enumerate(values if isinstance(values, list) else ()):
                yield f"{file.stem} {name} {number}", re.compile(pattern)


def shortest(tree: Any) -> str:
    """A short text that the parsed pattern matches, but for what it looks at without taking it."""
    return "".join(map(shortest_step, tree))


def shortest_step(step: tuple[Any, Any]) -> str:
    kind, value = str(step[0]), step[1]
    if kind == "LITERAL":
        return chr(value)
    if kind in REPEATS:
        return shortest(value[2]) * value[0]
    if kind == "SUBPATTERN":
        return shortest(value[3])
    if kind == "BRANCH":
        return shortest(value[1][0])
    return next(iter(fitting(step)), "")


def fitting(step: tuple[Any, Any]) -> list[str]:
    """The letters that a set of characters takes."""
    if str(step[0]) not in ("IN", "ANY", "NOT_LITERAL"):
        return []
    state = parser.State()
    state.str = ""
    compiled = re._compiler.compile(parser.SubPattern(state, [step]))  # type: ignore[attr-defined]
    return [letter for letter in LETTERS if compiled.match(letter)]


def repeated(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """For each repetition of a parsed pattern: what leads to it, and a piece that it repeats."""
    for step in tree:
        kind, value = str(step[0]), step[1]
        if kind in REPEATS:
            for piece in {shortest(value[2]) or "a", *(fitting(value[2][0]) if len(value[2]) == 1 else ())}:
                yield before, piece
        inner = {"SUBPATTERN": lambda value=value: [value[3]], "BRANCH": lambda value=value: value[1]}
        inner |= {repeat: lambda value=value: [value[2]] for repeat in REPEATS}
        for part in inner.get(kind, list)():
            yield from repeated(part, before)
        before += shortest_step(step)


def is_slow(work: Callable[[], object], seconds: float = SECONDS) -> bool:
    """Whether the work takes more of the processor than it may; it is ended then."""

    def end(*_signal: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        work()
    except TimeoutError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return False


@pytest.mark.slow
def test_no_pattern_is_slow_on_a_text_that_repeats_its_repeated_part() -> None:
    slow = [
        (name, before, piece)
        for name, pattern in patterns()
        for before, piece in set(repeated(parser.parse(pattern.pattern, pattern.flags)))
        for behind in ("", "!x")
        for text in [before + piece * (LONG // len(piece)) + behind]
        if is_slow(partial(pattern.findall, text))
    ]
    assert slow == []


#: Patterns that only ever see a short piece, by the module's own rule: an abbreviation, a number, a short line, a mark.
OF_SHORT_PIECES = {
    "blocks._LIST_MARK",
    "boilerplate._DURATION_PATTERN",
    "cues._NUMBER_PATTERN",
    "sentences._ACRONYM_PATTERN",
}


@pytest.mark.slow
def test_no_pattern_is_slow_on_a_long_text() -> None:
    """Once for each pattern, with the first piece that it repeats, in 100,000 characters."""
    slow = set()
    for name, pattern in patterns():
        for before, piece in sorted(set(repeated(parser.parse(pattern.pattern, pattern.flags))))[:1]:
            text = before + piece * (100_000 // len(piece)) + "!x"
            if is_slow(partial(pattern.findall, text)):
                slow.add(name.removeprefix(f"{package.__name__}."))
    assert slow <= OF_SHORT_PIECES


@pytest.mark.slow
def test_a_long_text_with_such_repetitions_is_read_quickly() -> None:
    detect("1.", "en")
    texts = [
        "Wells ran dry at 1" + ",11" * 33_000 + " metres.",
        "a." * 50_000,
        "1" + ":11" * 33_000,
        " " * 100_000 + "1",
    ]
    assert [text[:6] for text in texts if is_slow(partial(detect, text, "en"), 4)] == []


def test_a_sentence_that_repeats_itself_is_read_at_once() -> None:
    sentences = {
        f"박 교수는 “{'나' * 60}”라며": "ko",
        f"قال {' ' * 900}.": "ar",
        f"मंत्री, {' ' * 900}है।": "hi",
    }
    for language in sentences.values():
        detect("1.", language)  # its files are loaded once
    assert [text for text, language in sentences.items() if is_slow(partial(detect, text, language))] == []


def test_a_text_with_more_names_than_are_kept_is_read() -> None:
    letters = "bcdfghklmnprstvz"
    names = [f"{a.upper()}a{b}o {b.upper()}e{c}in" for a in letters for b in letters for c in "rt"]
    told = [f"The well of {name} ran dry in 1999, {name} said." for name in names]
    body = "The Bureau of Harbour Safety (BHS) closed two wells in 2001. The BHS said that nobody drank from them."
    sentences = detect("\n\n".join([*told, body]), "en")
    assert [sentence.claimant for sentence in sentences[-2:]] == [None, "BHS"]
