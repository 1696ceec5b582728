"""The questions and claims of the measurements: CheckThat! 2022 2A and 2B, and CheckThat! 2025.

The folder and its sentences are not part of the project. Its README states where each set comes from, and its known
faults.
"""

import csv
import gzip
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

#: What is shorter than this is no sentence.
_MIN_SENTENCE_LENGTH = 30

_DAY_PATTERN = re.compile(r"[A-Z][a-z]+ \d{1,2}, \d{4}")


class DataMissing(Exception):
    """The data folder does not exist."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A checked claim of a data set."""

    id: str
    statement: str
    language: str
    headline: str = ""
    claimant: str = ""
    claimed_on: date | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A text and the claims it repeats."""

    id: str
    text: str
    language: str
    claims: frozenset[str]
    claimant: str = ""
    said_on: date | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """Claims, with questions for training and for validation."""

    name: str
    claims: list[Claim]
    train: list[Question]
    dev: list[Question]


def load_tweets(folder: Path) -> Collection:
    """Load set 2A: English tweets, and the claims that Snopes checked."""
    claims = [
        Claim(row["id"], row["text"], "en", row["title"], reviewed_on=_parse_day(row["date"], "%d %B %Y"))
        for row in _iterate_lines(_require_file(folder, "ct22_2a_en/claims.jsonl.gz"))
    ]
    return _build_collection("2a", folder / "ct22_2a_en", claims)


def load_debates(folder: Path) -> Collection:
    """Load set 2B: sentences of American debates and speeches, and the claims that PolitiFact checked."""
    claims = [
        Claim(row["id"], row["text"], "en", row["title"], row["speaker"], claimed_on=_find_day(row["date"]))
        for row in _iterate_lines(_require_file(folder, "ct22_2b_en/claims.jsonl.gz"))
    ]
    return _build_collection("2b", folder / "ct22_2b_en", claims, _add_debate_details)


def load_posts(folder: Path) -> Collection:
    """Load CheckThat! 2025: posts in 13 languages, with their claims as sentences in the same language."""
    rows = _iterate_lines(_require_file(folder, "ct25_norm_multi/claims.jsonl.gz"))
    claims = [Claim(row["id"], row["text"], row["lang"]) for row in rows]
    return _build_collection("ct25", folder / "ct25_norm_multi", claims)


def load_ordinary_sentences(folder: Path, part: str) -> list[Question]:
    """Load tweets and sentences of debates not worth checking (CheckThat! 2022 and 2024)."""
    splits = {"train"} if part == "train" else {"dev", "dev-test"}
    sentences = []
    for name in ("ct22_multi", "ct24_en"):
        with gzip.open(
            _require_file(folder.parent, f"detection/{name}.tsv.gz"), "rt", encoding="utf-8", newline=""
        ) as rows:
            sentences += [
                Question(f"{name}-{number}", row["text"], row["lang"], frozenset())
                for number, row in enumerate(csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE))
                if row["label"] == "0" and row["split"] in splits and len(row["text"]) > _MIN_SENTENCE_LENGTH
            ]
    return sentences


COLLECTIONS: dict[str, Callable[[Path], Collection]] = {
    "2a": load_tweets,
    "2b": load_debates,
    "ct25": load_posts,
}


def draw_sample(questions: Sequence[Question], max_size: int) -> Sequence[Question]:
    """Return a reproducible sample of at most this size."""
    return questions if len(questions) <= max_size else random.Random(max_size).sample(questions, max_size)  # noqa: S311  no secret


def _require_file(folder: Path, name: str) -> Path:
    if not (folder / name).is_file():
        raise DataMissing(
            f"{folder / name} is not there. Name the folder of the data: --data ../shared/data/matching"
        )
    return folder / name


def _iterate_lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _build_collection(
    name: str,
    folder: Path,
    claims: list[Claim],
    add_details: Callable[[Question], Question] = lambda question: question,
) -> Collection:
    train, dev = (
        [add_details(q) for q in _load_questions(folder / f"{part}.tsv.gz")] for part in ("train", "dev")
    )
    dev_texts = {question.text for question in dev}
    return Collection(name, claims, [question for question in train if question.text not in dev_texts], dev)


def _load_questions(path: Path) -> Iterable[Question]:
    questions: dict[str, Question] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            earlier_question = questions.get(row["qid"])
            claims = (earlier_question.claims if earlier_question else frozenset()) | {row["claim_id"]}
            questions[row["qid"]] = Question(row["qid"], row["text"], row.get("lang") or "en", claims)
    return questions.values()


def _add_debate_details(question: Question) -> Question:
    """Return details read from the name of the transcript: `20170822_Trump_phoenix_0204`."""
    day, speaker_code, *_ = question.id.split("_")
    speaker = next(
        (name for code_start, name in _SPEAKERS.items() if speaker_code.startswith(code_start)), ""
    )
    return replace(question, claimant=speaker, said_on=_parse_day(day, "%Y%m%d"))


#: Speakers whose transcripts contain no one else, as they are spelt there.
_SPEAKERS = {"Trum": "Donald Trump", "Tump": "Donald Trump", "Obama": "Barack Obama"}


def _find_day(text: str) -> date | None:
    match = _DAY_PATTERN.search(text)
    return _parse_day(match.group(), "%B %d, %Y") if match else None


def _parse_day(text: str, date_format: str) -> date | None:
    try:
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        return None
