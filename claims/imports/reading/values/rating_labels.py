"""Map a publisher's rating label to a rating class, using reviewed lists only.

The lists are in `rating_labels.toml` beside this file. A label that is not listed keeps its own words and has no
rating class.
"""

import math
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from claims.imports.reading.review_record import Label, Outlet
from claims.imports.reading.values.cleaned_text import (
    clean_short,
    is_empty_value,
    iterate_texts,
    make_storable,
)
from claims.imports.reading.values.problem import Problem, build_problem, shorten_value

MAX_LENGTH: Final = 200
_MAX_LENGTH_WITH_MARKUP: Final = 2000

_GAPS_PATTERN = re.compile(r"[\s\-_\u2010-\u2015]+")
# Characters that do not change a label: Arabic vowel signs, joiners, variation selectors, punctuation at the ends.
_IGNORED_MARKS = re.compile("[\u0640\u064b-\u0652\u200c\u200d\ufe0e\ufe0f]")
_OUTER_CHARACTERS: Final = " \t.!,;:…\"'“”„‘’‚«»‹›`´()[]{}*~¡。！，、；：「」『』【】（）،؛"
# A text that is wholly in quotation marks, without any inside.
_QUOTED_PATTERN = re.compile('["“”„«»]\\s*([^"“”„«»]+?)\\s*["“”„«»]')
_NUMBER_PATTERN = re.compile(r"[-+]?\d+(?:[.,]\d+)?")


class Meaning(NamedTuple):
    """A label in the wording of its scale, with its rating class."""

    text: str
    rating_class: str
    scale: str
    language: str


class Scale(NamedTuple):
    """A publisher's rating scale. Its name is unique among that publisher's scales."""

    publisher: str
    """The publisher's domain."""
    name: str
    version: str
    language: str
    labels: tuple[tuple[str, str], ...]
    """The official wordings with their class ("" for none), in the order of the file."""


def build_label_key(label: str) -> str:
    """Return the normal form of a label: "Half-True", "half_true" and "“Half True”" are equal.

    The form uses NFKC and case folding. White space, hyphens and underscores become one space. Quotation marks,
    punctuation at the ends, and Arabic vowel signs and joiners are removed.
    """
    folded_label = _IGNORED_MARKS.sub("", unicodedata.normalize("NFKC", label).casefold())
    return _GAPS_PATTERN.sub(" ", folded_label).strip(_OUTER_CHARACTERS)


def read_label(
    text: Any, outlet: Outlet | None, codes: Mapping[str, str] | None = None, language: str = ""
) -> Label | Problem | None:
    """Return the publisher's rating label; None if there is none.

    Args:
        language: the language of the review, if known; it selects among a publisher's scales.
        codes: the file's own codes for labels, looked up first.
    """
    text_found = next(
        (candidate for candidate in iterate_texts(text) if not is_empty_value(clean_short(candidate))), ""
    )
    raw_label = make_storable(text_found).strip()
    if len(raw_label) > _MAX_LENGTH_WITH_MARKUP:
        return _refuse_too_long(raw_label)
    words = (codes and (codes.get(raw_label) or codes.get(clean_short(raw_label)))) or raw_label
    return _build_label(raw_label, words, outlet.domain if outlet else "", language) if words else None


def read_number(
    value: Any,
    best_value: Any,
    worst_value: Any,
    outlet: Outlet | None,
    codes: Mapping[str, str] | None = None,
    language: str = "",
) -> Label | Problem | None:
    """Return the label of a purely numeric rating, with its scale; a class is never computed from the number.

    Return a Problem for a number outside its scale, or for a scale whose ends are equal.
    """
    raw_number = next(iterate_texts(value), "").strip()
    if is_empty_value(raw_number):
        return None
    if codes and raw_number in codes:
        return read_label(raw_number, outlet, codes, language)
    number, highest_number, lowest_number = (
        _parse_number(raw_number),
        _parse_number(best_value),
        _parse_number(worst_value),
    )
    if number is None:
        return read_label(raw_number, outlet, language=language)
    if number == -1 or (highest_number is not None and highest_number == lowest_number):
        return build_problem(
            "rating is not a number on its scale",
            "%(raw)s does not say how the claim was rated.",
            raw=shorten_value(raw_number),
        )
    if (
        highest_number is not None
        and lowest_number is not None
        and not min(highest_number, lowest_number) <= number <= max(highest_number, lowest_number)
    ):
        return build_problem(
            "rating is not a number on its scale",
            "%(raw)s is outside the scale from %(bottom)s to %(top)s.",
            raw=shorten_value(raw_number),
            bottom=f"{lowest_number:g}",
            top=f"{highest_number:g}",
        )
    ends = [
        f"{end:g} = {word}"
        for end, word in ((lowest_number, "worst"), (highest_number, "best"))
        if end is not None
    ]
    words = f"{number:g} ({', '.join(ends)})" if ends else f"{number:g}"
    return _build_label(raw_number, words, outlet.domain if outlet else "", language)


