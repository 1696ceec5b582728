"""The editors' desk for claims: one module per noun, the forms and queues of its pages beside it.

Imports everything below it; nothing imports it. What a page does is done by `claims.review` and
`claims.imports`; a page shows, asks and says what became of it. Begin with `dashboard` and `claim`.
"""

from claims.admin import (
    administration,
    claim,
    cluster,
    desk_session,
    duplicate,
    import_run,
    media_object,
    person,
    rating,
    records,
    reference,
    removal,
    repeat,
    saved_view,
    token,
    topic,
    translation,
    verdict,
)

__all__ = [
    "administration",
    "claim",
    "cluster",
    "desk_session",
    "duplicate",
    "import_run",
    "media_object",
    "person",
    "rating",
    "records",
    "reference",
    "removal",
    "repeat",
    "saved_view",
    "token",
    "topic",
    "translation",
    "verdict",
]
