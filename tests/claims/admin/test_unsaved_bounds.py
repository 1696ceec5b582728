"""Limits of stored unsaved text: size, format and age."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.management.tasks import delete_old_unsaved_forms
from claims.models import UnsavedForm
from claims.models.desk_state import MAX_BYTES, MAX_PER_PERSON, RETENTION_DAYS
from tests.helpers.broken_rules import refused, sql
from tests.helpers.unsaved_writer import Writer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "7",
        "null",
        "{",
        '{"person": 1}',
        "[" * 100_000,
        b"\xff\xfe",
        '{"writer": "\\ud800"}',
    ],
)
def test_invalid_messages_are_refused(checker: User, body: Any) -> None:
    writer = Writer(checker)
    assert writer.post("desk-autosave", body).status_code in (400, 409)
    assert writer.post("desk-discard-autosave", body).status_code in (400, 409)
    assert not UnsavedForm.objects.exists()


def test_words_in_any_script_come_back_as_they_were(checker: User) -> None:
    words = {
        "context": "“Ünïcode” عربي 한국어 👩‍👩‍👧\r\n\ttab",
        "topics": [["1", "<b>"]],
        "evidence-0-DELETE": ["on"],
        "none": [],
    }
    writer = Writer(checker)
    writer.write(words | {"csrfmiddlewaretoken": "secret", "new_password1": "secret"})
    assert writer.values() == [words]
    writer.write({"context": "a\0b\ud800"})
    assert writer.values() == [{"context": "ab?"}]


def test_two_megabytes_are_refused_before_they_are_read(checker: User) -> None:
    writer = Writer(checker)
    message = writer.message({"context": "x" * 2 * MAX_BYTES})
    with patch("claims.admin.unsaved.json") as reader:
        assert writer.post("desk-autosave", message).status_code == 413
        reader.loads.assert_not_called()
    assert writer.write({"context": "x" * (MAX_BYTES - 1000)}) == (200, True)


def test_forms_above_the_limit_are_not_stored(checker: User, colleague: User) -> None:
    first = Writer(checker)
    first.write()
    UnsavedForm.objects.bulk_create(
        UnsavedForm(person=checker, writer=uuid4(), sequence=1, page="/admin/")
        for _ in range(MAX_PER_PERSON - 1)
    )
    assert Writer(checker).write() == (429, None)
    # Those that are there go on, others begin, and one that is saved makes room.
    assert first.write({"context": "more"}) == (200, True)
    assert Writer(colleague).write() == (200, True)
    first.post("desk-discard-autosave", {"person": checker.pk, "writers": {first.name: 2}})
    assert Writer(checker).write() == (200, True)


def test_the_database_holds_the_bounds(checker: User) -> None:
    Writer(checker).write()
    for change, rule in [
        ("page = '/claims/7/'", "unsavedform_is_of_the_desk"),
        (f"values = jsonb_build_object('a', repeat('x', {2 * MAX_BYTES}))", "unsavedform_is_bounded"),
        ("closed_at = now()", "unsavedform_holds_nothing_once_closed"),
    ]:
        refused(f"UPDATE claims_unsavedform SET {change}", match=rule)
    columns = 'person_id, writer, sequence, page, form, version, "values", started'
    again = f"INSERT INTO claims_unsavedform ({columns}) SELECT {columns} FROM claims_unsavedform"
    refused(again, match="unsavedform_one_per_writer")
    refused(
        f"INSERT INTO claims_unsavedform ({columns}) SELECT {columns.replace('writer', 'gen_random_uuid()')}"
        f" FROM claims_unsavedform, generate_series(1, {MAX_PER_PERSON})",
        match="unsavedform_are_few",
    )


def test_it_is_kept_for_thirty_days(checker: User) -> None:
    old, young, saved = Writer(checker), Writer(checker), Writer(checker)
    old.write()
    young.write({"context": "young"})
    saved.write()
    saved.post("desk-discard-autosave", {"person": checker.pk, "writers": {saved.name: 1}})
    for writer, days in [(old, RETENTION_DAYS + 1), (young, RETENTION_DAYS - 1)]:
        sql(
            "UPDATE claims_unsavedform SET updated_at = %s WHERE writer = %s",
            timezone.now() - timedelta(days=days),
            writer.name,
        )
    assert young.values() == [{"context": "young"}]
    delete_old_unsaved_forms(0)
    assert set(UnsavedForm.objects.values_list("writer", flat=True)) == {UUID(young.name), UUID(saved.name)}
    sql("UPDATE claims_unsavedform SET closed_at = closed_at - interval '9 days' WHERE closed_at IS NOT NULL")
    delete_old_unsaved_forms(0)
    assert UnsavedForm.objects.count() == 1
