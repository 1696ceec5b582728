"""Replay ledger entries in order, each after its verdicts and moves.

The database rules apply: a published entry needs a published verdict, each publisher has one live verdict, and every
move is recorded. The restore therefore repeats all these steps.

Entries are recorded in batches, as large as the rules allow, because the ledger counts the public words once for each
batch. The verdicts and moves of a batch are stored before its entries; the removal of a claim's last verdict is
stored after them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from claims.exports.restore.checks import RestoreRefused
from claims.exports.restore.restored_entries import (
    MergedParts,
    RestoredEntry,
    build_claim_texts,
    build_quote,
    find_claimants,
    find_first_appearance,
    parse_day,
)
from claims.exports.restore.verdict_succession import ArrivedVerdict, EntryOutcome, trace_verdicts
from claims.ledger import publishing
from claims.ledger.document.sections import get_sections
from claims.ledger.entry_builder import LedgerEntry as Recorded
from claims.ledger.entry_builder import rebuild_entry
from claims.models import Claim, Evidence, Publication, Transition, Verdict
from factcheck.database.bulk_copy import RowMaker, copy_rows
from factcheck.installation.messages import activate_newsroom_language

#: The name that the log shows as the author of each move.
ACTOR = gettext_noop("Restored from an export")

_State = Verdict.State
#: The fields of a verdict about pictures, audio and video.
_MEDIA_FIELDS = ("media_authenticity_category", "original_media_context", "original_media_url")


def replay(entries: list[RestoredEntry], merged_parts: MergedParts) -> None:
    """Replay these entries. Call it inside a transaction."""
    for round_outcomes in split_rounds(trace_verdicts(entries, merged_parts)):
        for layer in split_layers(round_outcomes):
            entries_of_layer = [outcome.entry for outcome in layer]
            _store_missing_claims(entries_of_layer, merged_parts)
            _replay_verdicts([outcome for outcome in layer if not outcome.is_withdrawn])
            _replay_merges(entries_of_layer)
        _record_entries([outcome.entry for outcome in round_outcomes])
        _replay_verdicts([outcome for outcome in round_outcomes if outcome.is_withdrawn])


def split_rounds(outcomes: Iterable[EntryOutcome]) -> Iterator[list[EntryOutcome]]:
    """Split the entries, in order, into rounds whose entries can be recorded together.

    When a published entry is recorded, the database checks that it has a published verdict. A round must pass or fail
    this check exactly as its entries would one by one.
    """
    current_round: list[EntryOutcome] = []
    withdrawn_ids: set[int] = set()
    for outcome in outcomes:
        # The next entry shows from which claim another was split off. The evidence of an entry without its own
        # verdict must be checked by the database at its own moment.
        needs_own_round = outcome.entry.kind == Publication.Kind.UNMERGE or (
            not outcome.has_verdict and (outcome.is_published or outcome.arrived_verdicts)
        )
        if current_round and (needs_own_round or not withdrawn_ids.isdisjoint(outcome.entry.related)):
            yield current_round
            current_round, withdrawn_ids = [], set()
        current_round.append(outcome)
        if outcome.is_withdrawn:
            withdrawn_ids.add(outcome.entry.claim)
        if needs_own_round:
            yield current_round
            current_round, withdrawn_ids = [], set()
    if current_round:
        yield current_round


def split_layers(outcomes: Iterable[EntryOutcome]) -> list[list[EntryOutcome]]:
    """Split the entries into layers. No layer has two entries of related claims. A claim's entries stay in order."""
    layers: list[list[EntryOutcome]] = []
    layer_by_claim: dict[int, int] = {}
    for outcome in outcomes:
        related_ids = outcome.entry.related
        layer = max(layer_by_claim.get(claim, 0) for claim in related_ids)
        layer_by_claim.update(dict.fromkeys(related_ids, layer + 1))
        if layer == len(layers):
            layers.append([])
        layers[layer].append(outcome)
    return layers


# Claims ---------------------------------------------------------------------------------------------------------------


