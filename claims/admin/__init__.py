"""The editors' desk for claims: one module per noun."""

from claims.admin import (
    claim,
    claimant,
    duplicate,
    import_problem,
    import_run,
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
    "duplicate",
    "import_problem",
    "import_run",
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
