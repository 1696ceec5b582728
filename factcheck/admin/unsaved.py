"""Delete a form's autosaved text in the transaction that saves the form.

The settings name the model of autosaved texts, so the desk need not import that model.
"""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest

#: The field that names the writers whose text the form contains: `writer`, or `writer:sequence` for text it restored.
WRITERS_FIELD = "_autosave"
#: The maximum number of writers that a form can name.
_WRITER_LIMIT = 50


def get_unsaved_forms() -> Any:
    """Return the manager of the model that stores unsaved forms."""
    return apps.get_model(settings.UNSAVED_FORM_MODEL)._default_manager


def mark_form_as_saved(request: HttpRequest) -> None:
    """Mark the form's unsaved text as saved. Call it in the transaction that saves the form."""
    if writers := read_writers(request):
        get_unsaved_forms().close_writers(request.user, writers)


def read_writers(request: HttpRequest) -> dict[UUID, int | None]:
    """Return the writers named in the submitted form; invalid names are ignored."""
    writers: dict[UUID, int | None] = {}
    for text in request.POST.getlist(WRITERS_FIELD)[:_WRITER_LIMIT]:
        writer, _colon, sequence = text.partition(":")
        if (key := _parse_uuid(writer)) and (not sequence or (sequence.isascii() and sequence.isdigit())):
            # Longer values were never stored.
            writers[key] = min(int(sequence[:19]), 2**63 - 1) if sequence else None
    return writers


def _parse_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
