"""The log of corrections: corrections, clarifications, updates and retractions, with the wording before and after."""

from django.db.models import QuerySet
from django.http import HttpRequest

from claims.ledger.queries.correction_filters import CorrectionPageQuery, filter_corrections
from claims.models import Publication
from claims.public.api.correction_entries import (
    CorrectionEntry,
    CorrectionEntrySummary,
    hash_corrections,
    load_corrected_entries,
    read_corrections_page,
)
from factcheck.api.openapi.body_serializer import describe_body
from factcheck.api.resources import Listing, PublicList
from factcheck.web.site_urls import render_stored


class CorrectionResource(PublicList):
    """Changes of published claims with their reasons, newest first, with each changed part before and after.

    The log has every ledger entry with a public note. Entries are only added.
    """

    nouns = ("correction", "corrections")
    list_query = CorrectionPageQuery
    serializer_class = describe_body(CorrectionEntrySummary)
    item_serializer_class = describe_body(CorrectionEntry)
    summary = "Corrections, clarifications, updates and retractions"

    def rows(self) -> QuerySet[Publication]:
        corrections: QuerySet[Publication] = filter_corrections()
        return corrections

    def get_listing(self, query: CorrectionPageQuery, request: HttpRequest) -> Listing:
        page = read_corrections_page(query, **self.get_paging_arguments(query))
        return Listing(
            page,
            sha256=hash_corrections(page.rows),
            results=lambda: [
                render_stored(correction.entry).encode() for correction in load_corrected_entries(page.rows)
            ],
        )
