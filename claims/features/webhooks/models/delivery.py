import uuid
from datetime import datetime
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.features.webhooks.models.endpoint import (
    TEST_EVENT,
    VERIFICATION_EVENT,
    WebhookEndpoint,
    WebhookEvent,
)
from factcheck.database.desk_words import build_words_index
from factcheck.database.rules import Prohibition, Rule

MESSAGE_ID_PATTERN = r"^msg_[0-9a-f]{32}$"
_EVENTS_WITHOUT_ENTRY = [TEST_EVENT, VERIFICATION_EVENT]


def make_message_id() -> str:
    """Return a new message id. It has no full stops, because they separate the parts of the signed text."""
    return f"msg_{uuid.uuid4().hex}"


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def due(self, moment: datetime | None = None) -> Self:
        """Return the deliveries that are due at `moment` (by default now)."""
        return self.filter(state="pending", next_attempt_at__lte=moment or timezone.now())


class WebhookDelivery(models.Model):
    """A message to one endpoint about one ledger entry, and its delivery state."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Abandoned")

    endpoint = models.ForeignKey(
        WebhookEndpoint,
        models.CASCADE,
        related_name="deliveries",
        db_index=False,
        verbose_name=_("webhook"),
    )
    publication = models.ForeignKey(
        "claims.Publication",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("publication"),
    )
    event = models.CharField(
        _("event"),
        max_length=30,
        choices=[
            *WebhookEvent.choices,
            (TEST_EVENT, _("Test")),
            (VERIFICATION_EVENT, _("Verification request")),
        ],
    )
    message_id = models.CharField(_("message"), max_length=40, unique=True, default=make_message_id)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, default=timezone.now)
    settled_at = models.DateTimeField(_("completed"), null=True)
    #: Failed attempts since the message was created or last sent again by a person; this is its position in
    #: the retry schedule.
    failures = models.PositiveSmallIntegerField(_("failed attempts"), default=0)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(
                name="webhookdelivery_once_per_entry_and_endpoint", fields=["endpoint", "publication"]
            ),
            CheckConstraint(
                name="webhookdelivery_event_is_known",
                condition=Q(event__in=WebhookEvent.values, publication__isnull=False)
                | Q(event__in=_EVENTS_WITHOUT_ENTRY, publication__isnull=True),
            ),
            CheckConstraint(
                name="webhookdelivery_waits_or_is_settled",
                condition=Q(state="pending", next_attempt_at__isnull=False, settled_at__isnull=True)
                | Q(
                    state__in=["delivered", "failed"],
                    next_attempt_at__isnull=True,
                    settled_at__isnull=False,
                ),
            ),
            CheckConstraint(
                name="webhookdelivery_test_does_not_wait",
                condition=~Q(event__in=_EVENTS_WITHOUT_ENTRY) | ~Q(state="pending"),
            ),
            CheckConstraint(
                name="webhookdelivery_message_id_is_one", condition=Q(message_id__regex=MESSAGE_ID_PATTERN)
            ),
        ]
        indexes = [
            # The pending deliveries of an endpoint in ledger order, and the few endpoints that have any.
            Index(name="webhookdelivery_pending", fields=["endpoint", "id"], condition=Q(state="pending")),
            # The log of one endpoint, newest first; and old deliveries, for deletion.
            Index(name="webhookdelivery_by_endpoint", fields=["endpoint", "-id"]),
            Index(name="webhookdelivery_by_age", fields=["created_at"]),
            # For the search field of the desk's list of deliveries.
            build_words_index("webhookdelivery_desk_words", "message_id"),
        ]
        triggers = [
            Rule(
                name="webhookdelivery_says_one_thing",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("endpoint", "publication", "event", "message_id", "created_at"),
                func="REJECT 'The content of a message cannot be changed.';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}, {self.message_id}"


class WebhookAttempt(models.Model):
    """One request that sent a message, and its response."""

    delivery = models.ForeignKey(
        WebhookDelivery, models.CASCADE, related_name="attempts", verbose_name=_("delivery")
    )
    at = models.DateTimeField(_("time"))
    duration_ms = models.PositiveIntegerField(_("duration (ms)"))
    status_code = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    response = models.TextField(_("answer"), blank=True, help_text=_("The beginning of the response."))
    error = models.TextField(_("error"), blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                name="webhookattempt_status_is_of_http",
                condition=Q(status_code__range=(100, 599)) | Q(status_code__isnull=True),
            ),
            CheckConstraint(
                name="webhookattempt_failure_says_why",
                # The check for null is needed: with a NULL status, the whole condition would be NULL, which
                # passes a constraint.
                condition=Q(status_code__isnull=False, status_code__range=(200, 299), error="")
                | ~Q(error=""),
            ),
        ]
        triggers = [
            Prohibition(
                name="webhookattempt_no_update",
                operation=pgtrigger.Update,
                func="REJECT 'Delivery attempts are never changed.';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}: {self.status_code or self.error}"
