"""Signatures of messages, as Standard Webhooks 1.0 has them (https://www.standardwebhooks.com).

Signed is `id.timestamp.body` with HMAC-SHA256 (`v1`), so that a receiver knows who sent a message, that nobody changed
it, and that it is not an old one sent again.
"""

from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook


def signed_headers(
    body: str, *, message_id: str, at: datetime, secrets_in_use: Iterable[str]
) -> dict[str, str]:
    """The three headers of a message that is sent `at` this moment in UTC, signed with each of the secrets."""
    signatures = [Webhook(secret).sign(message_id, at, body) for secret in secrets_in_use]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
