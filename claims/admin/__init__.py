"""The editors' desk for claims: one module per noun, the forms and queues of its pages beside it.

Imports everything below it; nothing imports it. What a page does is done by `claims.review`, `claims.imports` and
`claims.webhooks`; a page shows, asks and says what became of it. Begin with `dashboard` and `claim`.
"""

from claims.admin import (
    assignment_pages,
    assignment_rule,
    chat_channel,
    claim,
    claimant,
    cluster,
    comment,
    duplicate,
    embedding_model,
    import_problem,
    import_run,
    notification,
    publication,
    rating,
    repeat,
    saved_view,
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
    "assignment_pages",
    "assignment_rule",
    "chat_channel",
    "claim",
    "claimant",
    "cluster",
    "comment",
    "duplicate",
    "embedding_model",
    "import_problem",
    "import_run",
    "notification",
    "publication",
    "rating",
    "repeat",
    "saved_view",
    "signoff",
    "token",
    "topic",
    "transition",
    "verdict",
    "watch",
    "webhook",
    "webhook_delivery",
]
