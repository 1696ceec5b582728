"""Merging two versions: no one's text disappears without being shown."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from factcheck.admin.three_way import (
    FieldDifference,
    RowDeletion,
    SubmittedRow,
    ValueOrigin,
    find_differences,
    is_same,
    merge_fields,
    merge_rows,
)

Fields = dict[str, tuple[str, ...]]
Stored = dict[str, Fields]

NAMES = ("summary", "explanation", "rating")
VALUES = st.sampled_from(["", "a", "b", "c", "a\r\nb", "a\nb", " a "]).map(lambda text: (text,))
FIELDS = st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES))
KEYS = st.sampled_from(["1", "2", "3"])
ROWS = st.dictionaries(KEYS, FIELDS, max_size=3)
MY_ROWS = st.builds(
    lambda stored, added: [
        *(SubmittedRow(key, *row) for key, row in stored.items()),
        *(SubmittedRow(None, row) for row in added),
    ],
    st.dictionaries(KEYS, st.tuples(FIELDS, st.booleans()), max_size=3),
    st.lists(FIELDS, max_size=2),
)


def plain(fields: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: value[0].replace("\r\n", "\n").strip() for name, value in fields.items()}


@given(FIELDS, FIELDS, FIELDS)
def test_every_field_is_of_one_of_the_sides_and_of_the_one_that_changed_it(
    base: Fields, mine: Fields, theirs: Fields
) -> None:
    found = {each.name: each for each in find_differences(base, mine, theirs)}
    whole = plain(merge_fields(mine, theirs, found.values()))
    for name in NAMES:
        start, one, other = (plain(each)[name] for each in (base, mine, theirs))
        if one == other:
            assert (name in found, whole[name]) == (False, one)
        elif start == one:
            assert (found[name].chosen_side, whole[name]) == (ValueOrigin.THEIRS, other)
        elif start == other:
            assert (found[name].chosen_side, whole[name]) == (ValueOrigin.MINE, one)
        else:
            # Until the person has chosen, the field has their own text.
            assert (found[name].chosen_side, whole[name]) == (None, one)


@given(FIELDS, FIELDS)
def test_without_a_common_base_every_difference_is_a_conflict(mine: Fields, theirs: Fields) -> None:
    found = find_differences({}, mine, theirs)
    assert {each.name for each in found} == {name for name in NAMES if not is_same(mine[name], theirs[name])}
    assert {each.chosen_side for each in found} <= {None}


def test_fields_not_sent_keep_the_other_version() -> None:
    theirs = {"summary": ("theirs",), "rating": ("2",)}
    found = find_differences({"summary": ("before",)}, {"summary": ("mine",)}, theirs)
    assert found == [FieldDifference("summary", ("before",), ("mine",), ("theirs",))]
    assert merge_fields({"summary": ("mine",)}, theirs, found) == {"summary": ("mine",), "rating": ("2",)}


@given(ROWS, MY_ROWS, ROWS)
def test_every_stored_row_is_included_once_and_in_order(
    base: Stored, mine: list[SubmittedRow], theirs: Stored
) -> None:
    rows = merge_rows(base, mine, theirs)
    assert [row.key for row in rows if row.key is not None] == list(theirs)
    assert [row.key for row in rows][: len(theirs)] == list(theirs)


@given(ROWS, MY_ROWS, ROWS)
def test_every_row_that_i_added_or_worked_on_is_there(
    base: Stored, mine: list[SubmittedRow], theirs: Stored
) -> None:
    rows = merge_rows(base, mine, theirs)
    added = [row.fields for row in mine if row.key is None]
    assert [row.fields for row in rows if row.key is None and row.deletion is None] == added
    missed = [
        row.fields
        for row in mine
        if row.key is not None
        and row.key not in theirs
        and not row.is_deleted
        and (row.key not in base or plain(row.fields) != plain(base[row.key]))
    ]
    assert [row.fields for row in rows if row.deletion is RowDeletion.DELETED_BY_THEM] == missed


@given(ROWS, MY_ROWS, ROWS)
def test_a_row_is_deleted_silently_only_if_the_other_side_left_it_unchanged(
    base: Stored, mine: list[SubmittedRow], theirs: Stored
) -> None:
    deleted = {row.key for row in mine if row.is_deleted}
    for row in merge_rows(base, mine, theirs)[: len(theirs)]:
        untouched = row.key in base and plain(base[row.key]) == plain(theirs[row.key])
        assert row.is_deleted == (row.key in deleted and untouched)
        assert (row.deletion is RowDeletion.DELETED_BY_ME) == (row.key in deleted and not untouched)
        assert row.is_added_by_them == (row.key not in base and row.key not in {each.key for each in mine})


@given(ROWS, ROWS)
def test_unchanged_fields_get_the_saved_values(base: Stored, theirs: Stored) -> None:
    mine = [SubmittedRow(key, fields) for key, fields in base.items()]
    rows = merge_rows(base, mine, theirs)
    assert [(row.key, plain(row.fields), row.deletion, row.is_deleted) for row in rows] == [
        (key, plain(fields), None, False) for key, fields in theirs.items()
    ]


@given(ROWS, MY_ROWS)
def test_without_another_save_my_version_stays(base: Stored, mine: list[SubmittedRow]) -> None:
    of_mine = {row.key: row for row in mine}
    for row in merge_rows(base, mine, base):
        if row.key in of_mine and row.key is not None:
            sent = of_mine[row.key]
            assert row.is_deleted == sent.is_deleted
            assert row.is_deleted or plain(row.fields) == plain(sent.fields)
