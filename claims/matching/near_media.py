"""Find published claims about pictures or videos that look like a given picture.

That two pictures are similar does not show that either picture is genuine. Finding no similar picture shows nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from claims.models import Publication
from factcheck.web.site_urls import insert_site_url
from sources.media.likeness import NearDuplicate, find_near_duplicates
from sources.media.perceptual_hash import PerceptualHash

Document = dict[str, Any]
Likeness = Literal["same", "very_alike", "alike"]
#: The role of a picture: a claim's subject, or its verdict's evidence. Confusing them would reverse a verdict.
Role = Literal["claimed", "evidence"]

#: The maximum number of differing bits between two PDQ hashes: of a picture saved again, and of one slightly changed.
MAX_SAME_DISTANCE, MAX_VERY_ALIKE_DISTANCE = 6, 18
#: The maximum number of similar pictures, and of claims for each of them.
MEDIA_LIMIT, CLAIM_LIMIT = 20, 20


@dataclass(frozen=True, slots=True)
class ShownMedia:
    """A picture, recording or video in a published claim."""

    role: Role
    media: Document
    claim: Document


@dataclass(frozen=True, slots=True)
class SimilarMedia:
    """A published picture or video that looks like the query."""

    near_duplicate: NearDuplicate
    shown_media: list[ShownMedia]

    @property
    def media(self) -> Document:
        return self.shown_media[0].media

    @property
    def similarity(self) -> Likeness:
        return grade_likeness(self.near_duplicate.distance)


def grade_likeness(distance: int | None) -> Likeness:
    """Return the grade of similarity for a hash distance, which is None for a match found by local features."""
    if distance is None:
        return "alike"
    if distance <= MAX_SAME_DISTANCE:
        return "same"
    return "very_alike" if distance <= MAX_VERY_ALIKE_DISTANCE else "alike"


def find_nearest(perceptual_hash: PerceptualHash) -> dict[int, NearDuplicate]:
    """Return similar pictures and videos by media id, nearest first. For a video, only its nearest frame counts."""
    return {duplicate.media_id: duplicate for duplicate in find_near_duplicates(perceptual_hash)}


def find_published_media(perceptual_hash: PerceptualHash) -> list[SimilarMedia]:
    """Return published pictures and videos that look like the query, nearest first."""
    near_duplicates = find_nearest(perceptual_hash)
    if not near_duplicates:
        return []
    shown_media: dict[int, list[ShownMedia]] = {}
    rows = Publication.objects.current().showing_media(near_duplicates).order_by("-published_at", "-claim_id")
    for body in rows.values_list("body", flat=True)[: MEDIA_LIMIT * CLAIM_LIMIT]:
        claim = orjson.loads(insert_site_url(body.encode()))
        for shown in list_shown_media(claim):
            if shown.media["id"] in near_duplicates:
                shown_media.setdefault(shown.media["id"], []).append(shown)
    similar_media = [
        SimilarMedia(near_duplicates[media], shown_media[media][:CLAIM_LIMIT])
        for media in near_duplicates
        if media in shown_media
    ]
    return similar_media[:MEDIA_LIMIT]


def list_shown_media(claim: Document) -> Iterable[ShownMedia]:
    """Yield all media in a published claim, each once: the media of the claim, then the media of its evidence."""
    listed_ids = set()
    for media in claim.get("media", []):
        listed_ids.add(media["id"])
        yield ShownMedia("claimed", media, claim)
    for verdict in claim["verdicts"]:
        for item in verdict["evidence"]:
            for media in item.get("media", []):
                if media["id"] not in listed_ids:
                    listed_ids.add(media["id"])
                    yield ShownMedia("evidence", media, claim)
