"""Look up published claims by a picture, its URL or its perceptual hash.

Submitted pictures, URLs and hashes are not stored. `claims.matching.near_media` finds the claims.
"""

from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext, gettext_lazy
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from claims.ledger.document.headline import choose_lead_verdict
from claims.matching.near_media import ShownMedia, SimilarMedia, find_published_media
from claims.models import Publication
from claims.public.api.media_lookup_bodies import (
    EXPLANATIONS,
    FOUND_ANSWER,
    NOTHING_ANSWER,
    UNCLEAR_ANSWER,
    ClaimWithMedia,
    FoundMedia,
    MediaLookupResponse,
    MediaLookupSerializer,
)
from claims.public.api.request_bodies import LOOKUP_PROBLEMS, BodyLookupResource
from factcheck.api.json_bodies import ContentTooLarge, StrictJSON
from factcheck.api.openapi.schema import ProblemSerializer
from factcheck.api.problems import MEDIA_TYPE
from factcheck.api.query_strings import NoQuery
from factcheck.django_internals import get_plain_request
from sources.media.bounded_pictures import compute_picture_hash
from sources.media.perceptual_hash import PerceptualHash
from sources.media.refused_media import MediaRefused
from sources.media_at_address import NotPictureError, fetch_picture

#: The maximum size of a picture in bytes. Without a token, the web server allows less (`factcheck.web.uploads`).
MAX_BYTES = 10_000_000
_MAX_ADDRESS_LENGTH = 2000
_KEYS = ("file", "url", "pdq")
_CHOICE_MESSAGE = gettext_lazy(
    "Give one of these: `file` (a picture), `url` (its address) or `pdq` (its perceptual hash)."
)


