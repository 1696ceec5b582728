import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.anchored import Anchored, span_carries_quote, span_is_whole
from factcheck.history import keep_history
from factcheck.rules import Rule, refuse

_REFUSAL = refuse(
    "The evidence of a verdict that is no longer a draft cannot change.",
    name="evidence_is_fixed_with_its_verdict",
)


@keep_history()
class Evidence(Anchored):
    """What a verdict rests on: a source, what it says about the claim, and the passage that says it."""

    class Stance(models.TextChoices):
        SUPPORTS = "supports", _("Supports the claim")
        REFUTES = "refutes", _("Refutes the claim")
        CONTEXT = "context", _("Gives context")

    verdict = models.ForeignKey(
        "claims.Verdict", models.CASCADE, related_name="evidence", verbose_name=_("verdict")
    )
    source = models.ForeignKey(
        "sources.Source", models.PROTECT, related_name="evidence", verbose_name=_("source")
    )
    stance = models.CharField(_("stance"), max_length=20, choices=Stance)
    note = models.TextField(_("note"), blank=True, help_text=_("What the source shows, in our words."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            span_is_whole("evidence_span_is_whole"),
            models.CheckConstraint(
                name="evidence_stance_is_known",
                condition=models.Q(stance__in=["supports", "refutes", "context"]),
            ),
        ]
        triggers = [
            span_carries_quote("evidence_span_carries_quote"),
            Rule(
                name="evidence_is_fixed_with_its_verdict",
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=(
                    "IF EXISTS (SELECT 1 FROM claims_verdict WHERE id = OLD.verdict_id AND state <> 'draft') THEN "
                    + _REFUSAL
                    + " END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;"
                    " IF NEW.verdict_id <> OLD.verdict_id THEN " + _REFUSAL + " END IF; RETURN NEW;"
                ),
            ),
            Rule(
                name="evidence_is_added_to_drafts",
                operation=pgtrigger.Insert,
                # An imported verdict arrives published: its evidence comes in the same transaction or not at all.
                # `now()` is when the transaction began.
                func=(
                    "IF NOT EXISTS (SELECT 1 FROM claims_verdict WHERE id = NEW.verdict_id"
                    " AND (state = 'draft' OR (origin <> 'house' OR is_restored) AND created_at >= now())) THEN "
                    + _REFUSAL
                    + " END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stance_display()}: {self.source}"
