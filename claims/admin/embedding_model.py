"""Embedding models and their progress, read-only: the worker and `embed_claims` create the vectors."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.matching.embedding.neighbours import get_query_model
from claims.matching.embedding.pending_vectors import count_vectors
from claims.models import EmbeddingModel, StatementVector
from factcheck.admin.badges import badge
from factcheck.admin.base import DeskAdmin, LookOnly


@admin.register(EmbeddingModel)
class EmbeddingModelAdmin(LookOnly, DeskAdmin):
    list_display = ("name", "state", "vectors_made", "completed_at", "kept_at")
    fields = ("name", "state", "progress", "dimensions", "begun_at", "completed_at", "kept_at")
    readonly_fields = ("state", "progress")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmbeddingModel]:
        made = StatementVector.objects.filter(model=OuterRef("pk")).order_by().values("model")
        number = made.annotate(number=Count("pk")).values("number")
        return super().get_queryset(request).annotate(vectors_number=Coalesce(Subquery(number), 0))

    @admin.display(description=gettext_lazy("vectors"), ordering="vectors_number")
    def vectors_made(self, model: Any) -> str:
        return f"{model.vectors_number:,}"  # annotated above

    @admin.display(description=gettext_lazy("state"))
    def state(self, model: EmbeddingModel) -> SafeString:
        asked = get_query_model()
        if asked is not None and asked.id == model.pk:
            return badge(_("used to find claims"), "good")
        return badge(_("complete"), "neutral") if model.completed_at else badge(_("being built"), "active")

    @admin.display(description=gettext_lazy("statements"))
    def progress(self, model: EmbeddingModel) -> str:
        made, outstanding = count_vectors(model)
        if not outstanding:
            return _("all %(made)s") % {"made": f"{made:,}"}
        share = 100 * made // (made + outstanding)
        return _("%(made)s of %(all)s (%(share)d %%)") % {
            "made": f"{made:,}",
            "all": f"{made + outstanding:,}",
            "share": share,
        }
