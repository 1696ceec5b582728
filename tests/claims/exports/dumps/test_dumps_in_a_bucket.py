"""Dumps where files are kept in a bucket: written whole, read in parts, and removed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from claims.exports.dumps import kept_dumps
from claims.exports.dumps.dump_run import write_dump
from claims.models import Claim
from factcheck.installation import object_store
from factcheck.installation.file_store import FileStoreUnavailable
from tests.helpers.newsroom import make_claim
from tests.helpers.object_server import ObjectServer, object_server

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

LATEST = "/dumps/latest/claims.parquet"


@pytest.fixture
def server(tmp_path: Any, settings: Any) -> Iterator[ObjectServer]:
    with object_server(tmp_path / "store") as server:
        settings.STORAGES = settings.STORAGES | {"default": server.storage()}
        kept_dumps.list_all_folders()
        yield server
    kept_dumps._cached_folders.clear()


def test_is_written_read_in_parts_and_removed(
    client: Client, server: ObjectServer, publish: Callable[..., Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(make_claim("The bridge cost 40 million euros."))
    first = write_dump()
    whole = server.files()[f"kept/dumps/{first.folder}/claims.parquet"]
    assert client.get(LATEST).content == whole

    def whole_file(*_arguments: Any) -> None:
        raise AssertionError("A part is fetched as a part.")

    monkeypatch.setattr(object_store.ObjectStore, "_open", whole_file)
    for asked, expected in (("bytes=0-3", whole[:4]), ("bytes=-8", whole[-8:]), ("bytes=5-", whole[5:])):
        answer = client.get(LATEST, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (206, expected)
    monkeypatch.undo()

    second = write_dump()
    assert {name.split("/")[2] for name in server.files()} == {second.folder}
    assert client.get(LATEST).status_code == 200


def test_folders_without_a_manifest_are_not_listed_and_are_removed(
    client: Client, server: ObjectServer, publish: Callable[..., Claim]
) -> None:
    publish()
    half = server.objects / "kept" / "dumps" / "2026-11-26T000000Z-00000000"
    half.mkdir(parents=True)
    (half / "claims.ndjson").write_text("{")
    kept_dumps.list_all_folders()
    assert client.get("/dumps/latest/claims.ndjson").status_code == 404
    dump = write_dump()
    assert {name.split("/")[2] for name in server.files()} == {dump.folder}


def test_a_store_that_is_away_is_an_outage(
    client: Client, server: ObjectServer, publish: Callable[..., Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    write_dump()
    server.stop()
    kept_dumps._cached_folders.clear()
    client.raise_request_exception = False
    assert client.get(LATEST).status_code == 503
    with pytest.raises(FileStoreUnavailable):
        write_dump()
