"""`manage.py move_files`: from the disk to a real bucket and back, broken off and gone on with."""

import hashlib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from claims.management.commands import move_files
from claims.models import ImportRun
from factcheck.installation import environment
from sources import archive
from tests.helpers.newsroom import make_snapshot, make_source
from tests.helpers.object_server import KEYS, ObjectServer, object_server

pytest.importorskip("boto3")
pytest.importorskip("storages")

pytestmark = pytest.mark.django_db

SAID = "The harbour was closed."
UPLOAD, TABLE = "imports/0123/reviews.csv", b"claim;verdict\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    with object_server(tmp_path_factory.mktemp("store")) as server:
        yield server


@pytest.fixture
def server(running: ObjectServer, settings: Any, tmp_path: Path, monkeypatch: Any) -> ObjectServer:
    for path in sorted(running.objects.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(environment, "ENVIRONMENT", {})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS["access_key"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS["secret_key"])
    return running


@pytest.fixture
def digest(server: ObjectServer) -> str:
    """Of a snapshot that is kept on the disk, as is the file of an import."""
    make_snapshot(make_source(), SAID)
    digest = archive.store(SAID.encode())
    default_storage.save(UPLOAD, ContentFile(TABLE))
    ImportRun.objects.create(
        origin="reviews.csv", upload=UPLOAD, content_sha256=hashlib.sha256(TABLE).hexdigest()
    )
    return digest


def moved(**options: Any) -> str:
    out = StringIO()
    call_command("move_files", threads=2, stdout=out, **options)
    return out.getvalue()


def test_to_a_bucket_and_back(server: ObjectServer, digest: str, settings: Any, tmp_path: Path) -> None:
    on_disk = {UPLOAD: TABLE, archive.build_path(digest): SAID.encode()}
    assert moved(to=server.address) == "2 files copied; 0 already there. All have been verified.\n"
    assert server.files() == {f"kept/{name}": content for name, content in on_disk.items()}
    assert moved(to=server.address) == "0 files copied; 2 already there. All have been verified.\n"

    disk = settings.STORAGES
    settings.STORAGES = disk | {"default": server.storage()}
    late = "imports/4567/late.csv"
    (tmp_path / "files/imports/4567").mkdir()
    (tmp_path / "files" / late).write_bytes(b"came before the switch")
    assert moved(origin="disk", remove=True) == "1 files copied; 2 already there. All have been verified.\n"
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    assert archive.load(digest) == on_disk[archive.build_path(digest)]

    settings.STORAGES = disk
    assert moved(origin=server.address) == "3 files copied; 0 already there. All have been verified.\n"
    assert archive.load(digest) == on_disk[archive.build_path(digest)]


def test_the_same_command_continues_after_an_outage_of_the_store(server: ObjectServer, digest: str) -> None:
    server.stop()
    with pytest.raises(CommandError, match="cannot be reached. What was copied is certain; the same command"):
        moved(to=server.address)
    server.start()
    assert moved(to=server.address) == "2 files copied; 0 already there. All have been verified.\n"


def test_damaged_and_missing_files_are_named_and_not_copied(
    server: ObjectServer, digest: str, tmp_path: Path, capsys: Any
) -> None:
    (tmp_path / "files" / archive.build_path(digest)).write_bytes(b"<p>The harbour was open.</p>")
    (tmp_path / "files" / UPLOAD).unlink()
    with pytest.raises(
        CommandError, match="1 files were not copied, and 2 are missing from both places; see above."
    ):
        moved(to=server.address)
    assert server.files() == {}
    assert capsys.readouterr().err.splitlines() == [
        f"{archive.build_path(digest)} is damaged: its SHA-256 is not what is known of it. Restore it from a backup.",
        f"{UPLOAD} is missing from both places, but the database refers to it.",
        f"{archive.build_path(digest)} is missing from both places, but the database refers to it.",
    ]


def test_files_in_use_are_not_removed(server: ObjectServer, digest: str) -> None:
    with pytest.raises(CommandError, match="--remove works only with --from"):
        moved(to=server.address, remove=True)
    with pytest.raises(
        CommandError, match="Files are already stored at that location. Give a different one."
    ):
        moved(origin="disk", remove=True)
    with pytest.raises(CommandError, match="PLACE cannot be read; write it as s3://bucket"):
        moved(to="/srv/files")
    assert archive.verify(digest)


def test_ctrl_c_is_no_traceback(server: ObjectServer, digest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*arguments: Any, **options: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(move_files, "_move_files", stopped)
    with pytest.raises(CommandError, match="Stopped. Copied files are verified"):
        moved(to=server.address)