class TooManyPictures(APIException):
    """Too many pictures are being read."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = gettext_lazy("Other pictures are being processed at the moment. Try again in a minute.")
    wait = 10


class MediaLookupBody(StrictJSON):
    max_bytes = 10_000


def read_picture_query(body: Any, files: Any) -> PerceptualHash:
    """Return the query in a request body.

    Raises:
        ValidationError: the body is not valid, or has no picture. Its errors state their place as `problem_response`
            expects.
        TooManyPictures, ContentTooLarge: the picture cannot be processed now, or is too large.
    """
    if not hasattr(body, "keys"):
        raise ValidationError([gettext('Give an object such as {"url": "https://example.org/picture.jpg"}.')])
    errors = {
        str(key): [gettext("Unknown member. %(one_of_them)s") % {"one_of_them": _CHOICE_MESSAGE}]
        for key in body
        if key not in _KEYS or (key == "file" and key not in files)
    }
    if errors:
        raise ValidationError(errors)
    keys = list(body.keys())
    if len(keys) != 1:
        raise ValidationError([_CHOICE_MESSAGE])
    [key] = keys
    try:
        return _READERS[key](files[key] if key == "file" else body[key])
    except (MediaRefused, NotPictureError) as refusal:
        if refusal.reason_code == "busy":
            raise TooManyPictures from None
        raise ValidationError({key: [str(refusal)]}) from None


def _hash_file(file: Any) -> PerceptualHash:
    if file.size > MAX_BYTES:
        raise ContentTooLarge(
            gettext("The picture is too large. The limit is %(most_bytes)s bytes.")
            % {"most_bytes": MAX_BYTES}
        )
    return compute_picture_hash(file.read())


def _hash_address(address: Any) -> PerceptualHash:
    if not isinstance(address, str) or not 0 < len(address) <= _MAX_ADDRESS_LENGTH:
        raise ValidationError(
            {
                "url": [
                    gettext("Give an address of at most %(longest_address)s characters.")
                    % {"longest_address": _MAX_ADDRESS_LENGTH}
                ]
            }
        )
    return compute_picture_hash(fetch_picture(address))


def _parse_hash(digits: Any) -> PerceptualHash:
    try:
        return PerceptualHash.from_hex(digits if isinstance(digits, str) else "")
    except ValueError:
        detail = gettext("Give 64 hexadecimal digits: the 256 bits of a PDQ hash.")
        raise ValidationError({"pdq": [detail]}) from None


_READERS = {"file": _hash_file, "url": _hash_address, "pdq": _parse_hash}


# Responses ------------------------------------------------------------------------------------------------------------


def build_response_body(picture_hash: PerceptualHash, *, has_picture: bool) -> MediaLookupResponse:
    """Return the publications with pictures similar to the query.

    Args:
        has_picture: whether the request contained the picture or its URL, so that the quality of the hash is known.
    """
    similar_media = find_published_media(picture_hash) if picture_hash.is_distinctive else []
    code = (
        FOUND_ANSWER if similar_media else NOTHING_ANSWER if picture_hash.is_distinctive else UNCLEAR_ANSWER
    )
    return {
        "answer": code,
        "explanation": EXPLANATIONS[code],
        "pdq": picture_hash.pdq.hex(),
        "quality": picture_hash.quality if has_picture else None,
        "results": [_build_result(near_duplicate) for near_duplicate in similar_media],
    }


def _build_result(similar_media: SimilarMedia) -> FoundMedia:
    near_duplicate = similar_media.near_duplicate
    return {
        "similarity": similar_media.similarity,
        "distance": near_duplicate.distance,
        "transformation": near_duplicate.transformation,
        "part": near_duplicate.part,
        "frame_at": near_duplicate.frame_at,
        "media": similar_media.media,  # type: ignore[typeddict-item]  # stored at publication
        "claims": [_build_claim(shown_media) for shown_media in similar_media.shown_media],
    }


def _build_claim(shown_media: ShownMedia) -> ClaimWithMedia:
    claim = shown_media.claim
    lead_verdict = choose_lead_verdict(claim) if shown_media.role == "claimed" else None
    names = ("id", "publisher", "rating", "summary", "language", "reviewed_on", "url")
    return {
        "id": claim["id"],
        "url": claim["url"],
        "statement": claim["statement"],
        "language": claim["language"],
        "role": shown_media.role,
        "media_authenticity_category": (lead_verdict or {}).get("media_authenticity_category", ""),
        "verdicts": [{name: verdict[name] for name in names} for verdict in claim["verdicts"]],  # type: ignore[misc]  # stored at publication
    }


# Schemas for the OpenAPI document -------------------------------------------------------------------------------------


_KEY_SCHEMAS: dict[str, dict[str, Any]] = {
    "file": {
        "type": "string",
        "format": "binary",
        "description": f"A picture of at most {MAX_BYTES:,} bytes.",
    },
    "url": {
        "type": "string",
        "maxLength": _MAX_ADDRESS_LENGTH,
        "description": "The URL of a picture, which is fetched. Private addresses are refused.",
    },
    "pdq": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$", "description": "A perceptual hash (PDQ)."},
}


def _build_body_schema(*keys: str) -> dict[str, Any]:
    """Build the schema of a request body; one made from a serializer would allow unknown members."""
    objects = [
        {
            "type": "object",
            "properties": {key: _KEY_SCHEMAS[key]},
            "required": [key],
            "additionalProperties": False,
        }
        for key in keys
    ]
    return objects[0] if len(objects) == 1 else {"oneOf": objects}


# A form with a `file` is accepted too but only described in words: client generators produce code that does not
# compile for a request with two possible bodies.
MEDIA_LOOKUP_REQUEST = {"application/json": _build_body_schema("url", "pdq")}


# The resource ---------------------------------------------------------------------------------------------------------


class MediaLookupResource(BodyLookupResource):
    """Look up published claims about a picture."""

    parser_classes = (MediaLookupBody, MultiPartParser)
    http_method_names = ["options", "post"]
    serializer_class = MediaLookupSerializer
    nouns = ("picture", "pictures")
    summary = "Published claims about a similar picture"

    @extend_schema(
        request=MEDIA_LOOKUP_REQUEST,
        responses={
            200: MediaLookupSerializer,
            **LOOKUP_PROBLEMS,
            (415, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, "The body is neither JSON nor a form."),
            (503, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, "Too many pictures are being read."),
        },
    )
    def create(self, request: Request) -> HttpResponse:
        """Return the published claims that show a similar picture: scaled, saved again, mirrored, rotated, or as a
        frame of a video. The picture is compared but not stored. An empty result is not a verdict.

        A picture itself is sent as the part `file` of a form (`multipart/form-data`).
        """
        plain_request = get_plain_request(request)
        NoQuery(plain_request.GET, Publication.objects.none(), request=plain_request)
        body = request.data
        picture_hash = read_picture_query(body, request.FILES)
        response_body = build_response_body(picture_hash, has_picture="pdq" not in body)
        return self.respond(orjson.dumps(response_body))
