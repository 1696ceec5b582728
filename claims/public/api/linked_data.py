"""A claim's JSON-LD at a separate URL, for clients that cannot set Accept."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from rest_framework.renderers import BaseRenderer

from claims.ledger.queries.claim_filters import ClaimQuery
from claims.public.api import markup
from claims.public.api.claims import ClaimResource
from claims.public.api.ledger_entries import ServedEntry
from factcheck.api.openapi.schema import PublicSchema


class LinkedDataQuery(ClaimQuery):
    fields = None  # parts of markup cannot be selected


class LinkedDataResource(ClaimResource):
    """The schema.org ClaimReview of a claim, one for each publisher's verdict, as JSON-LD.

    A retracted claim no longer has a review. The response is then a WebPage whose `correction` gives the reason.
    """

    item_query = LinkedDataQuery
    schema = PublicSchema()
    operation_id, summary = "claims_jsonld", "One claim as ClaimReview"
    serializer_class = None  # type: ignore[assignment]  # markup is described in `answers`
    answers: ClassVar = {**ClaimResource.answers, 200: markup.DESCRIPTION}
    route = "claims-jsonld"

    def get_renderers(self) -> list[BaseRenderer]:
        return [markup.JSON_LD_RENDERER]

    def build_representation(
        self, request: HttpRequest, entry: ServedEntry, query: ClaimQuery
    ) -> HttpResponse:
        response = entry.respond_with_markup(request, cache=self.get_cache_control(query))
        return markup.link_alternate(response, f"{request.path.removesuffix('.jsonld')}/", markup.JSON)
