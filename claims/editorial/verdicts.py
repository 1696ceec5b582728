"""Verdicts and their evidence in the editorial API."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from claims.editorial import documents, named_sources
from claims.editorial.list_queries import EditorialVerdictQuery
from claims.editorial.move_resources import MovingResource
from claims.editorial.part_resources import PartOfVerdict, lock_verdict
from claims.editorial.request_bodies import EvidenceBody, VerdictBody, VerdictChanges, VerdictMoveBody
from claims.editorial.serializers import (
    EditorialEvidenceSerializer,
    EditorialVerdictSerializer,
    EditorialVerdictSummarySerializer,
)
from claims.editorial.strict_bodies import read_body
from claims.models import Evidence, Scope, Verdict
from claims.review import verdict_drafts
from sources.source_kinds import Material


class EditorialVerdictResource(MovingResource):
    """Verdicts in any state."""

    nouns = ("verdict", "verdicts")
    view_permission = "claims.view_verdict"
    write_scope = Scope.VERDICTS
    list_query = EditorialVerdictQuery
    serializer_class = EditorialVerdictSerializer
    summary_serializer_class = EditorialVerdictSummarySerializer
    bodies: ClassVar = {"create": VerdictBody, "partial_update": VerdictChanges, "move": VerdictMoveBody}

    def get_rows(self) -> QuerySet[Verdict]:
        return documents.select_readable_verdicts(self.person)

    def build_document(self, row: Verdict) -> documents.Document:
        return documents.build_verdict(row)

    def create(self, request: Request) -> HttpResponse:
        """Begin a verdict on a claim: a first draft, or the next version of the publisher's published verdict."""
        values = read_body(VerdictBody, request.data, by=self.person)
        return self.add_row("verdicts-detail", lambda _: verdict_drafts.begin(by=self.person, **values))

    def partial_update(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        """Change the given fields. Only drafts can change, and only by their author or an editor."""
        values = read_body(VerdictChanges, request.data, by=self.person, partial=True)
        return self.run_change(lambda: verdict_drafts.edit(self._lock_matching(id), by=self.person, **values))

    def destroy(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  as above
        """Delete a draft that was never submitted."""
        return self.run_change(lambda: verdict_drafts.discard(self._lock_matching(id), by=self.person))

    def _lock_matching(self, key: int) -> Verdict:
        """Return the verdict, locked until the end of the transaction, if it is the version named in the request."""
        lock_verdict(key)
        verdict: Verdict = self.lock_matching(id=key)
        return verdict


class EditorialEvidenceResource(PartOfVerdict):
    """The evidence of a verdict."""

    nouns = ("item of evidence", "evidence")
    view_permission = "claims.view_evidence"
    write_scope = Scope.VERDICTS
    serializer_class = EditorialEvidenceSerializer
    bodies: ClassVar = {"create": EvidenceBody, "partial_update": EvidenceBody}

    def get_rows(self) -> QuerySet[Evidence]:
        rows = Evidence.objects.readable_by(self.person).filter(verdict=self.kwargs["verdict_id"])
        return documents.select_quote_relations(rows).select_related(
            "source__publisher", "snapshot", "verdict"
        )

    def build_document(self, row: Evidence) -> documents.Document:
        return documents.build_evidence(row)

    def create(self, request: Request, verdict_id: int) -> HttpResponse:
        """Add evidence to a draft: a source, with or without a quote."""
        values = read_body(EvidenceBody, request.data, by=self.person)

        def work(material: Material | None) -> Evidence:
            self.lock_parent()
            verdict = self.get_parent()
            source = named_sources.find_source(values, material, by=self.person)
            assert source is not None  # noqa: S101  a new one names its source
            quotation = named_sources.read_quotation(values, source)
            assert quotation is not None  # noqa: S101  a new one has a quote, even if empty
            return verdict_drafts.add_evidence(
                verdict, source, quotation, by=self.person, **_select_own_fields(values)
            )

        return self.add_row(
            "evidence-detail", work, prepare=lambda: named_sources.fetch_unless_known(values, by=self.person)
        )

    def partial_update(self, request: Request, **url_kwargs: int) -> HttpResponse:
        """Change the given fields. A quote is located again only if the quote or its source changes."""
        values = read_body(EvidenceBody, request.data, by=self.person, partial=True)
        material = named_sources.fetch_unless_known(values, by=self.person)

        def work() -> Evidence:
            item: Evidence = self.lock_part()
            source = named_sources.find_source(values, material, by=self.person) or item.source
            quotation = named_sources.read_quotation(values, source, item)
            return verdict_drafts.edit_evidence(
                item, by=self.person, source=source, quotation=quotation, **_select_own_fields(values)
            )

        return self.run_change(work)

    def destroy(self, request: Request, **url_kwargs: int) -> HttpResponse:
        """Remove the item from the draft."""
        return self.run_change(lambda: verdict_drafts.remove_evidence(self.lock_part(), by=self.person))


def _select_own_fields(values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that do not belong to the quote."""
    return {
        name: values[name]
        for name in ("stance", "note", "position", "media", "media_fragment")
        if name in values
    }
