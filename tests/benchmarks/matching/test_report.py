import gzip
import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.matching.datasets import DataMissing, load_debates, load_ordinary_sentences, load_tweets
from benchmarks.matching.embeddings import Embeddings
from benchmarks.matching.pairs import print_pairs
from benchmarks.matching.report import Report
from tests.helpers.embedders import TinyEmbedder

CLAIMS = [
    {
        "id": "bridge",
        "text": "The old bridge of Vell collapsed.",
        "title": "Did the bridge collapse?",
        "date": "2 May 2020",
    },
    {"id": "ferry", "text": "A ferry to Vell sank.", "title": "Sunken ferry", "date": ""},
]
ORDINARY = "What a lovely day we had at the sea."
QUESTIONS = [
    ("q1", "The bridge of Vell has collapsed! — Ada (@ada) May 1, 2020", "bridge"),
    ("q2", "They say a ferry sank near Vell", "ferry"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set as CheckThat! writes it, of our own sentences."""
    folder = tmp_path / "matching"
    (folder / "ct22_2a_en").mkdir(parents=True)
    (folder / "README.md").touch()
    (tmp_path / "detection").mkdir()
    for name, split in (("ct22_multi", "dev"), ("ct24_en", "train")):
        with gzip.open(tmp_path / "detection" / f"{name}.tsv.gz", "wt") as lines:
            lines.write(f"id\tlang\ttext\tlabel\tsplit\n1\ten\t{ORDINARY}\t0\t{split}\n")
            lines.write(f"2\ten\tThe old bridge of Vell collapsed.\t1\t{split}\n")
    with gzip.open(folder / "ct22_2a_en" / "claims.jsonl.gz", "wt") as lines:
        lines.writelines(json.dumps(claim) + "\n" for claim in CLAIMS)
    for part, rows in (("train", QUESTIONS), ("dev", QUESTIONS[:1])):
        with gzip.open(folder / "ct22_2a_en" / f"{part}.tsv.gz", "wt") as lines:
            lines.writelines("\t".join(row) + "\n" for row in [("qid", "text", "claim_id"), *rows])
    return folder


def test_ordinary_sentences_are_not_worth_checking(folder: Path) -> None:
    assert [question.text for question in load_ordinary_sentences(folder, "dev")] == [ORDINARY]
    assert [question.claims for question in load_ordinary_sentences(folder, "train")] == [frozenset()]


def test_a_set_is_read(folder: Path) -> None:
    collection = load_tweets(folder)

    assert [(claim.id, claim.headline, claim.reviewed_on) for claim in collection.claims] == [
        ("bridge", "Did the bridge collapse?", date(2020, 5, 2)),
        ("ferry", "Sunken ferry", None),
    ]
    assert [question.claims for question in collection.dev] == [frozenset({"bridge"})]


def test_questions_for_model_selection_are_not_used_for_fitting(folder: Path) -> None:
    assert [question.id for question in load_tweets(folder).train] == ["q2"]


def test_a_set_that_is_missing_says_how_to_name_its_folder(folder: Path) -> None:
    with pytest.raises(
        DataMissing, match=r"ct22_2b_en/claims.jsonl.gz is not there. Name the folder of the data: --data"
    ):
        load_debates(folder)


@pytest.mark.parametrize("with_vectors", [False, True])
def test_a_set_is_measured(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, with_vectors: bool
) -> None:
    monkeypatch.setattr(
        "benchmarks.matching.report.build_embeddings", lambda: Embeddings(TinyEmbedder(), folder / "vectors")
    )

    missed = Report(folder, with_vectors=with_vectors, prints_misses=False).print(["2a"], "dev")

    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in capsys.readouterr().out.splitlines()]
    cells = {row[0]: row[1:] for row in rows if len(row) > 1}
    assert missed == 0
    assert ("vectors alone, centred" in cells) is with_vectors
    assert sum(row[1:2] == ["1.0000"] for row in rows) == (9 if with_vectors else 7)
    assert cells["right claim, its claim is there"] == ["0.0%", "0.0%", "100.0%", "0.0%"]
    assert cells["any claim, 1 ordinary sentences"][-1] == "0.0%"
    assert sum(int(cell.split()[-1]) for cell in cells["related"] if cell != "–") == 1


def test_pairs_and_halves_of_statements_are_judged(tmp_path: Path) -> None:
    statement = "The old bridge of Vell collapsed."
    same = {"lang_a": "en", "lang_b": "en", "a": statement, "same": 1}
    for name, other in (
        ("hardneg", "The old bridge of Vell reopened."),
        ("samepairs", "Vell's bridge fell down."),
    ):
        pair = same | {"b": other, "same": int(name == "samepairs")}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(pair))
    (tmp_path / "controls.jsonl").write_text(json.dumps(same | {"b": statement.upper()}))
    triplet = {
        "lang": "en",
        "text": "In Vell, a bridge collapsed",
        "right": statement,
        "wrong": "Vell has a zoo.",
    }
    (tmp_path / "triplets.jsonl").write_text(json.dumps(triplet))
    printed = StringIO()

    assert print_pairs(tmp_path, None, Console(file=printed, width=130)) == []
    assert [line for line in printed.getvalue().splitlines() if " of " in line] == [
        "Halves of a statement: 0 of 8 are called the same",
        "Which of two claims is meant: 1 of 1 right",
    ]
