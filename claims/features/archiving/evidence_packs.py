"""The public evidence pack of a claim, if the newsroom shares copies (`ARCHIVE_PUBLIC_COPIES`)."""

from collections.abc import Generator, Iterable
from typing import ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import BaseRenderer

from claims.features.archiving.evidence_pack.pack import EvidencePack, NothingPublished, build_evidence_pack
from factcheck.api.limited_streams import StartedStream, stream_in_slot
from factcheck.api.negotiation import DeclaredRenderer
from factcheck.api.openapi.schema import ProblemSerializer
from factcheck.api.problems import MEDIA_TYPE as PROBLEM
from factcheck.api.query_values import MAX_ID
from factcheck.api.resources import CACHE_CURRENT, PublicResource

MEDIA_TYPE = "application/zip"
#: A truncated ZIP lacks the directory at its end, so it cannot be mistaken for a complete one.
ABORT_MARKER = b""


class EvidencePackResource(PublicResource):
    """The evidence for a published claim in one ZIP: its ledger entries, texts and captured pages of its
    sources, timestamps, and a README that explains how to check each with sha256sum, openssl and a web
    archive player.

    Available only if this newsroom shares its copies; otherwise the response is 404.
    """

    nouns = ("claim", "claims")
    serializer_class = None  # type: ignore[assignment]  # a ZIP is described in the schema
    operation_id, summary = "claims_evidence_pack", "The evidence pack of a claim"
    answers: ClassVar = {
        200: OpenApiResponse(OpenApiTypes.BINARY, "A ZIP; its README.txt describes the contents."),
        (503, PROBLEM): OpenApiResponse(
            ProblemSerializer, "Too many downloads are running; `Retry-After` says how long to wait."
        ),
        (404, PROBLEM): OpenApiResponse(
            ProblemSerializer, "There is no such claim, or this newsroom does not share evidence packs."
        ),
    }
    route = "claims-evidence-pack"

    def get_renderers(self) -> list[BaseRenderer]:
        return [DeclaredRenderer(MEDIA_TYPE, extension="zip")]

    def retrieve(self, request: HttpRequest, id: int) -> HttpResponseBase:  # noqa: A002  the name in the address
        self.item_query(request.GET, request=request)
        if not settings.ARCHIVE_PUBLIC_COPIES:
            raise Http404("This newsroom does not share copies of its evidence.")
        try:
            pack = build_evidence_pack(min(id, MAX_ID), for_public=True)
        except NothingPublished as error:
            raise Http404(str(error)) from None
        response = stream_pack(request, pack)
        response["Cache-Control"] = CACHE_CURRENT
        return response


def stream_pack(request: HttpRequest, pack: EvidencePack) -> HttpResponseBase:
    """Return a response that streams the pack."""
    etag = f'"{pack.sha256}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        is_head = request.method == "HEAD"
        chunks: Iterable[bytes] = (
            () if is_head else StartedStream(stream_in_slot(_iterate_blocks(pack), ABORT_MARKER))
        )
        response = StreamingHttpResponse(chunks, content_type=MEDIA_TYPE)
    response["ETag"] = etag
    response["Content-Disposition"] = f'attachment; filename="{pack.name}"'
    return response


def _iterate_blocks(pack: EvidencePack) -> Generator[bytes]:
    yield from filter(None, pack.iterate_chunks())
