from typing import Self

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.signing_key import SigningKey
from claims.models.tree_rules import ROOT_IS_TRUE
from factcheck.database.rules import Rule, append_only, refuse

_GOES_ON = refuse("A checkpoint goes on from the one before it.", name="checkpoint_goes_on_from_the_last")
_OF_WHAT_IS_THERE = refuse(
    "A checkpoint is of what is there: no more entries, and no other hash.",
    name="checkpoint_is_of_what_is_there",
)


class CheckpointQuerySet(models.QuerySet["Checkpoint"]):
    def of_ledger(self) -> Self:
        """Return public checkpoints of the ledger."""
        return self.filter(log="ledger")

    def of_reviews(self) -> Self:
        """Return the checkpoints of the chain of moves and sign-offs, which is not public."""
        return self.filter(log="reviews")

    def newest(self) -> "Checkpoint | None":
        """Return the latest checkpoint."""
        return self.order_by("-id").first()


class Checkpoint(models.Model):
    """A checkpoint of the ledger at a moment: its size and root hash, signed by the newsroom.

    A signed note as transparency logs have it (C2SP `tlog-checkpoint`). Append-only; each goes on from the last.
    """

    class Log(models.TextChoices):
        LEDGER = "ledger", _("What was published")
        REVIEWS = "reviews", _("Moves and sign-offs")

    log = models.CharField(_("of"), max_length=10, choices=Log)
    tree_size = models.BigIntegerField(_("entries"))
    #: Of the ledger, the root of the Merkle tree (RFC 6962); of reviews, the last link of their chain.
    root_sha256 = models.CharField(_("fingerprint"), max_length=64)
    note = models.TextField(_("signed note"))
    key = models.ForeignKey(
        SigningKey, models.PROTECT, related_name="checkpoints", verbose_name=_("signed with")
    )
    signed_at = models.DateTimeField(_("signed"), editable=False, db_default=Now())

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        default_permissions = ()
        constraints = [
            CheckConstraint(name="checkpoint_log_is_known", condition=Q(log__in=["ledger", "reviews"])),
            CheckConstraint(name="checkpoint_has_entries", condition=Q(tree_size__gt=0)),
            CheckConstraint(
                name="checkpoint_root_is_a_hash", condition=Q(root_sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]
        indexes = [
            # The newest of a log, and the history of those of the ledger.
            Index(name="checkpoint_newest", fields=["log", "-id"]),
        ]
        triggers = [
            *append_only("checkpoint", "What was signed stays: checkpoints are only added."),
            Rule(
                name="checkpoint_goes_on_from_the_last",
                operation=pgtrigger.Insert,
                declare=[
                    *(("last", "record"), ("said", "text[]"), ("place", "bigint"), ("part", "bytea")),
                    ("root", "bytea"),
                ],
                func=f"""
                    PERFORM pg_advisory_xact_lock(hashtext('claims_checkpoint'));
                    SELECT tree_size, root_sha256 INTO last FROM public.claims_checkpoint
                    WHERE log = NEW.log ORDER BY id DESC LIMIT 1;
                    IF NEW.tree_size < last.tree_size
                        OR NEW.tree_size = last.tree_size AND NEW.root_sha256 <> last.root_sha256
                    THEN
                        {_GOES_ON}
                    END IF;
                    -- The note says the same, and no more entries are signed than there are.
                    said := string_to_array(NEW.note, E'\\n');
                    IF said[2] <> NEW.tree_size::text
                        OR said[3] <> encode(decode(NEW.root_sha256, 'hex'), 'base64') OR said[4] <> ''
                        OR NEW.log = 'ledger' AND NOT EXISTS (
                            SELECT FROM public.claims_publication WHERE sequence = NEW.tree_size
                        )
                        OR NEW.log = 'reviews' AND NOT EXISTS (
                            SELECT FROM public.claims_reviewlink
                            WHERE number = NEW.tree_size AND chain_sha256 = NEW.root_sha256
                        )
                    THEN
                        {_OF_WHAT_IS_THERE}
                    END IF;
                    {ROOT_IS_TRUE}
                    NEW.signed_at := clock_timestamp();
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_log_display()}: {self.tree_size}"
