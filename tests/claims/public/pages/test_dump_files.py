"""Dumps over HTTP: whole, in parts, by programs in pages of others, and within budgets."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.test import Client

from claims.exports.dumps import kept_dumps
from claims.exports.dumps.dump_run import write_dump
from claims.exports.dumps.kept_dumps import KeptDump
from claims.models import Claim, Publication, Verdict
from claims.public.pages import dump_files
from claims.review import workflow
from factcheck.api import limited_streams
from factcheck.installation.environment import Rate
from tests.helpers.newsroom import make_claim
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

LATEST = "/dumps/latest/claims.parquet"


@pytest.fixture
def dump(settings: Any, tmp_path: Path, publish: Callable[..., Claim]) -> KeptDump:
    settings.MEDIA_ROOT = tmp_path / "files"
    publish(make_claim("The bridge cost 40 million euros."))
    return write_dump()


def content(settings: Any, dump: KeptDump, name: str = "claims.parquet") -> bytes:
    return Path(settings.MEDIA_ROOT, "dumps", dump.folder, name).read_bytes()


def test_the_newest_has_a_stable_address(client: Client, dump: KeptDump, settings: Any) -> None:
    answer, dated = client.get(LATEST), client.get(f"/dumps/{dump.day}/claims.parquet")
    whole = content(settings, dump)
    assert answer.content == dated.content == whole
    assert answer["ETag"] == dated["ETag"] == f'"{hashlib.sha256(whole).hexdigest()}"'
    assert {
        name: answer[name] for name in ("Content-Type", "Content-Length", "Accept-Ranges", "Content-Location")
    } == {
        "Content-Type": "application/vnd.apache.parquet",
        "Content-Length": str(len(whole)),
        "Accept-Ranges": "bytes",
        "Content-Location": f"/dumps/{dump.day}/claims.parquet",
    }
    assert answer["Cache-Control"] == "public, max-age=60, no-transform"
    assert dated["Cache-Control"] == "public, max-age=3600, no-transform"
    assert not answer.cookies
    for condition in ({"If-None-Match": answer["ETag"]}, {"If-Modified-Since": answer["Last-Modified"]}):
        assert client.get(LATEST, headers=condition).status_code == 304
    assert client.get(LATEST, headers={"If-Match": '"another"'}).status_code == 412


@sweep(
    ("asked", "status", "told"),
    [
        ("bytes=0-9", 206, "bytes 0-9/{size}"),
        ("bytes=10-", 206, "bytes 10-{last}/{size}"),
        ("bytes=-8", 206, "bytes {eighth}-{last}/{size}"),
        ("bytes=0-999999999", 206, "bytes 0-{last}/{size}"),
        ("bytes=999999999-", 416, "bytes */{size}"),
        ("bytes=-0", 416, "bytes */{size}"),
        ("bytes=0-1,4-5", 200, None),
        ("bytes=9-2", 200, None),
        ("lines=1-2", 200, None),
    ],
)
def test_parts(
    client: Client, dump: KeptDump, settings: Any, asked: str, status: int, told: str | None
) -> None:
    whole = content(settings, dump)
    answer = client.get(LATEST, headers={"Range": asked})
    size = {"size": len(whole), "last": len(whole) - 1, "eighth": len(whole) - 8}
    assert (answer.status_code, answer.headers.get("Content-Range")) == (
        status,
        told.format(**size) if told else None,
    )
    if status == 206:
        first, last = map(int, answer["Content-Range"].split()[1].split("/")[0].split("-"))
        assert answer.content == whole[first : last + 1]
        assert answer["Content-Length"] == str(len(answer.content))
    elif status == 200:
        assert answer.content == whole


def test_a_range_of_the_same_file_or_the_whole_of_a_new_one(client: Client, dump: KeptDump) -> None:
    etag = client.get(LATEST)["ETag"]
    same = client.get(LATEST, headers={"Range": "bytes=0-3", "If-Range": etag})
    other = client.get(LATEST, headers={"Range": "bytes=0-3", "If-Range": '"older"'})
    dated = client.get(LATEST, headers={"Range": "bytes=0-3", "If-Range": "Thu, 01 Jan 2026 00:00:00 GMT"})
    assert [answer.status_code for answer in (same, other, dated)] == [206, 200, 200]


@pytest.mark.parametrize("name", ["claims.parquet", "claims.ndjson", "manifest.json"])
def test_head_returns_the_length_without_a_body(
    client: Client, dump: KeptDump, settings: Any, name: str
) -> None:
    address = f"/dumps/latest/{name}"
    asked = {"Accept-Encoding": "br, gzip", "Range": "bytes=0-3"}
    answer = client.head(address, headers=asked)
    assert (answer.status_code, answer["Content-Length"], answer.content) == (
        200, str(len(content(settings, dump, name))), b"",
    )  # fmt: skip
    assert answer["ETag"] == client.get(address)["ETag"]


def test_nothing_compresses_it_on_the_way(client: Client, dump: KeptDump, settings: Any) -> None:
    answer = client.get("/dumps/latest/claims.ndjson", headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in answer
    assert b"".join(answer) == content(settings, dump, "claims.ndjson")


def test_pages_of_others_may_read_parts(client: Client, dump: KeptDump) -> None:
    before = client.options(
        LATEST, headers={"Origin": "https://x.example", "Access-Control-Request-Method": "GET"}
    )
    assert before.status_code == 204
    assert {"range", "if-range", "if-match"} <= set(before["Access-Control-Allow-Headers"].split(", "))
    answer = client.get(LATEST, headers={"Range": "bytes=0-3", "Origin": "https://x.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert {"Accept-Ranges", "Content-Range", "Content-Length", "ETag"} <= set(
        answer["Access-Control-Expose-Headers"].split(", ")
    )
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"


@sweep(
    "address",
    [
        "/dumps/latest/claims.xlsx",
        "/dumps/2019-01-01/claims.parquet",
        "/dumps/latest/..%2f..%2fsecret",
        "/dumps/..%2f/claims.parquet",
        "/dumps/2026/claims.parquet",
    ],
)
def test_nothing_else_is_there(client: Client, dump: KeptDump, address: str) -> None:
    assert client.get(address).status_code == 404
    assert client.post(LATEST).status_code == 405


def test_nothing_is_there_before_the_first(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    assert client.get(LATEST).status_code == 404
    assert client.get("/dumps/index.json").json() == {"latest": None, "corrections": [], "dumps": []}
    assert "No files have been written yet." in client.get("/dumps/").content.decode()


def test_the_list_for_programs_and_for_people(client: Client, dump: KeptDump) -> None:
    [listed] = client.get("/dumps/index.json").json()["dumps"]
    files = {file["name"]: file for file in listed["files"]}
    assert client.get(files["claims.parquet"]["url"])["ETag"] == f'"{files["claims.parquet"]["sha256"]}"'
    page = client.get("/dumps/").content.decode()
    assert LATEST in page
    assert f"/dumps/{dump.day}/claims.jsonld" in page
    assert client.get("/api/v1/").json()["dumps"].endswith("/dumps/index.json")


def test_later_corrections_are_listed_beside_the_files(client: Client, dump: KeptDump, editor: User) -> None:
    assert client.get("/dumps/index.json").json()["corrections"] == []
    verdict = Verdict.objects.get(state="published")
    workflow.move(verdict, "retract", by=editor, note="The invoice was <forged>.")
    entry = Publication.objects.newest().get(claim=verdict.claim)
    assert client.get("/dumps/index.json").json()["corrections"] == [
        {
            "claim": verdict.claim_id,
            "url": entry.document["url"],
            "kind": "retraction",
            "note": "The invoice was <forged>.",
            "published_at": entry.published_at.isoformat(),
        }
    ]
    assert "The invoice was &lt;forged&gt;." in client.get("/dumps/").content.decode()
    write_dump()
    assert client.get("/dumps/index.json").json()["corrections"] == []


def test_a_dump_removed_while_it_is_read(client: Client, dump: KeptDump) -> None:
    kept_dumps._read(dump.folder)
    default_storage.delete(dump.get_path(dump.files["claims.parquet"]))
    assert client.get(LATEST).status_code == 404


def _ended(answer: Any) -> Any:
    """The answer, whose reader has gone."""
    answer.close()
    return answer


class TestWeight:
    @pytest.fixture(autouse=True)
    def heavy(self, dump: KeptDump, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every hundred bytes count as a large file's many."""
        monkeypatch.setattr(dump_files, "BYTES_PER_COST_UNIT", 100)
        monkeypatch.setattr(dump_files, "SINGLE_RESPONSE_SIZE", 100)

    def test_counts(self, client: Client, settings: Any) -> None:
        settings.RATE_LIMIT_ANONYMOUS = Rate(100, 60)
        small = client.get(LATEST, headers={"Range": "bytes=0-9"})
        assert "r=99" in small["RateLimit"]
        part = _ended(client.get(LATEST, headers={"Range": "bytes=0-999"}))
        assert "r=88" in part["RateLimit"]
        heavy = [_ended(client.get(LATEST, headers={"Range": "bytes=0-3999"})) for _ in range(4)]
        assert [answer.status_code for answer in heavy] == [206, 206, 429, 429]
        assert heavy[-1]["Retry-After"]
        assert client.head(LATEST).status_code == 200

    def test_streams_with_a_seat(self, client: Client, dump: KeptDump, settings: Any) -> None:
        answer = client.get(LATEST)
        assert answer.streaming
        assert b"".join(answer) == content(settings, dump)
        answer.close()
        taken = [client.get(LATEST) for _ in range(limited_streams.SLOTS)]
        busy = client.get(LATEST)
        assert (busy.status_code, busy["Retry-After"]) == (503, "30")
        assert client.get(LATEST, headers={"Range": "bytes=0-9"}).status_code == 206
        for each in taken:
            each.close()
        again = client.get(LATEST)
        assert again.status_code == 200
        again.close()


def test_files_have_one_address_in_all_languages(client: Client, dump: KeptDump) -> None:
    page = client.get("/de/dumps/").content.decode()
    assert f'href="/dumps/{dump.day}/claims.jsonld"' in page
    assert 'href="/dumps/index.json"' in page
    assert client.get("/de/dumps/latest/claims.parquet").status_code == 404
