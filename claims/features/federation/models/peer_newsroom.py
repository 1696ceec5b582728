"""Followed newsrooms and the import progress of their ledgers."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import AddressField, build_creator_field
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule, build_snapshot_check_sql
from sources.http.validators import MAX_ETAG_LENGTH

_NAME_SQL = "regexp_replace(lower(normalize({}, NFKC)), '[^[:alnum:]]', '', 'g')"
_NOT_OWN_NEWSROOM = "peernewsroom_is_not_the_house"


class PeerNewsroomQuerySet(models.QuerySet["PeerNewsroom"]):
    def active(self) -> Self:
        """Return the newsrooms that are queried for new entries: all except paused newsrooms."""
        return self.filter(active=True)

    def with_problems(self) -> Self:
        """Return the newsrooms whose last query failed, or that need a person's decision."""
        return self.active().filter(progress__consecutive_failures__gt=0)


# The import position is stored separately (`PeerProgress`).
@keep_history()
class PeerNewsroom(models.Model):
    """A followed newsroom with its own installation; its claims and verdicts are shown under its name."""

    name = models.CharField(
        _("name"),
        max_length=200,
        help_text=_(
            "The name shown here beside the newsroom’s fact checks. The newsroom’s feed does not overwrite it."
        ),
    )
    url = AddressField(
        _("address"),
        max_length=500,
        help_text=_("The address of the newsroom’s site, such as https://facts.example."),
    )
    key = models.CharField(
        _("public key"),
        max_length=43,
        help_text=_(
            "The key that signs the newsroom’s publications. Anything with a different signature is rejected."
        ),
    )
    active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("While this is off, nothing is imported; claims already imported are kept."),
    )
    created_by = build_creator_field()
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = PeerNewsroomQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("followed newsroom")
        verbose_name_plural = _("followed newsrooms")
        constraints = [
            CheckConstraint(name="peernewsroom_has_a_name", condition=~Q(name="")),
            CheckConstraint(
                name="peernewsroom_address_is_a_site", condition=Q(url__regex=r"^https?://[^/?#\s@]+$")
            ),
            CheckConstraint(
                name="peernewsroom_key_is_of_ed25519", condition=Q(key__regex=r"^[A-Za-z0-9_-]{43}$")
            ),
            UniqueConstraint(
                name="peernewsroom_is_followed_once",
                fields=["url"],
                violation_error_message=_("This newsroom is already followed."),
            ),
            UniqueConstraint(
                name="peernewsroom_has_its_own_key",
                fields=["key"],
                violation_error_message=_("Another followed newsroom signs with this key."),
            ),
            UniqueConstraint(
                Lower("name"),
                name="peernewsroom_has_its_own_name",
                violation_error_message=_(
                    "Another followed newsroom has this name here, so readers could not tell them apart. "
                    "Choose a different name."
                ),
            ),
        ]
        triggers = [
            Rule(
                name="peernewsroom_address_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("url"),
                func="REJECT 'The address cannot be changed: add the other address, then remove this one.';",
            ),
            Rule(
                name=_NOT_OWN_NEWSROOM,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=f"""
                    {build_snapshot_check_sql(_NOT_OWN_NEWSROOM)}
                    -- Held: a house that takes this name meanwhile does so before or after this.
                    PERFORM FROM public.sources_publisher WHERE is_house FOR SHARE;
                    IF EXISTS (
                        SELECT FROM public.sources_publisher
                        WHERE is_house AND {_NAME_SQL.format("name")} = {_NAME_SQL.format("NEW.name")}
                    ) THEN
                        REJECT 'Another newsroom cannot have the name of this one: its fact checks would look
                            like ours.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="peernewsroom_begins",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    INSERT INTO public.federation_peerprogress (
                        newsroom_id, sequence, last_change, etag, next_visit_at, halted, consecutive_failures, failure
                    ) VALUES (NEW.id, 0, '', '', statement_timestamp(), '', 0, '');
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PeerProgress(models.Model):
    """The import progress and errors of a newsroom's ledger. The database creates this row with the newsroom."""

    class Halt(models.TextChoices):
        KEY = "key", _("The newsroom signs with a different key")
        HISTORY = "history", _("The newsroom’s history has changed")
        ADDRESS = "address", _("The newsroom gives a different address")

    newsroom = models.OneToOneField(PeerNewsroom, models.CASCADE, primary_key=True, related_name="progress")
    #: The number of the last imported entry; 0 before the first.
    sequence = models.BigIntegerField(_("imported up to entry"), default=0)
    #: That entry's signed text (`claims.ledger.house_signature.build_signed_text`), which must not change.
    last_change = models.TextField(blank=True)
    #: The ETag of the last response; its server uses it to detect changes.
    etag = models.CharField(max_length=MAX_ETAG_LENGTH, blank=True)
    visited_at = models.DateTimeField(_("up to date as of"), null=True)
    next_visit_at = models.DateTimeField(_("next visit"), default=timezone.now)
    #: A worker has leased the newsroom until this time. If that worker dies, any other one may continue afterwards.
    held_until = models.DateTimeField(null=True)
    #: Why imports are stopped until a person decides.
    halted = models.CharField(_("stopped"), max_length=10, choices=Halt, blank=True)
    #: The newsroom's new key, if the new key is the reason for stopping.
    offered_key = models.CharField(max_length=43, blank=True, db_default="")
    consecutive_failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    failure = models.TextField(_("error"), blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="peerprogress_halt_is_known",
                condition=Q(halted__in=["", "key", "history", "address"]),
            ),
            CheckConstraint(
                name="peerprogress_failures_have_begun",
                condition=Q(consecutive_failures=0, failing_since__isnull=True, failure="", halted="")
                | Q(consecutive_failures__gt=0, failing_since__isnull=False) & ~Q(failure=""),
            ),
            CheckConstraint(name="peerprogress_offers_a_key", condition=Q(offered_key="") | Q(halted="key")),
            CheckConstraint(
                name="peerprogress_stands_at_an_entry",
                condition=Q(sequence=0, last_change="") | Q(sequence__gt=0) & ~Q(last_change=""),
            ),
        ]
        triggers = [
            Rule(
                name="peerprogress_goes_forward",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.sequence < OLD.sequence AND NEW.sequence <> 0"),
                func="REJECT 'The position in a ledger can only move forward, or back to the beginning.';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.newsroom_id}: {self.sequence}"
