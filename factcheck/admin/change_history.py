"""The history of a row in plain words: each changed field, with the person who changed it and the time.

The events are stored by the triggers of `factcheck.database.row_history`. An event holds the row as it was *before* the
change. The row after the change is in the next event, or is the current row.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.contrib.auth.models import User
from django.db import models
from django.template.defaultfilters import capfirst
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from factcheck.list_phrases import join_words
from factcheck.web.differences import highlight_difference

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A change to a field: its old and new values, with the differing words marked."""

    field: str
    before: SafeString
    after: SafeString


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event in the history, with its author and note."""

    at: datetime
    actor_name: str
    description: str
    note: str = ""
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class _RowVersions:
    """The versions of a row before and after an event; `after` is None if the event deleted the row."""

    event: Any
    before: Values
    after: Values | None


def list_changes(
    model: type[models.Model],
    *,
    row_name: StrOrPromise = "",
    excluded_fields: Collection[str] = (),
    limit: int | None = None,
    **where: Any,
) -> list[PastEvent]:
    """Return every recorded change of the rows that match `where`, including deleted rows.

    Args:
        row_name: a name to show for these rows, if they are rows that belong to the page's own row.
        excluded_fields: columns whose changes are shown elsewhere, such as the state of a review.
        limit: the maximum number of events, latest first.
    """
    events = model.pgh_event_model.objects.filter(**where).order_by("-pgh_id")  # type: ignore[attr-defined]  # pghistory
    row_versions = list(_iterate_row_versions(model, list(events[:limit])[::-1]))
    names = _DisplayNames(model, row_versions)
    entries = (_build_event(versions, names, str(row_name), excluded_fields) for versions in row_versions)
    return [entry for entry in entries if entry is not None]


def list_link_changes(
    model: type[models.Model], *, link_name: str, limit: int | None = None, **where: Any
) -> list[PastEvent]:
    """Return the links added to and removed from a many-to-many table; its field `link_name` is the linked row."""
    field: Any = model._meta.get_field(link_name)
    events = list(model.pgh_event_model.objects.filter(**where).order_by("-pgh_id")[:limit])  # type: ignore[attr-defined]  # pghistory
    names = field.related_model._base_manager.in_bulk({getattr(event, field.attname) for event in events})
    people = _load_people(events)
    descriptions = {
        "added": _("Added the %(kind)s “%(name)s”"),
        "removed": _("Removed the %(kind)s “%(name)s”"),
    }
    return [
        PastEvent(
            event.pgh_created_at,
            _get_actor_name(event, people),
            descriptions[event.pgh_label]
            % {"kind": field.verbose_name, "name": names.get(getattr(event, field.attname), _("(deleted)"))},
        )
        for event in events
    ]


def find_last_change(row: models.Model) -> tuple[str, datetime | None]:
    """Return the author and time of the row's last recorded change; "" and None if there is none."""
    event_model = getattr(type(row), "pgh_event_model", None)
    event = event_model.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id").last() if event_model else None
    return (_get_actor_name(event, _load_people([event])), event.pgh_created_at) if event else ("", None)


def find_last_save(row: models.Model) -> tuple[str, datetime | None]:
    """Return the author and time of the last change to the row or to related rows on its page."""
    kind = get_content_type_for_model(row)
    line = (
        LogEntry.objects.filter(object_id=str(row.pk), content_type=kind)
        .select_related("user")
        .order_by("-action_time")
        .first()
    )
    author_name, changed_at = find_last_change(row)
    return (
        (get_name(line.user), line.action_time)
        if line and (not changed_at or line.action_time >= changed_at)
        else (author_name, changed_at)
    )


#: The number of changes searched for the last author of a field.
_EVENT_LIMIT = 100


def find_last_changes(row: models.Model) -> dict[str, tuple[str, datetime]]:
    """Return the last change of each recently changed column, with its author and time."""
    event_model: Any = getattr(type(row), "pgh_event_model", None)
    if event_model is None:
        return {}
    events = list(event_model.objects.filter(pgh_obj_id=row.pk).order_by("-pgh_id")[:_EVENT_LIMIT])
    people = _load_people(events)
    last_changes: dict[str, tuple[str, datetime]] = {}
    after = {name: getattr(row, name) for name in _list_tracked(event_model)}
    for event in events:
        before = {name: getattr(event, name) for name in after}
        for name, value in after.items():
            if before[name] != value:
                last_changes.setdefault(name, (_get_actor_name(event, people), event.pgh_created_at))
        after = before
    return last_changes


