"""The editors' desk for claims: the admin pages of each kind of object, with their forms and queues.

This package imports all packages below it; none of these imports this package. `claims.review` and `claims.imports` do
the work; a page only shows data, asks for input and reports the outcome. Begin with `dashboard` and `claim`.
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
    translation,
    verdict,
)
