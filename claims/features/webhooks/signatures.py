"""Message signatures of Standard Webhooks 1.0 (https://www.standardwebhooks.com).

The signature covers `id.timestamp.body` with HMAC-SHA256 (`v1`). The signature proves the sender and the
integrity of a message, and prevents replays.
"""

from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook


def build_signed_headers(
    body: str, *, message_id: str, sent_at: datetime, secrets_in_use: Iterable[str]
) -> dict[str, str]:
    """Return the three headers of a message, with a signature for each secret."""
    signatures = [Webhook(secret).sign(message_id, sent_at, body) for secret in secrets_in_use]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
