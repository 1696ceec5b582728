"""The editors' desk for claims: one module per noun."""

from claims.admin import (
    claim,
    claimant,
    publication,
    rating,
    signoff,
    token,
    topic,
    transition,
    verdict,
    webhook,
    webhook_delivery,
)

__all__ = [
    "claim",
    "claimant",
    "publication",
    "rating",
    "signoff",
    "token",
    "topic",
    "transition",
    "verdict",
    "webhook",
    "webhook_delivery",
]
