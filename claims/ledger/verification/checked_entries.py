"""Recompute every ledger entry in order: body, hash, position, filter columns, and the snapshots that it quotes."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from html import unescape
from typing import Any, NamedTuple

from django.utils.translation import gettext, ngettext

from claims.ledger.document.claim_document import list_picture_paths
from claims.ledger.document.markdown import to_html
from claims.ledger.entry_builder import build_columns, build_published_verdict
from claims.ledger.proofs import stored_tree
from claims.ledger.proofs.entry_text import EntryFacts, build_entry_text, compute_chain_hash
from claims.ledger.proofs.hash_tiles import GrowingTiles, compute_tile_width
from claims.ledger.proofs.merkle_tree import GrowingTree, hash_leaf
from claims.ledger.proofs.sealed_text import compute_sealed_sha256, find_unbarred
from claims.ledger.proofs.stored_tree import format_moment
from claims.ledger.verification.findings import Discrepancy
from claims.models import HashTile, Publication, PublishedVerdict, Removal
from claims.models.checkpoint import HASH_BYTES, TILE_WIDTH
from claims.models.ledger_rules import ZERO_SHA256
from factcheck.web.site_urls import parse_stored
from sources.models import Snapshot

_BATCH_SIZE, _SNAPSHOT_BATCH_SIZE = 500, 100

#: Columns of an entry that its body contains too.
_BODY_COLUMNS = (
    *("slug", "language", "claimant_id", "claimed_on", "reviewed_on", "topic_ids", "appears_in_ids"),
    *("source_ids", "source_domains", "publisher_ids", "rating_ids", "language_ranges", "features"),
    *("merged_into_id", "search_languages", "search_statement", "search_names", "search_headlines"),
    "search_text",
)
_READ_COLUMNS = (
    *("id", "sequence", "claim_id", "version", "status", "kind", "published_at", "note", "body_sha256"),
    *(
        "salts",
        "sealed_sha256",
        "chain_sha256",
        "superseded_at",
        "first_published_at",
        "body",
        *_BODY_COLUMNS,
    ),
)
_VERDICT_COLUMNS = (
    *("claim_id", "verdict_id", "publisher_id", "publisher_kind", "rating_id", "rating_class", "language"),
    *("reviewed_on", "review_key", "body"),
)

Row = dict[str, Any]
#: Called with the recomputed tree after each entry that is added to it.
ReportGrowth = Callable[[GrowingTree], None]


class _LastEntry(NamedTuple):
    """The newest entry of a claim so far."""

    sequence: int
    version: int
    published_at: datetime
    superseded_at: datetime | None


class EntriesCheck:
    """A check of every entry of the ledger, from first to last."""

    def __init__(self, report_growth: ReportGrowth) -> None:
        self.tree = GrowingTree()
        self._report_growth = report_growth
        self._tiles = GrowingTiles()
        self._previous_hash = ZERO_SHA256
        self._last_entries: dict[int, _LastEntry] = {}
        self._leaves = b""
        #: The snapshots that entries quote: the hash of each text, and the first entry with it.
        self.quoted_snapshots: dict[int, tuple[str, int]] = {}
        #: The first entry that differs from the tree, and the number of later ones.
        self._first_rewritten, self._later_count = 0, 0
        #: The entries from which words were removed by law.
        self._changed_by_removal = {
            number
            for entries in Removal.objects.values_list("entries", flat=True)
            for number in entries or ()
        }

    def findings(self) -> Iterator[Discrepancy]:
        for rows in _iterate_batches():
            listed_verdicts = _load_listed_verdicts([row["id"] for row in rows])
            for row in rows:
                yield from self._check_entry(row, listed_verdicts.get(row["id"], {}))
        yield from self._check_end()

    def _check_entry(self, row: Row, listed_verdicts: Mapping[int, Row]) -> Iterator[Discrepancy]:
        place = f"Entry {row['sequence']} (claim {row['claim_id']}, version {row['version']})"
        yield from (Discrepancy(place, problem) for problem in self._check_position(row))
        yield from (Discrepancy(place, problem) for problem in self._check_columns(row, listed_verdicts))
        yield from self._check_claim(row)

    def _check_columns(self, row: Row, listed_verdicts: Mapping[int, Row]) -> Iterator[str]:
        """Yield a description of each difference between an entry's columns and its body."""
        try:
            body = parse_stored(row["body"])
            expected_columns = _build_expected_columns(body)
            verdicts = {verdict["id"]: build_published_verdict(verdict, body) for verdict in body["verdicts"]}
            for snapshot in _iterate_snapshots(body):
                self.quoted_snapshots.setdefault(snapshot["id"], (snapshot["text_sha256"], row["sequence"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            yield "its body cannot be read."
            return
        yield from find_misrendered(body)
        for name, value in expected_columns.items():
            if row[name] != value:
                yield f"`{name}` is not what its body says."
        yield from _check_lists(row, verdicts if row["status"] == "published" else {}, listed_verdicts)

    # The entry's position in the ledger -------------------------------------------------------------------------------

    def _check_position(self, row: Row) -> Iterator[str]:
        sequence = row["sequence"]
        expected_sequence = self.tree.size + 1
        if sequence != expected_sequence:
            yield f"it stands in place of entry {expected_sequence}: entries were removed or renumbered."
        body_sha256 = hashlib.sha256(row["body"].encode()).hexdigest()
        if body_sha256 != row["body_sha256"]:
            yield "its body is not what was published: it has another hash."
        sealed_sha256 = compute_sealed_sha256(row["note"], row["body"], row["salts"])
        if sealed_sha256 != row["sealed_sha256"]:
            yield "its note or body is not what was published: with its salts it has another hash."
        if "," in row["salts"]:
            if sequence not in self._changed_by_removal:
                yield "texts of it lost their salts, and no removal by law accounts for that."
            if find_unbarred(row["note"], row["body"], row["salts"]):
                yield "a text without a salt has no bars where words were removed."
        facts = EntryFacts(
            sequence=sequence,
            claim_id=row["claim_id"],
            version=row["version"],
            status=row["status"],
            kind=row["kind"],
            published_at=format_moment(row["published_at"]),
            merged_into=row["merged_into_id"],
            sealed_sha256=sealed_sha256,
        )
        text = build_entry_text(facts, self._previous_hash)
        if compute_chain_hash(text) != row["chain_sha256"]:
            yield "it does not go on from the entry before it as it did when it was published: one of them was changed."
        self._previous_hash = row["chain_sha256"]
        leaf = hash_leaf(text)
        self.tree.add(leaf)
        self._tiles.add(leaf)
        self._report_growth(self.tree)
        if not self._matches_tree(leaf):
            if not self._first_rewritten:
                self._first_rewritten = sequence
                yield "it is not what was put into the tree when it was signed."
            else:
                self._later_count += 1

    def _matches_tree(self, leaf: bytes) -> bool:
        """Return whether a leaf equals the stored leaf of the tree. True for entries that are not signed yet."""
        number, index = divmod(self.tree.size - 1, TILE_WIDTH)
        if index == 0:
            self._leaves = stored_tree.read_tiles([(0, number)]).get((0, number), b"")
        stored_hash = self._leaves[index * HASH_BYTES : (index + 1) * HASH_BYTES]
        return stored_hash in (b"", leaf)

    def _check_claim(self, row: Row) -> Iterator[Discrepancy]:
        """Yield gaps or overlaps between the versions of a claim."""
        last_entry = self._last_entries.get(row["claim_id"])
        place_name = gettext("Entry %(sequence)s (claim %(claim_id)s, version %(version)s)") % row
        if row["version"] != (last_entry.version if last_entry else 0) + 1:
            yield Discrepancy(
                place_name,
                gettext("the entry follows version %(before)s of the claim.") % {"before": last_entry.version}
                if last_entry
                else gettext("the versions of the claim before it are missing."),
            )
        if last_entry and last_entry.superseded_at != row["published_at"]:
            yield Discrepancy(
                gettext("Entry %(sequence)s (claim %(claim_id)s, version %(version)s)")
                % {
                    "sequence": last_entry.sequence,
                    "claim_id": row["claim_id"],
                    "version": last_entry.version,
                },
                gettext(
                    "the entry says that it was current until %(when)s, but the next version is dated %(when_2)s."
                )
                % {
                    "when": _format_time(last_entry.superseded_at),
                    "when_2": _format_time(row["published_at"]),
                },
            )
        if last_entry and row["published_at"] < last_entry.published_at:
            yield Discrepancy(place_name, gettext("the entry is dated before the version that it follows."))
        self._last_entries[row["claim_id"]] = _LastEntry(
            *(row[name] for name in ("sequence", "version", "published_at", "superseded_at"))
        )

    # After the last entry ---------------------------------------------------------------------------------------------

    def _check_end(self) -> Iterator[Discrepancy]:
        if self._later_count:
            yield Discrepancy(
                gettext("Entry %(rewritten)s") % {"rewritten": self._first_rewritten},
                ngettext(
                    "%(behind)s later entry also differs from what was signed: the chain was rebuilt.",
                    "%(behind)s later entries also differ from what was signed: the chain was rebuilt.",
                    self._later_count,
                )
                % {"behind": f"{self._later_count:,}"},
            )
        for claim_id, last_entry in self._last_entries.items():
            if last_entry.superseded_at is not None:
                yield Discrepancy(
                    gettext("Entry %(sequence)s (claim %(claim_id)s, version %(version)s)")
                    % {"sequence": last_entry.sequence, "claim_id": claim_id, "version": last_entry.version},
                    gettext("the entry says that it was current until %(when)s, but no version follows.")
                    % {"when": _format_time(last_entry.superseded_at)},
                )
        yield from self._check_tiles()

    def _check_tiles(self) -> Iterator[Discrepancy]:
        computed_tiles = self._tiles.pop_changed()
        size = self.tree.size
        for tile in HashTile.objects.iterator(chunk_size=200):
            stored_hashes = bytes(tile.hashes)
            computed_hashes = computed_tiles.get((tile.level, tile.number), b"")
            if stored_hashes != computed_hashes[: len(stored_hashes)] or len(
                stored_hashes
            ) // HASH_BYTES > compute_tile_width((tile.level, tile.number), size):
                yield Discrepancy(
                    gettext("Hashes of the tree (level %(level)s, tile %(tile)s)")
                    % {"level": tile.level, "tile": tile.number},
                    gettext("they do not match the stored entries."),
                )


def _iterate_batches() -> Iterator[list[Row]]:
    last_sequence = 0
    while rows := list(Publication.objects.after(last_sequence).values(*_READ_COLUMNS)[:_BATCH_SIZE]):
        yield rows
        last_sequence = rows[-1]["sequence"]


def _load_listed_verdicts(ids: list[int]) -> dict[int, dict[int, Row]]:
    """Load the `PublishedVerdict` rows of these entries, keyed by entry and verdict."""
    verdicts: dict[int, dict[int, Row]] = {}
    rows = PublishedVerdict.objects.filter(publication__in=ids).order_by()
    for row in rows.values("publication_id", "published_at", "superseded_at", *_VERDICT_COLUMNS):
        verdicts.setdefault(row["publication_id"], {})[row["verdict_id"]] = row
    return verdicts


def _build_expected_columns(body: Mapping[str, Any]) -> Row:
    """Return the expected columns of an entry, from its body."""
    facts = {
        "claim_id": body["id"],
        "version": body["version"],
        "status": body["status"],
        "published_at": datetime.fromisoformat(body["updated_at"]),
        "first_published_at": datetime.fromisoformat(body["published_at"]),
    }
    columns = build_columns(body)
    return facts | {name: columns[name] for name in _BODY_COLUMNS}


def find_misrendered(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield a description of each text whose HTML differs from the reviewed Markdown."""
    pictures = list_picture_paths(body.get("media", ()))
    for verdict in body["verdicts"]:
        if verdict["origin"] != "imported" and not _is_rendered(
            verdict["explanation"], verdict["explanation_html"], pictures
        ):
            yield f"the explanation of verdict {verdict['id']} reads otherwise as HTML."
    for translation in body.get("translations", []):
        if not _is_rendered(translation["explanation"], translation["explanation_html"], pictures):
            yield f"the explanation of translation {translation['id']} reads otherwise as HTML."


@lru_cache(maxsize=1_000)  # each entry of a claim repeats it
def _is_rendered(markdown: str, html: str, pictures: frozenset[str]) -> bool:
    """Return whether the HTML has the words and URLs of its Markdown, even if another version rendered it."""
    entries = _read_entries(html)
    # Older versions left all pictures out.
    return entries in (_read_entries(to_html(markdown, pictures=pictures)), _read_entries(to_html(markdown)))


def _read_entries(html: str) -> list[str]:
    texts = unescape(re.sub(r"<[^>]*>", " ", html)).split()
    return texts + re.findall(r'(?:href|src)="([^"]*)"', html)


def _iterate_snapshots(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the snapshots quoted in a body."""
    evidence = (item for verdict in body["verdicts"] for item in verdict["evidence"])
    return (item["snapshot"] for item in (*body["appearances"], *evidence) if item["snapshot"])


def _check_lists(row: Row, verdicts: Mapping[int, Row], listed_verdicts: Mapping[int, Row]) -> Iterator[str]:
    """Yield a description of each difference between the listed verdicts and the verdicts in the body."""
    for pk in verdicts.keys() - listed_verdicts.keys():
        yield f"verdict {pk} is not listed with it."
    for pk in listed_verdicts.keys() - verdicts.keys():
        yield f"verdict {pk} is listed with it, and its body does not have it."
    for pk in verdicts.keys() & listed_verdicts.keys():
        expected_row = verdicts[pk] | {name: row[name] for name in ("published_at", "superseded_at")}
        for name in (*_VERDICT_COLUMNS, "published_at", "superseded_at"):
            if listed_verdicts[pk][name] != expected_row[name]:
                yield f"verdict {pk} is listed with another `{name}` than its entry has."


def _format_time(value: datetime | None) -> str:
    return format_moment(value) if value else "today"


def check_snapshots(quoted_snapshots: Mapping[int, tuple[str, int]]) -> Iterator[Discrepancy]:
    """Yield snapshots whose text has changed since an entry quoted it.

    Args:
        quoted_snapshots: for each snapshot, the hash of its text and the number of an entry with that hash.
    """
    ids = sorted(quoted_snapshots)
    for start in range(0, len(ids), _SNAPSHOT_BATCH_SIZE):
        batch_ids = ids[start : start + _SNAPSHOT_BATCH_SIZE]
        texts = dict(Snapshot.objects.filter(pk__in=batch_ids).order_by().values_list("pk", "text"))
        for pk in batch_ids:
            sha256, entry = quoted_snapshots[pk]
            if pk not in texts:
                yield Discrepancy(
                    gettext("Snapshot %(pk)s") % {"pk": pk},
                    gettext("the snapshot was deleted, but entry %(entry)s quotes it.") % {"entry": entry},
                )
            elif hashlib.sha256(texts[pk].encode()).hexdigest() != sha256:
                yield Discrepancy(
                    gettext("Snapshot %(pk)s") % {"pk": pk},
                    gettext("the snapshot’s text differs from the one that entry %(entry)s quotes.")
                    % {"entry": entry},
                )
