"""Files: whole or not there, the same bytes however often they were interrupted, as of one moment of the ledger."""

import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import InternalError, OperationalError

from claims.exports import format_choice, manifest, outputs
from claims.exports.export_run import ExportOptions, export_to_file, export_to_stream
from claims.exports.formats import parquet, stored_bodies
from claims.exports.outputs import OutputError, PartFile, build_part_path, build_state_path
from claims.exports.selection import LedgerMoment, Selection, use_one_snapshot
from claims.models import Claim, Publication
from factcheck.installation.version import read_version
from tests.helpers.database import replace_database
from tests.helpers.eventful_newsroom import LEDGER, exported, full_newsroom
from tests.helpers.ledger_traffic import busy_newsroom, step
from tests.helpers.memory import measure_peak
from tests.helpers.sweeps import sweep

ORDERS = (
    ExportOptions(),
    LEDGER,
    ExportOptions("csv"),
    ExportOptions("jsonld"),
    ExportOptions("parquet"),
    ExportOptions("csv", filter="language=en"),
)


class Killed(Exception):
    pass


def killed_after(
    pieces: int, monkeypatch: pytest.MonkeyPatch, path: Path, order: ExportOptions, *, resume: bool
) -> bool:
    """An export that dies after so many pieces; whether it did before it was whole."""
    left = iter(range(pieces))
    write = PartFile.write

    def dying(output: PartFile, piece: bytes) -> int:
        if next(left, None) is None:
            output._file.write(b"".join(output._waiting)[: random.randrange(200)])  # noqa: S311  half a block
            raise Killed
        return write(output, piece)

    with monkeypatch.context() as patch:
        patch.setattr(PartFile, "write", dying)
        try:
            export_to_file(order, path, resume=resume)
        except Killed:
            return True
    return False


