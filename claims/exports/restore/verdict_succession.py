"""Determine which verdicts each entry adds and removes, in memory, for a whole batch."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from claims.exports.restore.restored_entries import MergedParts, RestoredEntry
from claims.models import Publication, Verdict
from claims.models.verdict import CorrectionKind


@dataclass(frozen=True, slots=True)
class ArrivedVerdict:
    """A verdict that appears in an entry for the first time."""

    body: dict[str, Any]
    claim: int
    replaced_id: int | None


@dataclass(frozen=True, slots=True)
class EntryOutcome:
    """An entry, and the verdicts that it adds and removes."""

    entry: RestoredEntry
    arrived_verdicts: list[ArrivedVerdict]
    superseded_ids: list[int]
    retracted_ids: list[int]
    has_verdict: bool
    """Whether the claim itself still has a published verdict."""

    @property
    def is_published(self) -> bool:
        return self.entry.status == Publication.Status.PUBLISHED

    @property
    def is_withdrawn(self) -> bool:
        """Return whether the entry removes the claim's last verdict."""
        has_no_verdict = not (self.has_verdict or self.arrived_verdicts or self.is_published)
        return has_no_verdict and bool(self.retracted_ids)


def trace_verdicts(entries: list[RestoredEntry], merged_parts: MergedParts) -> Iterator[EntryOutcome]:
    """Yield the entries in order, each with the verdicts that it adds and removes."""
    verdicts = _VerdictTracker(entries)
    for entry in entries:
        yield verdicts.judge(entry, merged_parts)


class _VerdictTracker:
    """The live verdicts of these claims, tracked entry by entry."""

    def __init__(self, entries: list[RestoredEntry]) -> None:
        verdict_ids = [verdict["id"] for entry in entries for verdict in entry.body["verdicts"]]
        claims = {entry.claim for entry in entries}
        rows = list(
            Verdict.objects.filter(Q(pk__in=verdict_ids) | Q(claim__in=claims))
            .order_by("version")
            .values_list("pk", "claim", "publisher", "state", "supersedes")
        )
        replaced_ids = {supersedes for *_, supersedes in rows}
        self._known = {pk for pk, *_ in rows}
        #: The publishers of each claim's published verdicts.
        self._live: dict[int, dict[int, int]] = defaultdict(dict)
        #: The latest verdict of each claim and publisher.
        self._last: dict[tuple[int, int], int] = {}
        for pk, claim, publisher, state, _supersedes in rows:
            if state == Verdict.State.PUBLISHED:
                self._live[claim][pk] = publisher
            if pk not in replaced_ids:
                self._last[claim, publisher] = pk

    def judge(self, entry: RestoredEntry, merged_parts: MergedParts) -> EntryOutcome:
        live_verdicts = self._live[entry.claim]
        removed_verdicts = {
            pk: live_verdicts.pop(pk) for pk in _find_removed(entry, set(live_verdicts), merged_parts)
        }
        new_verdicts = [verdict for verdict in entry.body["verdicts"] if verdict["id"] not in self._known]
        publishers = {verdict["publisher"]["id"] for verdict in new_verdicts}
        arrived_verdicts = [
            self._add_arrived_verdict(entry, verdict, merged_parts) for verdict in new_verdicts
        ]
        return EntryOutcome(
            entry,
            arrived_verdicts,
            superseded_ids=[pk for pk, publisher in removed_verdicts.items() if publisher in publishers],
            retracted_ids=[pk for pk, publisher in removed_verdicts.items() if publisher not in publishers],
            has_verdict=bool(live_verdicts),
        )

    def _add_arrived_verdict(
        self, entry: RestoredEntry, body: dict[str, Any], merged_parts: MergedParts
    ) -> ArrivedVerdict:
        pk, publisher = body["id"], body["publisher"]["id"]
        claim = merged_parts.verdicts.get(pk, entry.claim)
        is_correction = entry.kind in CorrectionKind.values and claim == entry.claim
        verdict = ArrivedVerdict(body, claim, self._last.get((claim, publisher)) if is_correction else None)
        self._known.add(pk)
        self._live[claim][pk] = publisher
        self._last[claim, publisher] = pk
        return verdict


def _find_removed(entry: RestoredEntry, live_ids: set[int], merged_parts: MergedParts) -> set[int]:
    """Return the claim's verdicts that the entry no longer contains."""
    if entry.status != Publication.Status.MERGED:
        return live_ids - {verdict["id"] for verdict in entry.body["verdicts"]}
    # A merged claim shows no verdicts, so its entry does not name the retracted one.
    if entry.kind != Publication.Kind.RETRACTION:
        return set()
    return (
        live_ids
        if len(live_ids) == 1
        else {pk for pk in live_ids if entry.claim in merged_parts.claims} - merged_parts.verdicts.keys()
    )
