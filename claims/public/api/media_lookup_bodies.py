"""The response to a look-up by picture, with a description of each key.

`media_lookup` writes it; `factcheck.api.openapi.body_serializer` derives the OpenAPI document from it.
"""

from typing import Annotated, TypedDict

from claims.matching.near_media import CLAIM_LIMIT, MEDIA_LIMIT, Likeness, Role
from claims.public.api.lookup_bodies import FoundVerdict
from factcheck.api.openapi.body_serializer import BodySerializer, WebAddress
from sources.api.media_bodies import PublicMedia
from sources.media.perceptual_hash import Orientation

FOUND_ANSWER, NOTHING_ANSWER, UNCLEAR_ANSWER = "found", "nothing", "unclear"
#: The meaning of each result, in words. No result says whether a picture is genuine.
EXPLANATIONS = {
    FOUND_ANSWER: "Published fact checks show pictures that look like this one. Check the role of each picture in"
    " its claim, and how similar it is, before you apply a verdict to this picture.",
    NOTHING_ANSWER: "No published fact check shows a picture like this one. This is not a verdict: it does not show"
    " whether the picture is genuine, or whether it shows what is claimed.",
    UNCLEAR_ANSWER: "The picture has too little detail to recognise copies of it: a plain area, or a few lines. This is"
    " not a verdict.",
}
ALIKENESS: dict[Likeness, str] = {
    "same": "Probably the same picture: saved again, or scaled.",
    "very_alike": "Very similar: with small changes, such as other colours, a border or a caption.",
    "alike": "Similar: it may be cropped or edited, or be another picture of the same scene.",
}
ROLES: dict[Role, str] = {
    "claimed": "The claim is about this picture.",
    "evidence": "The picture is evidence for a verdict, and was not itself judged.",
}


class ClaimWithMedia(TypedDict):
    """A published claim that shows the picture."""

    id: int
    url: Annotated[WebAddress, "The page for readers."]
    statement: str
    language: Annotated[str, "BCP 47."]
    role: Annotated[str, list(ROLES.items()), "The role of the picture in the claim."]
    media_authenticity_category: Annotated[
        str,
        "How the media was changed, by the latest verdict (schema.org `mediaAuthenticityCategory`); empty if "
        "no verdict says so, and for evidence.",
    ]
    verdicts: list[FoundVerdict]


class FoundMedia(TypedDict):
    """A published picture or video that looks like the submitted picture."""

    similarity: Annotated[str, list(ALIKENESS.items())]
    distance: Annotated[
        int | None,
        "The number of differing bits of the 256-bit perceptual hashes, from 0 to 31; null if it was found by"
        " its details.",
    ]
    transformation: Annotated[
        str,
        Orientation,
        "The orientation of the submitted picture relative to this one, such as `mirrored`.",
    ]
    part: Annotated[
        str,
        "The matching part of this picture: `whole`, `borderless` or `framed` (the content of its border or page), or "
        "`details`: both have distinctive points in the same arrangement, as when one was cropped or written over.",
    ]
    frame_at: Annotated[
        float | None, "The time in the video at which it is seen, in seconds; null for a picture."
    ]
    media: PublicMedia
    claims: Annotated[list[ClaimWithMedia], f"At most {CLAIM_LIMIT}, the newest first."]


class MediaLookupResponse(TypedDict):
    """Published pictures that look like the submitted one."""

    answer: Annotated[str, list(EXPLANATIONS.items())]
    explanation: Annotated[str, "The answer in words. “Nothing” is not a verdict."]
    pdq: Annotated[
        str, "The perceptual hash of the query (PDQ), in hexadecimal; it can be used for another query."
    ]
    quality: Annotated[int | None, "The quality of the hash, from 0 to 100; null if only the hash was given."]
    results: Annotated[list[FoundMedia], f"The similar pictures, nearest first; at most {MEDIA_LIMIT}."]


class MediaLookupSerializer(BodySerializer):
    body = MediaLookupResponse
