"""Row history for everything an editor can change.

Database triggers store the row that an UPDATE or a DELETE is about to replace. So the past is complete whoever writes
(admin, API, bulk import, psql), and inserting costs nothing: the present row is its own last entry.
"""

from collections.abc import Callable
from typing import TypeVar

import pghistory
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def keep_history(*, exclude: list[str] | None = None) -> Callable[[M], M]:
    """Class decorator: keep every replaced or deleted row of the model, with who did it and through which page."""
    return pghistory.track(
        pghistory.UpdateEvent(label="changed", row=pghistory.Old),
        pghistory.DeleteEvent(label="deleted", row=pghistory.Old),
        exclude=exclude,
        context_field=pghistory.ContextJSONField(),
        append_only=True,
    )


def keep_links(app_label: str) -> Callable[[M], M]:
    """Class decorator for a proxy of a many-to-many table: keep when a link was made and when it was removed."""
    return pghistory.track(
        pghistory.InsertEvent(label="added"),
        pghistory.DeleteEvent(label="removed"),
        obj_field=None,
        context_field=pghistory.ContextJSONField(),
        append_only=True,
        app_label=app_label,
    )
