"""Judge how likely a sentence is worth a check, and say why.

The judge is a logistic regression: the cues of the sentence, its place in the article and its form each add their
weight, and where an embedder is there, so does each figure of the sentence's vector. The weights are data
(`weights/`), made by `benchmarks/articles/fit_worthiness.py` from sentences labelled for it; `docs/check-worthiness.md`
says what they are good and bad at.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Protocol

from claims.articles.detection.attribution import Voice
from claims.articles.detection.cues import SentenceCue, find_cues, years
from claims.articles.detection.furniture import is_complete
from claims.articles.detection.lexicon import Lexicon, Token, tokenise

_WEIGHTS = files("claims.articles.detection") / "weights"
#: What can speak for a check, and what against one. Everything else is grammar or form: it is weighed, but nobody
#: checks a sentence because it has a verb, or leaves it because it has a name.
_RAISING = frozenset(
    {
        "quantity",
        "number",
        "measure",
        "date",
        "duration",
        "order or repetition",
        "superlative",
        "universal",
        "comparison",
        "change",
    }
    | {"law or decision", "cause", "because", "negation", "institution or group", "named entity"}
    | {"attributed", "source named"}
)
_LOWERING = frozenset(
    {
        "prediction",
        "promise or plea",
        "hedge",
        "opinion",
        "wish",
        "instruction",
        "first person",
        "feeling",
        "scene",
    }
    | {"addresses the reader", "agenda", "no comment", "question"}
)
#: A cue that moves the odds by less is no reason that an editor should read.
_LEAST_MATTERING = 0.15
_MOST_REASONS = 8
_LONGEST_REASON = 50
#: What means something else together: "I created 700,000 jobs" is a claim, "I feel" is none.
_TOGETHER = (
    ("first person", "quantity"),
    ("prediction", "quantity"),
    ("question", "quantity"),
    ("promise or plea", "number"),
    ("quotation", "number"),
)
#: "Vaccines cause autism": three words may say all that a claim needs.
_TELLING = frozenset({"cause", "universal", "comparison", "superlative", "change"})
_OLD = 4
_DASH = re.compile(r"^\s*[-–—]\s")
_CHARACTERS_A_WORD = 1.7


class SentenceEmbedder(Protocol):
    """What makes a vector of each sentence; the one that is configured for matching is one."""

    @property
    def name(self) -> str:
        """Of the model, a comma, and what runs it."""

    def queries(self, texts: Sequence[str]) -> Iterable[Sequence[float]]: ...


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a sentence is worth a check, or less so: the kind, and the words of the text that are it.

    `text[start:end] == words` in the text that was read; `raises` is false where it speaks against a check.
    """

    kind: str
    words: str
    start: int
    end: int
    raises: bool

    def __str__(self) -> str:
        """As a claim stores it: the kind and the words, in fifty characters at most; "but" where it speaks against."""
        opening = f"{'' if self.raises else 'but '}{self.kind}: "
        words, room = " ".join(self.words.split()), _LONGEST_REASON - len(opening)
        return opening + (words if len(words) <= room else words[: room - 1] + "…")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the article a sentence stands."""

    index: int  # among all sentences
    count: int
    newest_year: int | None  # the latest that the article names


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """What the judge knows of a sentence."""

    text: str
    cues: tuple[SentenceCue, ...]
    figures: Mapping[str, float]


class CheckWorthiness:
    """One fitted model: what each figure adds to the log-odds."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.threshold: float = content["threshold"]
        self.intercept: float = content["intercept"]
        self.figures: Mapping[str, float] = content["weights"]
        vector: Mapping[str, Any] = content.get("vector", {})
        self.embedder: str = vector.get("embedder", "")
        self.mean: Sequence[float] = vector.get("mean", ())
        self.vector: Sequence[float] = vector.get("weights", ())

    def probability(self, figures: Mapping[str, float], vector: Sequence[float] | None = None) -> float:
        """How likely a check is worth while, from 0 to 1."""
        odds = self.intercept + sum(self.figures.get(name, 0.0) * value for name, value in figures.items())
        if vector is not None:
            odds += sum(
                weight * (value - mean)
                for weight, value, mean in zip(self.vector, vector, self.mean, strict=True)
            )
        return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))

    def reasons(self, reading: SentenceReading, start: int) -> tuple[Reason, ...]:
        """The cues that moved the odds, the strongest first, then what lowered them; one of each kind.

        Args:
            start: where the sentence begins in the text.
        """
        strongest: dict[str, SentenceCue] = {}
        for cue in reading.cues:
            weight = self.figures.get(cue.kind, 0.0)
            if abs(weight) < _LEAST_MATTERING or cue.kind not in (_RAISING if weight > 0 else _LOWERING):
                continue
            kept = strongest.get(cue.kind)
            if kept is None or cue.end - cue.start > kept.end - kept.start:
                strongest[cue.kind] = cue
        ordered = sorted(strongest, key=lambda kind: (self.figures[kind] < 0, -abs(self.figures[kind]), kind))
        return tuple(
            Reason(
                kind,
                reading.text[cue.start : cue.end],
                start + cue.start,
                start + cue.end,
                raises=self.figures[kind] > 0,
            )
            for kind in ordered[:_MOST_REASONS]
            for cue in [strongest[kind]]
        )


