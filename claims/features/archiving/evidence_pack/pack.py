"""Select the contents of an evidence pack, and write the ZIP.

The contents are first selected from the database, then written in one pass. The same content therefore gives
the same bytes, and the content's hash is known before the ZIP is written.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext

from claims.features.archiving.evidence_pack.cited_files import (
    CitedFiles,
    build_archived_page,
    build_copies_table,
    build_text_path,
    collect_cited_files,
    exclude_missing_files,
)
from claims.features.archiving.evidence_pack.ledger_files import build_ledger_files
from claims.features.archiving.evidence_pack.proof_files import (
    SignedEntry,
    build_proof_files,
    build_proof_path,
    find_signed_entries,
)
from claims.features.archiving.evidence_pack.readme import write_readme
from claims.features.archiving.evidence_pack.streamed_zip import PackedFile, StreamedZip
from claims.features.archiving.evidence_pack.timestamp_files import ROOTS_PATH, build_timestamp_files
from claims.features.archiving.evidence_pack.web_archive import write_web_archive
from claims.features.archiving.models import Timestamp
from claims.features.archiving.models.archived_copy import load_timestamps
from claims.ledger.proofs.witness_policy import build_published_note
from claims.models import Publication

#: Increase this number whenever the same content is written differently.
_FORMAT = "1"
PAGES_PATH, MANIFEST_PATH = "pages.wacz", "manifest-sha256.txt"


class NothingPublished(Exception):
    """The claim was never published, so it has no evidence pack."""


@dataclass(frozen=True, slots=True)
class EvidencePack:
    """The contents of an evidence pack, ready to be written."""

    entries: list[Publication]
    cited_files: CitedFiles
    stamps: list[Timestamp]
    signed_entries: list[SignedEntry]

    @property
    def name(self) -> str:
        return f"evidence-of-claim-{self.entries[0].claim_id}.zip"

    @property
    def sha256(self) -> str:
        """Return a hash that identifies the pack's content."""
        hashed_parts = [
            _FORMAT,
            *(hashlib.sha256(entry.served_body).hexdigest() for entry in self.entries),
            *(snapshot.text_sha256 for snapshot in self.cited_files.texts),
            *(f"{file.path} {file.sha256}" for file in self.cited_files.all_files),
            build_copies_table(self.cited_files),
            *(f"{stamp.sha256} {stamp.authority}" for stamp in self.stamps),
            *(
                f"{build_published_note(signed_entry.checkpoint)}{signed_entry.policy}"
                for signed_entry in self.signed_entries
            ),
            *self.cited_files.omission_notes,
        ]
        return hashlib.sha256(json.dumps(hashed_parts).encode()).hexdigest()

    def iterate_chunks(self) -> Iterator[bytes]:
        """Yield the bytes of the ZIP in chunks. Its README lists files that are missing from the archive."""
        cited_files = exclude_missing_files(self.cited_files)
        archive = StreamedZip()
        for file in self._iterate_files(cited_files):
            yield from archive.add(file)
        lines = "".join(
            f"{digest.sha256}  {digest.path}\n"
            for digest in sorted(archive.digests, key=lambda item: item.path)
        )
        yield from archive.add(PackedFile.from_bytes(MANIFEST_PATH, lines.encode()))
        yield from archive.end()

    def _iterate_files(self, cited_files: CitedFiles) -> Iterator[PackedFile]:
        paths = _map_paths(cited_files)
        stamps = build_timestamp_files([stamp for stamp in self.stamps if stamp.sha256 in paths], paths)
        yield PackedFile.from_bytes("README.txt", self._build_readme(cited_files, paths, stamps).encode())
        if cited_files.omission_notes:
            yield PackedFile.from_bytes(
                "left-out.txt",
                "".join(f"{index_line}\n" for index_line in cited_files.omission_notes).encode(),
            )
        yield from build_ledger_files(self.entries)
        yield from build_proof_files(self.signed_entries, site=settings.SITE_URL)
        for snapshot in cited_files.texts:
            yield PackedFile.from_bytes(build_text_path(snapshot), snapshot.text.encode())
        yield from (file.build_packed_file() for file in cited_files.files)
        if cited_files.warcs or cited_files.copies:
            yield PackedFile.from_bytes("copies/copies.tsv", build_copies_table(cited_files).encode())
        if cited_files.warcs:
            pages = [build_archived_page(file, copy) for file, copy in cited_files.warcs]
            title = f"Evidence of claim {self.entries[0].claim_id}"
            total_size = sum(page.size for page in pages) + 2**20
            yield PackedFile(PAGES_PATH, lambda: write_web_archive(pages, title=title), total_size)
        yield from stamps

    def _build_readme(
        self, cited_files: CitedFiles, paths: dict[str, str], stamps: Sequence[PackedFile]
    ) -> str:
        paths_by_hash = [file.path for file in stamps]
        stamped_paths = [
            (paths[proof_path.removeprefix("timestamps/")[:64]], proof_path)
            for proof_path in paths_by_hash
            if proof_path.endswith(".tsr")
        ]
        return write_readme(
            self.entries[-1],
            self.entries,
            proof_files=[build_proof_path(signed_entry.entry) for signed_entry in self.signed_entries],
            has_pages=bool(cited_files.warcs),
            stamped_files=stamped_paths,
            has_root_certificates=ROOTS_PATH in paths_by_hash,
        )


def build_evidence_pack(claim_id: int, *, for_public: bool) -> EvidencePack:
    """Build the evidence pack of a claim.

    Args:
        for_public: leave out uploaded files, and texts and copies that may not be redistributed.

    Raises:
        NothingPublished: the claim was never published.
    """
    entries = list(Publication.objects.filter(claim_id=claim_id).order_by("version").select_related(None))
    if not entries:
        raise NothingPublished(
            gettext("Claim %(claim_id)s was never published, so there is no evidence pack for it.")
            % {"claim_id": claim_id}
        )
    cited_files = collect_cited_files((entry.document for entry in entries), for_public=for_public)
    stamps_by_hash = load_timestamps(file.sha256 for file in cited_files.all_files)
    all_stamps = [stamp for file_stamps in stamps_by_hash.values() for stamp in file_stamps]
    return EvidencePack(entries, cited_files, all_stamps, find_signed_entries(entries))


def _map_paths(cited_files: CitedFiles) -> dict[str, str]:
    """Map each file's SHA-256 to its path in the pack."""
    paths = {file.sha256: file.path for file in cited_files.files}
    return paths | {file.sha256: f"pages/{file.path}" for file, _copy in cited_files.warcs}
