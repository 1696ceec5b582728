from datetime import datetime, timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

from claims.models.audit_record import build_record_sql, build_recording_trigger
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import Prohibition, Rule, build_truncation_rule


class Scope(models.TextChoices):
    """A scope of a token. It limits the rights of the token's person, and never extends them."""

    READ = "claims:read", _("Read claims, verdicts and sources, drafts included")
    WRITE = "claims:write", _("Add and edit claims, appearances, sources, claimants and topics")
    VERDICTS = "verdicts:write", _("Draft verdicts and edit drafts and their evidence")
    MOVE = "workflow:move", _("Accept and decline claims; submit, sign off and return verdicts")
    PUBLISH = "publish", _("Publish, retract and merge: immediately visible to readers")
    WEBHOOKS = (
        "webhooks",
        _("Set up webhooks that belong to the token: addresses that are notified of publications"),
    )


#: SQL for the name of a token in the audit log.
_DISPLAY_NAME_SQL = "NEW.name || ' (' || NEW.token_key || '…): ' || array_to_string(NEW.scopes, ', ')"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> "ApiTokenQuerySet":
        """Return valid tokens of active people: not expired, not revoked."""
        return self.filter(expiry__gt=timezone.now(), revoked_at=None, user__is_active=True)


class ApiToken(AbstractAuthToken):
    """A key to the editorial API. It acts as its person, within its scopes, until it expires or is revoked.

    Only a digest is stored: the token itself is shown once, to the person who creates it. A token is never changed or
    deleted, so its use can be traced.
    """

    # Not the primary key, as in knox: the URLs of token pages should not contain the digest.
    digest = models.CharField(max_length=128, unique=True, editable=False)
    token_key = models.CharField(_("first characters"), max_length=25, editable=False)
    user = PersonField(_("acts as"), related_name="auth_token_set")
    name = models.CharField(
        _("name"), max_length=100, help_text=_("A name for the token, such as the tool that will use it.")
    )
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope), verbose_name=_("scopes"))
    expiry = models.DateTimeField(_("expires"))
    created_by = PersonField(null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    revoked_by = PersonField(null=True, editable=False)

    objects = AuthTokenManager.from_queryset(ApiTokenQuerySet)()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        # Everyone at the desk may manage their own tokens. These permissions are for the tokens of other people.
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(name="apitoken_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="apitoken_scopes_are_known",
                condition=Q(scopes__contained_by=Scope.values) & ~Q(scopes=[]),
            ),
            models.CheckConstraint(name="apitoken_expires_later", condition=Q(expiry__gt=F("created"))),
        ]
        triggers = [
            Rule(
                name="apitoken_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "user", "digest", "token_key", "name", "scopes", "created", "expiry", "created_by"
                ),
                func="REJECT 'A token cannot be changed; revoke it and create another one.';",
            ),
            Rule(
                name="apitoken_stays_revoked",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__revoked_at__isnull=False, new__revoked_at__df=pgtrigger.F("old__revoked_at")
                ),
                func="REJECT 'A revoked token cannot be reactivated.';",
            ),
            Prohibition(
                name="apitoken_is_kept",
                operation=pgtrigger.Delete,
                func="REJECT 'A token is revoked, not deleted.';",
            ),
            build_truncation_rule("apitoken", "A token is revoked, not deleted."),
            build_recording_trigger(
                "apitoken_made",
                pgtrigger.Insert,
                build_record_sql("'token_made'", subject="NEW.user_id", detail_name=_DISPLAY_NAME_SQL),
            ),
            build_recording_trigger(
                "apitoken_revoked",
                pgtrigger.Update,
                build_record_sql("'token_revoked'", subject="NEW.user_id", detail_name=_DISPLAY_NAME_SQL),
                condition=pgtrigger.Q(old__revoked_at__isnull=True, new__revoked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"

    @property
    def is_usable(self) -> bool:
        """Return whether this loaded token is usable, by the same rules as `usable()`."""
        return self.revoked_at is None and self.expiry > timezone.now() and self.user.is_active


class StoredAnswerQuerySet(models.QuerySet["StoredAnswer"]):
    def repeatable(self) -> "StoredAnswerQuerySet":
        """Return stored responses that have not expired."""
        return self.filter(created_at__gte=self._oldest())

    def outdated(self) -> "StoredAnswerQuerySet":
        """Return stored responses that have expired."""
        return self.filter(created_at__lt=self._oldest())

    def _oldest(self) -> datetime:
        return timezone.now() - timedelta(hours=settings.IDEMPOTENCY_HOURS)


class StoredAnswer(models.Model):
    """The response to a request with an Idempotency-Key, repeated if the request is sent again.

    It is stored in the same transaction as the request's changes, so neither can exist without the other.
    """

    user = PersonField(on_delete=models.CASCADE, db_index=False)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, address and body.")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    objects = StoredAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="storedanswer_key_is_unique_per_person", fields=["user", "key"])
        ]
        indexes = [
            # The hourly removal of expired responses.
            models.Index(name="storedanswer_by_age", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