@pytest.fixture
def often_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state is written down after each claim."""
    monkeypatch.setattr(outputs, "REPORT_SECONDS", 0)
    monkeypatch.setattr(stored_bodies, "JOINED_SIZE", 1)


@pytest.fixture
def newsroom(checker: User, editor: User) -> None:
    full_newsroom(checker, editor)


@pytest.mark.django_db(transaction=True)
@sweep("order", ORDERS)
def test_interrupted_and_continued_it_is_the_same_file(
    newsroom: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, often_saved: None, order: ExportOptions
) -> None:
    whole = exported(order)
    folder = tmp_path / str(ORDERS.index(order))
    folder.mkdir()
    chance = random.Random(str(order))  # noqa: S311  no secret
    for number in range(12):
        path = folder / f"{number}.{order.format}"
        resume = False
        while killed_after(chance.randrange(1, 60), monkeypatch, path, order, resume=resume):
            assert not path.exists()
            assert not manifest.build_manifest_path(path).exists()
            resume = order.format != "parquet" or chance.random() < 0.5
            if order.format == "parquet" and resume:
                break
        export_to_file(order, path, resume=True)
        assert path.read_bytes() == whole
        assert sorted(p.name for p in folder.glob(f"{path.name}*")) == [
            path.name,
            f"{path.name}.manifest.json",
        ]
        assert manifest.verify(path)["entries"] > 0


@pytest.mark.django_db(transaction=True)
def test_claims_published_during_an_export_are_not_in_it(
    checker: User, editor: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, often_saved: None
) -> None:
    full_newsroom(checker, editor)
    begun: list[tuple[ExportOptions, Path, bytes]] = []
    for number, order in enumerate(ORDERS):
        path, whole = tmp_path / str(number), exported(order)
        # Of the ledger, behind what may still change.
        first = next(
            (n for n, line in enumerate(whole.splitlines()) if line.startswith(b'{"type":"snapshot"')), 0
        )
        pieces = 1 if order.format == "parquet" else first + 2
        assert killed_after(pieces, monkeypatch, path, order, resume=False)
        begun.append((order, path, whole))
    chance = random.Random(1)  # noqa: S311  no secret
    for _ in range(8):
        step(chance, checker, editor)
    assert [str(order) for order, _path, whole in begun if exported(order) == whole] == []
    for order, path, _whole in begun:
        export_to_file(order, path, resume=True)
    assert [str(order) for order, path, whole in begun if path.read_bytes() != whole] == []


@pytest.mark.django_db
def test_moment_is_the_ledger_as_it_was(checker: User, editor: User) -> None:
    """Later entries change neither which entry of each claim was the newest then, nor what is found as of then."""

    def found(moment: LedgerMoment) -> set[int]:
        return set(Selection("reviewed_after=2000-01-01", moment).claims.values_list("pk", flat=True))

    chance = random.Random(5)  # noqa: S311  no secret
    seen = []
    for _ in range(12):
        step(chance, checker, editor)
        moment, newest = LedgerMoment.now(), Publication.objects.newest()
        seen.append((moment, set(newest.values_list("pk", flat=True)), found(moment)))
    assert all(selected for *_, selected in seen)
    for moment, entries, selected in seen:
        then = LedgerMoment(moment.sequence, "")
        assert set(then.newest.values_list("pk", flat=True)) == entries
        assert found(then) == selected


@pytest.mark.parametrize("order", [ExportOptions(), LEDGER], ids=str)
@pytest.mark.django_db(transaction=True)
def test_it_is_one_snapshot_while_editors_publish(checker: User, editor: User, order: ExportOptions) -> None:
    full_newsroom(checker, editor)
    before = exported(order)

    class Slow(io.BytesIO):
        begun = False

        def write(self, piece: Any) -> int:
            if not self.begun:
                self.begun = True
                with busy_newsroom(checker, editor, people=2, steps=4, seed=7):
                    pass
            return super().write(piece)

    file = Slow()
    original, outputs.BLOCK_SIZE = outputs.BLOCK_SIZE, 1
    try:
        export_to_stream(order, file)
    finally:
        outputs.BLOCK_SIZE = original
    assert file.getvalue() == before
    assert exported(order) != before


@pytest.mark.django_db(transaction=True)
def test_export_only_reads(publish: Callable[..., Claim]) -> None:
    with pytest.raises(InternalError, match="read-only"), use_one_snapshot():
        Claim.objects.create(statement="A claim.", language="en")


@pytest.mark.parametrize("name", ["ndjson", "csv", "jsonld", "parquet"])
@pytest.mark.django_db
def test_memory_does_not_grow_with_the_number_of_claims(
    publish: Callable[..., Claim], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    publish()
    body = Publication.objects.get().served_body

    def peak(count: int) -> int:
        def many(rows: Any) -> Iterator[tuple[int, bytes]]:
            return ((number, bytes(bytearray(body))) for number in range(count))

        def blocks(rows: Any) -> Iterator[stored_bodies.BodyBlock]:
            return (stored_bodies.BodyBlock(number, 1, body) for number, body in many(rows))

        monkeypatch.setattr(format_choice, "stream_numbered_bodies", many)
        monkeypatch.setattr(format_choice, "stream_body_blocks", blocks)
        monkeypatch.setattr("claims.exports.formats.parquet.GROUP_SIZE", 256)
        with Path("/dev/null").open("wb") as nowhere:
            return measure_peak(
                lambda: export_to_stream(ExportOptions(name, filter="status=published"), nowhere)
            )

    peak(10)
    monkeypatch.setattr(outputs, "BLOCK_SIZE", 64 * 1024)
    assert peak(3000) < peak(1000) + 400_000


def test_failing_disk_is_reported_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, piece: Any) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        parquet.write(iter([]), Full(), metadata={})


def test_failing_database_is_reported_as_it_is() -> None:
    def gone(_body: int) -> bytes:
        raise OperationalError("the connection is gone")

    with pytest.raises(OperationalError, match="is gone"):
        parquet.write(map(gone, [1]), io.BytesIO(), metadata={})


# Manifests ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(publish: Callable[..., Claim], tmp_path: Path) -> Path:
    publish()
    publish()
    path = tmp_path / "claims.ndjson"
    export_to_file(ExportOptions(filter="language=en"), path)
    return path


@pytest.mark.django_db
def test_the_manifest_describes_the_file(file: Path) -> None:
    said = json.loads(manifest.build_manifest_path(file).read_text())
    newest = Publication.objects.latest("sequence")
    sha256, schema = said.pop("sha256"), said["software"].pop("schema")
    assert said == {
        "manifest_version": 1,
        "file": "claims.ndjson",
        "format": "ndjson",
        "versions": "current",
        "filter": "language=en",
        "ledger": {"sequence": 2, "published_at": newest.document["updated_at"]},
        "entries": 2,
        "bytes": file.stat().st_size,
        "software": {"name": "factcheck", "version": read_version()},
    }
    assert len(sha256) == 64
    assert schema.keys() == {"sources", "claims"}


@pytest.mark.django_db
def test_one_flipped_bit_is_found(file: Path) -> None:
    content = bytearray(file.read_bytes())
    manifest.verify(file)
    for place in (0, len(content) // 2, len(content) - 1):
        content[place] ^= 1
        file.write_bytes(content)
        with pytest.raises(manifest.ManifestMismatch, match="has the SHA-256 .*; its manifest says"):
            manifest.verify(file)
        content[place] ^= 1
    file.write_bytes(content[:-1])
    with pytest.raises(manifest.ManifestMismatch, match=r"has [\d,]+ bytes; its manifest says"):
        manifest.verify(file)


@pytest.mark.django_db
def test_invalid_manifest(file: Path) -> None:
    manifest.build_manifest_path(file).write_text("{}")
    with pytest.raises(manifest.ManifestMismatch, match="is not a manifest of an export"):
        manifest.verify(file)
    manifest.build_manifest_path(file).unlink()
    with pytest.raises(manifest.ManifestMismatch, match="cannot be read: No such file"):
        manifest.verify(file)


# What cannot be continued ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_another_export_is_not_continued(
    publish: Callable[..., Claim], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, often_saved: None
) -> None:
    publish()
    publish()
    path = tmp_path / "claims"
    assert killed_after(1, monkeypatch, path, ExportOptions(filter="language=en"), resume=False)
    with pytest.raises(
        OutputError, match="other options: format “ndjson”, versions “current”, filter “language=en”"
    ):
        export_to_file(ExportOptions(), path, resume=True)
    export_to_file(ExportOptions(), path)
    assert path.read_bytes() == exported(ExportOptions())


@pytest.mark.django_db
def test_part_that_was_changed_is_not_continued(
    publish: Callable[..., Claim], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, often_saved: None
) -> None:
    publish()
    publish()
    path = tmp_path / "claims"
    assert killed_after(1, monkeypatch, path, ExportOptions(), resume=False)
    part = build_part_path(path)
    part.write_bytes(b"x" + part.read_bytes()[1:])
    with pytest.raises(OutputError, match="has changed since it was written. Start again without --resume"):
        export_to_file(ExportOptions(), path, resume=True)
    build_state_path(path).write_text("{}")
    with pytest.raises(OutputError, match="cannot be read. Delete it"):
        export_to_file(ExportOptions(), path, resume=True)


@pytest.mark.django_db
def test_two_do_not_write_one_file(publish: Callable[..., Claim], tmp_path: Path) -> None:
    publish()
    path = tmp_path / "claims"
    with (
        outputs.open_part_file(path, outputs.ExportState({}, 1, ""), lambda done: None),
        pytest.raises(OutputError, match="is being written by another export"),
    ):
        export_to_file(ExportOptions(), path)


# The command ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_standard_output_has_nothing_but_the_claims(
    publish: Callable[..., Claim], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    publish()
    call_command("export_claims")
    out, error = capfdbinary.readouterr()
    assert out == exported(ExportOptions())
    assert b"1/1" in error


@pytest.mark.django_db
def test_ending_of_the_name_is_the_format(publish: Callable[..., Claim], tmp_path: Path) -> None:
    publish()
    for name in format_choice.FORMATS:
        path = tmp_path / f"claims.{name}"
        call_command("export_claims", output=str(path), verbosity=0)
        assert path.read_bytes() == exported(ExportOptions(name))
        call_command("export_claims", verify=str(path))


@pytest.mark.parametrize(
    "options, told",
    [
        (
            {"filter": "rating_class=fals&x=1"},
            "`x` is not a parameter of this address.*\n.*`rating_class`: “fals”",
        ),
        ({"versions": "all", "format": "csv"}, "--versions all needs ndjson"),
        ({"resume": True}, "--resume needs --output FILE"),
        ({"output": "/nowhere/at/all"}, "cannot be written: No such file or directory"),
        ({"verify": "/nowhere/at/all"}, "cannot be read: No such file or directory"),
    ],
)
@pytest.mark.django_db
def test_wrong_calls_are_reported(options: dict[str, Any], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("export_claims", **options)


@pytest.mark.django_db(transaction=True)
def test_restore_command_reports_what_it_did(
    checker: User, editor: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:

    full_newsroom(checker, editor)
    path = tmp_path / "ledger.ndjson"
    call_command("export_claims", versions="all", output=str(path), verbosity=0)
    entries = Publication.objects.count()
    replace_database()
    call_command("restore_claims", str(path), dry_run=True, verbosity=0)
    assert f"entry          {entries:>10,} would be restored, 0 already here" in capsys.readouterr().out
    call_command("restore_claims", str(path), verbosity=0)
    assert f"entry          {entries:>10,} restored, 0 already here" in capsys.readouterr().out
    assert exported() == path.read_bytes()
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("restore_claims", "/nowhere/at/all", verbosity=0)
