"""The link status of each source, and the history of its changes."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import AddressField, PersonField
from factcheck.database.rules import MaintenanceTrigger, build_append_only_rules, build_owner_writes_rule

MAX_ADDRESS_LENGTH = 2000


class LinkOutcome(models.TextChoices):
    """The result of a link check: the status of a link."""

    ALIVE = "alive", _("The link works")
    MOVED = "moved", _("Moved to another address")
    GONE = "gone", _("Gone")
    UNREACHABLE = "unreachable", _("Cannot be reached at the moment")
    CHANGED = "changed", _("A quote was changed")


#: The outcomes that need a person's decision.
OUTCOMES_NEEDING_ACTION = (LinkOutcome.GONE, LinkOutcome.MOVED, LinkOutcome.CHANGED)

_OUTCOMES = [outcome.value for outcome in LinkOutcome]


class LinkStateQuerySet(models.QuerySet["LinkState"]):
    def due(self) -> Self:
        """Return links that are due for a check and not leased."""
        now = timezone.now()
        return self.filter(Q(held_until__isnull=True) | Q(held_until__lt=now), next_at__lte=now)

    def waiting(self) -> Self:
        """Return links that need a person's decision, except those marked as correct."""
        return self.filter(outcome__in=OUTCOMES_NEEDING_ACTION, accepted_at__isnull=True)


class LinkState(models.Model):
    """The status of a checked link: the last result, and the time of the next check.

    A single failure does not make a link dead. `suspected` is the result of the checks since `failing_since`;
    it becomes the outcome once it has been found often enough and over a long enough period
    (`claims.features.links.outcomes`).
    """

    source = models.OneToOneField(
        "sources.Source", models.CASCADE, primary_key=True, related_name="link", verbose_name=_("source")
    )
    url = AddressField(_("address"), max_length=MAX_ADDRESS_LENGTH, help_text=_("The checked address."))
    #: Scheme, host and port. Each site gets one request at a time.
    site = models.CharField(max_length=300)
    outcome = models.CharField(_("outcome"), max_length=20, choices=LinkOutcome, blank=True)
    since = models.DateTimeField(_("since"), null=True)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    moved_to = AddressField(_("new address"), max_length=MAX_ADDRESS_LENGTH, blank=True)

    checked_at = models.DateTimeField(_("checked"), null=True)
    next_at = models.DateTimeField(_("next check"), default=timezone.now)
    #: Leased for a running check until this time.
    held_until = models.DateTimeField(null=True)
    suspected = models.CharField(max_length=20, choices=LinkOutcome, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True)

    # Identifiers of the page's version at the last check, and what was found in that version.
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True)
    #: The source's value from `load_quote_versions` at that time; if it changes, the page is compared again.
    quote_version = models.CharField(max_length=64, blank=True)
    #: The number of quoted passages that the page did not contain.
    lost_quotes = models.PositiveIntegerField(_("missing quotes"), default=0)

    accepted_at = models.DateTimeField(_("marked as correct"), null=True)
    accepted_by = PersonField(_("done by"), null=True)
    #: When a public value of this row was last written; reader pages rendered before that time are outdated.
    written_at = models.DateTimeField(default=timezone.now)

    objects = LinkStateQuerySet.as_manager()

    class Meta:
        ordering = ["next_at"]
        verbose_name = _("link to a source")
        verbose_name_plural = _("links to sources")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(name="linkstate_watches_an_address", condition=~Q(url="") & ~Q(site="")),
            models.CheckConstraint(
                name="linkstate_outcome_is_known",
                condition=Q(outcome__in=["", *_OUTCOMES], suspected__in=["", *_OUTCOMES[1:]]),
            ),
            models.CheckConstraint(
                name="linkstate_outcome_has_a_beginning",
                condition=Q(outcome="", since__isnull=True) | ~Q(outcome="") & Q(since__isnull=False),
            ),
            models.CheckConstraint(
                name="linkstate_moved_names_the_new_address",
                condition=~Q(outcome="moved") | ~Q(moved_to="") & ~Q(moved_to=F("url")),
            ),
            models.CheckConstraint(
                name="linkstate_suspects_while_it_fails",
                condition=Q(failures=0, failing_since__isnull=True, suspected="")
                | Q(failures__gt=0, failing_since__isnull=False) & ~Q(suspected=""),
            ),
            models.CheckConstraint(
                name="linkstate_accepted_is_what_needs_somebody",
                condition=Q(accepted_at__isnull=True)
                | Q(outcome__in=["gone", "moved", "changed"], accepted_by__isnull=False),
            ),
        ]
        indexes = [
            # The due links, oldest first.
            models.Index(name="linkstate_by_next_check", fields=["next_at"]),
            # All links of a site, to postpone them if the site asks us to wait.
            models.Index(name="linkstate_by_site", fields=["site", "next_at"]),
            # The desk's list of links that need a decision.
            models.Index(
                name="linkstate_waiting",
                fields=["since", "source"],
                condition=Q(outcome__in=["gone", "moved", "changed"], accepted_at=None),
            ),
            # The time of the newest change: cached pages rendered before it are outdated.
            models.Index(name="linkstate_newest", fields=["-written_at"]),
        ]
        triggers = [
            MaintenanceTrigger(
                name="linkstate_changes_are_recorded",
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.outcome <> '' AND (
                        TG_OP = 'INSERT'
                        OR (NEW.outcome, NEW.moved_to, NEW.url) IS DISTINCT FROM (OLD.outcome, OLD.moved_to, OLD.url)
                    ) THEN
                        INSERT INTO public.links_linkcheck
                            (source_id, url, outcome, http_status, reason, moved_to, lost_quotes)
                        VALUES (
                            NEW.source_id, NEW.url, NEW.outcome, NEW.http_status, NEW.reason, NEW.moved_to,
                            NEW.lost_quotes
                        );
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def needs_decision(self) -> bool:
        """Return whether a person must decide about the link."""
        return self.outcome in OUTCOMES_NEEDING_ACTION and self.accepted_at is None


class LinkCheck(models.Model):
    """A recorded change in the status of a source's link.

    The database writes a row whenever the status in LinkState changes; a check with the same result adds no row.
    """

    Outcome = LinkOutcome

    source = models.ForeignKey(
        "sources.Source", models.PROTECT, related_name="link_checks", verbose_name=_("source")
    )
    checked_at = models.DateTimeField(_("time"), db_default=Now())
    url = AddressField(_("address"), max_length=MAX_ADDRESS_LENGTH)
    outcome = models.CharField(_("outcome"), max_length=20, choices=LinkOutcome)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    moved_to = AddressField(_("new address"), max_length=MAX_ADDRESS_LENGTH, blank=True)
    lost_quotes = models.PositiveIntegerField(_("missing quotes"), default=0)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("link change")
        verbose_name_plural = _("link changes")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="linkcheck_outcome_is_known", condition=Q(outcome__in=_OUTCOMES)),
        ]
        triggers = [
            *build_append_only_rules("linkcheck", "The history of links is never changed."),
            build_owner_writes_rule("linkcheck", pgtrigger.Insert),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.url}"
