"""The evidence pack of a claim for newsroom tools, including material that only the newsroom may see."""

from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from claims.editorial.openapi import EditorialSchema
from claims.editorial.refused_requests import ResourceNotFound
from claims.editorial.view import EditorialView
from claims.features.archiving.evidence_pack.pack import NothingPublished, build_evidence_pack
from claims.features.archiving.evidence_packs import MEDIA_TYPE, stream_pack
from claims.models import Claim


class _ZipRenderer(JSONRenderer):
    """A renderer that lets clients request a ZIP. It renders only errors, because the pack itself is streamed."""

    media_type, format = MEDIA_TYPE, "zip"


class ClaimPackSchema(EditorialSchema):
    def get_operation_id(self) -> str:
        return "editorial_claims_evidence_pack"

    def get_summary(self) -> str:
        return "The complete evidence pack of a published claim"

    def get_response_serializers(self) -> dict[Any, Any]:  # type: ignore[override]  # as extend_schema takes them
        responses = super().get_response_serializers()
        responses.pop(200)
        pack = OpenApiResponse(OpenApiTypes.BINARY, "A ZIP; its README.txt describes the contents.")
        return {(200, MEDIA_TYPE): pack, **responses}


class ClaimPack(EditorialView):
    """The evidence pack of a claim, as a ZIP for newsroom tools."""

    nouns = ("evidence pack", "evidence packs")
    view_permission = "claims.view_claim"
    renderer_classes = (_ZipRenderer, JSONRenderer)
    serializer_class = None  # type: ignore[assignment]  # a file, described in the schema
    schema = ClaimPackSchema()

    def retrieve(self, request: Request, id: int) -> HttpResponseBase:  # noqa: A002  the name in the address
        """Return all evidence of a published claim as a ZIP, including uploads and texts that are not public."""
        if not Claim.objects.readable_by(self.person).filter(pk=id).exists():
            raise ResourceNotFound(gettext("There is no claim %(key)s.") % {"key": id})
        try:
            pack = build_evidence_pack(id, for_public=False)
        except NothingPublished as error:
            raise ResourceNotFound(str(error)) from None
        return stream_pack(self.plain_request, pack)
