"""Translations of verdicts in the editorial API. They are written, reviewed and published like verdicts."""

from typing import ClassVar

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request

from claims.editorial.authentication import InsufficientScope
from claims.editorial.documents import Document, build_person, build_review_note
from claims.editorial.list_queries import EditorialTranslationQuery
from claims.editorial.move_resources import MovingResource
from claims.editorial.strict_bodies import read_body
from claims.editorial.translation_bodies import (
    EditorialTranslationSerializer,
    EditorialTranslationSummarySerializer,
    EmptyBody,
    TranslationBody,
    TranslationChanges,
    TranslationMoveBody,
)
from claims.ledger.document.claim_document import format_moment, format_optional_moment
from claims.ledger.document.markdown import to_html
from claims.models import Scope, Translation, TranslationStep, Verdict
from claims.review import translation_drafts
from claims.review.workflow import lock


class EditorialTranslationResource(MovingResource):
    """Translations in any state."""

    nouns = ("translation", "translations")
    view_permission = "claims.view_translation"
    write_scope = Scope.VERDICTS
    list_query = EditorialTranslationQuery
    serializer_class = EditorialTranslationSerializer
    summary_serializer_class = EditorialTranslationSummarySerializer
    bodies: ClassVar = {
        "create": TranslationBody,
        "partial_update": TranslationChanges,
        "move": TranslationMoveBody,
        "carry_over": EmptyBody,
    }

    def get_rows(self) -> QuerySet[Translation]:
        steps = TranslationStep.objects.readable_by(self.person).order_by("pk")
        return (
            Translation.objects.readable_by(self.person)
            .select_related("verdict", "author", "submitted_by")
            .prefetch_related(Prefetch("steps", steps))
        )

    def build_document(self, row: Translation) -> Document:
        return build_translation(row)

    def create(self, request: Request) -> HttpResponse:
        """Begin a translation of a published verdict, with the text of the newest translation into the language."""
        values = read_body(TranslationBody, request.data, by=self.person)

        def work(_prepared: None) -> Translation:
            verdict, language = values.pop("verdict"), values.pop("language")
            return translation_drafts.begin_translation(verdict, language, by=self.person, **values)

        return self.add_row("translations-detail", work)

    def partial_update(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        """Change the given fields. Only drafts can change, and only by their translator or an editor."""
        values = read_body(TranslationChanges, request.data, by=self.person, partial=True)
        return self.run_change(
            lambda: translation_drafts.edit_translation(self._lock_matching(id), by=self.person, **values)
        )

    def destroy(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  as above
        """Delete a draft that was never submitted."""
        return self.run_change(
            lambda: translation_drafts.discard_translation(self._lock_matching(id), by=self.person)
        )

    @action(detail=True, methods=["post"], url_path="carry-over")
    def carry_over(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  as above
        """Submit the unchanged translation for the current version of the verdict; it needs sign-off by another
        person.
        """
        read_body(EmptyBody, request.data, by=self.person)
        if Scope.MOVE not in self.token.scopes:
            raise InsufficientScope(Scope.MOVE)
        return self.add_row(
            "translations-detail",
            lambda _: translation_drafts.carry_over_translation(self._lock_matching(id), by=self.person),
        )

    def _lock_matching(self, key: int) -> Translation:
        """Return the translation, locked until the transaction ends, if it is the version named in the request."""
        lock(self.get_row(id=key))
        row: Translation = self.lock_matching(id=key)
        return row


def build_translation(row: Translation) -> Document:
    """Build the representation of a translation. The row comes from `EditorialTranslationResource.get_rows`."""
    return {
        "id": row.pk,
        "verdict": row.verdict_id,
        "claim": row.verdict.claim_id,
        "language": row.language,
        "version": row.version,
        "is_current": row.verdict.state == Verdict.State.PUBLISHED,
        "statement": row.statement,
        "title": row.title,
        "summary": row.summary,
        "explanation": row.explanation,
        "explanation_html": to_html(row.explanation),
        "byline": row.byline,
        "state": row.state,
        "author": build_person(row.author),
        "supersedes": row.supersedes_id,
        "original_sha256": row.original_sha256,
        "review_round": row.review_round,
        "required_signoffs": row.required_signoffs,
        "steps": [{"action": step.action, **build_review_note(step)} for step in row.steps.all()],
        "submitted_by": build_person(row.submitted_by),
        "submitted_at": format_optional_moment(row.submitted_at),
        "published_at": format_optional_moment(row.published_at),
        "created_at": format_moment(row.created_at),
    }
