"""The editors' desk for claims: one module per noun, with the forms and queues of its pages.

Imports everything below it; nothing imports it. `claims.review` and `claims.imports` do the work; a page only
shows data, asks for input and reports the outcome. Begin with `dashboard` and `claim`.
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
