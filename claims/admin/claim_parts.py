"""Parts of one page that people work on side by side: what somebody left as it was is neither checked nor saved.

A page carries what it showed (Django's hidden initial values), so that “left as it was” is known of the person and
not of the database: a colleague who changes the claim meanwhile keeps nobody from saving the verdict.
"""

from collections.abc import Mapping
from typing import Any

from django import forms

from factcheck.admin.versions import DeskForm

#: Fields of a row that do not make a new one: they are never empty.
_ALWAYS_FILLED = ("stance", "position")
#: What Django's formsets send along with the fields of a row.
_KEYS = ("id", "claim", "verdict")


class PartForm(DeskForm):
    """The form of a part: it refuses to overwrite only where the person changed something."""

    #: The prefix of the rows that belong to the part.
    rows: str = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        carry_what_was_shown(self)

    def is_touched(self) -> bool:
        """Whether the person changed anything of the part."""
        return self.has_changed() or rows_changed(self.data, self.rows)

    def clean(self) -> dict[str, Any]:
        return super().clean() if self.is_touched() else self.cleaned_data


def carry_what_was_shown(form: forms.ModelForm) -> None:
    """Have the page carry the values that it shows of a row which is there.

    What is sent without them is held against the row as it is.
    """
    if form.instance.pk:
        for name, field in form.fields.items():
            field.show_hidden_initial = not form.is_bound or form.add_initial_prefix(name) in form.data


def rows_changed(sent: Mapping[str, Any], prefix: str) -> bool:
    """Whether somebody changed, added or took away rows of a formset, by what the page showed of them."""
    for name, value in sent.items():
        part, _dash, rest = name.partition("-")
        number, _dash, field = rest.partition("-")
        if part != prefix or not number.isdecimal() or field in _KEYS:
            continue
        shown = sent.get(f"initial-{name}")
        if shown is None and int(number) >= int(sent.get(f"{prefix}-INITIAL_FORMS") or 0):
            if value and field not in _ALWAYS_FILLED:
                return True
        elif value != shown:
            return True
    return False