def find_meaning(text: str, domain: str = "", language: str = "") -> Meaning | None:
    """Return the meaning of a label on the publisher's scale (by domain) or in the shared vocabulary."""
    key = build_label_key(text)
    primary_language = language.partition("-")[0]
    if meanings := _map_scales().get(domain, {}).get(key):
        return next(
            (meaning for meaning in meanings if meaning.language.partition("-")[0] == primary_language),
            meanings[0],
        )
    if words := _map_words().get(key):
        # Languages that share a word give it the same meaning, but the language of the label remains unknown.
        default = words[0] if len(words) == 1 else words[0]._replace(language="")
        return next((meaning for meaning in words if meaning.language == primary_language), default)
    return None


def has_scale(domain: str) -> bool:
    """Return whether the program has a scale of the publisher at this domain."""
    return domain in _map_scales()


@lru_cache(maxsize=16384)
def _build_label(raw_label: str, words: str, domain: str, language: str) -> Label | Problem | None:
    text = clean_short(words)
    if not build_label_key(text):
        return None
    meaning = find_meaning(text, domain, language) or _find_meaning_after_prefix(text, domain, language)
    if meaning:
        return Label(
            raw_label if len(raw_label) <= MAX_LENGTH else text,
            meaning.text,
            meaning.rating_class,
            meaning.scale,
            meaning.language,
        )
    if len(text) > MAX_LENGTH:
        return _refuse_too_long(text)
    if match := _QUOTED_PATTERN.fullmatch(text):
        text = match[1]
    return Label(raw_label if len(raw_label) <= MAX_LENGTH else text, text)


def _refuse_too_long(text: str) -> Problem:
    return build_problem(
        "label too long",
        "%(text)s is %(text_2)s characters long, which is too long for a label. Put it in the summary, "
        "and use a label of up to %(longest)s characters here.",
        text=shorten_value(text),
        text_2=f"{len(text):,}",
        longest=MAX_LENGTH,
    )


def _find_meaning_after_prefix(text: str, domain: str, language: str) -> Meaning | None:
    """Return the meaning of a known label after a listed prefix ("Verdict: False"); None if there is none."""
    separators, prefixes = _load_prefixes()
    for separator in separators:
        prefix, separator_found, label = text.partition(separator)
        if separator_found and build_label_key(prefix) in prefixes:
            return find_meaning(label, domain, language)
    return None


def _parse_number(value: Any) -> float | None:
    text = next(iterate_texts(value), "").strip()
    if not _NUMBER_PATTERN.fullmatch(text) or len(text) > 12:
        return None
    number = float(text.replace(",", "."))
    return number if math.isfinite(number) else None


def list_scales() -> Iterator[Scale]:
    """Yield the built-in scales, one for each publisher that uses them."""
    for scale in load_shipped_scales()["scale"]:
        labels = tuple(
            (wording, _parse_class(rating_class))
            for rating_class, wordings in scale["labels"].items()
            for wording in wordings
        )
        for publisher in scale["publishers"]:
            yield Scale(publisher, scale["name"], scale["version"], scale["language"], labels)


@lru_cache(maxsize=1)
def load_shipped_scales() -> dict[str, Any]:
    """Load the built-in scales from their file."""
    return tomllib.loads(
        files("claims.imports.reading.values").joinpath("rating_labels.toml").read_text("utf-8")
    )


@lru_cache(maxsize=1)
def _map_scales() -> dict[str, dict[str, list[Meaning]]]:
    """Return the meanings of labels, keyed by publisher domain and then by label key, in the order of the file."""
    scales: dict[str, dict[str, list[Meaning]]] = {}
    for scale in load_shipped_scales()["scale"]:
        for publisher in scale["publishers"]:
            labels = scales.setdefault(publisher, {})
            for key, meaning in _iterate_labels(scale):
                labels.setdefault(key, []).append(meaning)
    return scales


def _iterate_labels(scale: Mapping[str, Any]) -> Iterator[tuple[str, Meaning]]:
    for rating_class, wordings in scale["labels"].items():
        for wording in wordings:
            meaning = Meaning(wording, _parse_class(rating_class), scale["name"], scale["language"])
            for spelling in (wording, *scale.get("spellings", {}).get(wording, ())):
                yield build_label_key(spelling), meaning


def _parse_class(name: str) -> str:
    return "" if name == "unmapped" else name


@lru_cache(maxsize=1)
def _map_words() -> dict[str, list[Meaning]]:
    """Return the meanings, one for each language, of the words that all publishers use in the same sense."""
    words: dict[str, list[Meaning]] = {}
    for language, classes in load_shipped_scales()["words"].items():
        for rating_class, wordings in classes.items():
            for wording in wordings:
                meaning = Meaning(wording, rating_class, "", "" if language == "zxx" else language)
                words.setdefault(build_label_key(wording), []).append(meaning)
    return words


@lru_cache(maxsize=1)
def _load_prefixes() -> tuple[tuple[str, ...], frozenset[str]]:
    prefixes = load_shipped_scales()["prefixes"]
    return tuple(prefixes["separators"]), frozenset(map(build_label_key, prefixes["words"]))
