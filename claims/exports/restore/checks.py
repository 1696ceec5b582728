"""Check that an export is complete and fits the database, before anything is written."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from claims.exports import lines
from claims.exports.lines import ArchiveLine, UnreadableExport
from claims.exports.restore.restored_entries import parse_entry_body
from claims.ledger.document.claim_document import format_moment
from claims.ledger.document.sections import get_sections
from claims.ledger.proofs.entry_text import EntryFacts, build_entry_text, compute_chain_hash
from claims.ledger.proofs.sealed_text import compute_sealed_sha256
from claims.ledger.publishing import have_claimed_media_changed, have_reviewed_parts_changed
from claims.models import Appearance, Claim, Evidence, Publication, PublishedVerdict, Verdict
from claims.models.ledger_rules import ZERO_SHA256
from sources.addresses import build_url_key
from sources.models import Publisher, Source

#: The number of lines compared at once.
_BATCH_SIZE = 500
#: The maximum number of conflicts listed.
_SHOWN_PROBLEMS = 10

#: Called with the number of bytes read.
Progress = Callable[[int], None]


class RestoreRefused(Exception):
    """The file is incomplete or does not fit the database; nothing was written. `str()` says where the fault is."""


@dataclass
class RestoreCounts:
    """The numbers of written and existing rows, by type of line."""

    written_counts: Counter[str] = field(default_factory=Counter)
    existing_counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class CheckedExport:
    """The result of checking an export that can be restored."""

    counts: RestoreCounts
    begins_after: int
    """The number of the last entry that is already in the database."""
    replaces_newsroom: bool
    """Whether the newsroom and its scale are still those that `migrate` created, because nothing was done here
    yet."""


def is_newsroom_empty() -> bool:
    """Return whether the database has no verdicts, no sources, and no publisher except the newsroom."""
    return (
        not Verdict.objects.exists()
        and not Source.objects.exists()
        and not Publisher.objects.filter(is_house=False).exists()
    )


def check_export(stream: BinaryIO, *, progress: Progress) -> CheckedExport:
    """Read a whole export and compare it with the database.

    Raises:
        RestoreRefused: the export cannot be restored.
    """
    check = _ExportCheck()
    try:
        for batch in _iterate_batches(lines.read(stream)):
            check.check_batch(batch)
            progress(stream.tell())
    except UnreadableExport as error:
        raise RestoreRefused(str(error)) from None
    check.refuse_conflicts()
    return CheckedExport(check.counts, check.last_sequence, check.replaces_newsroom)


def _iterate_batches(lines: Iterable[ArchiveLine]) -> Iterator[list[ArchiveLine]]:
    """Yield the lines in batches of one type, even where snapshots and entries alternate in the file."""
    alternating_types = {"snapshot", "entry"}
    batches: dict[str, list[ArchiveLine]] = {}
    for line in lines:
        if line.type not in batches and not {line.type, *batches} <= alternating_types:
            yield from batches.values()
            batches = {}
        batch = batches.setdefault(line.type, [])
        batch.append(line)
        if len(batch) == _BATCH_SIZE:
            yield batches.pop(line.type)
    yield from batches.values()


class _ExportCheck:
    def __init__(self) -> None:
        newest_sequence = Publication.objects.order_by("-sequence").values_list("sequence", flat=True).first()
        self.last_sequence = newest_sequence or 0
        self.replaces_newsroom = is_newsroom_empty()
        self.counts = RestoreCounts()
        self._conflicts: list[str] = []
        self._entry_count = 0
        self._announced_count = 0
        self._merged_claims: set[int] = set()
        #: The hash of the last entry, which the next one names.
        self._last_hash = ZERO_SHA256

    def check_batch(self, batch: list[ArchiveLine]) -> None:
        line_type = batch[0].type
        if line_type == "header":
            self._check_header(batch[0])
        elif line_type == "merged_claim":
            self._merged_claims |= {line.values["id"] for line in batch}
        elif line_type == "entry":
            self._check_entries(batch)
        elif line_type == "end":
            self._check_end(batch[0])
        else:
            self._check_rows(
                next(kind for kind in (*lines.ROW_KINDS, lines.SNAPSHOT_KIND) if kind.name == line_type),
                batch,
            )
        if len(self._conflicts) > _SHOWN_PROBLEMS:
            self.refuse_conflicts()

    def refuse_conflicts(self) -> None:
        """Raise `RestoreRefused` if there are conflicts."""
        if not self._conflicts:
            return
        shown_conflicts = self._conflicts[:_SHOWN_PROBLEMS]
        note = ["and more."] if len(self._conflicts) > _SHOWN_PROBLEMS else []
        raise RestoreRefused(
            "\n".join(["This database has other things under the same ids:", *shown_conflicts, *note])
        )

    def _add_conflict(self, line: ArchiveLine, description: str) -> None:
        self._conflicts.append(f"Line {line.number}: {description}")

    # Header and end ---------------------------------------------------------------------------------------------------

    def _check_header(self, line: ArchiveLine) -> None:
        if line.values["filter"]:
            raise RestoreRefused(
                gettext(
                    "The file contains only part of a ledger (%(filter)s). Only a complete ledger can be restored."
                )
                % {"filter": line.values["filter"]}
            )
        self._announced_count = line.values["sequence"]

    def _check_end(self, line: ArchiveLine) -> None:
        if not self._entry_count == line.values["entries"] == self._announced_count:
            raise RestoreRefused(
                gettext(
                    "Line %(line)s: the file has %(entries)s of the %(announced)s entries it announced. "
                    "It is incomplete."
                )
                % {
                    "line": line.number,
                    "entries": f"{self._entry_count:,}",
                    "announced": f"{self._announced_count:,}",
                }
            )

    # Rows -------------------------------------------------------------------------------------------------------------

    def _check_rows(self, kind: lines.LineKind, batch: list[ArchiveLine]) -> None:
        if self.replaces_newsroom and kind.name in ("publisher", "rating_scale", "rating"):
            self.counts.written_counts[kind.name] += len(batch)
            return
        compared_columns = [name for name in kind.columns if name != "text"]  # its hash is compared
        ids = [line.values["id"] for line in batch]
        stored_rows = {
            row["id"]: row
            for row in kind.model._default_manager.filter(pk__in=ids).values("id", *compared_columns)
        }
        for line in batch:
            row = stored_rows.get(line.values["id"])
            if row is None:
                self.counts.written_counts[kind.name] += 1
                continue
            self.counts.existing_counts[kind.name] += 1
            different_columns = [name for name in compared_columns if row[name] != line.values[name]]
            if different_columns:
                name = different_columns[0]
                self._add_conflict(
                    line,
                    gettext("%(kind)s %(id)s, `%(name)s`: “%(row)s” here, “%(said)s” in the file.")
                    % {
                        "kind": kind.name,
                        "id": row["id"],
                        "name": name,
                        "row": row[name],
                        "said": line.values[name],
                    },
                )
        for names in _UNIQUE_COLUMNS[kind.name]:
            self._check_keys(kind, names, batch)

    def _check_keys(self, kind: lines.LineKind, names: tuple[str, ...], batch: list[ArchiveLine]) -> None:
        """Check that no other row in the database already has the unique values of these rows."""
        keys = {line.number: _build_key(line.values, names) for line in batch}
        given_keys = {key[0] for key in keys.values() if key}
        rows = kind.model._default_manager.filter(**{f"{names[0]}__in": given_keys}).values_list("pk", *names)
        stored_keys = {tuple(key): pk for pk, *key in rows}
        for line in batch:
            key = keys[line.number]
            other_id = stored_keys.get(key) if key else None
            if other_id is not None and other_id != line.values["id"]:
                text = ", ".join(f"{name} “{value}”" for name, value in zip(names, key or (), strict=True))
                self._add_conflict(
                    line,
                    gettext("%(kind)s %(id)s: %(said)s already belongs to %(kind)s %(other)s here.")
                    % {"kind": kind.name, "id": line.values["id"], "other": other_id, "said": text},
                )

    # Entries ----------------------------------------------------------------------------------------------------------

    def _check_entries(self, batch: list[ArchiveLine]) -> None:
        bodies = {}
        for line in batch:
            self._entry_count += 1
            if line.values["sequence"] != self._entry_count:
                raise RestoreRefused(
                    gettext("Line %(line)s: found entry %(sequence)s where entry %(entries)s was expected.")
                    % {"line": line.number, "sequence": line.values["sequence"], "entries": self._entry_count}
                )
            bodies[line.number] = parse_entry_body(line)
        stored_lines = [line for line in batch if line.values["sequence"] <= self.last_sequence]
        new_lines = batch[len(stored_lines) :]
        self.counts.existing_counts += Counter(line.type for line in stored_lines)
        self.counts.written_counts += Counter(line.type for line in new_lines)
        self._compare_ledger(stored_lines)
        for line in batch:
            self._require_chain(line, bodies[line.number])
        self._refuse_newsroom_verdicts(new_lines, bodies)
        if new_lines and Claim.objects.exists():
            self._compare_claims(new_lines)
            self._compare_parts(new_lines, bodies)

    def _require_chain(self, line: ArchiveLine, body: dict[str, Any]) -> None:
        """Check that each entry continues the hash chain of the previous entry."""
        values, previous_hash = line.values, self._last_hash
        self._last_hash = values["chain_sha256"]
        if not self._last_hash:
            return
        facts = EntryFacts(
            sequence=values["sequence"],
            claim_id=values["claim_id"],
            version=values["version"],
            status=values["status"],
            kind=values["kind"],
            published_at=format_moment(values["published_at"]),
            merged_into=body["merged_into"],
            sealed_sha256=compute_sealed_sha256(values["note"], line.body.decode(), values["salts"]),
        )
        if compute_chain_hash(build_entry_text(facts, previous_hash)) != self._last_hash:
            raise RestoreRefused(
                gettext(
                    "Line %(line)s: entry %(sequence)s does not follow from the entry before it. One of the "
                    "two was changed after publication."
                )
                % {"line": line.number, "sequence": values["sequence"]}
            )

    def _refuse_newsroom_verdicts(
        self, batch: list[ArchiveLine], bodies: Mapping[int, dict[str, Any]]
    ) -> None:
        """Reject the newsroom's own verdicts in the export if the newsroom has already published others here."""
        if not (batch and self._has_newsroom_published):
            return
        own_origins = (Verdict.Origin.HOUSE, Verdict.Origin.HOUSE_ARCHIVE)
        for pk, line in _collect_ids("verdicts", batch, bodies).items():
            body = next(verdict for verdict in bodies[line.number]["verdicts"] if verdict["id"] == pk)
            if body["origin"] in own_origins and not Verdict.objects.filter(pk=pk).exists():
                raise RestoreRefused(
                    gettext(
                        "Line %(line)s: verdict %(pk)s is this newsroom’s own, and the newsroom has since published "
                        "other verdicts here. Its ledger can be restored only before that: use a new database."
                    )
                    % {"line": line.number, "pk": pk}
                )

    @property
    def _has_newsroom_published(self) -> bool:
        """Return whether this newsroom has published here."""
        own_verdicts = Verdict.objects.filter(publisher__is_house=True, is_restored=False)
        return own_verdicts.exclude(state__in=[Verdict.State.DRAFT, Verdict.State.IN_REVIEW]).exists()

    def _compare_ledger(self, batch: list[ArchiveLine]) -> None:
        names = ("id", "claim_id", "version", "body_sha256")
        rows = Publication.objects.filter(sequence__in=[line.values["sequence"] for line in batch])
        stored_rows = {sequence: tuple(row) for sequence, *row in rows.values_list("sequence", *names)}
        for line in batch:
            if stored_rows.get(line.values["sequence"]) != tuple(line.values[name] for name in names):
                raise RestoreRefused(
                    gettext(
                        "Line %(line)s: the ledger of this database has a different entry %(sequence)s. A "
                        "restore can continue a ledger, but cannot join two."
                    )
                    % {"line": line.number, "sequence": line.values["sequence"]}
                )

    def _compare_claims(self, batch: list[ArchiveLine]) -> None:
        ids = {line.values["claim_id"]: line for line in batch}
        stored_claims = Claim.objects.filter(pk__in=ids).prefetch_related("publications")
        for claim in stored_claims:
            line, newest_entry = ids[claim.pk], claim.publications.newest().first()
            if newest_entry is None:
                if claim.pk not in self._merged_claims or claim.state != Claim.State.MERGED:
                    self._add_conflict(
                        line,
                        gettext("claim %(claim)s differs in this database: “%(claim_2)s”")
                        % {"claim": claim.pk, "claim_2": claim},
                    )
            elif have_reviewed_parts_changed(claim, newest_entry) or have_claimed_media_changed(
                claim, newest_entry
            ):
                self._add_conflict(
                    line,
                    gettext("claim %(claim)s has been edited in this database since it was published.")
                    % {"claim": claim.pk},
                )
        open_verdicts = Verdict.objects.filter(
            claim__in=ids, state__in=[Verdict.State.DRAFT, Verdict.State.IN_REVIEW]
        )
        for claim_id in open_verdicts.values_list("claim", flat=True):
            self._add_conflict(
                ids[claim_id],
                gettext("claim %(claim_id)s has an open verdict in this database.") % {"claim_id": claim_id},
            )

    def _compare_parts(self, batch: list[ArchiveLine], bodies: Mapping[int, dict[str, Any]]) -> None:
        """Check that the ids of verdicts, evidence and appearances are free, or belong to the same published rows."""
        published_verdicts = PublishedVerdict.objects.filter(
            publication__claim=OuterRef("claim"), verdict_id=OuterRef("pk")
        )
        public_verdicts = PublishedVerdict.objects.filter(
            publication__claim=OuterRef("verdict__claim"), verdict_id=OuterRef("verdict")
        )
        ledger = Publication.objects.filter(claim=OuterRef("claim"))
        verdicts, evidence, appearances = (
            _collect_ids(name, batch, bodies) for name in ("verdicts", "evidence", "appearances")
        )
        for pk in Verdict.objects.filter(~Exists(published_verdicts), pk__in=verdicts).values_list(
            "pk", flat=True
        ):
            self._add_conflict(verdicts[pk], gettext("verdict %(pk)s differs in this database.") % {"pk": pk})
        for pk in Evidence.objects.filter(~Exists(public_verdicts), pk__in=evidence).values_list(
            "pk", flat=True
        ):
            self._add_conflict(
                evidence[pk], gettext("evidence %(pk)s differs in this database.") % {"pk": pk}
            )
        for section in get_sections():
            items = _collect_ids(section.key, batch, bodies)
            rows = section.model._default_manager.filter(~Exists(public_verdicts), pk__in=items)
            for pk in rows.values_list("pk", flat=True):
                self._add_conflict(items[pk], str(section.conflict_message) % {"pk": pk})
        other_appearances = Appearance.objects.filter(~Exists(ledger), pk__in=appearances).exclude(
            claim__in=self._merged_claims
        )
        for pk in other_appearances.values_list("pk", flat=True):
            self._add_conflict(
                appearances[pk], gettext("appearance %(pk)s differs in this database.") % {"pk": pk}
            )


