"""The contents of a pack: only published data of one claim, the same bytes for every request."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from claims.features.archiving.evidence_pack.pack import NothingPublished, build_evidence_pack
from claims.features.archiving.evidence_pack.warc_index import build_surt
from claims.features.archiving.models import ArchivedCopy, ArchivedFile
from claims.models import Claim, Evidence, Scope
from sources import archive
from sources.models import Source
from tests.claims.features.archiving.evidence_pack.conftest import WORDS, archived
from tests.helpers.memory import measure_peak
from tests.helpers.newsroom import make_claim, make_draft, make_source
from tests.helpers.newsroom_tool import Tool, tool

pytestmark = pytest.mark.django_db


def bytes_of(claim: Claim, *, for_public: bool = False) -> bytes:
    return b"".join(build_evidence_pack(claim.pk, for_public=for_public).iterate_chunks())


def files_in(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def upload(source: Source, content: bytes) -> None:
    copy = ArchivedCopy.objects.create(source=source, reason="upload")
    digest = archive.store(content)
    ArchivedFile.objects.create(
        copy=copy,
        role="upload",
        sha256=digest,
        size=len(content),
        media_type="text/csv",
        name="Leak by Kim.csv",
    )


def test_the_same_content_gives_the_same_bytes(claim: Claim, copy: ArchivedCopy) -> None:
    assert bytes_of(claim) == bytes_of(claim)
    first = build_evidence_pack(claim.pk, for_public=False).sha256
    assert build_evidence_pack(claim.pk, for_public=False).sha256 == first
    archived(copy.source)
    assert build_evidence_pack(claim.pk, for_public=False).sha256 != first


def test_all_of_it_is_there(claim: Claim, copy: ArchivedCopy) -> None:
    name, number = f"source-{copy.source_id}", f"copy-{copy.pk}"
    assert sorted(files_in(bytes_of(claim))) == sorted(
        [
            *("README.txt", "manifest-sha256.txt", "pages.wacz", "ledger/entries.json"),
            f"ledger/claim-{claim.pk}-version-1.json",
            *(f"sources/{name}-text-1.txt", f"sources/{name}-original-1.html"),
            *(
                f"copies/{name}-{number}-screenshot.png",
                f"copies/{name}-{number}-pdf.pdf",
                "copies/copies.tsv",
            ),
        ]
    )


def test_a_claim_without_copies_has_a_pack_too(claim: Claim) -> None:
    files = files_in(bytes_of(claim))
    assert "pages.wacz" not in files
    assert "timestamps" not in files["README.txt"].decode().partition("Not every pack")[2]


def test_it_contains_nothing_of_other_claims_or_drafts(
    claim: Claim, copy: ArchivedCopy, checker: User, source: Source
) -> None:
    before = bytes_of(claim)
    secret = make_source("Nobody may know this yet.", title="A leak", notes="From Kim.")
    archived(secret)
    draft = make_draft(make_claim("Not public."), checker)
    Evidence.objects.create(verdict=draft, source=secret, stance="supports")
    Source.objects.filter(pk=source.pk).update(notes="Told us by Kim.")
    assert bytes_of(claim) == before


def test_it_does_not_name_who_made_a_copy(claim: Claim, source: Source, editor: User) -> None:
    upload(source, b"a,b\n1,2\n")
    content = bytes_of(claim)
    assert b"Kim" not in content
    assert b"edith" not in content
    assert any(name.endswith("upload.csv") for name in files_in(content))


def test_files_that_may_not_be_shared_are_named_and_left_out(
    claim: Claim, copy: ArchivedCopy, source: Source
) -> None:
    upload(source, b"a,b\n1,2\n")
    shown = files_in(bytes_of(claim, for_public=True))
    assert not any("upload" in name for name in shown)
    assert "an uploaded file" in shown["left-out.txt"].decode()
    Source.objects.filter(pk=source.pk).update(show_text=False)
    hidden = files_in(bytes_of(claim, for_public=True))
    assert not any(name.startswith(("sources/", "copies/", "pages.wacz")) for name in hidden)
    assert "may not be redistributed" in hidden["left-out.txt"].decode()
    assert any(name.startswith("copies/") for name in files_in(bytes_of(claim)))


@pytest.mark.parametrize("what", ["lost", "damaged"])
def test_files_lost_from_the_archive_are_named(
    claim: Claim, copy: ArchivedCopy, files: Path, what: str
) -> None:
    digest = copy.files.get(role="screenshot").sha256
    stored = files / archive.build_path(digest)
    stored.write_bytes(b"\x89PNG, but another") if what == "damaged" else stored.unlink()
    found = files_in(bytes_of(claim))
    assert not any(name.endswith("screenshot.png") for name in found)
    assert digest in found["left-out.txt"].decode()
    lost = copy.files.get(role="warc").sha256
    (files / archive.build_path(lost)).unlink()
    assert "pages.wacz" not in files_in(bytes_of(claim))


def test_a_large_upload_takes_no_memory(claim: Claim, source: Source) -> None:
    upload(source, b"0123456789abcdef" * 4_000_000)
    pack = build_evidence_pack(claim.pk, for_public=False)
    sizes = []
    assert measure_peak(lambda: sizes.append(sum(map(len, pack.iterate_chunks())))) < 8_000_000
    assert min(sizes) > 64_000_000


def test_nothing_published_is_no_pack(checker: User) -> None:
    draft = make_draft(make_claim("Not public."), checker)
    with pytest.raises(NothingPublished, match="never published"):
        build_evidence_pack(draft.claim_id, for_public=False)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.org/A/b.html", "org,example)/a/b.html"),
        ("http://example.org:8080/?b=2&a=1", "org,example:8080)/?a=1&b=2"),
        ("https://example.org:443", "org,example)/"),
        ("urn:x", "urn:x"),
        ("https://[broken", "https://[broken"),
    ],
)
def test_addresses_are_turned_round(url: str, key: str) -> None:
    assert build_surt(url) == key


# Requests by different people
# ---------------------------------------------------------------------------------------------------------


def test_it_is_public_only_if_copies_are_shared(
    client: Client, claim: Claim, copy: ArchivedCopy, settings: Any
) -> None:
    address = f"/api/v1/claims/{claim.pk}/evidence-pack/"
    settings.ARCHIVE_PUBLIC_COPIES = False
    assert client.get(address).status_code == 404
    settings.ARCHIVE_PUBLIC_COPIES = True
    answer: Any = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert f'filename="evidence-of-claim-{claim.pk}.zip"' in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content) == bytes_of(claim, for_public=True)
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert client.head(address)["ETag"] == answer["ETag"]
    assert client.get(f"{address}?all=1").status_code == 400
    assert client.get("/api/v1/claims/999999/evidence-pack/").status_code == 404


def test_the_desk_has_it_always(client: Client, claim: Claim, copy: ArchivedCopy, contributor: User) -> None:
    address = f"/admin/claims/claim/{claim.pk}/evidence-pack/"
    assert client.get(address).status_code == 302
    client.force_login(contributor)
    answer: Any = client.get(address)
    assert b"".join(answer.streaming_content) == bytes_of(claim)
    assert address in client.get(f"/admin/claims/claim/{claim.pk}/change/").content.decode()


def test_the_desk_explains_a_missing_pack(client: Client, checker: User) -> None:
    draft = make_draft(make_claim("Not public."), checker)
    client.force_login(checker)
    answer = client.get(f"/admin/claims/claim/{draft.claim_id}/evidence-pack/", follow=True)
    assert "never published" in answer.content.decode()


def test_the_command_writes_it_whole(claim: Claim, copy: ArchivedCopy, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    call_command("evidence_pack", str(claim.pk), output=str(path), verbosity=0)
    assert path.read_bytes() == bytes_of(claim)
    assert [*tmp_path.glob("*.part")] == []
    if unzip := shutil.which("unzip"):
        subprocess.run([unzip, "-tq", path], capture_output=True, check=True)
    with pytest.raises(CommandError, match="never published"):
        call_command("evidence_pack", "999999")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("evidence_pack", str(claim.pk), output=str(tmp_path / "nowhere" / "pack.zip"))


def test_the_words_of_the_readme_are_filled_in(claim: Claim, copy: ArchivedCopy) -> None:
    text = files_in(bytes_of(claim))["README.txt"].decode()
    assert WORDS in text
    assert "{" not in text
    assert "version 1," in text


def test_the_list_of_copies_names_their_sources(claim: Claim, copy: ArchivedCopy) -> None:
    Source.objects.filter(pk=copy.source_id).update(title="Tabs\tand\nlines")
    head, *lines = files_in(bytes_of(claim))["copies/copies.tsv"].decode().splitlines()
    assert {line.count("\t") for line in (head, *lines)} == {7}
    assert {line.split("\t")[0].rpartition("copy-")[2].partition(".")[2] for line in lines} == {
        "warc.gz",
        "png",
        "pdf",
    }
    assert all("Tabs and lines" in line and copy.final_address in line for line in lines)


def test_newsroom_tools_have_it_with_a_token(claim: Claim, copy: ArchivedCopy, checker: User) -> None:
    path = f"claims/{claim.pk}/evidence-pack/"
    assert Tool().get(path).status_code == 401
    ours = tool(checker, Scope.READ)
    answer = ours.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert b"".join(answer.streaming_content) == bytes_of(claim)
    assert answer["Cache-Control"] == "private, no-store"
    zipped = ours.get(path, Accept="application/zip")
    assert b"".join(zipped.streaming_content) == bytes_of(claim)
    refused = ours.get("claims/999999/evidence-pack/")
    assert (refused.status_code, refused["Content-Type"]) == (404, "application/problem+json")
