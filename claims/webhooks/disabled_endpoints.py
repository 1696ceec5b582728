"""Switching an endpoint off that takes no messages, and saying so."""

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models.webhook import WebhookEndpoint
from claims.webhooks import worker_calls


def disable(endpoint: WebhookEndpoint, reason: str) -> None:
    """Send nothing more until a person switches the endpoint on again, and tell those who can by mail.

    Called inside a transaction, in which the mail is as well.
    """
    switched_off = WebhookEndpoint.objects.active().filter(pk=endpoint.pk)
    if switched_off.update(active=False, disabled_at=timezone.now(), disabled_reason=reason):
        worker_calls.call_to_report(endpoint.pk)


def report(endpoint: WebhookEndpoint) -> None:
    """Tell by mail whoever may change webhooks that this one was switched off, and why."""
    administrators = User.objects.with_perm(
        "claims.change_webhookendpoint", backend="django.contrib.auth.backends.ModelBackend"
    )
    recipients = [person.email for person in administrators.filter(is_active=True) if person.email]
    lines = [
        _("Nothing more is sent to the webhook “%(name)s” (%(url)s).")
        % {"name": endpoint.name, "url": endpoint.url},
        endpoint.disabled_reason,
        _("When its receiver works again, switch it on: it goes on where it stopped."),
        f"{settings.SITE_URL}/admin/claims/webhookendpoint/{endpoint.pk}/change/",
    ]
    subject = _("[Factcheck] Webhook switched off: %s") % endpoint.name
    send_mail(subject.replace("\n", " "), "\n\n".join(lines), None, recipients)
