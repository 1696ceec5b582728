"""Dumps: whole or not there at all, of one moment, and the newest stays."""

import errno
import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from claims.exports.dumps import dump_run, kept_dumps
from claims.exports.dumps.dump_run import DumpUnderWay, write_dump
from claims.models import Claim, Publication
from claims.review import workflow
from factcheck.installation import whole_files
from tests.helpers.database import administration
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
NAMES = [
    "claims.csv",
    "claims.jsonld",
    "claims.ndjson",
    "claims.parquet",
    "manifest.json",
    "withdrawn.ndjson",
]


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files" / "dumps"


def held(files: Path) -> dict[str, list[str]]:
    """Folder → the files in it."""
    return {folder.name: sorted(file.name for file in folder.iterdir()) for folder in sorted(files.iterdir())}


def asked(question: str) -> list[Any]:
    found = duckdb.sql(question)
    assert found is not None
    return found.fetchall()


@pytest.fixture
def retracted(publish: Publish, editor: Any) -> Claim:
    claim = publish(make_claim("The ferry sank."))
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="It was another ferry.")
    return claim


def test_contains_published_and_withdrawn_claims(
    files: Path, publish: Publish, retracted: Claim, settings: Any
) -> None:
    settings.DATA_LICENSE = "https://creativecommons.org/licenses/by/4.0/"
    published = publish(make_claim("The bridge cost 40 million euros."))
    make_claim("Nobody has checked this one.")
    dump = write_dump()
    folder = files / dump.folder
    assert held(files) == {dump.folder: NAMES}
    lines = [json.loads(line) for line in (folder / "claims.ndjson").read_text().splitlines()]
    gone = [json.loads(line) for line in (folder / "withdrawn.ndjson").read_text().splitlines()]
    assert [claim["id"] for claim in lines] == [published.pk]
    assert [(claim["id"], claim["status"]) for claim in gone] == [(retracted.pk, "retracted")]
    feed = json.loads((folder / "claims.jsonld").read_text())
    assert len(feed["dataFeedElement"]) == 2
    assert "has not been checked" not in "".join(
        path.read_text(errors="replace") for path in folder.iterdir()
    )
    rows = asked(f"SELECT claim_id, rating_class FROM '{folder}/claims.parquet'")
    assert rows == [(published.pk, "false")]
    table = asked(f"SELECT claim_id, statement FROM '{folder}/claims.csv'")
    assert table == [(published.pk, "The bridge cost 40 million euros.")]

    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest == dump.manifest
    assert (manifest["licence"], manifest["ledger"]["sequence"]) == (
        "https://creativecommons.org/licenses/by/4.0/",
        Publication.objects.count(),
    )
    told = {file["name"]: file for file in manifest["files"]}
    assert sorted([*told, "manifest.json"]) == NAMES
    for name, file in told.items():
        content = (folder / name).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert (told["claims.parquet"]["rows"], told["claims.ndjson"]["claims"], told["withdrawn.ndjson"]["claims"]) == (
        1, 1, 1,
    )  # fmt: skip


def test_an_empty_ledger_has_one_too(files: Path) -> None:
    dump = write_dump()
    assert {file.size > 0 for file in dump.files.values() if "ndjson" not in file.name} == {True}
    assert asked(f"SELECT count(*) FROM '{files}/{dump.folder}/claims.parquet'") == [(0,)]


