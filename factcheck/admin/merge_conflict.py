"""The page of an edit conflict: merges both versions, and shows the differences.

Nothing is saved here. The submitted form is merged with other people's changes, and the page is shown again. Submitting
that page confirms both versions. `DeskForm` then checks again, under a lock, that the page is up to date.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django import forms
from django.core import signing
from django.db import models
from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from factcheck.admin import sent_values
from factcheck.admin.change_history import find_last_changes, find_last_save
from factcheck.admin.three_way import (
    FieldDifference,
    Fields,
    MergedRow,
    RowDeletion,
    SubmittedRow,
    Value,
    ValueOrigin,
    find_differences,
    is_same,
    merge_fields,
    merge_rows,
)
from factcheck.admin.unsaved import get_unsaved_forms, read_writers
from factcheck.admin.versions import UNDECIDED_FIELD, VERSION_FIELD, compute_version

#: The page's initial values, signed: they separate this person's changes from others'.
BASE_FIELD = "_base"
#: The signed values of both sides where they differ, on a page that shows both.
MERGE_FIELD = "_merge"
#: The chosen version of each field.
CHOICE_PREFIX = "_take-"
#: The names of buttons that show both versions without saving: for the submitted form, and for an autosaved one
#: (static/desk/autosave.js).
COMPARE, CONTINUE = "_compare", "_restore_autosave"

_BASE_SALT, _MERGE_SALT = "desk.base", "desk.merge"
_MAX_ROWS = 1000
_COUNTER_FIELDS = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")

Rows = Mapping[str, Fields]


class MergeablePage(Protocol):
    """The interface of a page that two people can edit: its forms, and the parent row of each formset."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False) -> Any: ...

    def get_formsets_with_inlines(self, request: HttpRequest, obj: Any = None) -> Any: ...

    def get_parent_row(self, inline: Any, row: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """A difference between two versions of a page, for the person to resolve or review."""

    #: The names under which the browser sends it; for a row, the name of its deletion box.
    names: tuple[str, ...]
    base: Value | None
    mine: Value
    theirs: Value
    chosen_side: ValueOrigin | None
    deletion: RowDeletion | None = None
    author_name: str = ""
    at: datetime | None = None

    @property
    def choice_name(self) -> str:
        return CHOICE_PREFIX + self.names[0]

    @property
    def shown_value(self) -> Value:
        return self.theirs if self.chosen_side is ValueOrigin.THEIRS else self.mine


@dataclass(slots=True)
class BothVersions:
    """Both versions of a page: their differences, and notes about added and deleted rows."""

    version: str
    choices: list[Choice] = field(default_factory=list)
    #: Sentences about rows that were added or deleted.
    notes: list[str] = field(default_factory=list)
    #: Whether they were merged just now; if not, the page that shows them was submitted.
    is_new: bool = True

    def sign(self) -> str:
        rows = [
            {
                "names": choice.names,
                "sides": [choice.base, choice.mine, choice.theirs],
                "taken": choice.chosen_side,
                "fate": choice.deletion,
                "who": [choice.author_name, choice.at and choice.at.isoformat()],
            }
            for choice in self.choices
        ]
        return signing.dumps([self.version, rows, self.notes], salt=_MERGE_SALT, compress=True)

    @classmethod
    def parse(cls, text: str) -> "BothVersions | None":
        try:
            version, rows, notes = signing.loads(text, salt=_MERGE_SALT)
        except signing.BadSignature:
            return None
        return cls(version, [_build_choice(row) for row in rows], notes, is_new=False)


def _build_choice(row: dict[str, Any]) -> Choice:
    base, mine, theirs = (None if side is None else tuple(side) for side in row["sides"])
    author_name, changed_at = row["who"]
    return Choice(
        tuple(row["names"]),
        base,
        mine or (),
        theirs or (),
        ValueOrigin(row["taken"]) if row["taken"] else None,
        RowDeletion(row["fate"]) if row["fate"] else None,
        author_name,
        parse_datetime(changed_at) if changed_at else None,
    )


# The initial values of a page ----------------------------------------------------------------------------------------


def sign_base(version: str, form: forms.BaseForm, formsets: list[Any]) -> str:
    """Return the page's initial values as signed text, which the form sends back."""
    rows = {formset.prefix: _read_rows(formset) for formset in formsets}
    return signing.dumps([version, _read_fields(form), rows], salt=_BASE_SALT, compress=True)


def _read_base(post: QueryDict) -> tuple[Fields, dict[str, Rows]]:
    try:
        version, fields, rows = signing.loads(post.get(BASE_FIELD, ""), salt=_BASE_SALT)
    except signing.BadSignature:
        return {}, {}
    if version != post.get(VERSION_FIELD):
        return {}, {}
    return _read_values(fields), {
        prefix: {key: _read_values(row) for key, row in packed_rows.items()}
        for prefix, packed_rows in rows.items()
    }


def _read_values(lists: Mapping[str, list[str]]) -> dict[str, Value]:
    return {name: tuple(value) for name, value in lists.items()}


def _read_fields(form: forms.BaseForm, excluded_names: tuple[str, ...] = ()) -> dict[str, Value]:
    return {
        bound_field.name: sent_values.get_initial_values(bound_field)
        for bound_field in sent_values.iterate_fields(form)
        if bound_field.name not in excluded_names
    }


def _read_rows(formset: Any) -> dict[str, dict[str, Value]]:
    key_fields = _list_own_fields(formset)
    return {
        str(form.instance.pk): _read_fields(form, key_fields)
        for form in formset.initial_forms
        if form.instance.pk
    }


def _list_own_fields(formset: Any) -> tuple[str, ...]:
    """Return the fields that identify a formset's rows."""
    return (formset.model._meta.pk.name, formset.fk.name, "DELETE", "ORDER")


# Merging --------------------------------------------------------------------------------------------------------------


def build_both_versions(
    model_admin: MergeablePage, request: HttpRequest, row: models.Model, relations: Iterable[str]
) -> BothVersions | None:
    """Merge others' changes into the submitted form if necessary. Return the versions to show on the page, or None.

    The caller must have locked the row. This function changes `request.POST`.
    """
    version = compute_version(row, relations)
    versions = BothVersions.parse(request.POST[MERGE_FIELD]) if MERGE_FIELD in request.POST else None
    if versions:
        _apply_choices(request, versions)
    is_newest = request.POST.get(VERSION_FIELD) == version
    if is_newest and COMPARE not in request.POST:
        return versions
    return _Merge(model_admin, request, row, version).build_versions()


class _Merge:
    """The merge of two versions of a page; `post` receives the merged values."""

    def __init__(
        self, model_admin: MergeablePage, request: HttpRequest, row: models.Model, version: str
    ) -> None:
        self.form, self.formsets = _load_stored_forms(model_admin, request, row)
        self.request, self.row = request, row
        self.both_versions = BothVersions(version)
        self.sent_post: QueryDict = request.POST
        self.base, self.base_rows = _read_base(self.sent_post)
        self.is_partial = CONTINUE in self.sent_post
        if self.is_partial:
            unsaved_text = get_unsaved_forms().get_latest_form(request.user, read_writers(request))
            self.sent_post, initial_post = (
                _build_query(unsaved_text.values if unsaved_text else {}),
                _build_query(unsaved_text.started if unsaved_text else {}),
            )
            self.base = dict(self._iterate_sent_fields(self.form, initial_post))
            self.base_rows = {
                formset.prefix: dict(self._iterate_initial_rows(formset, initial_post))
                for formset in self.formsets
            }
        self.post = request.POST.copy()
        self.last_saved = find_last_save(row)

    def build_versions(self) -> BothVersions:
        mine, theirs = dict(self._iterate_sent_fields(self.form, self.sent_post)), _read_fields(self.form)
        differences = find_differences(self.base, mine, theirs)
        last_changes = find_last_changes(self.row)
        for name, value in merge_fields(mine, theirs, differences).items():
            sent_values.set_submitted_values(sent_values.list_names(self.form[name]), value, self.post)
        for difference in differences:
            names = sent_values.list_names(self.form[difference.name])
            self._add_difference(type(self.row), difference, names, last_changes)
        for formset in self.formsets:
            self._merge_rows(formset)
        # Choices made for an older version do not apply to this one.
        for name in [name for name in self.post if name.startswith(CHOICE_PREFIX)]:
            del self.post[name]
        # The form rejects outdated versions; a mere comparison must not be saved either.
        self.post[VERSION_FIELD] = ""
        self.request.POST = self.post  # type: ignore[assignment]  # Django's has a setter
        return self.both_versions

    def _add_difference(
        self,
        model: type[models.Model],
        difference: FieldDifference,
        names: tuple[str, ...],
        last_changes: Mapping[str, tuple[str, datetime]],
    ) -> None:
        column = getattr(_find_model_field(model, difference.name), "attname", "")
        author_name, changed_at = last_changes.get(column, self.last_saved)
        sides = (difference.base, difference.mine, difference.theirs, difference.chosen_side)
        self.both_versions.choices.append(Choice(names, *sides, author_name=author_name, at=changed_at))

    def _iterate_sent_fields(
        self, form: forms.BaseForm, post: QueryDict, prefix: str = "", excluded_names: tuple[str, ...] = ()
    ) -> Iterator[tuple[str, Value]]:
        for bound_field in sent_values.iterate_fields(form):
            if bound_field.name in excluded_names:
                continue
            names = tuple(name.replace("__prefix__", prefix) for name in sent_values.list_names(bound_field))
            # Browsers do not send unticked boxes; the autosaved form names them.
            if not self.is_partial or any(name in post for name in names):
                yield bound_field.name, sent_values.get_submitted_values(names, post)

    # Rows ---------------------------------------------------------------------------------------------------------

    def _iterate_my_rows(self, formset: Any, post: QueryDict) -> Iterator[SubmittedRow]:
        key_fields = _list_own_fields(formset)
        empty = formset.empty_form
        for index in range(_read_count(post, formset.prefix, "TOTAL_FORMS")):
            key = post.get(f"{formset.prefix}-{index}-{key_fields[0]}") or None
            fields = dict(self._iterate_sent_fields(empty, post, str(index), key_fields))
            is_deleted = bool(post.get(f"{formset.prefix}-{index}-DELETE"))
            yield SubmittedRow(key, fields, is_deleted)

    def _iterate_initial_rows(self, formset: Any, initial_post: QueryDict) -> Iterator[tuple[str, Fields]]:
        key_fields = _list_own_fields(formset)
        for index in range(_read_count(self.sent_post, formset.prefix, "INITIAL_FORMS")):
            if key := self.sent_post.get(f"{formset.prefix}-{index}-{key_fields[0]}"):
                yield (
                    key,
                    dict(self._iterate_sent_fields(formset.empty_form, initial_post, str(index), key_fields)),
                )

    def _merge_rows(self, formset: Any) -> None:
        prefix = formset.prefix
        if not self.is_partial and f"{prefix}-TOTAL_FORMS" not in self.sent_post:
            return
        theirs = _read_rows(formset)
        base = self.base_rows.get(prefix)
        if self.is_partial and f"{prefix}-TOTAL_FORMS" not in self.sent_post:
            base = None  # its rows are unknown, and none was changed
        rows = merge_rows(base, self._iterate_my_rows(formset, self.sent_post), theirs)
        for name in [name for name in self.post if name.startswith(f"{prefix}-")]:
            del self.post[name]
        counts = (len(rows), len(theirs), 0, 1000)
        for counter, count in zip(_COUNTER_FIELDS, counts, strict=True):
            self.post[f"{prefix}-{counter}"] = str(count)
        forms_by_key = {str(form.instance.pk): form for form in formset.initial_forms}
        for index, row in enumerate(rows):
            self._write_row(formset, index, row, forms_by_key)
        if base is not None:
            missed_count = sum(row.deletion is RowDeletion.DELETED_BY_THEM for row in rows)
            deleted_count = len(base.keys() - theirs.keys()) - missed_count
            self._add_notes(formset, deleted_count)

    def _write_row(self, formset: Any, index: int, row: MergedRow, forms_by_key: dict[str, Any]) -> None:
        prefix = f"{formset.prefix}-{index}"
        pk, fk, *_rest = _list_own_fields(formset)
        self.post[f"{prefix}-{fk}"] = str(formset.instance.pk)
        self.post[f"{prefix}-{pk}"] = row.key or ""
        form, empty = forms_by_key.get(row.key or ""), formset.empty_form
        for hidden in (form or empty).hidden_fields():
            if hidden.name not in (pk, fk):
                sent_values.set_submitted_values(
                    (f"{prefix}-{hidden.name}",), sent_values.get_initial_values(hidden), self.post
                )
        if row.is_deleted:
            self.post[f"{prefix}-DELETE"] = "on"
        names = {name: _list_row_names(empty[name], index) for name in row.fields}
        for name, value in row.fields.items():
            sent_values.set_submitted_values(names[name], value, self.post)
        last_changes = find_last_changes(form.instance) if form and row.differences else {}
        for difference in row.differences:
            self._add_difference(formset.model, difference, names[difference.name], last_changes)
        if row.deletion:
            author_name, changed_at = self.last_saved
            box_names = (f"{prefix}-DELETE",)
            self.both_versions.choices.append(
                Choice(
                    box_names,
                    None,
                    (),
                    (),
                    None,
                    deletion=row.deletion,
                    author_name=author_name,
                    at=changed_at,
                )
            )
        if row.is_added_by_them and form is not None:
            self.both_versions.notes.append(
                _("Added in the meantime: %(kind)s “%(row)s”")
                % {"kind": formset.model._meta.verbose_name, "row": form.instance}
            )

    def _add_notes(self, formset: Any, deleted_count: int) -> None:
        if deleted_count > 0:
            self.both_versions.notes.append(
                _("Deleted in the meantime: %(kind)s (%(count)d)")
                % {"kind": formset.model._meta.verbose_name, "count": deleted_count}
            )


def _load_stored_forms(
    model_admin: MergeablePage, request: HttpRequest, row: models.Model
) -> tuple[forms.BaseForm, list[Any]]:
    """Return the page's form and the formsets that the person may change, with the stored values."""
    form = model_admin.get_form(request, row, change=True)(instance=row)
    formsets: list[Any] = []
    seen_counts: dict[str, int] = {}
    for formset, inline in model_admin.get_formsets_with_inlines(request, row):
        prefix = formset.get_default_prefix()
        seen_counts[prefix] = seen_counts.get(prefix, 0) + 1
        if seen_counts[prefix] > 1:
            prefix = f"{prefix}-{seen_counts[prefix]}"
        if inline.has_change_permission(request, row):
            parent, rows = model_admin.get_parent_row(inline, row), inline.get_queryset(request)
            formsets.append(formset(instance=parent, prefix=prefix, queryset=rows))
    return form, formsets


def _build_query(kept_parameters: Mapping[str, Any]) -> QueryDict:
    """Return autosaved values as form data, with chosen options represented by their keys only."""
    query = QueryDict(mutable=True)
    for name, value in kept_parameters.items():
        values = [value] if isinstance(value, str) else value
        query.setlist(name, [option if isinstance(option, str) else option[0] for option in values])
    return query


def _read_count(post: QueryDict, prefix: str, counter: str) -> int:
    text = post.get(f"{prefix}-{counter}", "")
    return min(int(text), _MAX_ROWS) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _list_row_names(bound_field: forms.BoundField, index: int) -> tuple[str, ...]:
    return tuple(name.replace("__prefix__", str(index)) for name in sent_values.list_names(bound_field))


def _find_model_field(model: type[models.Model], name: str) -> Any:
    return next((field for field in model._meta.get_fields() if field.name == name), None)


# Applying the choices -------------------------------------------------------------------------------------------------


def _apply_choices(request: HttpRequest, versions: BothVersions) -> None:
    """Write the value that the person chose for each conflict into its field, unless they edited the field since."""
    post = request.POST.copy()
    is_undecided = False
    for choice in versions.choices:
        choice_value = post.get(choice.choice_name)
        chosen_side = ValueOrigin(choice_value) if choice_value in set(ValueOrigin) else choice.chosen_side
        if choice.deletion:
            is_undecided |= chosen_side is None
            deleting_side = (
                ValueOrigin.THEIRS if choice.deletion is RowDeletion.DELETED_BY_THEM else ValueOrigin.MINE
            )
            if chosen_side is deleting_side:
                post[choice.names[0]] = "on"
            continue
        names = choice.names
        submitted_value = sent_values.get_submitted_values(names, post)
        if chosen_side is None:
            is_undecided = True
        elif is_same(submitted_value, choice.shown_value):
            sent_values.set_submitted_values(
                names, choice.mine if chosen_side is ValueOrigin.MINE else choice.theirs, post
            )
        elif (
            chosen_side is ValueOrigin.THEIRS
            and choice.chosen_side is not ValueOrigin.THEIRS
            and not is_same(submitted_value, choice.theirs)
        ):
            # Edited and discarded in one step: typed text is never dropped silently.
            is_undecided = True
            del post[choice.choice_name]
    if is_undecided:
        post[UNDECIDED_FIELD] = "1"
    request.POST = post  # type: ignore[assignment]  # Django's has a setter
