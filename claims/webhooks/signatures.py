"""Secrets and signatures of messages, as Standard Webhooks 1.0 has them (https://www.standardwebhooks.com).

Signed is `id.timestamp.body` with HMAC-SHA256 (`v1`), so that a receiver knows who sent a message, that nobody changed
it, and that it is not an old one sent again.
"""

import base64
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook

#: Bytes of randomness in a secret; the standard asks for 24 to 64.
SECRET_BYTES = 32
SECRET_PATTERN = r"^whsec_[A-Za-z0-9+/]{32,86}={0,2}$"  # noqa: S105  the shape of all of them
MESSAGE_ID_PATTERN = r"^msg_[0-9a-f]{32}$"


def new_secret() -> str:
    """A key for an endpoint of its own."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def new_message_id() -> str:
    """What a message is recognised by, however often it is sent. No full stop, which ends it in what is signed."""
    return f"msg_{uuid.uuid4().hex}"


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
