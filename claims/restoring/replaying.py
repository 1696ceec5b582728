"""Entries of the ledger in their order, each after the verdicts and moves that it tells of.

The rules of the database hold: an entry that is published rests on a published verdict, one is live per publisher, and
every move is written down. So what happened is done again, in rounds of entries that have nothing to do with one
another.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from claims import publishing
from claims.entries import Entry as Recorded
from claims.entries import as_recorded
from claims.exporting.lines import Line
from claims.models import Claim, Claimant, Evidence, Publication, Transition, Verdict
from claims.models.verdict import CorrectionKind
from claims.restoring.checking import Refused
from factcheck.copying import Maker, copy

#: Who moved what, in the words of the log.
ACTOR = "Restored from an export"

_STATE = Verdict.State


@dataclass(frozen=True)
class Merged:
    """What belongs to claims that are merged into another, where entries do not say it."""

    claims: set[int] = field(default_factory=set)
    #: Appearance or verdict → claim.
    appearances: dict[int, int] = field(default_factory=dict)
    verdicts: dict[int, int] = field(default_factory=dict)

    def add(self, said: Mapping[str, Any]) -> None:
        self.claims.add(said["id"])
        self.appearances.update(dict.fromkeys(said["appearances"], said["id"]))
        self.verdicts.update(dict.fromkeys(said["verdicts"], said["id"]))


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, with its body understood."""

    line: Line
    body: dict[str, Any]

    @classmethod
    def of(cls, line: Line) -> "Entry":
        return cls(line, orjson.loads(line.body))

    @property
    def claim(self) -> int:
        return int(self.line.said["claim_id"])

    @property
    def status(self) -> str:
        return str(self.line.said["status"])

    @property
    def kind(self) -> str:
        return str(self.line.said["kind"])

    @property
    def related(self) -> set[int]:
        """The claims whose state it depends on or changes."""
        into = self.body["merged_into"]
        return {self.claim, *self.body["merged_from"], *([into] if into else [])}


