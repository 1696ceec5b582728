"""A pack can be checked with sha256sum, openssl, unzip and a WARC reader, without our code."""

import gzip
import hashlib
import io
import itertools
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from warcio.archiveiterator import ArchiveIterator

from claims.features.archiving.evidence_pack.pack import build_evidence_pack
from claims.features.archiving.models import ArchivedCopy
from claims.ledger.proofs.checkpoints import sign_ledger
from claims.models import Claim
from sources.models import Source
from tests.claims.features.archiving.evidence_pack.conftest import ANSWER, URL, WORDS
from tests.helpers.newsroom import make_claim
from tests.helpers.stamping_authority import StampingAuthority

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not all(map(shutil.which, ("sha256sum", "openssl"))), reason="needs the public tools"),
]


@pytest.fixture
def folder(claim: Claim, stamped: ArchivedCopy, tmp_path: Path) -> Path:
    """The unpacked pack."""
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(
        io.BytesIO(b"".join(build_evidence_pack(claim.pk, for_public=False).iterate_chunks()))
    ) as pack:
        assert pack.testzip() is None
        pack.extractall(folder)
    with zipfile.ZipFile(folder / "pages.wacz") as pages:
        assert pages.testzip() is None
        pages.extractall(folder / "pages")
    return folder


def run_tool(folder: Path, *command: str) -> tuple[int, str]:
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def sha256sum(folder: Path) -> tuple[int, str]:
    return run_tool(folder, "sha256sum", "-c", "--strict", "manifest-sha256.txt")


def commands(folder: Path) -> list[str]:
    """What the README says to run about timestamps."""
    text = (folder / "README.txt").read_text().replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip().startswith("openssl ts -verify")]


def test_the_manifest_names_every_other_file_and_holds(folder: Path) -> None:
    assert sha256sum(folder)[0] == 0
    named = {line.split("  ", 1)[1] for line in (folder / "manifest-sha256.txt").read_text().splitlines()}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert named == {
        path for path in there if not path.startswith("pages/") and path != "manifest-sha256.txt"
    }


def test_every_timestamp_is_verified_as_the_readme_says(folder: Path) -> None:
    lines = commands(folder)
    assert len(lines) == 3
    for line in lines:
        assert (
            run_tool(folder, "sh", "-c", line) == (0, "Verification: OK\n")
            or "Verification: OK" in run_tool(folder, "sh", "-c", line)[1]
        )


def test_the_moment_is_reported_by_openssl(folder: Path) -> None:
    first = next((folder / "timestamps").glob("*.tsr"))
    code, text = run_tool(folder, "openssl", "ts", "-reply", "-text", "-in", str(first))
    assert code == 0
    assert "Status: Granted." in text
    assert "Time stamp:" in text


def test_the_ledger_equals_that_of_the_site(folder: Path, claim: Claim, client: Client) -> None:
    [entry] = json.loads((folder / "ledger/entries.json").read_text())
    served = client.get(f"/api/v1/claims/{claim.pk}/versions/1/").content
    stored = (folder / entry["file"]).read_bytes()
    assert stored == served
    [change] = client.get("/api/v1/changes/?since=0").json()["results"]
    assert entry["body_sha256"] == hashlib.sha256(stored).hexdigest() == change["body_sha256"]
    assert {name: entry[name] for name in entry if name not in ("file", "url")} == {
        name: change[name] for name in entry if name not in ("file", "url")
    }


def test_the_quoted_words_are_at_the_positions_in_the_ledger(folder: Path, source: Source) -> None:
    [entry] = json.loads((folder / "ledger/entries.json").read_text())
    [quote] = json.loads((folder / entry["file"]).read_bytes())["appearances"]
    text = (folder / f"sources/source-{source.pk}-text-1.txt").read_bytes()
    assert hashlib.sha256(text).hexdigest() == quote["snapshot"]["text_sha256"]
    assert text.decode()[quote["start"] : quote["end"]] == quote["exact"] == WORDS


def test_the_warc_is_read_by_its_index(folder: Path) -> None:
    lines = gzip.decompress((folder / "pages/indexes/index.cdx.gz").read_bytes()).decode().splitlines()
    key, moment, facts = lines[0].split(" ", 2)
    place = json.loads(facts)
    assert (key, moment, place["url"], place["status"], place["mime"]) == (
        "org,example)/report?a=1&b=2", "20260301120000", URL, "200", "text/html",
    )  # fmt: skip
    with (folder / "pages/archive" / place["filename"]).open("rb") as warc:
        warc.seek(int(place["offset"]))
        member = warc.read(int(place["length"]))
    [record] = list(ArchiveIterator(io.BytesIO(member)))
    assert record.rec_headers.get_header("WARC-Target-URI") == URL
    assert gzip.decompress(member).rstrip(b"\r\n").endswith(ANSWER.rstrip(b"\n"))


