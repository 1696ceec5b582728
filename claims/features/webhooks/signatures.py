"""Message signatures of Standard Webhooks 1.0 (https://www.standardwebhooks.com).

The signature covers `id.timestamp.body` with HMAC-SHA256 (`v1`). It proves the sender and the integrity of a
message, and prevents replays.
"""

from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook


def build_signed_headers(
    body: str, *, message_id: str, at: datetime, secrets_in_use: Iterable[str]
) -> dict[str, str]:
    """Return the three headers of a message sent at this moment (UTC), signed with each secret."""
    signatures = [Webhook(secret).sign(message_id, at, body) for secret in secrets_in_use]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
