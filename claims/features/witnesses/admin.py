"""The desk's pages of the witnesses of our ledger, and of the ledgers that we witness."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.features.witnesses.models import Witness, WitnessedLog
from claims.features.witnesses.witnessing import build_witness_verifier_key
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin


@admin.register(Witness)
class WitnessAdmin(DeskAdmin):
    list_display = ("name", "url", "state", "cosignature_count", "failure")
    list_filter = ("active",)
    search_fields = ("verifier_key", "url")
    readonly_fields = ("failure", "failing_since", "asked_at")
    fieldsets = (
        (None, {"fields": ("verifier_key", "url", "active")}),
        (_("Last answer"), {"fields": ("failure", "failing_since", "asked_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Witness]:
        return super().get_queryset(request).annotate(number=Count("cosignatures"))

    @admin.display(description=_("state"))
    def state(self, witness: Witness) -> SafeString:
        if not witness.active:
            return render_badge(gettext("Off"), "faded")
        return (
            render_badge(gettext("Failing"), "bad")
            if witness.failing_since
            else render_badge(gettext("Cosigns our ledger"), "good")
        )

    @admin.display(description=_("cosignatures"), ordering="number")
    def cosignature_count(self, witness: Witness) -> int:
        return witness.number  # type: ignore[attr-defined]  # counted by get_queryset


@admin.register(WitnessedLog)
class WitnessedLogAdmin(DeskAdmin):
    list_display = ("name", "state", "tree_size", "cosigned_at")
    list_filter = ("active",)
    search_fields = ("verifier_key",)
    readonly_fields = ("tree_size", "cosigned_at", "refusal", "refused_at", "our_verifier_key")
    fieldsets = (
        (None, {"fields": ("verifier_key", "active", "our_verifier_key")}),
        (_("Checkpoints"), {"fields": ("tree_size", "cosigned_at", "refusal", "refused_at")}),
    )

    @admin.display(description=_("state"))
    def state(self, log: WitnessedLog) -> SafeString:
        if log.refusal_is_proof:
            return render_badge(gettext("Two histories"), "bad")
        if log.refusal:
            return render_badge(gettext("Checkpoint refused"), "waiting")
        return (
            render_badge(gettext("History is consistent"), "good")
            if log.active
            else render_badge(gettext("Off"), "faded")
        )

    @admin.display(description=_("our verifier key"))
    def our_verifier_key(self, log: WitnessedLog) -> SafeString:
        return format_html('<code translate="no">{}</code>', build_witness_verifier_key())

    def has_delete_permission(self, request: HttpRequest, obj: WitnessedLog | None = None) -> bool:
        return False  # the database never deletes what we have cosigned
