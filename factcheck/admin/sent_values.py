"""The values that a browser sends for a form: initial values, submitted values, and restored ones."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.http import QueryDict
from django.utils.translation import gettext as _

from factcheck.admin.three_way import Value
from factcheck.list_phrases import listed

Names = tuple[str, ...]
#: No more of a list of chosen rows is named.
_MOST_NAMED = 50


def fields_of(form: forms.BaseForm) -> Iterator[forms.BoundField]:
    """Yield the fields that a person fills in and a page shows: not files or secrets."""
    for bound in form:
        widget, field = _plain(bound.field.widget), bound.field
        is_shown = not isinstance(widget, forms.PasswordInput) and not isinstance(field, forms.FileField)
        if is_shown and not bound.is_hidden and not field.disabled:
            yield bound


def names_of(bound: forms.BoundField) -> Names:
    """Return the names under which the browser sends the field."""
    widget = _plain(bound.field.widget)
    if isinstance(widget, forms.MultiWidget):
        suffixes: list[str] = widget.widgets_names  # type: ignore[attr-defined]  # not in the stubs
        return tuple(bound.html_name + suffix for suffix in suffixes)
    return (bound.html_name,)


def unchanged(bound: forms.BoundField) -> Value:
    """Return what an untouched field would submit."""
    return _as_sent(_plain(bound.field.widget), bound.field.prepare_value(bound.initial))


def sent(names: Names, post: QueryDict) -> Value:
    """Return the submitted values of a field."""
    if len(names) > 1:
        return tuple(post.get(name, "") for name in names)
    return tuple(post.getlist(names[0]))


def put(names: Names, value: Value, post: QueryDict) -> None:
    """Set the submitted values of a field."""
    if len(names) > 1:
        for name, text in zip(names, value, strict=False):
            post[name] = text
        return
    post.setlist(names[0], list(value))


def _as_sent(widget: forms.Widget, value: Any) -> Value:
    if isinstance(widget, forms.MultiWidget):
        parts = zip(widget.widgets, widget.decompress(value) or (), strict=False)
        return tuple(next(iter(_as_sent(part, each)), "") for part, each in parts)
    if isinstance(widget, forms.CheckboxInput):
        return ("on",) if widget.check_test(value) else ()
    shown = widget.format_value(value)
    if isinstance(shown, list | tuple):
        return tuple(str(each) for each in shown)
    return ("" if shown is None else str(shown),)


def _plain(widget: forms.Widget) -> forms.Widget:
    """Return the widget without the admin's buttons around pickers."""
    return widget.widget if isinstance(widget, RelatedFieldWidgetWrapper) else widget


def in_words(bound: forms.BoundField, value: Value) -> str:
    """Return the value as a person reads it."""
    field = bound.field
    if isinstance(field, forms.ModelChoiceField):
        return listed(_names_of_rows(field, value))
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in _choices(field.choices)}
        return listed(labels.get(each, each) for each in value if each)
    return " ".join(filter(None, value))


def _names_of_rows(field: forms.ModelChoiceField, value: Value) -> Iterator[str]:
    keys = [each for each in value if each][:_MOST_NAMED]
    queryset: Any = field.queryset
    try:
        found = queryset.in_bulk(keys)
    except (ValueError, OverflowError, forms.ValidationError):
        found = {}
    named = {str(key): field.label_from_instance(row) for key, row in found.items()}
    return (str(named.get(key, key)) for key in keys)


def _choices(choices: Any) -> Iterator[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _choices(label)
        else:
            yield key, label
