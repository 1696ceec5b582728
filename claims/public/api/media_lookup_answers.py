"""The response of a look-up by picture, key by key and in words.

`media_lookup` writes it; `factcheck.api.openapi.body_serializer` derives the OpenAPI document from it.
"""

from typing import Annotated, TypedDict

from claims.matching.near_media import CLAIM_LIMIT, MEDIA_LIMIT, Likeness, Role
from claims.public.api.lookup_answers import FoundVerdict
from factcheck.api.openapi.body_serializer import BodySerializer, WebAddress
from sources.api.media_bodies import PublicMedia
from sources.media.perceptual_hash import Orientation

FOUND_ANSWER, NOTHING_ANSWER, UNCLEAR_ANSWER = "found", "nothing", "unclear"
#: What each answer means. Neither says whether a picture is genuine.
EXPLANATIONS = {
    FOUND_ANSWER: "Published fact checks show pictures that look like this one. Read what each is to its claim, and"
    " how much alike they are, before you take a verdict for one on this picture.",
    NOTHING_ANSWER: "No published fact check shows a picture like this one. This is not a verdict: it does not show"
    " whether the picture is genuine, or shows what it is said to show.",
    UNCLEAR_ANSWER: "The picture has too little detail to recognise copies of it: a plain area, or a few lines. This is"
    " not a verdict.",
}
ALIKENESS: dict[Likeness, str] = {
    "same": "Apparently the same picture: saved again, or scaled.",
    "very_alike": "Very similar: with small changes, such as other colours, a border or a caption.",
    "alike": "Similar: it may be cropped or edited, or be another picture of the same scene.",
}
ROLES: dict[Role, str] = {
    "claimed": "The claim is about this picture.",
    "evidence": "The verdict rests on this picture: it shows what is so, and is not what was judged.",
}


class ClaimWithMedia(TypedDict):
    """A published claim that shows the picture."""

    id: int
    url: Annotated[WebAddress, "The page for readers."]
    statement: str
    language: Annotated[str, "BCP 47."]
    role: Annotated[str, list(ROLES.items()), "What the picture is to the claim."]
    media_authenticity_category: Annotated[
        str,
        "What became of it, by the verdict last reviewed (schema.org `mediaAuthenticityCategory`); empty where none"
        " says so, and for evidence.",
    ]
    verdicts: list[FoundVerdict]


class FoundMedia(TypedDict):
    """A published picture or film that looks like the submitted picture."""

    alikeness: Annotated[str, list(ALIKENESS.items())]
    distance: Annotated[
        int | None,
        "In how many of 256 bits the perceptual hashes differ, 0 to 31; null if it was found by its details.",
    ]
    transformation: Annotated[
        str,
        Orientation,
        "How the picture that was asked about lies, compared with this one: `mirrored`, say.",
    ]
    part: Annotated[
        str,
        "Which part of this one it is: `whole`, `borderless` or `framed` (what is within its border or page), or"
        " `details`: the two have marked points in common that lie alike, as when one was cropped or written over.",
    ]
    frame_at: Annotated[float | None, "The second of a film at which it is seen; null of a picture."]
    media: PublicMedia
    claims: Annotated[list[ClaimWithMedia], f"At most {CLAIM_LIMIT}, the newest first."]


class MediaLookupAnswer(TypedDict):
    """Published pictures that look like the submitted one."""

    answer: Annotated[str, list(EXPLANATIONS.items())]
    explanation: Annotated[str, "The same in words. Nothing found is no verdict."]
    pdq: Annotated[
        str, "The perceptual hash that was asked about (PDQ), in hexadecimal: it can be asked about again."
    ]
    quality: Annotated[int | None, "Of that hash, from 0 to 100; null where it came without the picture."]
    results: Annotated[list[FoundMedia], f"The nearest first, at most {MEDIA_LIMIT}."]


class ClaimWithMediaSerializer(BodySerializer):
    body = ClaimWithMedia


class FoundMediaSerializer(BodySerializer):
    body = FoundMedia


class MediaLookupSerializer(BodySerializer):
    body = MediaLookupAnswer
