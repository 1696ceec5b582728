"""Form values as a browser sends them: initial, submitted and restored values."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.http import QueryDict
from django.utils.translation import gettext as _

from factcheck.admin.three_way import Value
from factcheck.list_phrases import join_words

Names = tuple[str, ...]
#: The maximum number of selected rows that are listed by name.
_NAME_LIMIT = 50


def iterate_fields(form: forms.BaseForm) -> Iterator[forms.BoundField]:
    """Yield the fields that a person fills in and that a page may show again, without files and secrets."""
    for bound_field in form:
        widget, field = _unwrap_widget(bound_field.field.widget), bound_field.field
        is_shown = not isinstance(widget, forms.PasswordInput) and not isinstance(field, forms.FileField)
        if is_shown and not bound_field.is_hidden and not field.disabled:
            yield bound_field


def list_names(bound_field: forms.BoundField) -> Names:
    """Return the names under which the browser sends the field."""
    widget = _unwrap_widget(bound_field.field.widget)
    if isinstance(widget, forms.MultiWidget):
        suffixes: list[str] = widget.widgets_names  # type: ignore[attr-defined]  # not in the stubs
        return tuple(bound_field.html_name + suffix for suffix in suffixes)
    return (bound_field.html_name,)


def get_initial_values(bound_field: forms.BoundField) -> Value:
    """Return the values that an untouched field submits."""
    return _to_submitted(
        _unwrap_widget(bound_field.field.widget), bound_field.field.prepare_value(bound_field.initial)
    )


def get_submitted_values(names: Names, post: QueryDict) -> Value:
    """Return the submitted values of a field."""
    if len(names) > 1:
        return tuple(post.get(name, "") for name in names)
    return tuple(post.getlist(names[0]))


def set_submitted_values(names: Names, value: Value, post: QueryDict) -> None:
    """Set the submitted values of a field."""
    if len(names) > 1:
        for name, text in zip(names, value, strict=False):
            post[name] = text
        return
    post.setlist(names[0], list(value))


def _to_submitted(widget: forms.Widget, value: Any) -> Value:
    if isinstance(widget, forms.MultiWidget):
        parts = zip(widget.widgets, widget.decompress(value) or (), strict=False)
        return tuple(next(iter(_to_submitted(subwidget, subvalue)), "") for subwidget, subvalue in parts)
    if isinstance(widget, forms.CheckboxInput):
        return ("on",) if widget.check_test(value) else ()
    formatted_values = widget.format_value(value)
    if isinstance(formatted_values, list | tuple):
        return tuple(str(subvalue) for subvalue in formatted_values)
    return ("" if formatted_values is None else str(formatted_values),)


def _unwrap_widget(widget: forms.Widget) -> forms.Widget:
    """Return the widget without the admin's buttons around pickers."""
    return widget.widget if isinstance(widget, RelatedFieldWidgetWrapper) else widget


def describe_value(bound_field: forms.BoundField, value: Value) -> str:
    """Return the value as text for people."""
    field = bound_field.field
    if isinstance(field, forms.ModelChoiceField):
        return join_words(_iterate_row_names(field, value))
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in _iterate_choices(field.choices)}
        return join_words(labels.get(text, text) for text in value if text)
    return " ".join(filter(None, value))


def _iterate_row_names(field: forms.ModelChoiceField, value: Value) -> Iterator[str]:
    keys = [text for text in value if text][:_NAME_LIMIT]
    queryset: Any = field.queryset
    try:
        rows_by_key = queryset.in_bulk(keys)
    except (ValueError, OverflowError, forms.ValidationError):
        rows_by_key = {}
    names = {str(key): field.label_from_instance(row) for key, row in rows_by_key.items()}
    return (str(names.get(key, key)) for key in keys)


def _iterate_choices(choices: Any) -> Iterator[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _iterate_choices(label)
        else:
            yield key, label
