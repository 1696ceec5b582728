"""Switch off an endpoint that rejects messages, and notify its owner."""

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.features.webhooks import worker_calls
from claims.features.webhooks.models.endpoint import WebhookEndpoint
from claims.newsroom.mail_languages import override_language_for
from claims.newsroom.people import find_people_with


def disable_endpoint(endpoint: WebhookEndpoint, reason: str) -> None:
    """Switch the endpoint off, and email the people who can switch it on again.

    Call this function in a transaction; the email is queued in the same transaction.
    """
    updated_count = WebhookEndpoint.objects.filter(pk=endpoint.pk, active=True)
    if updated_count.update(active=False, disabled_at=timezone.now(), disabled_reason=reason):
        worker_calls.queue_disabled_report(endpoint.pk)


def disable_endpoints_without_token() -> None:
    """Switch off endpoints whose token is no longer valid, or whose owner has left."""
    for endpoint in WebhookEndpoint.objects.without_token().select_related("token", "owner"):
        with transaction.atomic():
            disable_endpoint(endpoint, _describe_reason(endpoint))


def _describe_reason(endpoint: WebhookEndpoint) -> str:
    token, owner = endpoint.token, endpoint.owner
    if owner is None or token is None or not owner.is_active:
        return "Its owner no longer works at the newsroom."
    if token.revoked_at:
        return f"The token “{token.name}”, with which it was set up, was revoked."
    return f"The token “{token.name}”, with which it was set up, has expired."


def report_disabled_endpoint(endpoint: WebhookEndpoint) -> None:
    """Email the endpoint's owner, or people who may change webhooks, the reason why the endpoint was switched off."""
    owner = endpoint.owner
    if owner and owner.is_active and owner.email:
        page, people = f"/api/v1/editorial/webhooks/{endpoint.pk}/", [owner]
    else:
        page = f"/admin/webhooks/webhookendpoint/{endpoint.pk}/change/"
        people = list(find_people_with("webhooks.change_webhookendpoint").exclude(email=""))
    for person in people:
        with override_language_for(person):
            _send_report(endpoint, page, person.email)


def _send_report(endpoint: WebhookEndpoint, page: str, address: str) -> None:
    lines = [
        _("The webhook “%(name)s” (%(url)s) was switched off.")
        % {"name": endpoint.name, "url": endpoint.url},
        endpoint.disabled_reason,
        _("Once the receiver works again, switch the webhook back on. Sending resumes where it stopped."),
        f"{settings.SITE_URL}{page}",
    ]
    subject = _("[Factcheck] Webhook switched off: %s") % endpoint.name
    send_mail(subject.replace("\n", " "), "\n\n".join(lines), None, [address])
