import base64
import secrets
from datetime import datetime
from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import PersonField, build_creator_field
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule

#: The number of random bytes in a secret; the standard requires 24 to 64.
SECRET_BYTES = 32
SECRET_PATTERN = r"^whsec_[A-Za-z0-9+/]{32,86}={0,2}$"  # noqa: S105  the shape of all of them


def make_secret() -> str:
    """Return a new random secret."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


class WebhookEvent(models.TextChoices):
    """The types of messages. `claims.features.webhooks.events` chooses the type for an entry."""

    PUBLISHED = "claim.published", _("Published")
    UPDATED = "claim.updated", _("Updated")
    CORRECTED = "claim.corrected", _("Corrected")
    RETRACTED = "claim.retracted", _("Retracted")
    MERGED = "claim.merged", _("Merged into another claim")
    UNMERGED = "claim.unmerged", _("Merge undone")
    REDACTED = "claim.redacted", _("Removal by law")
    LEFT_FILTER = "claim.left_filter", _("No longer matches the filter")


#: The type of the test message.
TEST_EVENT = "webhook.test"
#: The type of the message that asks the receiver to agree.
VERIFICATION_EVENT = "webhook.verification"

#: The most endpoints that one person may create with API tokens.
MAX_ENDPOINTS_PER_OWNER = 20


def _build_missing_token_condition() -> Q:
    """Return the condition for endpoints whose token is no longer valid."""
    usable_token = Q(token__revoked_at=None, token__expiry__gt=timezone.now(), token__user__is_active=True)
    return Q(owner__isnull=False) & ~usable_token


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def active(self) -> Self:
        """Return the endpoints that get messages: they are switched on, and their token, if required, is valid."""
        return self.filter(~_build_missing_token_condition(), active=True)

    def without_token(self) -> Self:
        """Return endpoints that are switched on although their token is no longer valid or their owner has left."""
        return self.filter(_build_missing_token_condition(), active=True)


# People can read the history, so the secrets are stored only in the endpoint's row.
@keep_history(exclude=["secret", "previous_secret", "previous_secret_until"])
class WebhookEndpoint(models.Model):
    """A URL that receives publications of claims matching a filter."""

    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(
        _("address"),
        max_length=500,
        help_text=_("The address to send messages to, as POST requests with JSON."),
    )
    description = models.TextField(
        _("description"), blank=True, help_text=_("The receiver, and the person to contact.")
    )
    filter = models.CharField(
        _("filter"),
        max_length=2000,
        blank=True,
        help_text=_(
            "The claims to report, as parameters of the API’s list of claims: "
            "publisher=example.org&rating_class=false. Leave empty for all."
        ),
    )
    event_kinds = ArrayField(
        models.CharField(max_length=30, choices=WebhookEvent),
        verbose_name=_("events"),
        default=list,
        blank=True,
        help_text=_("Choose the events to send. If you choose none, all are sent."),
    )
    active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_(
            "While this is off, nothing is sent. When switched on again, sending continues where it stopped."
        ),
    )
    disabled_at = models.DateTimeField(_("switched off by the system"), null=True, editable=False)
    disabled_reason = models.TextField(_("reason"), blank=True, editable=False)
    secret = models.CharField(_("secret"), max_length=100, default=make_secret, editable=False)
    previous_secret = models.CharField(max_length=100, blank=True, editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    owner = PersonField(
        _("owner"),
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        help_text=_(
            "The user whose token created the webhook; if empty, the webhook belongs to the newsroom."
        ),
    )
    token = models.ForeignKey(
        "claims.ApiToken",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("API token"),
    )
    verified_at = models.DateTimeField(_("receiver agreed"), null=True, editable=False)
    created_by = build_creator_field()
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            UniqueConstraint(
                name="webhookendpoint_name_is_its_own",
                fields=["owner", "name"],
                nulls_distinct=False,
                violation_error_message=_("There is already a webhook with this name."),
            ),
            CheckConstraint(
                name="webhookendpoint_owner_has_a_token",
                condition=Q(owner__isnull=True, token__isnull=True)
                | Q(owner__isnull=False, token__isnull=False),
            ),
            CheckConstraint(
                name="webhookendpoint_receiver_agreed_before",
                condition=Q(owner__isnull=True) | Q(active=False) | Q(verified_at__isnull=False),
                violation_error_message=_("Nothing is sent to this address until the receiver has agreed."),
            ),
            CheckConstraint(
                name="webhookendpoint_address_is_of_the_web",
                condition=Q(url__regex=r"^https?://"),
                violation_error_message=_("The address must begin with https://."),
            ),
            CheckConstraint(
                name="webhookendpoint_event_kinds_are_known",
                condition=Q(event_kinds__contained_by=WebhookEvent.values),
            ),
            CheckConstraint(
                name="webhookendpoint_switched_off_says_why",
                condition=Q(disabled_at__isnull=True, disabled_reason="")
                | Q(active=False, disabled_at__isnull=False) & ~Q(disabled_reason=""),
            ),
            CheckConstraint(name="webhookendpoint_secret_is_one", condition=Q(secret__regex=SECRET_PATTERN)),
            CheckConstraint(
                name="webhookendpoint_previous_secret_ends",
                condition=Q(previous_secret="", previous_secret_until__isnull=True)
                | Q(previous_secret__regex=SECRET_PATTERN, previous_secret_until__isnull=False),
            ),
        ]
        triggers = [
            Rule(
                name="webhookendpoint_starts_now",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    INSERT INTO public.webhooks_webhookprogress (endpoint_id, position, consecutive_failures)
                    SELECT NEW.id, coalesce(max(sequence), 0), 0 FROM public.claims_publication;
                    RETURN NULL;
                """,
            ),
            Rule(
                name="webhookendpoint_is_its_owners",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("owner"),
                func="REJECT 'The owner of a webhook cannot be changed.';",
            ),
            Rule(
                name="webhookendpoint_token_is_for_it",
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.token_id IS NULL THEN
                        RETURN NEW;
                    END IF;
                    IF TG_OP = 'UPDATE' AND NEW.token_id IS NOT DISTINCT FROM OLD.token_id THEN
                        RETURN NEW;  -- one that has ended since
                    END IF;
                    IF NOT EXISTS (
                        SELECT FROM public.claims_apitoken AS token
                        WHERE token.id = NEW.token_id AND token.user_id = NEW.owner_id
                        AND 'webhooks' = ANY (token.scopes) AND token.revoked_at IS NULL AND token.expiry > now()
                    ) THEN
                        REJECT 'A webhook requires a valid token of its owner with the webhooks scope.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="webhookendpoint_new_address_is_asked",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    new__url__df=pgtrigger.F("old__url"),
                    new__owner__isnull=False,
                    new__verified_at__isnull=False,
                ),
                func="REJECT 'A new address must be verified before messages are sent to it.';",
            ),
            Rule(
                name="webhookendpoint_few_per_owner",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__owner__isnull=False),
                func=f"""
                    PERFORM pg_advisory_xact_lock(hashtextextended('webhooks of ' || NEW.owner_id, 0));
                    IF (
                        SELECT count(*) FROM public.webhooks_webhookendpoint WHERE owner_id = NEW.owner_id
                    ) >= {MAX_ENDPOINTS_PER_OWNER} THEN
                        REJECT 'You have {MAX_ENDPOINTS_PER_OWNER} webhooks already; delete one that you no
                            longer need.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def list_secrets_in_use(self, moment: datetime) -> list[str]:
        """Return the secrets that sign messages at `moment`: two while one is being replaced."""
        expiry = self.previous_secret_until
        return [self.secret, self.previous_secret] if expiry and moment < expiry else [self.secret]


class WebhookProgress(models.Model):
    """An endpoint's position in the ledger, and its last response.

    The database creates this row with the endpoint. A new endpoint starts at the current end of the ledger.
    """

    endpoint = models.OneToOneField(
        WebhookEndpoint, models.CASCADE, primary_key=True, related_name="progress"
    )
    #: `Publication.sequence` of the last entry whose deliveries were created.
    position = models.BigIntegerField()
    consecutive_failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    #: After a failure, the next attempt is not made before this time.
    paused_until = models.DateTimeField(null=True)
    #: A worker has leased the endpoint until this time. If that worker dies, any other one may continue afterwards.
    held_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="webhookprogress_failures_have_begun",
                condition=Q(consecutive_failures=0, failing_since__isnull=True)
                | Q(consecutive_failures__gt=0, failing_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id}: {self.position}"