def _collect_ids(
    name: str, batch: list[ArchiveLine], bodies: Mapping[int, dict[str, Any]]
) -> dict[int, ArchiveLine]:
    def iterate_parts(body: dict[str, Any]) -> Iterable[dict[str, Any]]:
        if name in body:
            items: list[dict[str, Any]] = body[name]
            return items
        # Older exports do not have all sections of features.
        return (item for verdict in body["verdicts"] for item in verdict.get(name, []))

    return {part_item["id"]: line for line in batch for part_item in iterate_parts(bodies[line.number])}


#: Natural keys of rows. Empty texts are not compared.
_UNIQUE_COLUMNS: dict[str, tuple[tuple[str, ...], ...]] = {
    "publisher": (("domain",),),
    "claimant": (),
    "topic": (("slug",),),
    "rating_scale": (("publisher_id", "name", "version"),),
    "rating": (("scale_id", "code"), ("scale_id", "label")),
    "source": (("url_key",),),
    "media_object": (("sha256",),),
    "media_hash": (("media_id", "frame_at", "transformation", "pdq"),),
    "snapshot": (("source_id", "number"),),
}


def _build_key(values: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Any, ...] | None:
    key = tuple(build_url_key(values["url"]) if name == "url_key" else values[name] for name in names)
    return None if key[0] == "" else key
