"""Preview entries: the entries that `publishing` would store for a claim, unsaved.

Previews show the public page before and after a change. Rows are read, and nothing is written. The given rows need
not be saved, so a draft can be previewed while it is typed.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import cached_property

from claims.ledger.document.claim_document import Judgement
from claims.ledger.entry_builder import LedgerLine, build_entry, retranslate_entry
from claims.ledger.publishing import (
    LedgerChange,
    add_next_line,
    build_restated_body,
    choose_change,
    list_claimed_media,
    list_public_verdicts,
    load_with_merged,
)
from claims.models import Appearance, Claim, Evidence, Publication, Topic, Translation, Verdict
from factcheck.database import clock

#: Verdicts on a claim and on the claims merged into it.
_FindJudgements = Callable[[list[Claim]], list[Judgement]]


@dataclass(frozen=True)
class EntryPreview:
    """A claim as readers see it before and after a change."""

    claim: Claim
    #: The stored entries, newest first.
    ledger: list[Publication]
    #: The entry that the change would add; unsaved.
    future_entry: Publication

    @property
    def fingerprint(self) -> str:
        """Return a fingerprint of the current and future page, to detect changes. Times are ignored."""
        documents = [
            self.current_publication.pk if self.current_publication else None,
            self.future_entry.status,
            self.future_entry.kind,
            _remove_times(self.future_entry.document),
        ]
        return hashlib.sha256(json.dumps(documents, sort_keys=True).encode()).hexdigest()

    @cached_property
    def current_publication(self) -> Publication | None:
        """Return the current publication; None if the claim was never public."""
        return self.ledger[0] if self.ledger else None


@dataclass(frozen=True, slots=True)
class EditedClaim:
    """An edited claim that is not saved yet, with its topics and appearances."""

    claim: Claim
    topics: Sequence[Topic]
    appearances: Sequence[Appearance]


def preview_publishing(
    verdict: Verdict, evidence: Sequence[Evidence], *, edited_claim: EditedClaim | None = None
) -> EntryPreview:
    """Preview publishing this verdict, which supersedes the verdict that it replaces."""

    def find_judgements(claims: list[Claim]) -> list[Judgement]:
        public_verdicts = [row for row in list_public_verdicts(claims) if row[0].pk != verdict.supersedes_id]
        other_verdicts = [row for row in public_verdicts if row[0].publisher_id != verdict.publisher_id]
        own_verdicts = [row for row in other_verdicts if row[0].claim_id == verdict.claim_id]
        verdicts_of_others = [row for row in other_verdicts if row[0].claim_id != verdict.claim_id]
        return [*sorted([*own_verdicts, (verdict, evidence)], key=_build_sort_key), *verdicts_of_others]

    verdict.published_at = clock.get_database_time()
    return _build_preview(
        _load_group(verdict.claim_id), choose_change(verdict), find_judgements, edited_claim
    )


def preview_retracting(verdict: Verdict, note: str) -> EntryPreview:
    """Preview the retraction of this verdict."""

    def find_judgements(claims: list[Claim]) -> list[Judgement]:
        # A merged claim may have a verdict by the same publisher. It was hidden by the retracted one and is now shown.
        judgements: dict[int, Judgement] = {}
        for claim in claims:
            for row in claim.verdicts.all():
                if row.pk != verdict.pk:
                    judgements.setdefault(row.publisher_id, (row, row.evidence.all()))
        return list(judgements.values())

    change = LedgerChange(Publication.Kind.RETRACTION, note.strip())
    return _build_preview(_load_group(verdict.claim_id), change, find_judgements)


def preview_republishing(claim: Claim, kind: str, note: str) -> EntryPreview:
    """Preview republishing the claim with its present appearances and topics."""
    return _build_preview(_load_group(claim.pk), LedgerChange(kind, note.strip()), list_public_verdicts)


def preview_merging(claim: Claim, target: Claim) -> list[EntryPreview]:
    """Preview a merge of two claims; return no previews if the merge changes nothing for readers."""
    groups = {rows[0].pk: rows for rows in load_with_merged([claim.pk, target.pk])}
    own_claims, target_claims = groups[claim.pk], groups[target.pk]
    own_claims[0].state, own_claims[0].merged_into = Claim.State.MERGED, target_claims[0]
    all_claims = [target_claims[0], *sorted([*target_claims[1:], own_claims[0]], key=lambda row: row.pk)]
    return _preview_both_claims(own_claims, all_claims, Publication.Kind.MERGE)


def preview_unmerging(claim: Claim, target: Claim) -> list[EntryPreview]:
    """Preview undoing a merge: return the preview of the claim, then of the claim into which it was merged."""
    groups = {rows[0].pk: rows for rows in load_with_merged([claim.pk, target.pk])}
    own_claims, target_claims = groups[claim.pk], groups[target.pk]
    own_claims[0].state, own_claims[0].merged_into, own_claims[0].state_before_merge = (
        own_claims[0].state_before_merge,
        None,
        "",
    )
    remaining_claims = [row for row in target_claims if row.pk != claim.pk]
    return _preview_both_claims(own_claims, remaining_claims, Publication.Kind.UNMERGE)


def preview_translating(translation: Translation) -> EntryPreview | None:
    """Preview the publication of this translation; None if its original is not public."""
    ledger = list(Publication.objects.filter(claim=translation.verdict.claim_id).order_by("-version"))
    if not ledger or ledger[0].status != Publication.Status.PUBLISHED:
        return None
    translation.published_at = clock.get_database_time()
    body = build_restated_body(ledger[0], [translation])
    entry = retranslate_entry(
        ledger[0],
        body,
        kind=Publication.Kind.TRANSLATION,
        note="",
        published_at=max(clock.get_database_time(), ledger[0].published_at),
    )
    return EntryPreview(translation.verdict.claim, ledger, Publication(**entry.publication))


def _preview_both_claims(
    own_claims: list[Claim], target_claims: list[Claim], kind: str
) -> list[EntryPreview]:
    newest_entry = Publication.objects.newest().filter(claim=own_claims[0].pk).first()
    is_target_published = Publication.objects.filter(claim=target_claims[0].pk).exists()
    # Unpublished claims stay unpublished, as in `workflow`.
    if newest_entry is None or (
        newest_entry.status == Publication.Status.RETRACTED and not is_target_published
    ):
        return []
    return [
        _build_preview(rows, LedgerChange(kind), list_public_verdicts) for rows in (own_claims, target_claims)
    ]


def _load_group(claim_id: int) -> list[Claim]:
    [claims] = load_with_merged([claim_id])
    return claims


def _build_preview(
    claims: list[Claim],
    change: LedgerChange,
    find_judgements: _FindJudgements,
    edited_claim: EditedClaim | None = None,
) -> EntryPreview:
    claim, *merged_claims = claims
    ledger = list(Publication.objects.filter(claim=claim.pk).order_by("-version"))
    lines = [
        LedgerLine(version=row.version, kind=row.kind, note=row.note, published_at=row.published_at)
        for row in ledger
    ]
    appearances = edited_claim.appearances if edited_claim else claim.appearances.all()
    entry = build_entry(
        edited_claim.claim if edited_claim else claim,
        topics=edited_claim.topics if edited_claim else claim.topics.all(),
        appearances=[
            *appearances,
            *(row for merged_claim in merged_claims for row in merged_claim.appearances.all()),
        ],
        media=list_claimed_media(claims),
        verdicts=find_judgements(claims),
        merged_from=[merged_claim.pk for merged_claim in merged_claims],
        ledger=add_next_line(lines, change, clock.get_database_time()),
    )
    return EntryPreview(claim, ledger, Publication(**entry.publication))


def _remove_times(value: Any) -> Any:
    """Return a value from a document without the publication times inside it."""
    if isinstance(value, dict):
        moments = ("published_at", "updated_at")
        return {name: _remove_times(item) for name, item in value.items() if name not in moments}
    return [_remove_times(item) for item in value] if isinstance(value, list) else value


def _build_sort_key(judgement: Judgement) -> tuple[date, int]:
    """Return the sort key of a verdict: the day of its review. Verdicts without a day come last."""
    return judgement[0].reviewed_on or date.max, judgement[0].pk or 0
