"""Endpoints that people create with their own API tokens.

Nobody can direct messages to a stranger's server: before any message is sent to a URL, its receiver must
answer a challenge with the endpoint's secret (`compute_challenge_answer`), which only the owner knows. A new
URL is verified again. An endpoint is active as long as its token is valid; if its owner switches it on with
another token, it depends on that token from then on.
"""

import base64
import hashlib
import hmac
from contextlib import suppress
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError

from claims.features.webhooks import endpoints
from claims.features.webhooks.models.delivery import WebhookAttempt
from claims.features.webhooks.models.endpoint import (
    MAX_ENDPOINTS_PER_OWNER,
    VERIFICATION_EVENT,
    WebhookEndpoint,
    WebhookEndpointQuerySet,
)
from claims.models import ApiToken
from claims.newsroom.refusals import NotPossible
from factcheck.api.json_bodies import read_strictly
from factcheck.database.locks import lock_names


class ReceiverProof(NamedTuple):
    """A receiver's response to the verification message, with the URL and secret that were verified."""

    url: str
    secret: str
    attempt: WebhookAttempt
    is_valid: bool


def find_endpoints_owned_by(person_id: int) -> WebhookEndpointQuerySet:
    return WebhookEndpoint.objects.filter(owner=person_id)


@transaction.atomic
def add_endpoint(token: ApiToken, **values: Any) -> WebhookEndpoint:
    """Create an endpoint, which becomes active once its receiver has agreed.

    Raises:
        NotPossible: the owner already has the maximum number of endpoints.
    """
    lock_names(f"webhooks of {token.user_id}")
    if find_endpoints_owned_by(token.user_id).count() >= MAX_ENDPOINTS_PER_OWNER:
        raise NotPossible(
            _("You already have %(most)d webhooks. Delete one that you no longer need.")
            % {"most": MAX_ENDPOINTS_PER_OWNER}
        )
    return WebhookEndpoint.objects.create(
        **values, owner=token.user, token=token, created_by=token.user, active=False
    )


@transaction.atomic
def change_endpoint(endpoint: WebhookEndpoint, token: ApiToken, **values: Any) -> WebhookEndpoint:
    """Change a locked endpoint. If the endpoint is active, it depends on this token from then on.

    Raises:
        NotPossible: the endpoint would be switched on without the receiver's agreement.
    """
    if values.get("url", endpoint.url) != endpoint.url:
        endpoint.verified_at, endpoint.active = None, False
    for name, value in values.items():
        setattr(endpoint, name, value)
    if values.get("active"):
        _activate(endpoint, token)
    endpoint.save()
    if values.get("active"):
        endpoints.clear_failures(endpoint)
    return endpoint


def request_proof(endpoint: WebhookEndpoint) -> ReceiverProof:
    """Ask the receiver to prove that it knows the secret, log the attempt, and return the response."""
    attempt = endpoints.send_now(endpoint, VERIFICATION_EVENT)
    expected_answer = compute_challenge_answer(endpoint.secret, attempt.delivery.message_id)
    is_valid = not attempt.error and hmac.compare_digest(
        _parse_challenge_answer(attempt.response), expected_answer.encode()
    )
    return ReceiverProof(endpoint.url, endpoint.secret, attempt, is_valid)


@transaction.atomic
def activate_endpoint(endpoint: WebhookEndpoint, proof: ReceiverProof, token: ApiToken) -> WebhookEndpoint:
    """Activate a locked endpoint if its receiver has agreed.

    Raises:
        NotPossible: the receiver did not agree, or the URL or secret has changed since.
    """
    if (proof.url, proof.secret) != (endpoint.url, endpoint.secret):
        raise NotPossible(_("The webhook was changed during verification. Verify it again."))
    if proof.attempt.error:
        raise NotPossible(
            _("The verification request did not arrive: %(reason)s") % {"reason": proof.attempt.error}
        )
    if not proof.is_valid:
        raise NotPossible(
            _(
                "The receiver did not answer with the challenge, signed with the secret of this webhook, as "
                "JSON with the key “challenge_response”."
            )
        )
    endpoint.verified_at = timezone.now()
    _activate(endpoint, token)
    endpoint.save()
    endpoints.clear_failures(endpoint)
    return endpoint


def compute_challenge_answer(secret: str, challenge: str) -> str:
    """Return the HMAC-SHA256 of the challenge in Base64, which proves knowledge of the secret."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.digest(key, challenge.encode(), hashlib.sha256)).decode()


def _activate(endpoint: WebhookEndpoint, token: ApiToken) -> None:
    if endpoint.verified_at is None:
        raise NotPossible(_("Verify the receiver first: nothing is sent until the receiver has agreed."))
    endpoint.active, endpoint.token = True, token
    endpoint.disabled_at, endpoint.disabled_reason = None, ""


def _parse_challenge_answer(text: str) -> bytes:
    # JSON that is nested too deeply or contains half a surrogate pair counts as a wrong answer too.
    with suppress(ParseError):
        challenge = read_strictly(text.encode())
        if isinstance(challenge, dict) and isinstance(answer := challenge.get("challenge_response"), str):
            return answer.encode()
    return b""
