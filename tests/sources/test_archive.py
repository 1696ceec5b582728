"""Bytes come back as they went in, or not at all."""

import hashlib
import resource
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from sources import archive
from sources.archive import ArchiveDamaged, ArchiveMissing, load, store, verify
from tests.helpers.parallel import at_once

PAGE = b"<p>The harbour was closed for nine days.</p>"
DIGEST = hashlib.sha256(PAGE).hexdigest()


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    backend = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = settings.STORAGES | {"default": backend}
    return tmp_path


@pytest.fixture
def objects(settings: Settings) -> None:
    """A storage without folders, as object stores are."""
    backend = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"default": backend}


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def store_file_at(path: Path, digest: str) -> None:
    with path.open("rb") as content:
        archive.store_file(File(content), digest)


def test_content_lies_under_its_hash(folder: Path) -> None:
    assert store(PAGE) == DIGEST
    assert files(folder) == [f"snapshots/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"]
    assert load(DIGEST) == PAGE
    assert verify(DIGEST) is True


@pytest.mark.slow
@given(content=st.binary(max_size=2000))
@hypothesis_settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_come_back(folder: Path, content: bytes) -> None:
    assert load(store(content)) == content


def test_the_same_content_again_changes_nothing(folder: Path) -> None:
    store(PAGE)
    path = folder / archive.build_path(DIGEST)
    before = path.stat()
    assert store(PAGE) == DIGEST
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(files(folder)) == 1


def test_missing(folder: Path) -> None:
    with pytest.raises(ArchiveMissing, match=DIGEST):
        load(DIGEST)
    assert verify(DIGEST) is False


@pytest.mark.parametrize("damage", [b"", PAGE[:-1], PAGE + b" ", PAGE.replace(b"nine", b"five")])
def test_damage_is_noticed_and_repaired_by_storing_again(folder: Path, damage: bytes) -> None:
    store(PAGE)
    (folder / archive.build_path(DIGEST)).write_bytes(damage)
    assert verify(DIGEST) is False
    with pytest.raises(ArchiveDamaged, match="damaged"):
        load(DIGEST)
    assert store(PAGE) == DIGEST
    assert load(DIGEST) == PAGE
    assert len(files(folder)) == 1


def test_a_write_that_breaks_off_leaves_nothing_under_the_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def breaks(self: Path, target: Path) -> Path:
        seen.append(files(folder))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", breaks)
    with pytest.raises(OSError, match="No space"):
        store(PAGE)
    # All of it was there before the name was given, and under another name.
    assert len(seen[0]) == 1
    assert seen[0][0].endswith(".part")
    assert files(folder) == []
    assert verify(DIGEST) is False


def test_a_half_written_file_is_never_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(self: FileSystemStorage, name: str, content: ContentFile) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True)
        path.write_bytes(PAGE[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(FileSystemStorage, "_save", breaks)
    with pytest.raises(KeyboardInterrupt):
        store(PAGE)
    monkeypatch.undo()
    assert not (folder / archive.build_path(DIGEST)).exists()


def test_a_file_without_room_leaves_nothing(folder: Path) -> None:
    """The system refuses what goes beyond the limit, as a disk does that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            store(PAGE * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files(folder) == []


def test_two_at_once_keep_one_file(folder: Path) -> None:
    assert at_once(*[lambda: store(PAGE)] * 8) == [DIGEST] * 8
    assert files(folder) == [archive.build_path(DIGEST)]
    assert load(DIGEST) == PAGE


@pytest.mark.usefixtures("objects")
def test_an_object_store_keeps_one_object() -> None:
    assert store(PAGE) == store(PAGE) == DIGEST
    assert load(DIGEST) == PAGE
    assert default_storage.listdir(f"snapshots/{DIGEST[:2]}/{DIGEST[2:4]}") == ([], [DIGEST])


@pytest.mark.usefixtures("objects")
def test_a_damaged_object_is_replaced() -> None:
    default_storage.save(archive.build_path(DIGEST), ContentFile(b"rubbish"))
    with pytest.raises(ArchiveDamaged):
        load(DIGEST)
    store(PAGE)
    assert load(DIGEST) == PAGE
    assert default_storage.listdir(f"snapshots/{DIGEST[:2]}/{DIGEST[2:4]}") == ([], [DIGEST])


@pytest.mark.parametrize(
    "digest", ["", "abc", DIGEST.upper(), DIGEST + "0", "../" + DIGEST[3:], DIGEST[:-1] + "\n"]
)
def test_only_a_digest_names_a_file(folder: Path, digest: str) -> None:
    for function in (load, verify, archive.build_path):
        with pytest.raises(ValueError, match="SHA-256"):
            function(digest)


# Files that are too large for memory ------------------------------------------------------------------------


@pytest.fixture
def large(tmp_path: Path) -> tuple[Path, str]:
    path = tmp_path / "large"
    path.write_bytes(PAGE * 50_000)
    return path, hashlib.sha256(PAGE * 50_000).hexdigest()


@pytest.fixture(params=["InMemoryStorage", "FileSystemStorage"])
def anywhere(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Each kind of storage in turn."""
    options = {"location": str(tmp_path / "kept")} if request.param == "FileSystemStorage" else {}
    backend = {"BACKEND": f"django.core.files.storage.{request.param}", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": backend}


@pytest.mark.usefixtures("anywhere")
def test_a_file_is_kept_as_bytes_are(large: tuple[Path, str]) -> None:
    path, digest = large
    store_file_at(path, digest)
    store_file_at(path, digest)
    assert load(digest) == PAGE * 50_000 == b"".join(archive.iterate_pieces(digest, 1000))
    with archive.open_on_disk(digest) as here:
        assert here.read_bytes() == PAGE * 50_000


@pytest.mark.usefixtures("anywhere")
def test_a_damaged_file_is_noticed_and_replaced(large: tuple[Path, str]) -> None:
    path, digest = large
    default_storage.save(archive.build_path(digest), ContentFile(b"rubbish"))
    with pytest.raises(ArchiveDamaged):
        [*archive.iterate_pieces(digest)]
    with pytest.raises(ArchiveDamaged), archive.open_on_disk(digest):
        pass
    store_file_at(path, digest)
    assert verify(digest)


@pytest.mark.usefixtures("anywhere")
def test_a_file_that_is_missing(large: tuple[Path, str]) -> None:
    with pytest.raises(ArchiveMissing):
        [*archive.iterate_pieces(large[1])]
    with pytest.raises(ArchiveMissing), archive.open_on_disk(large[1]):
        pass


def test_a_file_with_a_wrong_digest_is_not_stored(folder: Path, large: tuple[Path, str]) -> None:
    with pytest.raises(ArchiveDamaged):
        store_file_at(large[0], DIGEST)
    assert [name for name in files(folder) if "large" not in name] == []


def test_a_large_file_without_room_leaves_nothing(folder: Path, large: tuple[Path, str]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            store_file_at(*large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [name for name in files(folder) if "large" not in name] == []
