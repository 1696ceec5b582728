"""Set claims, appearances and media to the state of their newest entries."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from claims.exports.restore.restored_entries import (
    MergedParts,
    RestoredEntry,
    build_claim_texts,
    build_quote,
    find_claimants,
    find_first_appearance,
)
from claims.models import Appearance, Claim, ClaimMedia, ClaimTopic, Publication, Topic
from factcheck.database.bulk_copy import copy_rows
from factcheck.django_internals import delete_without_collecting
from sources.models import MediaObject, Source


def restore_claim_states(entries: list[RestoredEntry], merged_parts: MergedParts) -> None:
    """Set claims to the state of their newest entry. Called inside a transaction."""
    newest_entries = {entry.claim: entry for entry in entries}
    _restore_topics(newest_entries)
    _restore_media(newest_entries, merged_parts)
    appearance_ids = _restore_appearances(newest_entries, merged_parts)
    claimants = find_claimants(list(newest_entries.values()))
    wanted_states = {}
    for pk, entry in newest_entries.items():
        first_appearance = find_first_appearance(entry.body)
        wanted_states[pk] = {
            **build_claim_texts(entry.body, claimants),
            "first_appearance_id": first_appearance if first_appearance in appearance_ids else None,
        }
    names = next(iter(wanted_states.values()))
    for row in Claim.objects.filter(pk__in=newest_entries).order_by().values("pk", *names):
        pk = row.pop("pk")
        if row != wanted_states[pk]:
            Claim.objects.filter(pk=pk).update(**wanted_states[pk])


def _restore_topics(newest_entries: Mapping[int, RestoredEntry]) -> None:
    topic_ids = {topic["id"] for entry in newest_entries.values() for topic in entry.body["topics"]}
    known_ids = set(Topic.objects.filter(pk__in=topic_ids).values_list("pk", flat=True))
    wanted_links = {
        (pk, topic["id"])
        for pk, entry in newest_entries.items()
        for topic in entry.body["topics"]
        if topic["id"] in known_ids
    }
    links = ClaimTopic.objects.filter(claim__in=newest_entries)
    stored_links = {
        (claim, topic): pk for pk, claim, topic in links.values_list("pk", "claim_id", "topic_id")
    }
    ClaimTopic.objects.filter(
        pk__in=[pk for link, pk in stored_links.items() if link not in wanted_links]
    ).delete()
    new_links = sorted(wanted_links - stored_links.keys())
    copy_rows(ClaimTopic, [{"claim_id": claim, "topic_id": topic} for claim, topic in new_links])


def _restore_media(newest_entries: Mapping[int, RestoredEntry], merged_parts: MergedParts) -> None:
    """Set the media of claims to the media in their entries."""
    media_ids = {media["id"] for entry in newest_entries.values() for media in entry.body.get("media", [])}
    known_ids = set(MediaObject.objects.filter(pk__in=media_ids).values_list("pk", flat=True))
    rows = {(row.claim_id, row.media_id): row for row in ClaimMedia.objects.filter(claim__in=newest_entries)}
    wanted_media: dict[tuple[int, int], dict[str, Any]] = {}
    for pk, entry in newest_entries.items():
        merged_claims = {*entry.body["merged_from"]} & merged_parts.claims
        for position, media in enumerate(entry.body.get("media", [])):
            # Media of a merged claim are also in this entry, but still belong to the merged claim.
            owner = next(iter(merged_parts.media.get(media["id"], set()) & merged_claims), pk)
            if media["id"] in known_ids and (owner == pk or (owner, media["id"]) not in wanted_media):
                values = {name: media[name] for name in ("caption", "media_fragment", "page_url")}
                wanted_media.setdefault((owner, media["id"]), values | {"position": position})
    ClaimMedia.objects.filter(
        pk__in=[row.pk for key, row in rows.items() if key not in wanted_media]
    ).delete()
    for key, row in rows.items():
        values = wanted_media.get(key, {})
        if any(getattr(row, name) != value for name, value in values.items()):
            ClaimMedia.objects.filter(pk=row.pk).update(**values)
    owners = {claim for claim, _media in wanted_media}
    stored_pairs = set(ClaimMedia.objects.filter(claim__in=owners).values_list("claim_id", "media_id"))
    copy_rows(
        ClaimMedia,
        [
            {"claim_id": claim, "media_id": media, **values}
            for (claim, media), values in wanted_media.items()
            if (claim, media) not in stored_pairs
        ],
    )


def _restore_appearances(newest_entries: Mapping[int, RestoredEntry], merged_parts: MergedParts) -> set[int]:
    """Add, change and remove appearances, and return the ids of the remaining ones."""
    # A merged claim's appearances are also in the entries of the other claim. Its own entry takes precedence.
    entries = sorted(newest_entries.items(), key=lambda item: item[1].status == Publication.Status.MERGED)
    appearances = {
        appearance["id"]: (pk, appearance)
        for pk, entry in entries
        for appearance in entry.body["appearances"]
    }
    rows = Appearance.objects.filter(Q(pk__in=appearances) | Q(claim__in=newest_entries)).in_bulk()
    Appearance.objects.filter(pk__in=[pk for pk in rows if pk not in appearances]).delete()
    changed_ids = [
        pk
        for pk, (_claim, appearance) in appearances.items()
        if pk in rows and _is_different(rows[pk], appearance)
    ]
    # Deleted without searching for references, because the appearances are stored again below under the same ids.
    delete_without_collecting(Appearance.objects.filter(pk__in=changed_ids))
    kept_rows = {pk: row for pk, row in rows.items() if pk in appearances and pk not in changed_ids}
    missing_appearances = {
        pk: (rows[pk].claim_id if pk in rows else merged_parts.appearances.get(pk, claim), appearance)
        for pk, (claim, appearance) in appearances.items()
        if pk not in kept_rows
    }
    new_rows = _list_restorable(missing_appearances)
    copy_rows(Appearance, new_rows)
    return {*kept_rows, *(row["id"] for row in new_rows)}


def _list_restorable(
    missing_appearances: Mapping[int, tuple[int, Mapping[str, Any]]],
) -> list[dict[str, Any]]:
    """Return the rows to restore: one for each claim and position in a source, without rows of deleted sources.

    Only rows of merged claims that were never published are dropped. Their final rows become known at the end.
    """
    claims = {claim for claim, _appearance in missing_appearances.values()}
    rows = Appearance.objects.filter(claim__in=claims)
    stored_positions = set(rows.values_list("claim", "source", "start"))
    source_ids = {appearance["source"]["id"] for _claim, appearance in missing_appearances.values()}
    sources = set(Source.objects.filter(pk__in=source_ids).values_list("pk", flat=True))
    restorable = []
    for pk, (claim, appearance) in missing_appearances.items():
        position = (claim, appearance["source"]["id"], appearance["start"])
        if position not in stored_positions and position[1] in sources:
            stored_positions.add(position)
            restorable.append(
                {"id": pk, "claim_id": claim, "anchor": appearance["anchor"], **build_quote(appearance)}
            )
    return restorable


def _is_different(row: Appearance, appearance: Mapping[str, Any]) -> bool:
    wanted_values = {"anchor": appearance["anchor"], **build_quote(appearance)}
    return any(getattr(row, name) != value for name, value in wanted_values.items())
