"""A request for a copy of a source.

Triggers write these rows when a source is cited (`citing_rows`), and the worker processes them (`queue`). A
source may have several waiting requests, so that requests never lock one another; one copy answers them all.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.features.archiving.models.archived_copy import ArchivedCopy
from factcheck.database.model_fields import PersonField

#: The reasons, with their priorities. Requests from the desk come first.
PRIORITIES = {
    "desk": 30,
    "publication": 20,
    "review": 20,
    "evidence": 10,
    "link_check": 10,
    "appearance": 5,
    "command": 0,
    "import": -10,
}
#: An upload is itself a copy and needs no request.
REASONS = [(reason.value, reason.label) for reason in ArchivedCopy.Reason if reason in PRIORITIES]


class ArchivingRequestQuerySet(models.QuerySet["ArchivingRequest"]):
    def open(self) -> "ArchivingRequestQuerySet":
        """Return requests without a copy: waiting requests, and failed requests that need a person's decision."""
        return self.filter(copy__isnull=True)

    def abandoned(self) -> "ArchivingRequestQuerySet":
        """Return failed requests that are no longer retried automatically."""
        return self.open().filter(due_at__isnull=True)


class ArchivingRequest(models.Model):
    """A request to archive a source, with its reason and outcome."""

    source = models.ForeignKey(
        "sources.Source", models.CASCADE, related_name="archiving_requests", verbose_name=_("source")
    )
    reason = models.CharField(_("reason"), max_length=20, choices=REASONS)
    priority = models.SmallIntegerField(default=0)
    asked_at = models.DateTimeField(_("requested on"), db_default=Now())
    asked_by = PersonField(_("requested by"), models.SET_NULL, null=True, blank=True)
    #: When to try next; empty if the request was abandoned.
    due_at = models.DateTimeField(_("due"), null=True, blank=True, db_default=Now())
    #: Leased until this time.
    held_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    problem = models.TextField(_("error"), blank=True, help_text=_("Error of the last attempt."))
    copy = models.ForeignKey(
        ArchivedCopy,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=_("archived copy"),
    )

    objects = ArchivingRequestQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("archiving request")
        verbose_name_plural = _("archiving requests")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="archivingrequest_reason_is_known",
                condition=Q(reason__in=list(PRIORITIES)),
            ),
            models.CheckConstraint(
                name="archivingrequest_given_up_says_why",
                condition=Q(due_at__isnull=False) | Q(copy__isnull=False) | ~Q(problem=""),
            ),
        ]
        indexes = [
            # The next requests for the worker.
            models.Index(
                F("priority").desc(),
                "due_at",
                "id",
                name="archivingrequest_queue",
                condition=Q(copy__isnull=True, due_at__isnull=False),
            ),
            # Whether a source has a waiting request, and what went wrong with it.
            models.Index(name="archivingrequest_open", fields=["source"], condition=Q(copy__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_reason_display()}"


def build_request_sql(reason: str, sources_sql: str, *, fresh_period: str = "1 day", by: str = "NULL") -> str:
    """Return an SQL statement that requests a copy of each source that needs one.

    A source needs no copy if it has no web address, has a waiting request of the same priority, or has a
    recent copy of its current address.

    Args:
        reason: one of `PRIORITIES`.
        sources_sql: a query of rows (source_id, since); a copy made after `since` counts as recent.
        fresh_period: an SQL interval; a copy made up to this long before `since` counts as recent too.
        by: an SQL expression for the id of the person who makes the request.
    """
    priority = PRIORITIES[reason]
    # Fetching the page again would restore text that was removed by law; only a person may decide to do so.
    condition = """AND NOT EXISTS (
                SELECT FROM public.sources_snapshot AS text WHERE text.source_id = source.id
                    AND strpos(text.text, '██') > 0
            )"""
    return f"""
        INSERT INTO public.archiving_archivingrequest
            (source_id, reason, priority, asked_at, due_at, asked_by_id, attempts, problem)
        SELECT source.id, '{reason}', {priority}, clock_timestamp(), clock_timestamp(), {by}, 0, ''
        FROM (
            SELECT asked.source_id, min(asked.since) AS since FROM ({sources_sql}) AS asked (source_id, since)
            GROUP BY asked.source_id
        ) AS wanted
        JOIN public.sources_source AS source ON source.id = wanted.source_id
        WHERE source.url ~* '^https?://'
            {"" if reason == "desk" else condition}
            AND NOT EXISTS (
                SELECT FROM public.archiving_archivedcopy AS copy
                WHERE copy.source_id = source.id AND copy.address = source.url
                    AND copy.captured_at >= wanted.since - interval '{fresh_period}'
            )
            AND NOT EXISTS (
                SELECT FROM public.archiving_archivingrequest AS request
                WHERE request.source_id = source.id AND request.copy_id IS NULL
                    AND request.due_at IS NOT NULL AND request.priority >= {priority}
                    -- What is being fetched may be the address of before.
                    AND (request.held_until IS NULL OR request.held_until < clock_timestamp())
            )
        ORDER BY source.id
    """