def rounds(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The entries in their order, divided so that no two of a round have to do with the same claim."""
    waiting: list[Entry] = []
    busy: set[int] = set()
    for entry in entries:
        # From which claim another was taken out is said by the entry that follows.
        alone = entry.kind == Publication.Kind.UNMERGE
        if waiting and (alone or not busy.isdisjoint(entry.related)):
            yield waiting
            waiting, busy = [], set()
        waiting.append(entry)
        busy |= entry.related
        if alone:
            yield waiting
            waiting, busy = [], set()
    if waiting:
        yield waiting


def replay(entries: list[Entry], merged: Merged) -> None:
    """Do again what these entries tell of. Called inside a transaction."""
    for some in rounds(entries):
        _bring_in(some, merged)
        _judge(some, merged)
        _move(some)
        _record(some)


# Claims ---------------------------------------------------------------------------------------------------------------


def words(body: Mapping[str, Any], claimants: set[int]) -> dict[str, Any]:
    """What a claim says, by its public representation."""
    claimant = (body["claimant"] or {}).get("id")
    return {
        "statement": body["statement"],
        "language": body["language"],
        # A claimant whom nothing refers to any more may have been deleted.
        "claimant_id": claimant if claimant in claimants else None,
        "claimed_on": day(body["claimed_on"]),
        "context": body["context"],
    }


def first_appearance(body: Mapping[str, Any]) -> int | None:
    return next((a["id"] for a in body["appearances"] if a["is_first"]), None)


def claimants_of(some: list[Entry]) -> set[int]:
    named = {entry.body["claimant"]["id"] for entry in some if entry.body["claimant"]}
    return set(Claimant.objects.filter(pk__in=named).values_list("pk", flat=True))


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _bring_in(some: list[Entry], merged: Merged) -> None:
    """Write the claims that are not here yet.

    A claim that was merged before it was ever published has no entry, and its words were never public. It stands with
    the words of the one that it was merged into.
    """
    within = {pk: entry for entry in some for pk in entry.body["merged_from"] if pk in merged.claims}
    ids = {entry.claim for entry in some} | within.keys()
    here = set(Claim.objects.filter(pk__in=ids).values_list("pk", flat=True))
    claimants = claimants_of(some)
    make, now = Maker(Claim), timezone.now()
    rows = [
        make(
            id=entry.claim,
            state=Claim.State.ACCEPTED,
            updated_at=now,
            # Written when claims settle, in this transaction: until its end nobody asks whether it is there.
            first_appearance_id=first_appearance(entry.body),
            **words(entry.body, claimants),
        )
        for entry in some
        if entry.claim not in here
    ]
    rows += [
        make(
            id=pk,
            state=Claim.State.MERGED,
            state_before_merge=Claim.State.ACCEPTED,
            merged_into_id=entry.claim,
            updated_at=now,
            **words(entry.body, claimants),
        )
        for pk, entry in within.items()
        if pk not in here
    ]
    copy(Claim, rows)


def _move(some: list[Entry]) -> None:
    """Merge claims, and undo it."""
    rows = Claim.objects.in_bulk([entry.claim for entry in some])
    for entry in some:
        claim, merged = rows[entry.claim], entry.status == Publication.Status.MERGED
        if merged == (claim.state == Claim.State.MERGED):
            continue
        before, after = claim.state, Claim.State.MERGED if merged else claim.state_before_merge
        _write_down(claim.pk, None, "merge" if merged else "unmerge", before, after)
        claim.state = after
        claim.merged_into_id = entry.body["merged_into"]
        claim.state_before_merge = before if merged else ""
        claim.save(update_fields=["state", "merged_into", "state_before_merge", "updated_at"])


# Verdicts -------------------------------------------------------------------------------------------------------------


def _judge(some: list[Entry], merged: Merged) -> None:
    """Write the verdicts that are new, with their evidence, and take back those that are gone."""
    shown = [verdict["id"] for entry in some for verdict in entry.body["verdicts"]]
    owners = dict(Verdict.objects.filter(pk__in=shown).values_list("pk", "claim"))
    live: dict[int, dict[int, int]] = defaultdict(dict)
    claims = [entry.claim for entry in some]
    published = Verdict.objects.filter(claim__in=claims, state=_STATE.PUBLISHED)
    for claim, pk, publisher in published.values_list("claim", "pk", "publisher"):
        live[claim][pk] = publisher
    new: list[tuple[Entry, dict[str, Any]]] = []
    for entry in some:
        arrived = [verdict for verdict in entry.body["verdicts"] if verdict["id"] not in owners]
        new += [(entry, verdict) for verdict in arrived]
        publishers = {verdict["publisher"]["id"] for verdict in arrived}
        for pk in _gone(entry, set(live[entry.claim]), merged):
            _take_back(entry, pk, superseded=live[entry.claim][pk] in publishers)
    _bring_verdicts(new, merged)


def _gone(entry: Entry, live: set[int], merged: Merged) -> set[int]:
    """Which of the claim's verdicts the entry no longer has."""
    if entry.status != Publication.Status.MERGED:
        return live - {verdict["id"] for verdict in entry.body["verdicts"]}
    # A merged claim shows no verdicts, so its entry does not tell which one was retracted.
    if entry.kind != Publication.Kind.RETRACTION:
        return set()
    return (
        live
        if len(live) == 1
        else {pk for pk in live if entry.claim in merged.claims} - merged.verdicts.keys()
    )


def _take_back(entry: Entry, pk: int, *, superseded: bool) -> None:
    action, after = ("supersede", _STATE.SUPERSEDED) if superseded else ("retract", _STATE.RETRACTED)
    note = "" if superseded else entry.line.said["note"]
    _write_down(entry.claim, pk, action, _STATE.PUBLISHED, after, note=note)
    Verdict.objects.filter(pk=pk).update(state=after)


def _bring_verdicts(new: list[tuple[Entry, dict[str, Any]]], merged: Merged) -> None:
    replaced = _predecessors(entry.claim for entry, _verdict in new)
    make, now = Maker(Verdict), _beginning()
    copy(
        Verdict,
        [make(created_at=now, **_verdict(entry, verdict, replaced, merged)) for entry, verdict in new],
    )
    copy(
        Evidence,
        [
            {
                "id": item["id"],
                "verdict_id": verdict["id"],
                "stance": item["stance"],
                "note": item["note"],
                "position": position,
                **quoted(item),
            }
            for _entry, verdict in new
            for position, item in enumerate(verdict["evidence"])
        ],
    )


def _beginning() -> datetime:
    """When this transaction began: by it the database knows evidence that arrives together with its verdict."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _predecessors(claims: Iterable[int]) -> dict[tuple[int, int], int]:
    """The last verdict of each claim and publisher that nothing has replaced yet."""
    rows: QuerySet[Verdict] = Verdict.objects.filter(claim__in=set(claims), superseded_by=None)
    return {
        (claim, publisher): pk
        for claim, publisher, pk in rows.order_by("version").values_list("claim", "publisher", "pk")
    }


def _verdict(
    entry: Entry, said: Mapping[str, Any], replaced: Mapping[tuple[int, int], int], merged: Merged
) -> dict[str, Any]:
    """The row of a verdict as it was published. It is imported: who wrote it and signed it off is known elsewhere."""
    claim, publisher = merged.verdicts.get(said["id"], entry.claim), said["publisher"]["id"]
    before = replaced.get((claim, publisher)) if entry.kind in CorrectionKind.values else None
    change = {"correction_kind": entry.kind, "correction_note": entry.line.said["note"]} if before else {}
    return {
        "id": said["id"],
        "claim_id": claim,
        "publisher_id": publisher,
        "origin": Verdict.Origin.IMPORTED,
        "state": _STATE.PUBLISHED,
        "rating_id": said["rating"]["id"],
        **{name: said[name] for name in ("version", "summary", "explanation", "byline", "language", "url")},
        **{name: day(said[name]) for name in ("reviewed_on", "valid_as_of", "recheck_on")},
        "published_at": datetime.fromisoformat(said["published_at"]) if said["published_at"] else None,
        "supersedes_id": before,
        **change,
    }


def quoted(said: Mapping[str, Any]) -> dict[str, Any]:
    """Where words stand, as appearances and evidence have it."""
    return {
        "source_id": said["source"]["id"],
        "snapshot_id": (said["snapshot"] or {}).get("id"),
        **{name: said[name] for name in ("exact", "prefix", "suffix", "start", "end")},
    }


def _write_down(
    claim: int, verdict: int | None, action: str, before: str, after: str, *, note: str = ""
) -> None:
    Transition.objects.create(
        claim_id=claim,
        verdict_id=verdict,
        action=action,
        before=before,
        after=after,
        actor=None,
        actor_name=ACTOR,
        note=note,
    )


# The ledger -----------------------------------------------------------------------------------------------------------


def _record(some: list[Entry]) -> None:
    publishing.append([_recorded(entry) for entry in some])
    ids = [entry.line.said["id"] for entry in some]
    numbers = dict(Publication.objects.filter(pk__in=ids).values_list("pk", "sequence"))
    for entry in some:
        if numbers[entry.line.said["id"]] != entry.line.said["sequence"]:
            raise Refused(
                f"Line {entry.line.number}: something else was published meanwhile. What was restored stays; the rest"
                " does not fit any more."
            )


def _recorded(entry: Entry) -> Recorded:
    said = {name: value for name, value in entry.line.said.items() if name not in ("sequence", "body_sha256")}
    return as_recorded(entry.line.body, entry.body, said)
