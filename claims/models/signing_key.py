from typing import Self

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database.rules import OWNER, Rule, append_only, refuse

_NOT_THE_OWNER = refuse(
    "Only the owner of the database announces another signing key: run it with OWNER_DATABASE_URL.",
    name="signingkey_is_announced_by_the_owner",
)


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def newest(self) -> "SigningKey | None":
        """Return the current signing key; None if nothing has been signed yet."""
        return self.order_by("-id").first()

    def in_order(self) -> Self:
        """Return all keys, oldest first."""
        return self.order_by("id")


class SigningKey(models.Model):
    """A public key with which the newsroom signed checkpoints. Append-only: old ones stay published.

    Each but the first follows another, and a signed note says so (`claims.ledger.proofs.key_succession`).
    """

    #: Ed25519, 32 bytes as base64url without padding.
    public_key = models.CharField(_("public key"), max_length=43, unique=True)
    #: The log's own name in its checkpoints (C2SP tlog-checkpoint): the same for ever, wherever the site is.
    origin = models.CharField(_("name of the log"), max_length=300)
    follows = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="followed_by",
        verbose_name=_("follows"),
    )
    #: The note that says so, signed by both keys; by the new one alone where the old one was lost. "" of the first.
    statement = models.TextField(_("statement"), blank=True)
    #: Why the old key did not sign; "" where it did.
    lost_because = models.CharField(_("why the old key was lost"), max_length=500, blank=True)
    began_at = models.DateTimeField(_("since"), editable=False, db_default=Now())

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="signingkey_is_a_key", condition=Q(public_key__regex=r"^[A-Za-z0-9_-]{43}$")
            ),
            CheckConstraint(name="signingkey_origin_is_a_name", condition=Q(origin__regex=r"^[^\s+]+$")),
            CheckConstraint(
                name="signingkey_succession_is_stated",
                condition=Q(follows__isnull=True, statement="", lost_because="")
                | Q(follows__isnull=False) & ~Q(statement=""),
            ),
        ]
        triggers = [
            *append_only("signingkey", "Keys that were used stay known: they are only added."),
            Rule(
                name="signingkey_follows_the_last",
                operation=pgtrigger.Insert,
                declare=[("last", "record")],
                func=f"""
                    PERFORM pg_advisory_xact_lock(hashtext('claims_signingkey'));
                    SELECT id, origin INTO last FROM public.claims_signingkey ORDER BY id DESC LIMIT 1;
                    -- The first is announced by using it, each other by a command of the owner.
                    IF last.id IS NOT NULL AND current_user <> {OWNER} THEN
                        {_NOT_THE_OWNER}
                    END IF;
                    IF NEW.follows_id IS DISTINCT FROM last.id OR NEW.origin <> last.origin THEN
                        {refuse("A key follows the last one, in the same log.", name="signingkey_follows_the_last")}
                    END IF;
                    NEW.began_at := clock_timestamp();
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.public_key
