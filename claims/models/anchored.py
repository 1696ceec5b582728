import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from factcheck.database import bounds
from factcheck.database.rules import Rule

MAX_QUOTE_LENGTH = 50_000


def build_span_rule(name: str) -> Rule:
    """Return the rule that a span of the snapshot equals its quote. Offsets count from 0, `substr` counts from 1."""
    return Rule(
        name=name,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__start__isnull=False),
        func="""
            -- An incomplete span is left to the constraint below; substr() would fail on it.
            IF NEW."end" >= NEW.start AND NOT EXISTS (
                SELECT FROM public.sources_snapshot
                WHERE id = NEW.snapshot_id AND source_id = NEW.source_id
                    AND substr(text, NEW.start + 1, NEW."end" - NEW.start) = NEW.exact
            ) THEN
                REJECT 'The snapshot has different words at these offsets.';
            END IF;
            RETURN NEW;
        """,
    )


def build_span_constraint(name: str) -> models.CheckConstraint:
    """Return the constraint that an anchor has both a start and an end in a snapshot, or neither of them."""
    return models.CheckConstraint(
        name=name,
        condition=Q(start__isnull=True, end__isnull=True)
        | Q(snapshot__isnull=False, start__isnull=False, end__isnull=False, end__gt=F("start")),
    )


def build_quote_length_constraint(name: str) -> models.CheckConstraint:
    """Return the constraint that limits the length of a quote."""
    return bounds.build_length_constraint(name, "exact", MAX_QUOTE_LENGTH)


class Anchored(models.Model):
    """A quote anchored to a snapshot of its source, as in the W3C Web Annotation data model.

    `exact`, `prefix` and `suffix` form its TextQuoteSelector. `start` and `end` form its TextPositionSelector, in
    code points of `snapshot.text`. Without offsets, the words are quoted but not anchored.
    """

    snapshot = models.ForeignKey(
        "sources.Snapshot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("snapshot"),
    )
    exact = models.TextField(_("exact words"), max_length=MAX_QUOTE_LENGTH, blank=True)
    prefix = models.TextField(_("words before"), blank=True)
    suffix = models.TextField(_("words after"), blank=True)
    start = models.PositiveIntegerField(_("start"), null=True, blank=True)
    end = models.PositiveIntegerField(_("end"), null=True, blank=True)

    class Meta:
        abstract = True
