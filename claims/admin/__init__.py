"""The editors' desk for claims: one module per noun, the forms and queues of its pages beside it.

Imports everything below it; nothing imports it. What a page does is done by `claims.review`, `claims.imports` and
`claims.webhooks`; a page shows, asks and says what became of it. Begin with `dashboard` and `claim`.
"""

from claims.admin import (
    audit_record,
    claim,
    claimant,
    cluster,
    desk_session,
    duplicate,
    embedding_model,
    import_problem,
    import_run,
    person,
    publication,
    rating,
    repeat,
    second_factor,
    signoff,
    token,
    topic,
    transition,
    verdict,
    watch,
    webhook,
    webhook_delivery,
)

__all__ = [
    "audit_record",
    "claim",
    "claimant",
    "cluster",
    "desk_session",
    "duplicate",
    "embedding_model",
    "import_problem",
    "import_run",
    "person",
    "publication",
    "rating",
    "repeat",
    "second_factor",
    "signoff",
    "token",
    "topic",
    "transition",
    "verdict",
    "watch",
    "webhook",
    "webhook_delivery",
]
