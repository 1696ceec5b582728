"""A comparison of two versions of a page, field by field, with differing words marked."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from factcheck.admin import sent_values
from factcheck.admin.merge_conflict import MERGE_FIELD, BothVersions, Choice
from factcheck.admin.three_way import RowDeletion, Value, ValueOrigin
from factcheck.web.differences import build_redline


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """A conflict in a field or over a deleted row, with each side's value."""

    label: str
    choice_name: str
    author_name: str
    at: datetime | None
    chosen_side: str
    must_choose: bool
    base: str | None
    mine: SafeString | str
    theirs: SafeString | str
    #: For the script that puts one side into the field: the field's names and, for each side, the values with their
    #: labels.
    sides: str
    field_id: str = ""


def build_versions_panel(
    both_versions: BothVersions, form: forms.BaseForm, formsets: list[Any], post: QueryDict
) -> dict[str, Any]:
    """Build the template context that shows both versions."""
    fields = dict(_iterate_labels(form, formsets))
    choices = [_build_shown_choice(choice, fields, post) for choice in both_versions.choices]
    return {
        "both_versions": {
            "to_choose": [shown_choice for shown_choice in choices if shown_choice.must_choose],
            "taken_from_them": [
                shown_choice
                for shown_choice in choices
                if not shown_choice.must_choose and shown_choice.chosen_side == ValueOrigin.THEIRS
            ],
            "only_mine": [
                shown_choice
                for shown_choice in choices
                if not shown_choice.must_choose and shown_choice.chosen_side != ValueOrigin.THEIRS
            ],
            "notes": both_versions.notes,
        },
        "merge": both_versions.sign() if both_versions.is_new else post.get(MERGE_FIELD, ""),
    }


def _iterate_labels(form: forms.BaseForm, formsets: list[Any]) -> Any:
    """Yield the submitted name of each field of the page, with a pair of the field and its label."""
    for bound_field in form:
        yield sent_values.list_names(bound_field)[0], (bound_field, str(bound_field.label))
    for formset in formsets:
        kind = capfirst(str(formset.model._meta.verbose_name))
        for row_number, row in enumerate(formset.forms, 1):
            for bound_field in row:
                label = kind if bound_field.name == "DELETE" else f"{kind} {row_number}: {bound_field.label}"
                yield (
                    sent_values.list_names(bound_field)[0],
                    (bound_field, f"{label} {row_number}" if label == kind else label),
                )


def _build_shown_choice(choice: Choice, fields: dict[str, Any], post: QueryDict) -> ShownChoice:
    bound_field, label = fields.get(choice.names[0], (None, choice.names[0]))
    choice_value = post.get(choice.choice_name, "")
    shared_fields: dict[str, Any] = {
        "label": capfirst(label),
        "choice_name": choice.choice_name,
        "author_name": choice.author_name,
        "at": choice.at,
        "chosen_side": choice_value if choice_value in set(ValueOrigin) else str(choice.chosen_side or ""),
        "must_choose": choice.chosen_side is None,
    }
    if choice.deletion:
        is_deleted_by_them = choice.deletion is RowDeletion.DELETED_BY_THEM
        return ShownChoice(
            **shared_fields,
            base=None,
            mine=_("You have edited this row. Restore it with your changes.")
            if is_deleted_by_them
            else _("You deleted this row."),
            theirs=_("This row was deleted.") if is_deleted_by_them else _("This row was changed: keep it."),
            sides="",
        )
    base, mine, theirs = (
        None if side is None else _describe_value(bound_field, side)
        for side in (choice.base, choice.mine, choice.theirs)
    )
    return ShownChoice(
        **shared_fields,
        base=base,
        mine=build_redline(base, mine or "") if base is not None else mine or "",
        theirs=build_redline(base if base is not None else mine or "", theirs or ""),
        sides=json.dumps(
            {
                "names": choice.names,
                "mine": _label_values(bound_field, choice.mine),
                "theirs": _label_values(bound_field, choice.theirs),
            }
        ),
        field_id=bound_field.id_for_label if bound_field else "",
    )


def _describe_value(bound_field: forms.BoundField | None, value: Value) -> str:
    return sent_values.describe_value(bound_field, value) if bound_field else " ".join(value)


def _label_values(bound_field: forms.BoundField | None, value: Value) -> list[list[str]]:
    has_options = bound_field is not None and isinstance(bound_field.field, forms.ChoiceField)
    return [
        [text, sent_values.describe_value(bound_field, (text,)) if bound_field and has_options else text]
        for text in value
    ]