def test_the_index_has_the_positions_of_its_blocks(folder: Path) -> None:
    head, line = (folder / "pages/indexes/index.idx").read_text().splitlines()
    assert json.loads(head.split(" ", 2)[2]) == {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    place = json.loads(line.split(" ", 2)[2])
    block = (folder / "pages/indexes/index.cdx.gz").read_bytes()
    assert (place["offset"], place["length"]) == (0, len(block))
    assert place["digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"


def test_the_wacz_lists_every_file_with_its_hash(folder: Path) -> None:
    package = (folder / "pages/datapackage.json").read_bytes()
    described = json.loads(package)
    assert (described["profile"], described["wacz_version"]) == ("data-package", "1.1.1")
    for resource in described["resources"]:
        content = (folder / "pages" / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (
            len(content), f"sha256:{hashlib.sha256(content).hexdigest()}",
        )  # fmt: skip
    there = {
        str(path.relative_to(folder / "pages")) for path in (folder / "pages").rglob("*") if path.is_file()
    }
    assert there == {r["path"] for r in described["resources"]} | {
        "datapackage.json",
        "datapackage-digest.json",
    }
    digest = json.loads((folder / "pages/datapackage-digest.json").read_bytes())
    assert digest["hash"] == f"sha256:{hashlib.sha256(package).hexdigest()}"


def test_a_player_finds_the_page(folder: Path, source: Source) -> None:
    head, page = map(json.loads, (folder / "pages/pages/pages.jsonl").read_text().splitlines())
    assert head == {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    assert (page["url"], page["title"]) == (URL, source.title)


# Tampered with -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        "README.txt",
        "ledger/claim-*.json",
        "ledger/entries.json",
        "sources/*.txt",
        "sources/*.html",
        "copies/*.png",
        "pages.wacz",
        "timestamps/*.tsr",
        "timestamps/roots.pem",
    ],
)
def test_a_changed_byte_is_found_by_the_manifest(folder: Path, pattern: str) -> None:
    victim = next(folder.glob(pattern))
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    code, text = sha256sum(folder)
    assert code != 0
    assert f"{victim.relative_to(folder)}: FAILED" in text


def test_a_rewritten_manifest_is_detected_by_the_timestamps(folder: Path) -> None:
    victim = next(folder.glob("copies/*.png"))
    victim.write_bytes(victim.read_bytes() + b"more")
    manifest = folder / "manifest-sha256.txt"
    lines = [line.split("  ", 1)[1] for line in manifest.read_text().splitlines()]
    manifest.write_text(
        "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in lines)
    )
    assert sha256sum(folder)[0] == 0
    name = str(victim.relative_to(folder))
    [line] = [line for line in commands(folder) if name in line]
    code, text = run_tool(folder, "sh", "-c", line)
    assert code != 0
    assert "Verification: OK" not in text


def test_a_timestamp_of_another_authority_is_not_verified(folder: Path, tmp_path: Path) -> None:
    stranger = StampingAuthority(tmp_path / "stranger")
    stranger.server.server_close()
    victim = next(folder.glob("copies/*.png"))
    digest = hashlib.sha256(victim.read_bytes()).hexdigest()
    run_tool(
        folder, "openssl", "ts", "-query", "-digest", digest, "-sha256", "-cert", "-out", str(folder / "q")
    )
    (folder / f"timestamps/{digest}.tsr").write_bytes(stranger.sign((folder / "q").read_bytes()))
    [line] = [line for line in commands(folder) if digest in line]
    assert run_tool(folder, "sh", "-c", line)[0] != 0


# The ledger, as it was signed -----------------------------------------------------------------------------------------


@pytest.mark.skipif(not all(map(shutil.which, ("xxd", "sed", "cmp"))), reason="needs the public tools")
@pytest.mark.parametrize("others", [0, 1, 4])
def test_the_entry_is_proved_to_be_in_the_ledger_by_sha256sum(
    claim: Claim, publish: Callable[..., Claim], tmp_path: Path, others: int
) -> None:
    for number in range(others):
        publish(make_claim(f"Claim number {number}."))
    checkpoint = sign_ledger()
    assert checkpoint is not None
    publish(make_claim("Later than that."))
    sign_ledger()
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(
        io.BytesIO(b"".join(build_evidence_pack(claim.pk, for_public=True).iterate_chunks()))
    ) as pack:
        pack.extractall(folder)
    [proof] = folder.glob("ledger/*-proof.txt")
    assert f"ledger/{proof.name}" in (folder / "README.txt").read_text()
    lines = proof.read_text().splitlines()
    steps = [(line.strip(), lines[at + 1].strip()) for at, line in enumerate(lines) if "| sha256sum" in line]
    checks = [line.strip() for line in lines if "cmp -" in line]
    assert [run_tool(folder, "sh", "-c", check) for check in checks] == [(0, ""), (0, "")]
    for command, printed in steps:
        assert run_tool(folder, "sh", "-c", command) == (0, f"{printed}  -\n")
    assert all(printed in command for (_, printed), (command, _) in itertools.pairwise(steps))
    others_of = {
        word: next(line.strip() for line in lines if word in line) for word in ("base64 -d", "pkeyutl")
    }
    assert run_tool(folder, "sh", "-c", others_of["base64 -d"]) == (0, f"{steps[-1][1]}\n")
    assert steps[-1][1] == checkpoint.root_sha256
    assert "Signature Verified Successfully" in run_tool(folder, "sh", "-c", others_of["pkeyutl"])[1]
    [sealed] = folder.glob("ledger/*-sealed.txt")
    [entry] = folder.glob("ledger/*-entry.txt")
    assert hashlib.sha256(sealed.read_bytes()).hexdigest() == entry.read_text().splitlines()[-2]