def _store_missing_claims(entries: list[RestoredEntry], merged_parts: MergedParts) -> None:
    """Store the claims that are missing.

    A claim that was merged before it was ever published has no entry, and its words were never public. Such a claim
    gets the words of the claim into which it was merged.
    """
    entries_by_merged_claim = {
        pk: entry for entry in entries for pk in entry.body["merged_from"] if pk in merged_parts.claims
    }
    ids = {entry.claim for entry in entries} | entries_by_merged_claim.keys()
    stored_ids = set(Claim.objects.filter(pk__in=ids).order_by().values_list("pk", flat=True))
    claimants = find_claimants(entries)
    make_row, now = RowMaker(Claim), timezone.now()
    rows = [
        make_row(
            id=entry.claim,
            state=Claim.State.ACCEPTED,
            updated_at=now,
            # Written at the end of this transaction, because no reader sees the row earlier.
            first_appearance_id=find_first_appearance(entry.body),
            **build_claim_texts(entry.body, claimants),
        )
        for entry in entries
        if entry.claim not in stored_ids
    ]
    rows += [
        make_row(
            id=pk,
            state=Claim.State.MERGED,
            state_before_merge=Claim.State.ACCEPTED,
            merged_into_id=entry.claim,
            updated_at=now,
            **build_claim_texts(entry.body, claimants),
        )
        for pk, entry in entries_by_merged_claim.items()
        if pk not in stored_ids
    ]
    copy_rows(Claim, rows)


def _replay_merges(entries: list[RestoredEntry]) -> None:
    """Merge claims, and undo merges."""
    states = Claim.objects.filter(pk__in=[entry.claim for entry in entries]).order_by()
    are_merged = {pk: state == Claim.State.MERGED for pk, state in states.values_list("pk", "state")}
    changing_entries = {
        entry.claim: entry
        for entry in entries
        if are_merged[entry.claim] != (entry.status == Publication.Status.MERGED)
    }
    claims = Claim.objects.in_bulk(changing_entries)
    for pk, entry in changing_entries.items():
        claim, is_merge = claims[pk], entry.status == Publication.Status.MERGED
        state_before, state_after = claim.state, Claim.State.MERGED if is_merge else claim.state_before_merge
        copy_rows(
            Transition,
            [_build_transition(pk, None, "merge" if is_merge else "unmerge", state_before, state_after)],
        )
        claim.state = state_after
        claim.merged_into_id = entry.body["merged_into"]
        claim.state_before_merge = state_before if is_merge else ""
        claim.save(update_fields=["state", "merged_into", "state_before_merge", "updated_at"])


# Verdicts -------------------------------------------------------------------------------------------------------------


def _replay_verdicts(outcomes: list[EntryOutcome]) -> None:
    """Retract removed verdicts, and store new ones with their evidence."""
    copy_rows(Transition, [row for outcome in outcomes for row in _build_moves(outcome)])
    for state, removed_verdicts in (
        (_State.SUPERSEDED, [pk for outcome in outcomes for pk in outcome.superseded_ids]),
        (_State.RETRACTED, [pk for outcome in outcomes for pk in outcome.retracted_ids]),
    ):
        if removed_verdicts:
            Verdict.objects.filter(pk__in=removed_verdicts).update(state=state)
    make_row, now = RowMaker(Verdict), _read_transaction_start()
    new_verdicts = [
        (outcome.entry, arrived_verdict)
        for outcome in outcomes
        for arrived_verdict in outcome.arrived_verdicts
    ]
    copy_rows(
        Verdict,
        [
            make_row(created_at=now, **_build_verdict(entry, arrived_verdict))
            for entry, arrived_verdict in new_verdicts
        ],
    )
    copy_rows(
        Evidence,
        [row for _entry, arrived_verdict in new_verdicts for row in _build_evidence(arrived_verdict.body)],
    )
    for section in get_sections():
        make_item = RowMaker(section.model)
        rows = (
            row
            for entry, arrived_verdict in new_verdicts
            for row in section.restore(arrived_verdict.body, _find_claimant(entry))
        )
        copy_rows(section.model, [make_item(**row) for row in rows])


