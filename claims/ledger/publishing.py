"""Publish claims: this module stores all ledger entries, or builds their rows for bulk imports."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from django.db import transaction
from django.db.models import Prefetch, Q

from claims.ledger.document.claim_document import Judgement, build_translations
from claims.ledger.document.sections import get_sections
from claims.ledger.entry_builder import LedgerEntry, LedgerLine, build_entry, restate_entry, retranslate_entry
from claims.ledger.signals import entries_added
from claims.models import (
    Appearance,
    Claim,
    ClaimMedia,
    Evidence,
    Publication,
    PublishedVerdict,
    Translation,
    Verdict,
)
from claims.models.claim_media import JUDGED_MEDIA_FIELDS
from claims.models.claim_rules import JUDGED_FIELDS
from factcheck.database import clock
from factcheck.database.bulk_copy import CopyLines, build_lines, reserve_ids, send_lines
from factcheck.web.site_urls import parse_stored
from sources.models import MediaHash


class LedgerChange(NamedTuple):
    """A change to a claim: its kind, and the public note."""

    kind: str
    """One of `Publication.Kind`."""
    note: str = ""


def choose_change(verdict: Verdict) -> LedgerChange:
    """Return the change that publishing this verdict makes to its claim."""
    if verdict.supersedes_id:
        return LedgerChange(verdict.correction_kind, verdict.correction_note)
    if Publication.objects.current().filter(claim=verdict.claim_id).exists():
        return LedgerChange(Publication.Kind.ADDITION)
    return LedgerChange(Publication.Kind.PUBLICATION)


# Callers have a transaction already, so this costs nothing; receivers of the signal rely on it.
@transaction.atomic(savepoint=False)
def record(claim: Claim, kind: str, *, note: str = "", changed_at: datetime | None = None) -> Publication:
    """Add the claim in its present state to the ledger. Call this inside the transaction that changed the claim.

    The public status follows from the claim: merged, retracted if no verdict is left, or published.

    Args:
        changed_at: the time of the change, if already read from the database clock.
    """
    [entry] = _iterate_entries({claim.pk: LedgerChange(kind, note)}, changed_at or clock.get_database_time())
    publication = Publication.objects.create(**entry.publication)
    PublishedVerdict.objects.bulk_create(
        PublishedVerdict(publication=publication, **verdict) for verdict in entry.verdicts
    )
    entries_added.send(Publication, claims=[claim.pk])
    return publication


def record_all(changes: Mapping[int, LedgerChange]) -> None:
    """Add many claims to the ledger in the order of their ids, like `record`. For a few thousand claims at most."""
    if changes:
        append_entries(list(_iterate_entries(changes, clock.get_database_time())))


def append_entries(entries: Sequence[LedgerEntry]) -> None:
    """Store entries from `claims.ledger.entry_builder`, in this order. Call this in the transaction of the change."""
    send_lines(build_entry_lines(entries))
    entries_added.send(Publication, claims=[entry.publication["claim_id"] for entry in entries])


def build_entry_lines(entries: Sequence[LedgerEntry]) -> list[CopyLines]:
    """Return the rows of entries as COPY lines, one batch per table, for callers that store them with other rows."""
    ids = iter(reserve_ids(Publication, sum("id" not in entry.publication for entry in entries)))
    numbered_entries = [(entry.publication.get("id") or next(ids), entry) for entry in entries]
    verdicts = [{"publication_id": pk, **row} for pk, entry in numbered_entries for row in entry.verdicts]
    return [
        *build_lines(Publication, [entry.publication | {"id": pk} for pk, entry in numbered_entries]),
        *build_lines(PublishedVerdict, verdicts),
    ]


def restate(publications: Sequence[Publication], kind: str, change: Callable[[dict[str, Any]], None]) -> None:
    """For each publication, add an entry with the same content, except for what `change` changes in the body.

    Later edits of the claims are excluded, so unreviewed words stay unpublished. Call this for current entries,
    inside a transaction that locks their claims. `change` must not touch values by which lists filter and sort.
    """
    now = clock.get_database_time()
    entries = []
    for publication in publications:
        body = parse_stored(publication.body)
        change(body)
        entries.append(
            restate_entry(publication, body, kind=kind, published_at=max(now, publication.published_at))
        )
    append_entries(entries)


def record_translations(claim: Claim, *, note: str) -> None:
    """Add an entry that repeats the newest entry, with the current translations and this public note.

    As with `restate`, later edits of the claim stay unpublished.
    """
    publication = Publication.objects.current().get(claim=claim.pk)
    body = build_restated_body(publication)
    published_at = max(clock.get_database_time(), publication.published_at)
    append_entries(
        [
            retranslate_entry(
                publication, body, kind=Publication.Kind.TRANSLATION, note=note, published_at=published_at
            )
        ]
    )


def build_restated_body(
    publication: Publication, added_translations: Sequence[Translation] = ()
) -> dict[str, Any]:
    """Return the body of an entry with its current translations, in the form of `site_urls.parse_stored`.

    Args:
        added_translations: translations to treat as published, each replacing the existing one.
    """
    body: dict[str, Any] = parse_stored(publication.body)
    published_translations = Translation.objects.filter(
        verdict__in=[verdict_body["id"] for verdict_body in body["verdicts"]],
        state=Translation.State.PUBLISHED,
    )
    replaced_keys = {(row.verdict_id, row.language.lower()) for row in added_translations}
    rows = [
        row for row in published_translations if (row.verdict_id, row.language.lower()) not in replaced_keys
    ]
    body["translations"] = build_translations(
        body["statement"], body["verdicts"], [*rows, *added_translations]
    )
    return body


def have_reviewed_parts_changed(claim: Claim, publication: Publication) -> bool:
    """Return whether the parts of a claim that verdicts judge differ from the published parts."""
    published_document = publication.document
    current_values = {name: claim.serializable_value(name) for name in JUDGED_FIELDS}
    current_values["claimed_on"] = claim.claimed_on.isoformat() if claim.claimed_on else None
    published_values = {name: published_document[name] for name in JUDGED_FIELDS} | {
        "claimant": (published_document["claimant"] or {}).get("id")
    }
    return current_values != published_values


def have_claimed_media_changed(claim: Claim, publication: Publication) -> bool:
    """Return whether the claim's media differ from the published media. Verdicts judge media too."""
    rows = ClaimMedia.objects.filter(Q(claim=claim) | Q(claim__merged_into=claim)).order_by("position", "pk")
    own_media: dict[int, list[Any]] = {}
    media_of_others: set[int] = set()
    for claim_id, media, *judged_fields in rows.values_list("claim_id", "media_id", *JUDGED_MEDIA_FIELDS):
        if claim_id == claim.pk:
            own_media[media] = judged_fields
        else:
            media_of_others.add(media)
    # The parts contributed by merged claims belong to those claims.
    added_media = media_of_others - own_media.keys()
    published_values = {
        item["id"]: [item[name] for name in JUDGED_MEDIA_FIELDS]
        for item in publication.document.get("media", [])
        if item["id"] not in added_media
    }
    return own_media != published_values


