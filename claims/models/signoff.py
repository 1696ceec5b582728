from typing import Self

import pgtrigger
from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.review_chain import build_link_trigger
from claims.models.signoff_digests import CLAIM_SHA256_SQL, SIGNED_ROWS_SQL, VERDICT_SHA256_SQL
from claims.models.visibility import filter_readable
from factcheck import features
from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import Rule, build_append_only_rules


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def readable_by(self, person: User) -> Self:
        """Return the sign-offs that this person may read."""
        # The internal notes of a review are not published with the verdict.
        return filter_readable(self, person, own_or_published=models.Q(verdict__author=person))

    def valid(self) -> Self:
        """Return the sign-offs of the current review round, except sign-offs that a feature treats as outdated."""
        rows = self.filter(round=F("verdict__review_round"))
        for add_filter in features.load_installed("counting_signoffs"):
            rows = add_filter(rows)
        return rows


class SignOff(models.Model):
    """The approval of a verdict by a person other than its author. Append-only.

    A sign-off counts for its review round only: later changes need a new one, and so does a reply that arrives later.
    """

    verdict = models.ForeignKey(
        "claims.Verdict", models.PROTECT, db_index=False, related_name="signoffs", verbose_name=_("verdict")
    )
    by = PersonField(_("signed off by"))
    by_name = models.CharField(
        _("signed off by"), max_length=200, help_text=_("The name of the person at that time.")
    )
    round = models.PositiveSmallIntegerField(_("review round"))
    #: The number of replies that had arrived at the time of the sign-off.
    answers = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    note = models.TextField(_("note"), blank=True)
    #: Digests of the signed-off words of the claim and verdict, computed by the database (`signoff_digests`).
    claim_sha256 = models.CharField(max_length=64, editable=False, db_default="")
    verdict_sha256 = models.CharField(max_length=64, editable=False, db_default="")
    at = models.DateTimeField(_("time"), db_default=Now())

    objects = SignOffQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        constraints = [
            UniqueConstraint(
                name="signoff_once_per_round_and_person",
                fields=["verdict", "round", "by", "answers"],
                violation_error_message=_("You have already signed off this verdict."),
            )
        ]
        indexes = [
            # Searches of sign-offs.
            build_words_index("signoff_desk_words", "by_name", "note"),
        ]
        triggers = [
            *build_append_only_rules(
                "signoff", "A sign-off is never changed or withdrawn; request changes instead."
            ),
            Rule(
                name="signoff_by_somebody_else",
                operation=pgtrigger.Insert,
                declare=[("verdict", "public.claims_verdict")],
                func=f"""
                    -- Locked, so that it cannot be edited or withdrawn from review in the meantime.
                    SELECT * INTO verdict FROM public.claims_verdict WHERE id = NEW.verdict_id FOR NO KEY UPDATE;
                    IF NEW.by_id = ANY (
                        verdict.edited_by || ARRAY[verdict.author_id, verdict.submitted_by_id]::bigint[]
                    ) THEN
                        REJECT 'People who wrote, edited or submitted a verdict cannot sign it off.';
                    END IF;
                    IF (verdict.state, verdict.review_round) IS DISTINCT FROM ('in_review', NEW.round) THEN
                        REJECT 'Only a verdict in review can be signed off.' AS signoff_in_review;
                    END IF;
                    -- The database sets the time, not the person who signs off.
                    NEW.at := clock_timestamp();
                    -- A feature that records answers counts them in a rule whose name sorts after this one.
                    NEW.answers := 0;
                    SELECT {CLAIM_SHA256_SQL}, {VERDICT_SHA256_SQL} INTO NEW.claim_sha256, NEW.verdict_sha256
                    FROM {SIGNED_ROWS_SQL} WHERE signed.id = NEW.verdict_id;
                    RETURN NEW;
                """,
            ),
            build_link_trigger("signoff"),
        ]

    def __str__(self) -> str:
        return f"{self.by_name}, {self.at:%Y-%m-%d}"
