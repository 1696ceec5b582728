"""A three-way merge of two changes to the same base, with conflicts for a person to resolve.

Pure: independent of forms and the database. A field's value is the tuple of texts that a browser sends for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

Value = tuple[str, ...]
Fields = Mapping[str, Value]


class ValueOrigin(StrEnum):
    """The side of a merge whose value is used."""

    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field with different values on the two sides."""

    name: str
    #: The common base of both; None if unknown.
    base: Value | None
    mine: Value
    theirs: Value

    @property
    def chosen_side(self) -> ValueOrigin | None:
        """Return the only side that changed the field; None if both sides changed it or the base is unknown."""
        if self.base is None:
            return None
        if is_same(self.base, self.mine):
            return ValueOrigin.THEIRS
        return ValueOrigin.MINE if is_same(self.base, self.theirs) else None

    @property
    def shown_value(self) -> Value:
        """Return the value to show until a choice is made. A person's own text is never dropped."""
        return self.theirs if self.chosen_side is ValueOrigin.THEIRS else self.mine


def is_same(one_value: Value, other_value: Value) -> bool:
    """Return whether two values are equal, ignoring line endings and surrounding whitespace, which browsers change."""
    return _normalise_value(one_value) == _normalise_value(other_value)


def _normalise_value(value: Value) -> Value:
    return tuple(text for item in value if (text := item.replace("\r\n", "\n").replace("\r", "\n").strip()))


def find_differences(base: Fields, mine: Fields, theirs: Fields) -> list[FieldDifference]:
    """Return the differing fields in the order of `theirs`. Fields missing from `mine` keep the value in `theirs`."""
    return [
        FieldDifference(name, base.get(name), mine[name], value)
        for name, value in theirs.items()
        if name in mine and not is_same(mine[name], value)
    ]


def merge_fields(mine: Fields, theirs: Fields, differences: Iterable[FieldDifference]) -> dict[str, Value]:
    """Return the value of each field in `theirs`, replaced with `shown_value` where the two sides differ."""
    return {**theirs, **{difference.name: difference.shown_value for difference in differences}}


class RowDeletion(StrEnum):
    """The side that deleted a row which the other side edited."""

    DELETED_BY_THEM = "deleted by them"
    DELETED_BY_ME = "deleted by me"


@dataclass(frozen=True, slots=True)
class MergedRow:
    """A row of a formset after the merge."""

    #: None for a row that was never stored or has been deleted.
    key: str | None
    fields: Mapping[str, Value]
    differences: tuple[FieldDifference, ...] = ()
    #: Set if a person must choose whether the row stays.
    deletion: RowDeletion | None = None
    #: Whether the other side added it, and whether I marked it for deletion.
    is_added_by_them: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class SubmittedRow:
    """A row that a person submitted; `key` is None for a new row."""

    key: str | None
    fields: Fields
    is_deleted: bool = False


def merge_rows(
    base: Mapping[str, Fields] | None, mine: Iterable[SubmittedRow], theirs: Mapping[str, Fields]
) -> list[MergedRow]:
    """Merge the rows of both sides: the stored rows in order, then rows that exist only in `mine`.

    Args:
        base: the rows that both sides started from, by key; None if unknown.
    """
    my_rows = list(mine)
    rows_by_key = {row.key: row for row in my_rows if row.key is not None}
    rows = [_merge_stored_row(key, base, rows_by_key.get(key), fields) for key, fields in theirs.items()]
    deleted_rows = [
        row for key, row in rows_by_key.items() if key not in theirs and _is_deletion_conflict(key, row, base)
    ]
    return [
        *rows,
        *(MergedRow(None, row.fields, deletion=RowDeletion.DELETED_BY_THEM) for row in deleted_rows),
        *(MergedRow(None, row.fields, is_deleted=row.is_deleted) for row in my_rows if row.key is None),
    ]


def _merge_stored_row(
    key: str, base: Mapping[str, Fields] | None, mine: SubmittedRow | None, theirs: Fields
) -> MergedRow:
    if mine is None:
        return MergedRow(key, theirs, is_added_by_them=base is not None and key not in base)
    base_fields = (base or {}).get(key, {})
    if mine.is_deleted:
        is_unchanged = bool(base_fields) and not find_differences(base_fields, base_fields, theirs)
        return MergedRow(
            key, theirs, deletion=None if is_unchanged else RowDeletion.DELETED_BY_ME, is_deleted=is_unchanged
        )
    differences = find_differences(base_fields, mine.fields, theirs)
    return MergedRow(key, merge_fields(mine.fields, theirs, differences), tuple(differences))


def _is_deletion_conflict(key: str, mine: SubmittedRow, base: Mapping[str, Fields] | None) -> bool:
    """Return whether a deleted row was edited on the other side."""
    if mine.is_deleted:
        return False
    base_fields = (base or {}).get(key)
    return base_fields is None or any(
        not is_same(base_fields.get(name, ()), value) for name, value in mine.fields.items()
    )
