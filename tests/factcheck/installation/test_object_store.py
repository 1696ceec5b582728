"""Files in a bucket of a real server: they are returned unchanged, and failures are reported in plain words."""

import hashlib
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from factcheck.installation.file_store import FileStoreUnavailable
from sources import archive
from tests.helpers.object_server import BUCKET, ObjectServer, object_server

pytest.importorskip("boto3")
pytest.importorskip("storages")

from factcheck.installation import object_store

PAGE = b"<p>The harbour was closed for nine days.</p>"
DIGEST = hashlib.sha256(PAGE).hexdigest()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    with object_server(tmp_path_factory.mktemp("store")) as server:
        yield server


@pytest.fixture
def server(running: ObjectServer) -> Iterator[ObjectServer]:
    """With an empty bucket."""
    for path in sorted(running.objects.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    yield running
    if not running.runs:
        running.start()


@pytest.fixture
def store(server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(object_store, "CONNECT_SECONDS", 20)  # however busy this machine is
    monkeypatch.setattr(object_store, "MAX_TRIES", 1)
    return storages.create_storage(server.storage())


@pytest.fixture
def kept_there(server: ObjectServer, settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {"default": server.storage()}


def failure(work: Callable[[], Any]) -> str:
    with pytest.raises(FileStoreUnavailable) as away:
        work()
    return str(away.value)


def test_a_file_comes_back_as_it_was_and_can_be_read_in_any_order(store: Any, server: ObjectServer) -> None:
    assert (
        store.save("imports/reviews.json.gz", ContentFile(b"\x1f\x8b whatever")) == "imports/reviews.json.gz"
    )
    assert server.files() == {"kept/imports/reviews.json.gz": b"\x1f\x8b whatever"}
    with store.open("imports/reviews.json.gz") as file:
        assert (file.read(2), file.seek(3), file.read(), file.seek(0), file.read(1)) == (
            b"\x1f\x8b", 3, b"whatever", 0, b"\x1f",
        )  # fmt: skip
    assert (store.size("imports/reviews.json.gz"), store.exists("imports/reviews.json.gz")) == (11, True)
    assert (store.listdir(""), store.listdir("imports")) == ((["imports"], []), ([], ["reviews.json.gz"]))
    store.delete("imports/reviews.json.gz")
    assert (store.exists("imports/reviews.json.gz"), server.files()) == (False, {})


def test_files_sent_in_parts_arrive_complete(store: Any, server: ObjectServer, monkeypatch: Any) -> None:
    monkeypatch.setattr(store.transfer_config, "multipart_threshold", 6 * 2**20)
    monkeypatch.setattr(store.transfer_config, "multipart_chunksize", 5 * 2**20)
    content = bytes(range(256)) * (11 * 2**12)
    store.save("large", ContentFile(content))
    assert server.files() == {"kept/large": content}
    with store.open("large") as file:
        assert file.read() == content


def test_no_file_takes_the_place_of_another(store: Any, server: ObjectServer) -> None:
    first, second = (store.save("a.json", ContentFile(content)) for content in (b"first", b"second"))
    assert server.files() == {f"kept/{first}": b"first", f"kept/{second}": b"second"}


def test_nothing_has_an_address_for_others(store: Any) -> None:
    store.save("a.json", ContentFile(b"unpublished"))
    with pytest.raises(ValueError, match="not accessible via a URL"):
        store.url("a.json")


def test_a_missing_file_is_not_an_outage(store: Any) -> None:
    with pytest.raises(FileNotFoundError):
        store.open("nothing")
    with pytest.raises(FileNotFoundError):
        store.size("nothing")
    store.delete("nothing")


def test_the_availability_of_the_store_is_checked(store: Any, server: ObjectServer) -> None:
    store.check_availability()
    server.stop()
    assert failure(store.check_availability) == f"{store.display_name} cannot be reached."


@pytest.mark.parametrize("keys", [{"access_key": "nobody"}, {"secret_key": "guessed"}])
def test_wrong_keys(keys: dict[str, str], store: Any, server: ObjectServer) -> None:
    store.save("a.json", ContentFile(b"unpublished"))
    stranger: Any = storages.create_storage(server.storage(**keys))
    for work in (
        stranger.check_availability,
        lambda: stranger.open("a.json"),
        lambda: stranger.save("b.json", ContentFile(b"")),
        lambda: stranger.delete("a.json"),
        lambda: stranger.listdir(""),
    ):
        assert failure(work).startswith(f"{store.display_name} refuses our key (")
    assert server.files() == {"kept/a.json": b"unpublished"}


def test_a_bucket_that_is_not_there(store: Any, server: ObjectServer) -> None:
    options = server.storage()["OPTIONS"] | {"bucket_name": "elsewhere"}
    elsewhere = object_store.ObjectStore(**options)
    sentence = f"{elsewhere.display_name} has no such bucket: make it, or correct FILES_URL."
    assert failure(elsewhere.check_availability) == sentence
    assert failure(lambda: elsewhere.save("a", ContentFile(b"1"))) == sentence


def test_a_store_that_is_away_and_comes_back(store: Any, server: ObjectServer) -> None:
    store.save("a.json", ContentFile(b"kept"))
    server.stop()
    works = (
        lambda: store.open("a.json"),
        lambda: store.save("b.json", ContentFile(b"new")),
        lambda: store.exists("a.json"),
        lambda: store.size("a.json"),
    )
    assert {failure(work) for work in works} == {f"{store.display_name} cannot be reached."}
    server.start()
    with store.open("a.json") as file:
        assert file.read() == b"kept"


def test_a_store_that_says_nothing(server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SILENCE", "CONNECT_SECONDS", "TRIES"):
        monkeypatch.setattr(object_store, name, 1)
    store: Any = storages.create_storage(server.storage())
    server.silent()
    try:
        assert failure(store.check_availability) == f"{store.display_name} does not answer in time."
        assert failure(lambda: store.open("a.json")) == f"{store.display_name} does not answer in time."
    finally:
        server.awake()


@pytest.mark.usefixtures("kept_there", "store")
def test_the_archive_keeps_its_promises_there(server: ObjectServer) -> None:
    assert (archive.store(PAGE), archive.store(PAGE)) == (DIGEST, DIGEST)
    assert server.files() == {f"kept/{archive.build_path(DIGEST)}": PAGE}
    assert archive.load(DIGEST) == PAGE
    (server.objects / "kept" / archive.build_path(DIGEST)).write_bytes(PAGE[:10])
    assert archive.verify(DIGEST) is False
    archive.store(PAGE)
    assert (archive.verify(DIGEST), len(server.files())) == (True, 1)


@pytest.mark.usefixtures("kept_there", "store")
def test_a_partial_file_is_ignored_and_can_be_overwritten(server: ObjectServer) -> None:
    """Who sends it dies in the middle: the connection ends after the first bytes, with a signature that is right."""
    head = signed_head(server, archive.build_path(DIGEST), PAGE)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head + PAGE[:10])
    with pytest.raises(archive.ArchiveError):
        archive.load(DIGEST)
    assert archive.store(PAGE) == DIGEST
    assert (archive.load(DIGEST), list(server.files())) == (PAGE, [f"kept/{archive.build_path(DIGEST)}"])


def signed_head(server: ObjectServer, name: str, content: bytes) -> bytes:
    """The head of the request with which our client would send a file."""
    from botocore.auth import S3SigV4Auth  # noqa: PLC0415  where it is there
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415

    address = f"{server.endpoint}/{BUCKET}/kept/{name}"
    request = AWSRequest("PUT", address, data=content, headers={"Content-Length": str(len(content))})
    request.context["payload_signing_enabled"] = True
    S3SigV4Auth(Credentials("desk", "of-the-desk-only"), "s3", "eu-central-1").add_auth(request)
    fields = "".join(f"{field}: {value}\r\n" for field, value in request.headers.items())
    return f"PUT /{BUCKET}/kept/{name} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{fields}\r\n".encode()
