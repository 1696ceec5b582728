from collections.abc import Mapping
from typing import Self

import pgtrigger
from django.contrib.auth.models import User
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.anchored import (
    Anchored,
    build_quote_length_constraint,
    build_span_constraint,
    build_span_rule,
)
from claims.models.verdict import Verdict
from claims.models.visibility import filter_readable
from factcheck.database import bounds
from factcheck.database.bulk_copy import copy_rows
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule, build_snapshot_check_sql
from sources.models import Source
from sources.models.media_fragment import MediaFragmentField, build_fragment_constraint

MAX_NOTE_LENGTH = 20_000
_FIXED_SQL = (
    "REJECT 'The evidence of a verdict that is no longer a draft cannot change.' "
    "AS evidence_is_fixed_with_its_verdict;"
)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def readable_by(self, person: User) -> Self:
        """Return the evidence that this person may read."""
        is_readable = models.Q(verdict__in=Verdict.objects.readable_by(person))
        return filter_readable(self, person, own_or_published=is_readable)


@keep_history()
class Evidence(Anchored):
    """A source that a verdict cites, its stance on the claim, and the quoted passage."""

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
    note = models.TextField(
        _("note"),
        max_length=MAX_NOTE_LENGTH,
        blank=True,
        help_text=_("A summary of the source, in our own words."),
    )
    #: A description of what can be seen or heard, if the evidence is a picture, a recording or a video.
    media = models.ForeignKey(
        "sources.MediaObject",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("picture, audio or video"),
    )
    media_fragment = MediaFragmentField()
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            build_span_constraint("evidence_span_is_whole"),
            bounds.build_length_constraint("evidence_note_fits", "note", MAX_NOTE_LENGTH),
            build_quote_length_constraint("evidence_quote_fits"),
            build_fragment_constraint("evidence_fragment_is_one"),
            models.CheckConstraint(
                name="evidence_fragment_is_of_media",
                condition=models.Q(media_fragment="") | models.Q(media__isnull=False),
                violation_error_message=_("Choose the recording that this part belongs to."),
            ),
            models.CheckConstraint(
                name="evidence_stance_is_known",
                condition=models.Q(stance__in=["supports", "refutes", "context"]),
            ),
        ]
        triggers = [
            build_span_rule("evidence_span_carries_quote"),
            Rule(
                name="evidence_is_fixed_with_its_verdict",
                operation=pgtrigger.Update | pgtrigger.Delete,
                declare=[("verdict", "public.claims_verdict")],
                func=f"""
                    -- Locked: a verdict submitted in the meantime is submitted with the evidence present at that time.
                    SELECT * INTO verdict FROM public.claims_verdict WHERE id = OLD.verdict_id FOR NO KEY UPDATE;
                    IF verdict.state <> 'draft' THEN
                        {_FIXED_SQL}
                    END IF;
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    IF NEW.verdict_id <> OLD.verdict_id THEN
                        {_FIXED_SQL}
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="evidence_is_added_to_drafts",
                operation=pgtrigger.Insert,
                declare=[("verdict", "public.claims_verdict")],
                func=f"""
                    SELECT * INTO verdict FROM public.claims_verdict WHERE id = NEW.verdict_id FOR NO KEY UPDATE;
                    -- A verdict that is inserted as published gets its evidence in the same transaction or not at all.
                    -- Both now() and its created_at are the start of that transaction.
                    IF (
                        verdict.state = 'draft'
                        OR (verdict.origin <> 'house' OR verdict.is_restored) AND verdict.created_at = now()
                    ) IS NOT TRUE
                    THEN
                        {_FIXED_SQL}
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stance_display()}: {self.source}"


def copy_evidence(successors: Mapping[int, int]) -> None:
    """Copy the evidence of each verdict to its successor; `successors` maps old ids to new ids."""
    rows = Evidence.objects.filter(verdict__in=successors).order_by("pk")
    uncopied_fields = ("id", "verdict", "created_at")
    names = [field.attname for field in Evidence._meta.concrete_fields if field.name not in uncopied_fields]
    copy_rows(
        Evidence,
        [
            Evidence(verdict_id=successors[row.verdict_id], **{name: getattr(row, name) for name in names})
            for row in rows
        ],
    )


# This rule on sources is registered here, because `sources` knows nothing about citations.
pgtrigger.register(
    Rule(
        name="source_address_is_kept",
        operation=pgtrigger.Update,
        condition=~pgtrigger.Q(old__url="") & pgtrigger.Q(new__url=""),
        func=f"""
            {build_snapshot_check_sql("source_address_is_kept")}
            IF EXISTS (
                SELECT FROM public.claims_evidence AS evidence
                JOIN public.claims_verdict AS verdict ON verdict.id = evidence.verdict_id
                WHERE evidence.source_id = NEW.id AND evidence.snapshot_id IS NULL AND verdict.state <> 'draft'
            ) THEN
                REJECT 'A verdict in review or a published verdict relies on this address: correct the address
                    instead of clearing it.';
            END IF;
            RETURN NEW;
        """,
    )
)(Source)