def _build_moves(outcome: EntryOutcome) -> Iterator[dict[str, Any]]:
    claim, note = outcome.entry.claim, outcome.entry.line.values["note"]
    for pk in outcome.superseded_ids:
        yield _build_transition(claim, pk, "supersede", _State.PUBLISHED, _State.SUPERSEDED)
    for pk in outcome.retracted_ids:
        yield _build_transition(claim, pk, "retract", _State.PUBLISHED, _State.RETRACTED, note=note)


def _read_transaction_start() -> datetime:
    """Return the start of this transaction, which marks evidence inserted together with its verdict."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _build_verdict(entry: RestoredEntry, arrived_verdict: ArrivedVerdict) -> dict[str, Any]:
    """Return the row of a published verdict. Exports omit the authors and sign-offs of the newsroom's own verdicts."""
    body = arrived_verdict.body
    change = {"correction_kind": entry.kind, "correction_note": entry.line.values["note"]}
    return {
        "id": body["id"],
        "claim_id": arrived_verdict.claim,
        "publisher_id": body["publisher"]["id"],
        "origin": body["origin"],
        "is_restored": body["origin"] != Verdict.Origin.IMPORTED,
        "state": _State.PUBLISHED,
        "rating_id": body["rating"]["id"],
        **{name: body[name] for name in ("version", "summary", "explanation", "byline", "language", "url")},
        # Older exports do not have these.
        **{name: body.get(name, "") for name in ("title", *_MEDIA_FIELDS)},
        **{name: parse_day(body[name]) for name in ("reviewed_on", "valid_as_of", "recheck_on")},
        "published_at": datetime.fromisoformat(body["published_at"]) if body["published_at"] else None,
        "supersedes_id": arrived_verdict.replaced_id,
        **(change if arrived_verdict.replaced_id else {}),
    }


def _build_evidence(verdict: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for position, item in enumerate(verdict["evidence"]):
        yield {
            "id": item["id"],
            "verdict_id": verdict["id"],
            "stance": item["stance"],
            "note": item["note"],
            "position": position,
            **build_quote(item),
            **_find_shown_media(item),
        }


def _find_claimant(entry: RestoredEntry) -> int | None:
    claimant = entry.body["claimant"]
    return claimant["id"] if claimant else None


def _find_shown_media(item: dict[str, Any]) -> dict[str, Any]:
    """Return the fields for the picture, recording or video of an item of evidence."""
    media = next(iter(item.get("media", ())), None)
    return {
        "media_id": media["id"] if media else None,
        "media_fragment": media["media_fragment"] if media else "",
    }


def _build_transition(
    claim: int, verdict: int | None, action: str, state_before: str, state_after: str, *, note: str = ""
) -> dict[str, Any]:
    with activate_newsroom_language():
        actor = gettext(ACTOR)
    return {
        "claim_id": claim,
        "verdict_id": verdict,
        "action": action,
        "before": state_before,
        "after": state_after,
        "actor_name": actor,
        "note": note,
    }


# The ledger -----------------------------------------------------------------------------------------------------------


def _record_entries(entries: list[RestoredEntry]) -> None:
    publishing.append_entries([_record_entry(entry) for entry in entries])
    ids = [entry.line.values["id"] for entry in entries]
    numbers = dict(Publication.objects.filter(pk__in=ids).order_by().values_list("pk", "sequence"))
    for entry in entries:
        if numbers[entry.line.values["id"]] != entry.line.values["sequence"]:
            raise RestoreRefused(
                gettext(
                    "Line %(line)s: another publication was added in the meantime. Restored entries are kept; "
                    "the others no longer fit the ledger."
                )
                % {"line": entry.line.number}
            )


def _record_entry(entry: RestoredEntry) -> Recorded:
    computed_columns = ("sequence", "body_sha256", "chain_sha256")
    values = {name: value for name, value in entry.line.values.items() if name not in computed_columns}
    return rebuild_entry(entry.line.body, entry.body, values)
