"""Claims and their appearances in the editorial API."""

from typing import ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from claims.editorial import documents, named_sources
from claims.editorial.list_queries import EditorialClaimQuery
from claims.editorial.move_resources import MovingResource
from claims.editorial.part_resources import PartOfClaim
from claims.editorial.request_bodies import ClaimBody, ClaimChanges, ClaimMoveBody, QuoteBody
from claims.editorial.serializers import (
    EditorialAppearanceSerializer,
    EditorialClaimSerializer,
    EditorialClaimSummarySerializer,
)
from claims.editorial.strict_bodies import read_body
from claims.models import Appearance, Claim
from claims.review import claim_edits
from sources.source_kinds import Material


class EditorialClaimResource(MovingResource):
    """Claims in any state."""

    nouns = ("claim", "claims")
    view_permission = "claims.view_claim"
    list_query = EditorialClaimQuery
    serializer_class = EditorialClaimSerializer
    summary_serializer_class = EditorialClaimSummarySerializer
    bodies: ClassVar = {"create": ClaimBody, "partial_update": ClaimChanges, "move": ClaimMoveBody}

    def get_rows(self) -> QuerySet[Claim]:
        return documents.select_readable_claims(self.person)

    def build_document(self, row: Claim) -> documents.Document:
        return documents.build_claim(row)

    def create(self, request: Request) -> HttpResponse:
        """Propose a claim. Add the places where it was made under `appearances/`."""
        values = read_body(ClaimBody, request.data, by=self.person)
        return self.add_row("claims-detail", lambda _: claim_edits.create(by=self.person, **values))

    def partial_update(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        """Change the given fields. While a verdict is in review, the fields it judges cannot change."""
        values = read_body(ClaimChanges, request.data, by=self.person, partial=True, claim=id)
        return self.run_change(lambda: claim_edits.edit(self._lock_matching(id), by=self.person, **values))

    def destroy(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  as above
        """Delete a claim without verdicts or other rows that depend on it. Decline or merge any other claim."""
        return self.run_change(lambda: claim_edits.delete(self._lock_matching(id), by=self.person))

    def _lock_matching(self, key: int) -> Claim:
        """Return the claim, locked until the end of the transaction, if it is the version named in the request."""
        Claim.objects.select_for_update().filter(pk=key).first()
        claim: Claim = self.lock_matching(id=key)
        return claim


class EditorialAppearanceResource(PartOfClaim):
    """The places where a claim was made."""

    nouns = ("appearance", "appearances")
    view_permission = "claims.view_appearance"
    serializer_class = EditorialAppearanceSerializer
    bodies: ClassVar = {"create": QuoteBody, "partial_update": QuoteBody}

    def get_rows(self) -> QuerySet[Appearance]:
        rows = Appearance.objects.readable_by(self.person).filter(claim=self.kwargs["claim_id"])
        return documents.select_quote_relations(rows).select_related("source__publisher", "snapshot", "claim")

    def build_document(self, row: Appearance) -> documents.Document:
        return documents.build_appearance(row)

    def create(self, request: Request, claim_id: int) -> HttpResponse:
        """Add an appearance. The quoted words are looked up in the source and anchored there."""
        values = read_body(QuoteBody, request.data, by=self.person)

        def work(material: Material | None) -> Appearance:
            self.lock_parent()
            claim = self.get_parent()
            source = named_sources.find_source(values, material, by=self.person)
            assert source is not None  # noqa: S101  a new one names its source
            quotation = named_sources.read_quotation(values, source)
            assert quotation is not None  # noqa: S101  a new one has a quote, even if empty
            return claim_edits.add_appearance(claim, source, quotation, by=self.person)

        return self.add_row(
            "appearances-detail",
            work,
            prepare=lambda: named_sources.fetch_unless_known(values, by=self.person),
        )

    def partial_update(self, request: Request, **url_kwargs: int) -> HttpResponse:
        """Change the given fields. A quote is located again only if the quote or its source changes."""
        values = read_body(QuoteBody, request.data, by=self.person, partial=True)
        material = named_sources.fetch_unless_known(values, by=self.person)

        def work() -> Appearance:
            appearance: Appearance = self.lock_part()
            source = named_sources.find_source(values, material, by=self.person) or appearance.source
            quotation = named_sources.read_quotation(values, source, appearance)
            if quotation:
                claim_edits.edit_appearance(appearance, by=self.person, source=source, quotation=quotation)
            return appearance

        return self.run_change(work)

    def destroy(self, request: Request, **url_kwargs: int) -> HttpResponse:
        """Remove the appearance from the claim."""
        return self.run_change(lambda: claim_edits.remove_appearance(self.lock_part(), by=self.person))