def _iterate_entries(changes: Mapping[int, LedgerChange], now: datetime) -> Iterator[LedgerEntry]:
    """Yield the next entry of each of these claims."""
    ids = sorted(changes)
    ledgers = _load_ledgers(ids)
    for claims in load_with_merged(ids):
        claim, *merged_claims = claims
        yield build_entry(
            claim,
            topics=claim.topics.all(),
            appearances=[appearance for claim_row in claims for appearance in claim_row.appearances.all()],
            media=list_claimed_media(claims),
            verdicts=list_public_verdicts(claims),
            merged_from=[claim_row.pk for claim_row in merged_claims],
            ledger=add_next_line(ledgers[claim.pk], changes[claim.pk], now),
        )


def add_next_line(ledger: list[LedgerLine], change: LedgerChange, now: datetime) -> list[LedgerLine]:
    """Return the claim's ledger, newest first, with a line for the next entry in front."""
    version = ledger[0]["version"] + 1 if ledger else 1
    # A clock that went back must not date an entry before the previous one.
    published_at = max(now, ledger[0]["published_at"]) if ledger else now
    line = LedgerLine(version=version, kind=change.kind, note=change.note, published_at=published_at)
    return [line, *ledger]


def _load_ledgers(ids: list[int]) -> dict[int, list[LedgerLine]]:
    """Return the ledgers of these claims, newest first."""
    ledgers: dict[int, list[LedgerLine]] = defaultdict(list)
    lines = Publication.objects.filter(claim__in=ids).order_by("-version")
    for claim, *line in lines.values_list("claim_id", *LedgerLine.__annotations__):
        ledgers[claim].append(cast(LedgerLine, dict(zip(LedgerLine.__annotations__, line, strict=True))))
    return ledgers


def load_with_merged(ids: list[int]) -> list[list[Claim]]:
    """Return each claim, reloaded with its related rows, followed by the claims merged into it."""
    source_relations = ("source__publisher", "snapshot")
    # Hashes of pictures. Those of the frames of a video are not published.
    hashes = Prefetch("media__hashes", MediaHash.objects.filter(frame_at=None))
    evidence = (
        Evidence.objects.select_related(*source_relations, "media")
        .defer("snapshot__text")
        .prefetch_related(hashes)
    )
    verdicts = Verdict.objects.filter(state=Verdict.State.PUBLISHED).select_related(
        "publisher", "rating__scale"
    )
    public_translations = Translation.objects.filter(state=Translation.State.PUBLISHED)
    rows = (
        Claim.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids))
        .select_related("claimant")
        .prefetch_related(
            "topics",
            Prefetch(
                "appearances", Appearance.objects.select_related(*source_relations).defer("snapshot__text")
            ),
            Prefetch("media", ClaimMedia.objects.select_related("media").prefetch_related(hashes)),
            Prefetch(
                "verdicts",
                verdicts.order_by("reviewed_on", "id").prefetch_related(
                    Prefetch("evidence", evidence),
                    Prefetch("translations", public_translations),
                    "signoffs",
                    *(section.prefetch() for section in get_sections()),
                ),
            ),
        )
        .order_by("pk")
    )
    groups: dict[int, list[Claim]] = {pk: [] for pk in ids}
    for row in rows:
        if row.pk in groups:
            groups[row.pk].insert(0, row)
        if row.merged_into_id in groups:
            groups[row.merged_into_id].append(row)
    return list(groups.values())


def list_claimed_media(claims: list[Claim]) -> list[ClaimMedia]:
    """Return the distinct media of a claim, followed by the media of the claims merged into it.

    Media without a description are left out: publishing a verdict requires descriptions, but media may have been added
    later.
    """
    media_by_claim: dict[int, ClaimMedia] = {}
    for claim in claims:
        for row in claim.media.all():
            if row.media.alternative_text.strip():
                media_by_claim.setdefault(row.media_id, row)
    return list(media_by_claim.values())


def list_public_verdicts(claims: list[Claim]) -> list[Judgement]:
    """Return one published verdict per publisher: of the claim itself or, if there is none, of a merged claim."""
    verdicts_by_id: dict[int, Verdict] = {}
    for claim in claims:
        for verdict in claim.verdicts.all():
            verdicts_by_id.setdefault(verdict.publisher_id, verdict)
    return [(verdict, verdict.evidence.all()) for verdict in verdicts_by_id.values()]
