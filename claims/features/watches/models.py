"""Watches, their progress, and the pages they found."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import AddressField, LanguageField, build_creator_field
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule
from sources.addresses import build_url_key
from sources.http.validators import MAX_ETAG_LENGTH, MAX_MODIFIED_LENGTH

#: Minutes between two visits: not too often for the site, and at least once a week.
MIN_INTERVAL_MINUTES, MAX_INTERVAL_MINUTES = 5, 7 * 24 * 60
MAX_PER_VISIT, MAX_PER_DAY, MAX_PROPOSALS_PER_DAY = 100, 1000, 10_000

MAX_ADDRESS_LENGTH = 2000


class WatchQuerySet(models.QuerySet["Watch"]):
    def with_url(self, url: str) -> "Watch | None":
        """Return the watch that follows this URL, however the URL is spelt."""
        key = build_url_key(url)
        return self.filter(url_key=key).first() if key else None

    def active(self) -> Self:
        """Return the watches that are switched on."""
        return self.filter(active=True)

    def failing(self) -> Self:
        """Return active watches whose last visit failed."""
        return self.active().filter(progress__consecutive_failures__gt=0)

    def with_budget_left(self, moment: datetime) -> Self:
        """Return watches that may import more articles on the UTC day of `moment`."""
        is_exhausted = Q(progress__day=moment.date()) & (
            Q(progress__articles_of_day__gte=F("most_per_day"))
            | Q(progress__proposals_of_day__gte=F("most_proposals_per_day"))
        )
        # Before the first visit the day is NULL, and no budget is used up.
        return self.exclude(Q(progress__day__isnull=False) & is_exhausted)


# The times and results of visits are stored separately (`WatchProgress`).
@keep_history()
class Watch(models.Model):
    """A feed, sitemap or page that the newsroom follows, with its limits."""

    name = models.CharField(_("name"), max_length=200)
    url = AddressField(_("address"), max_length=MAX_ADDRESS_LENGTH)
    url_key = models.CharField(max_length=MAX_ADDRESS_LENGTH, blank=True, editable=False)
    language = LanguageField(
        _("language"),
        blank=True,
        help_text=_(
            "Language of the articles: a tag such as en, pt-BR or ko. Leave empty to detect it for each article."
        ),
    )
    interval_minutes = models.PositiveIntegerField(
        _("minutes between visits"), default=30, help_text=_("From 5 minutes to a week (10080 minutes).")
    )
    most_per_visit = models.PositiveIntegerField(
        _("articles per visit"),
        default=10,
        help_text=_(
            "The number of new and changed articles fetched per visit; the first visit fetches only the "
            "newest. 1 to 100."
        ),
    )
    most_per_day = models.PositiveIntegerField(
        _("new articles per day"),
        default=50,
        help_text=_("From 1 to 1000. Further articles wait until the next day (UTC)."),
    )
    most_proposals_per_day = models.PositiveIntegerField(
        _("proposals per day"),
        default=300,
        help_text=_(
            "No further articles are searched that day once this number of claims has been proposed. From 1 to 10000."
        ),
    )
    active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("While this is off, nothing is fetched; articles already imported are kept."),
    )
    created_by = build_creator_field()
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = WatchQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        constraints = [
            CheckConstraint(name="watch_has_a_name", condition=~Q(name="")),
            CheckConstraint(
                name="watch_address_is_of_the_web",
                condition=Q(url__regex=r"^https?://.") & ~Q(url_key=""),
                violation_error_message=_("The address must begin with https:// or http://."),
            ),
            CheckConstraint(
                name="watch_interval_is_polite",
                condition=Q(interval_minutes__range=(MIN_INTERVAL_MINUTES, MAX_INTERVAL_MINUTES)),
                violation_error_message=_("The interval must be from 5 minutes to a week (10080 minutes)."),
            ),
            CheckConstraint(
                name="watch_budgets_are_bounded",
                condition=Q(
                    most_per_visit__range=(1, MAX_PER_VISIT),
                    most_per_day__range=(1, MAX_PER_DAY),
                    most_proposals_per_day__range=(1, MAX_PROPOSALS_PER_DAY),
                ),
                violation_error_message=_(
                    "At least 1; at most 100 articles per visit, 1000 articles and 10000 proposals per day."
                ),
            ),
            UniqueConstraint(
                name="watch_follows_an_address_once",
                fields=["url_key"],
                violation_error_message=_("This address is already followed."),
            ),
        ]
        triggers = [
            Rule(
                name="watch_address_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("url", "url_key"),
                func="REJECT 'The address cannot be changed: add the other address, then remove this one.';",
            ),
            Rule(
                name="watch_begins",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    INSERT INTO public.watches_watchprogress (
                        watch_id, kind, next_visit_at, etag, last_modified, pages_left, articles_of_day,
                        proposals_of_day, new_articles, changed_articles, failed_articles, consecutive_failures,
                        failure, note
                    ) VALUES (NEW.id, '', statement_timestamp(), '', '', 0, 0, 0, 0, 0, 0, 0, '', '');
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.url_key = build_url_key(self.url)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed through unchanged

    def clean(self) -> None:
        self.url_key = build_url_key(self.url)


class WatchProgress(models.Model):
    """The times, results and failures of a watch's visits. The database creates this row with the watch."""

    class Kind(models.TextChoices):
        RSS = "rss", _("RSS feed")
        ATOM = "atom", _("Atom feed")
        JSON = "json", _("JSON Feed")
        SITEMAP = "sitemap", _("Sitemap")
        ADDRESSES = "addresses", _("List of addresses")
        PAGE = "page", _("Page")

    watch = models.OneToOneField(Watch, models.CASCADE, primary_key=True, related_name="progress")
    #: The kind detected at the last visit; empty before the first.
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, blank=True)
    #: The time of the last successful visit.
    visited_at = models.DateTimeField(_("last visit"), null=True)
    next_visit_at = models.DateTimeField(_("next visit"), default=timezone.now)
    #: A worker has leased the watch until this time. If that worker dies, any other one may continue afterwards.
    held_until = models.DateTimeField(null=True)
    #: The validators of the list's last response, which let the server detect changes (RFC 9110, 13.1).
    etag = models.CharField(max_length=MAX_ETAG_LENGTH, blank=True)
    last_modified = models.CharField(max_length=MAX_MODIFIED_LENGTH, blank=True)
    #: How many more pages may be fetched in this visit.
    pages_left = models.PositiveIntegerField(default=0)
    #: The day (UTC) to which the next two counts belong.
    day = models.DateField(null=True)
    articles_of_day = models.PositiveIntegerField(default=0)
    proposals_of_day = models.PositiveIntegerField(default=0)
    #: The results of the last visit.
    new_articles = models.PositiveIntegerField(_("new articles"), default=0)
    changed_articles = models.PositiveIntegerField(_("changed articles"), default=0)
    failed_articles = models.PositiveIntegerField(_("failed articles"), default=0)
    consecutive_failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    failure = models.TextField(_("error"), blank=True)
    #: Notes on the parts of the list that could not be read, if other parts could.
    note = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="watchprogress_kind_is_known",
                condition=Q(kind__in=["", "rss", "atom", "json", "sitemap", "addresses", "page"]),
            ),
            CheckConstraint(
                name="watchprogress_failures_have_begun",
                condition=Q(consecutive_failures=0, failing_since__isnull=True, failure="")
                | Q(consecutive_failures__gt=0, failing_since__isnull=False) & ~Q(failure=""),
            ),
        ]
        indexes = [
            # The worker's query for watches that are due, once a minute.
            Index(name="watchprogress_by_next_visit", fields=["next_visit_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.watch_id}: {self.visited_at}"


class WatchedPageQuerySet(models.QuerySet["WatchedPage"]):
    def due(self, moment: datetime) -> Self:
        """Return pages whose next check is due at `moment`."""
        return self.filter(next_look_at__lte=moment)

    def waiting(self) -> Self:
        """Return pages that have not been imported yet."""
        return self.filter(state="waiting")


class WatchedPage(models.Model):
    """A page found by a watch, with its import state and its next check."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        IMPORTED = "imported", _("Imported")
        PASSED = "passed", _("Skipped")
        FAILED = "failed", _("Failed")

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="pages", db_index=False)
    url = models.CharField(_("address"), max_length=MAX_ADDRESS_LENGTH)
    url_key = models.CharField(max_length=MAX_ADDRESS_LENGTH)
    title = models.CharField(_("title"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    source = models.ForeignKey(
        "sources.Source",
        models.SET_NULL,
        null=True,
        related_name="watched_pages",
        verbose_name=_("source"),
    )
    #: The date of the page's last change, according to the list.
    listed_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    #: When the page was last fetched, and when it will be fetched next; NULL for never.
    looked_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(null=True)
    #: The number of consecutive checks that found no change.
    unchanged = models.PositiveSmallIntegerField(default=0)
    etag = models.CharField(max_length=MAX_ETAG_LENGTH, blank=True)
    last_modified = models.CharField(max_length=MAX_MODIFIED_LENGTH, blank=True)
    #: The number of consecutive failed attempts.
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.TextField(_("error"), blank=True)

    objects = WatchedPageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="watchedpage_is_found_once", fields=["watch", "url_key"]),
            CheckConstraint(
                name="watchedpage_state_is_known",
                condition=Q(state__in=["waiting", "imported", "passed", "failed"]),
            ),
            CheckConstraint(
                name="watchedpage_waits_for_a_moment",
                condition=Q(state="imported")
                | Q(state="waiting", next_look_at__isnull=False)
                | Q(state__in=["passed", "failed"], next_look_at__isnull=True),
            ),
            CheckConstraint(
                name="watchedpage_failure_says_why", condition=~Q(state="failed") | ~Q(failure="")
            ),
        ]
        indexes = [
            # The pages to fetch for a watch.
            Index(
                name="watchedpage_to_be_fetched",
                fields=["watch", "next_look_at"],
                condition=Q(next_look_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url