@pytest.mark.django_db(transaction=True)
def test_all_files_are_of_one_moment(files: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(make_claim("The bridge cost 40 million euros."))
    as_it_was = dump_run._write_file

    def publishing(part: Any, *rest: Any) -> Any:
        def another() -> None:
            publish(make_claim(f"Published before {part.name}."))
            connection.close()

        with ThreadPoolExecutor(1) as pool:
            pool.submit(another).result()
        return as_it_was(part, *rest)

    monkeypatch.setattr(dump_run, "_write_file", publishing)
    dump = write_dump()
    assert [file["claims"] for file in dump.manifest["files"]] == [1, 0, 1, 1, 1]
    assert Publication.objects.count() == 6


def test_names_the_checkpoint_that_it_continues(files: Path, publish: Publish) -> None:
    from claims.ledger.proofs.checkpoints import sign_ledger  # noqa: PLC0415

    publish()
    signed = sign_ledger()
    assert signed is not None
    publish(make_claim("The ferry sank."))
    manifest = write_dump().manifest["ledger"]
    assert (manifest["sequence"], manifest["checkpoint"]) == (2, signed.note)


@pytest.mark.parametrize("breaks_at", range(1, 7))
def test_a_full_disk_leaves_nothing(
    files: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch, breaks_at: int
) -> None:
    publish()
    before = write_dump()
    calls = 0
    as_it_was = whole_files.write_atomically

    def full(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == breaks_at:
            raise OSError(errno.ENOSPC, "No space left on device")
        as_it_was(*arguments)

    monkeypatch.setattr(dump_run, "write_atomically", full)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("write_dumps", verbosity=0)
    assert held(files) == {before.folder: NAMES}
    assert kept_dumps.find_newest() == before


def test_remains_of_a_killed_run_are_not_listed_and_are_removed(files: Path, publish: Publish) -> None:
    publish()
    before = write_dump()
    half = files / "2026-11-26T000000Z-00000000"
    half.mkdir()
    (half / "claims.ndjson").write_text("{")
    left = files / "unfinished-x"
    left.mkdir()
    (left / "claims.csv").write_text("claim")
    assert [dump.folder for dump in kept_dumps.list_dumps()] == [before.folder]
    after = write_dump()
    assert held(files) == {after.folder: NAMES}


def test_the_second_of_a_day_takes_the_place_of_the_first(files: Path, publish: Publish) -> None:
    first = write_dump()
    publish()
    second = write_dump()
    assert (first.day, kept_dumps.find_for_day(first.day)) == (second.day, second)
    assert list(held(files)) == [second.folder]


def test_old_ones_go_and_the_newest_stays(files: Path, publish: Publish) -> None:
    publish()
    dump = write_dump()
    for day in ("2026-01-01", "2026-01-02", "2026-01-03"):
        older = files / f"{day}T024100Z-0000000{day[-1]}"
        older.mkdir()
        for path in (files / dump.folder).iterdir():
            (older / path.name).write_bytes(path.read_bytes())
    assert [each.day for each in kept_dumps.list_dumps()] == [
        dump.day,
        "2026-01-03",
        "2026-01-02",
        "2026-01-01",
    ]
    newest = write_dump(kept_count=2)
    assert [each.folder for each in kept_dumps.list_dumps()] == [newest.folder, "2026-01-03T024100Z-00000003"]
    assert len(held(files)) == 2
    assert [each.folder for each in [write_dump(kept_count=0)]] == list(held(files))


def test_a_failed_run_takes_nothing_away(
    files: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = write_dump()
    monkeypatch.setattr(dump_run, "compute_digest", lambda *_: "another")
    with pytest.raises(
        dump_run.DumpDamaged, match=r"does not contain dumps/.*claims\.ndjson as it was written"
    ):
        write_dump(kept_count=1)
    assert list(held(files)) == [before.folder]


@pytest.mark.django_db(transaction=True)
def test_one_at_a_time(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_was = dump_run._describe_dump

    def meanwhile(*rest: Any) -> Any:
        def another() -> None:
            try:
                write_dump()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool, pytest.raises(DumpUnderWay):
            pool.submit(another).result()
        return as_it_was(*rest)

    monkeypatch.setattr(dump_run, "_describe_dump", meanwhile)
    dump = write_dump()
    assert list(held(files)) == [dump.folder]


@pytest.mark.django_db(transaction=True)
def test_a_run_that_lost_its_lock_publishes_nothing(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server ended the connection that keeps others out: another run has removed files that were written before."""
    as_it_was = dump_run._write_file

    def interrupted(part: Any, *rest: Any) -> Any:
        described = as_it_was(part, *rest)
        if part is dump_run.DUMP_PARTS[0]:
            with administration(connection.settings_dict["NAME"]) as database:
                database.execute(
                    "SELECT pg_terminate_backend(pid, 120000) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            for folder in kept_dumps.list_all_folders():
                kept_dumps.remove(folder)
        return described

    monkeypatch.setattr(dump_run, "_write_file", interrupted)
    with pytest.raises(OperationalError):
        write_dump()
    assert kept_dumps.list_dumps() == []
    assert held(files) == {}


def test_the_command_prints_names_sizes_and_hashes(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("write_dumps", verbosity=0)
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    dump = kept_dumps.find_newest()
    assert dump is not None
    assert lines == [
        [f"{dump.day}/{file['name']}", str(file["bytes"]), file["sha256"]] for file in dump.manifest["files"]
    ]
    with pytest.raises(CommandError, match="the newest dump is always kept"):
        call_command("write_dumps", "--keep", "0")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_process_leaves_no_half_dump(files: Path, publish: Publish, settings: Any) -> None:
    """SIGKILL between two files; the next run is not affected."""
    publish()
    program = (
        "import django; django.setup(); import os, signal\n"
        "from django.conf import settings\n"
        "from django.db import connection\n"
        f"connection.settings_dict['NAME'] = {connection.settings_dict['NAME']!r}\n"
        f"settings.MEDIA_ROOT = {str(settings.MEDIA_ROOT)!r}\n"
        "from claims.exports.dumps import dump_run\n"
        "as_it_was = dump_run._write_file\n"
        "def dying(part, *rest):\n"
        "    if part.name == 'claims.parquet': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return as_it_was(part, *rest)\n"
        "dump_run._write_file = dying\n"
        "dump_run.write_dump()\n"
    )
    died = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert kept_dumps.list_dumps() == []
    assert any("claims.csv" in names for names in held(files).values())
    dump = write_dump()
    assert held(files) == {dump.folder: NAMES}
