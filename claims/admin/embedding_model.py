"""The models that make vectors, and how far each has come. To look at only: the worker and `embed_claims` make them."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.matching.embedding.neighbours import asked_model
from claims.matching.embedding.outstanding import tally
from claims.models import EmbeddingModel
from factcheck.admin.badges import badge
from factcheck.admin.base import DeskAdmin, LookOnly


@admin.register(EmbeddingModel)
class EmbeddingModelAdmin(LookOnly, DeskAdmin):
    list_display = ("name", "state", "progress", "completed_at", "kept_at")
    # There are one or two, of which each is counted.
    list_per_page = 10
    fields = ("name", "state", "progress", "dimensions", "begun_at", "completed_at", "kept_at")
    readonly_fields = ("state", "progress")

    @admin.display(description=gettext_lazy("state"))
    def state(self, model: EmbeddingModel) -> SafeString:
        asked = asked_model()
        if asked is not None and asked.id == model.pk:
            return badge(_("claims are found by it"), "good")
        return badge(_("complete"), "neutral") if model.completed_at else badge(_("being built"), "active")

    @admin.display(description=gettext_lazy("statements"))
    def progress(self, model: EmbeddingModel) -> str:
        made, outstanding = tally(model)
        if not outstanding:
            return _("all %(made)s") % {"made": f"{made:,}"}
        share = 100 * made // (made + outstanding)
        return _("%(made)s of %(all)s (%(share)d %%)") % {
            "made": f"{made:,}",
            "all": f"{made + outstanding:,}",
            "share": share,
        }