@lru_cache(maxsize=2)
def _read(name: str) -> CheckWorthiness:
    return CheckWorthiness(json.loads((_WEIGHTS / name).read_text("utf-8")))


def model_for(embedder: SentenceEmbedder | None) -> CheckWorthiness:
    """The model for sentences of which this embedder makes vectors; that without vectors where its are not known."""
    if embedder is not None:
        with_vectors = _read("vectors.json")
        if embedder.name.split(",")[0] == with_vectors.embedder:
            return with_vectors
    return _read("words.json")


def lowest_score(embedder: SentenceEmbedder | None) -> float:
    """From which score a sentence is worth a check, with the vectors of this embedder or without."""
    return model_for(embedder).threshold


DEFAULT_THRESHOLD: float = lowest_score(None)


def read_sentence(
    text: str,
    language: Lexicon,
    *,
    voice: Voice | None,
    quotations: Iterable[tuple[int, int]],
    names: frozenset[str],
    place: Place,
) -> SentenceReading:
    """Read a sentence.

    Args:
        voice: who speaks in it; what only says so is no fact of the claim.
        quotations: the direct quotations of several words in it, as offsets in the sentence.
    """
    claimed = text[: voice.tail] if voice is not None and voice.tail else text
    tokens = tokenise(claimed)
    cues = find_cues(claimed, tokens, language, names)
    if (
        place.count > 1
    ):  # a sentence that is all the text there is quotes nobody, whatever marks are around it
        cues += [SentenceCue("quotation", start, end) for start, end in quotations]
    if voice is not None and (named := _where(voice.speaker.name, text, language)):
        cues.append(SentenceCue("attributed", *named))
    figures = {cue.kind: 1.0 for cue in cues}
    figures |= _form(claimed, tokens, language, complete=is_complete(text))
    figures |= _position(claimed, place)
    if voice is not None:
        figures["has a speaker"] = 1.0
    counted = sum(cue.kind in {"number", "quantity"} for cue in cues)
    figures["several numbers"] = min(max(counted - 1, 0), 3) / 3
    figures["several names"] = float(sum(cue.kind == "named entity" for cue in cues) > 1)
    figures |= {
        f"{one} and {other}": 1.0 for one, other in _TOGETHER if figures.get(one) and figures.get(other)
    }
    figures["short and telling"] = float(
        (figures["short"] or figures["very short"]) and not _TELLING.isdisjoint(figures)
    )
    if not language.known:
        figures |= {
            f"{name}, no lexicon": figures.get(name, 0.0)
            for name in ("quantity", "number", "named entity", "date", "length")
        }
        figures["no lexicon"] = 1.0
    return SentenceReading(text, tuple(cues), figures)


def _where(name: str, text: str, language: Lexicon) -> tuple[int, int] | None:
    """The place of a name in the sentence: as words of their own, where the language has any."""
    at = text.find(name) if name else -1
    while at >= 0:
        end = at + len(name)
        if not language.spaced or not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
            return at, end
        at = text.find(name, at + 1)
    return None


def _form(text: str, tokens: Sequence[Token], language: Lexicon, *, complete: bool) -> dict[str, float]:
    length = len(tokens) if language.spaced else len(text) / _CHARACTERS_A_WORD
    pronouns = language.he | language.she
    return {
        "length": math.log2(max(length, 1)) - 3.5,
        "very short": float(length < 5),
        "short": float(5 <= length < 8),
        "long": float(length > 30),
        "fragment": float(not complete),
        "dash first": float(_DASH.match(text) is not None),
        "he or she": float(any(token.key in pronouns for token in tokens)),
    }


def _position(text: str, place: Place) -> dict[str, float]:
    named = years(text)
    figures = {
        "old year": float(
            bool(named) and place.newest_year is not None and max(named) <= place.newest_year - _OLD
        ),
    }
    if place.count > 4:
        figures["late"] = place.index / (place.count - 1) - 0.5
        figures["last"] = float(place.index >= place.count - 2)
    return figures