def _iterate_row_versions(model: type[models.Model], events: list[Any]) -> Iterator[_RowVersions]:
    events_by_row = defaultdict(list)
    for event in events:
        events_by_row[event.pgh_obj_id].append(event)
    current_rows = model._base_manager.in_bulk(events_by_row)
    for pk, past_steps in events_by_row.items():
        names = _list_tracked(type(past_steps[0]))
        rows_before: list[Values] = [{name: getattr(event, name) for name in names} for event in past_steps]
        current_row = current_rows.get(pk)
        rows_after = [
            *rows_before[1:],
            {name: getattr(current_row, name) for name in names} if current_row else None,
        ]
        for event, before, after in zip(past_steps, rows_before, rows_after, strict=True):
            yield _RowVersions(event, before, None if event.pgh_label == "deleted" else after)


def _list_tracked(event_model: type[models.Model]) -> list[str]:
    return [field.attname for field in event_model._meta.concrete_fields if not field.name.startswith("pgh_")]


def _build_event(
    versions: _RowVersions, names: "_DisplayNames", row_name: str, excluded_fields: Collection[str]
) -> PastEvent | None:
    author, changed_at = _get_actor_name(versions.event, names.people), versions.event.pgh_created_at
    if versions.event.pgh_label == "deleted":
        quote = versions.before.get("exact") or ""
        return PastEvent(changed_at, author, _("Deleted: %s") % (row_name or names.kind), note=str(quote))
    after = versions.after or {}
    changed_names = [
        name
        for name in versions.before
        if versions.before[name] != after.get(name) and name not in excluded_fields
    ]
    if not changed_names:
        return None
    sentence = _("Changed %s") % (row_name or names.fields(changed_names))
    return PastEvent(
        changed_at,
        author,
        sentence,
        changes=tuple(names.change(name, versions.before[name], after[name]) for name in changed_names),
    )


class _DisplayNames:
    """Display names of field values. Each related row is read once."""

    def __init__(self, model: type[models.Model], row_versions: list[_RowVersions]) -> None:
        self._fields = {field.attname: field for field in model._meta.concrete_fields}
        self.kind = str(model._meta.verbose_name)
        self.people = _load_people([versions.event for versions in row_versions])
        keys_by_field: dict[str, set[Any]] = defaultdict(set)
        for versions in row_versions:
            for values in filter(None, (versions.before, versions.after)):
                for name, value in values.items():
                    if value is not None and self._fields[name].is_relation:
                        keys_by_field[name].add(value)
        self._related = {
            name: self._get_model(name)._base_manager.in_bulk(keys) for name, keys in keys_by_field.items()
        }

    def _get_model(self, name: str) -> type[models.Model]:
        related_model: Any = self._fields[name].related_model
        return related_model  # the stubs allow "self", which is resolved by now

    def fields(self, names: Iterable[str]) -> str:
        return join_words(str(self._fields[name].verbose_name) for name in names)

    def change(self, name: str, before: Any, after: Any) -> FieldChange:
        return FieldChange(
            capfirst(str(self._fields[name].verbose_name)),
            *highlight_difference(self._describe_value(name, before), self._describe_value(name, after)),
        )

    def _describe_value(self, name: str, value: Any) -> str:
        field = self._fields[name]
        if field.is_relation and value is not None:
            related_name = self._related[name].get(value)
            return (
                get_name(related_name)
                if isinstance(related_name, User)
                else str(related_name or _("(deleted)"))
            )
        return _format_value(dict(field.flatchoices).get(value, value))


def _format_value(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, list):
        return join_words(map(_format_value, value))
    return str(value)


def _load_people(events: list[Any]) -> dict[int, User]:
    return User.objects.in_bulk({user for event in events if (user := (event.pgh_context or {}).get("user"))})


def _get_actor_name(event: Any, people: dict[int, User]) -> str:
    person = people.get((event.pgh_context or {}).get("user", 0))
    return get_name(person)


def get_name(person: User | None) -> str:
    """Return a person's display name, or "the system"."""
    return (person.get_full_name() or person.get_username()) if person else _("the system")
