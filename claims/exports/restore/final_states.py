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
from factcheck.database.bulk_copy import copy
from factcheck.django_internals import delete_unasked
from sources.models import MediaObject, Source


def restore_claim_states(entries: list[RestoredEntry], merged: MergedParts) -> None:
    """Set claims to the state of their newest entry. Called inside a transaction."""
    newest = {entry.claim: entry for entry in entries}
    _restore_topics(newest)
    _restore_media(newest, merged)
    appearing = _restore_appearances(newest, merged)
    claimants = find_claimants(list(newest.values()))
    wanted = {}
    for pk, entry in newest.items():
        first = find_first_appearance(entry.body)
        wanted[pk] = {
            **build_claim_texts(entry.body, claimants),
            "first_appearance_id": first if first in appearing else None,
        }
    names = next(iter(wanted.values()))
    for row in Claim.objects.filter(pk__in=newest).order_by().values("pk", *names):
        pk = row.pop("pk")
        if row != wanted[pk]:
            Claim.objects.filter(pk=pk).update(**wanted[pk])


def _restore_topics(newest: Mapping[int, RestoredEntry]) -> None:
    named = {topic["id"] for entry in newest.values() for topic in entry.body["topics"]}
    known = set(Topic.objects.filter(pk__in=named).values_list("pk", flat=True))
    wanted = {
        (pk, topic["id"])
        for pk, entry in newest.items()
        for topic in entry.body["topics"]
        if topic["id"] in known
    }
    links = ClaimTopic.objects.filter(claim__in=newest)
    here = {(claim, topic): pk for pk, claim, topic in links.values_list("pk", "claim_id", "topic_id")}
    ClaimTopic.objects.filter(pk__in=[pk for link, pk in here.items() if link not in wanted]).delete()
    new = sorted(wanted - here.keys())
    copy(ClaimTopic, [{"claim_id": claim, "topic_id": topic} for claim, topic in new])


def _restore_media(newest: Mapping[int, RestoredEntry], merged: MergedParts) -> None:
    """Set the media of claims to the media in their entries."""
    named = {media["id"] for entry in newest.values() for media in entry.body.get("media", [])}
    known = set(MediaObject.objects.filter(pk__in=named).values_list("pk", flat=True))
    here = {(row.claim_id, row.media_id): row for row in ClaimMedia.objects.filter(claim__in=newest)}
    wanted: dict[tuple[int, int], dict[str, Any]] = {}
    for pk, entry in newest.items():
        within = {*entry.body["merged_from"]} & merged.claims
        for position, media in enumerate(entry.body.get("media", [])):
            # The parts that a merged claim contributes remain its own.
            owner = next(iter(merged.media.get(media["id"], set()) & within), pk)
            if media["id"] in known and (owner == pk or (owner, media["id"]) not in wanted):
                said = {name: media[name] for name in ("caption", "media_fragment", "page_url")}
                wanted.setdefault((owner, media["id"]), said | {"position": position})
    ClaimMedia.objects.filter(pk__in=[row.pk for key, row in here.items() if key not in wanted]).delete()
    for key, row in here.items():
        said = wanted.get(key, {})
        if any(getattr(row, name) != value for name, value in said.items()):
            ClaimMedia.objects.filter(pk=row.pk).update(**said)
    owners = {claim for claim, _media in wanted}
    there = set(ClaimMedia.objects.filter(claim__in=owners).values_list("claim_id", "media_id"))
    copy(
        ClaimMedia,
        [
            {"claim_id": claim, "media_id": media, **said}
            for (claim, media), said in wanted.items()
            if (claim, media) not in there
        ],
    )


def _restore_appearances(newest: Mapping[int, RestoredEntry], merged: MergedParts) -> set[int]:
    """Add, change and remove appearances, and return the ids of the remaining ones."""
    # Of a claim that is merged, the other shows the appearances too. Its own entry has the last word.
    in_order = sorted(newest.items(), key=lambda item: item[1].status == Publication.Status.MERGED)
    said = {a["id"]: (pk, a) for pk, entry in in_order for a in entry.body["appearances"]}
    rows = Appearance.objects.filter(Q(pk__in=said) | Q(claim__in=newest)).in_bulk()
    Appearance.objects.filter(pk__in=[pk for pk in rows if pk not in said]).delete()
    changed = [pk for pk, (_claim, a) in said.items() if pk in rows and _is_different(rows[pk], a)]
    # Deleted without searching for references: they are restored at once under the same ids.
    delete_unasked(Appearance.objects.filter(pk__in=changed))
    kept = {pk: row for pk, row in rows.items() if pk in said and pk not in changed}
    missing = {
        pk: (rows[pk].claim_id if pk in rows else merged.appearances.get(pk, claim), a)
        for pk, (claim, a) in said.items()
        if pk not in kept
    }
    new = _list_restorable(missing)
    copy(Appearance, new)
    return {*kept, *(row["id"] for row in new)}


def _list_restorable(missing: Mapping[int, tuple[int, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return the rows that can be restored: one for each place, and none from a deleted source.

    Rows are dropped here only for a merged claim that was never published; its own rows are known at the end.
    """
    claims = {claim for claim, _a in missing.values()}
    rows = Appearance.objects.filter(claim__in=claims)
    places = set(rows.values_list("claim", "source", "start"))
    named = {a["source"]["id"] for _claim, a in missing.values()}
    sources = set(Source.objects.filter(pk__in=named).values_list("pk", flat=True))
    found = []
    for pk, (claim, a) in missing.items():
        place = (claim, a["source"]["id"], a["start"])
        if place not in places and place[1] in sources:
            places.add(place)
            found.append({"id": pk, "claim_id": claim, "anchor": a["anchor"], **build_quote(a)})
    return found


def _is_different(row: Appearance, said: Mapping[str, Any]) -> bool:
    wanted = {"anchor": said["anchor"], **build_quote(said)}
    return any(getattr(row, name) != value for name, value in wanted.items())
