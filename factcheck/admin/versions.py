"""Concurrent edits of one page: the second save shows a conflict instead of overwriting."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from factcheck.admin.change_history import find_last_save

#: The name of the hidden field in which a page carries the version it was made from.
VERSION_FIELD = "_version"
#: The same for a form that shows an unresolved conflict (`merge_conflict`).
UNDECIDED_FIELD = "_undecided"


def compute_version(row: models.Model, relations: Iterable[str] = ()) -> str:
    """Return a digest of the row and of the rows edited on its page."""
    values: list[Any] = [getattr(row, field.attname) for field in row._meta.concrete_fields]
    values += [list(getattr(row, relation).order_by("pk").values_list()) for relation in relations]
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


class DeskForm(forms.ModelForm):
    """A form that refuses to overwrite changes made after its page was loaded."""

    versioned_relations: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk and not self.instance._state.adding:
            self._refuse_to_overwrite()
        return cleaned

    def _refuse_to_overwrite(self) -> None:
        # The lock holds until the save, which is in the same transaction.
        locked_row = type(self.instance)._base_manager.select_for_update().get(pk=self.instance.pk)
        if UNDECIDED_FIELD in self.data:
            raise forms.ValidationError(
                _("Not saved: choose which version to keep for each of these fields."),
                code="undecided",
            )
        if self.data.get(self.add_prefix(VERSION_FIELD)) == compute_version(
            locked_row, self.versioned_relations
        ):
            return
        author_name, changed_at = find_last_save(locked_row)
        message = (
            _(
                "Not saved: %(who)s changed this page at %(when)s, after you opened it. Nothing was overwritten "
                "and your text is not lost. Compare both versions, then save again."
            )
            if changed_at
            else _(
                "Not saved: %(who)s changed this page after you opened it. Nothing was overwritten "
                "and your text is not lost. Compare both versions, then save again."
            )
        )
        when = f"{localtime(changed_at):%H:%M}" if changed_at else ""
        raise forms.ValidationError(
            message % {"who": author_name or _("another user"), "when": when}, code="stale"
        )
