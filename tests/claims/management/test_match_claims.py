"""`manage.py match_claims`: tables of texts, with the matches beside each."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from claims.management import matched_texts
from claims.matching import answers, embedding, shared_words
from claims.matching.answers import Answer, MatchOptions, match_published_texts
from claims.matching.judgement import Judgement
from claims.matching.query import Candidate, TextQuery
from claims.models import Claim
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

STATEMENT = "The ferry sank in the harbour last night."


@pytest.fixture(autouse=True)
def judged_by_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(asked: TextQuery, candidate: Candidate, unknown: object) -> Judgement:
        return Judgement(
            "same" if candidate.words > 0.8 else "related",
            0.95,
            ("the same words", "no other"),
            ((0, 3), (15, 29)),
            ((0, 3),),
        )

    monkeypatch.setattr(answers, "judge", judge)
    monkeypatch.setattr(embedding, "get_embedder", lambda: None)
    monkeypatch.setattr(
        embedding, "compute_query_vectors", lambda texts, languages, **_: [None for _ in texts]
    )
    shared_words.load_common_words.cache_clear()
    answers.answer_cache.clear()


@pytest.fixture
def ferry(publish: Callable[..., Claim]) -> Claim:
    return publish(make_claim(STATEMENT))


def match(path: Path, capsys: pytest.CaptureFixture[str], **options: Any) -> str:
    call_command("match_claims", str(path), verbosity=0, **options)
    return capsys.readouterr().out


def table(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


FOUND = {
    "match_answer": "same",
    "match_confidence": "0.95",
    "match_reasons": "the same words; no other",
    "match_only_in_text": "The; in the harbour",
    "match_only_in_claim": STATEMENT[:3],
    "match_statement": STATEMENT,
    "match_language": "en",
    "match_publisher": "Factcheck Newsroom",
    "match_rating_label": "False",
    "match_rating_class": "false",
    "match_verdict_url": "",
}
NOTHING = {f"match_{name}": "" for name in matched_texts.RESULT_COLUMNS} | {"match_answer": "nothing"}


def test_the_output_table_has_the_matches(
    ferry: Claim, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(f'\ufeffid,Text\n1,"{STATEMENT}"\n2,"=cmd()\nZeppelins"\n3,\n', encoding="utf-8")
    first, second, third = table(match(path, capsys))
    url = ferry.get_absolute_url()
    assert first.pop("match_claim_url").endswith(url)
    assert first.pop("match_confidence") == "0.95"
    assert first == {"id": "1", "Text": STATEMENT, "match_claim_id": str(ferry.pk)} | {
        name: value for name, value in FOUND.items() if name != "match_confidence"
    }
    assert second == {"id": "2", "Text": "'=cmd()\nZeppelins", **NOTHING}
    assert third == {"id": "3", "Text": "", **NOTHING}


@pytest.mark.parametrize(
    "name, content, options",
    [
        ("posts.tsv", f"post\tnumber\n{STATEMENT}\t1\n", {}),
        ("posts.csv", f"number,what was said\n1,{STATEMENT}\n", {"column": "What Was Said"}),
        ("posts.txt", f"{STATEMENT}\r\n", {}),
        ("posts.dat", f"text\n{STATEMENT}\n", {"format": "csv"}),
    ],
)
def test_texts_are_read_from_many_kinds_of_files(
    ferry: Claim,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: str,
    options: dict[str, str],
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8", newline="")
    [row] = table(match(tmp_path / name, capsys, **options), "\t" if name.endswith("tsv") else ",")
    assert (row["match_claim_id"], row["match_answer"]) == (str(ferry.pk), "same")


def test_ndjson_keeps_its_values(ferry: Claim, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_text(f'{{"id": 7, "tags": ["a"], "text": "{STATEMENT}"}}\n\n"Zeppelins"\n', encoding="utf-8")
    first, second = map(json.loads, match(path, capsys).splitlines())
    assert (first["id"], first["tags"], first["match"]["claim_id"]) == (7, ["a"], ferry.pk)
    assert (second["text"], second["match"]["answer"], second["match"]["claim_id"]) == (
        "Zeppelins",
        "nothing",
        None,
    )


@pytest.mark.parametrize(
    "name, content, message",
    [
        (
            "posts.csv",
            "number,words\n1,a\n",
            "no column was recognised as the text. Name one with --column: number, words",
        ),
        ("posts.csv", "", "--column: none"),
        ("posts.ndjson", '{"text": "a"}\n{\n', "Line 2 is not JSON"),
        ("posts.csv", 'text\n"never ends\n', "Line 2 cannot be read"),
        ("posts.csv", b"text\n\xff\n", "cannot be matched"),
    ],
)
def test_unreadable_rows_are_reported_with_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str | bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CommandError, match=message):
        match(tmp_path / name, capsys)


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="No such file"):
        match(tmp_path / "none.csv", capsys)


def test_rows_are_matched_together(
    ferry: Claim,
    tmp_path: Path,
    django_assert_num_queries: DjangoAssertNumQueries,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "posts.txt"
    path.write_text(f"{STATEMENT}\n" * 3 + "Zeppelins.\n")
    # The position of the ledger, common words, claims with shared words, corrections of a word, statements of the
    # claims, and the report on them.
    with django_assert_num_queries(6):
        match(path, capsys)


# Interrupted runs


@pytest.fixture
def long_table(tmp_path: Path) -> Path:
    path = tmp_path / "posts.csv"
    path.write_text(
        "text\n" + "".join(f'"Post {number},\nZeppelins"\n' for number in range(120)), encoding="utf-8"
    )
    return path


def interrupt_after(batches: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = match_published_texts
    calls = iter(range(batches))

    def answered(texts: Sequence[str], options: MatchOptions) -> list[Answer]:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return whole(texts, options)

    monkeypatch.setattr(matched_texts, "match_published_texts", answered)


def test_an_interrupted_run_continues_at_its_position(
    long_table: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, output = long_table.with_name("whole.csv"), long_table.with_name("matched.csv")
    match(long_table, capsys, output=str(whole))
    with monkeypatch.context() as patch:
        interrupt_after(1, patch)
        with pytest.raises(CommandError, match="Interrupted. To continue, use --resume.") as interrupted:
            match(long_table, capsys, output=str(output))
    assert interrupted.value.returncode == 130
    part = output.with_name("matched.csv.part")
    assert len(table(part.read_bytes().decode())) == 50
    with part.open("a") as file:
        file.write('"half a row')  # as a killed process would leave it
    match(long_table, capsys, output=str(output), resume=True)
    assert output.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in long_table.parent.iterdir()) == [
        "matched.csv",
        "posts.csv",
        "whole.csv",
    ]


def test_a_run_that_was_not_started_cannot_continue(
    long_table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = long_table.with_name("matched.csv")
    with pytest.raises(CommandError, match="There is nothing to continue"):
        match(long_table, capsys, output=str(output), resume=True)
    with pytest.raises(CommandError, match="--resume needs --output"):
        match(long_table, capsys, resume=True)
    output.with_name("matched.csv.part.json").write_text("[]")
    with pytest.raises(CommandError, match="cannot be read"):
        match(long_table, capsys, output=str(output), resume=True)
    output.with_name("matched.csv.part.json").write_text('{"rows": 5, "bytes": 99}')
    with pytest.raises(CommandError, match="is shorter than"):
        match(long_table, capsys, output=str(output), resume=True)


def test_a_confidence_is_a_share(long_table: Path) -> None:
    said = []
    for share in ("1.5", "-1", "much"):
        with pytest.raises(CommandError) as refusal:
            call_command("match_claims", str(long_table), f"--minimum-confidence={share}")
        said.append(str(refusal.value))
    assert said == [
        f"Error: argument --minimum-confidence: {share!r} is not a number from 0 to 1"
        for share in ("1.5", "-1", "much")
    ]
