"""What a lossless export holds comes back: the same bytes, ids, versions and states."""

import io
import json
import random
import re
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.exports.restore import RestoreRefused, restore, restore_run
from claims.models import Claim, Publication, Transition, Verdict
from claims.review import workflow
from factcheck.database.database_roles import connect_as_owner
from tests.helpers.database import replace_database
from tests.helpers.database_states import counts, public_state, restored
from tests.helpers.eventful_newsroom import exported, full_newsroom
from tests.helpers.ledger_traffic import listed, step
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, person
from tests.helpers.reader_pages import bring_out

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

#: What PostgreSQL can store.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60)


#: The export of the full newsroom, made by the first test that needs it.
_exported: list[bytes] = []


@pytest.fixture
def content(request: pytest.FixtureRequest, db: None) -> bytes:
    """The export of the full newsroom, which is gone."""
    if not _exported:
        full_newsroom(request.getfixturevalue("checker"), request.getfixturevalue("editor"))
        _exported.append(exported())
        replace_database()
    return _exported[0]


def test_exporting_a_restored_ledger_gives_the_same_file(client: Client, checker: User, editor: User) -> None:
    full_newsroom(checker, editor)
    before, state, answers = exported(), public_state(), listed(client)
    replace_database()
    restored(before)
    assert exported() == before
    assert public_state() == state
    assert listed(client) == answers


@pytest.mark.parametrize("seed", range(3))
def test_all_actions_of_editors_are_restored(checker: User, editor: User, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    for _ in range(25):
        step(chance, checker, editor)
    before, state = exported(), public_state()
    replace_database()
    restored(before)
    assert exported() == before
    assert public_state() == state


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statement=texts, context=texts, summary=texts, explanation=texts, byline=texts, note=texts)
def test_any_text_comes_back(
    db: None, statement: str, context: str, summary: str, explanation: str, byline: str, note: str
) -> None:
    checker, editor = person("chris", "Fact-checker"), person("edith", "Editor")
    claim = make_claim("A " + statement, context=context)
    words = {"title": "The bridge", "summary": "So: " + summary, "explanation": explanation, "byline": byline}
    live = bring_out(make_draft(claim, checker, **words), checker, editor)
    workflow.move(live, "retract", by=editor, note="Because: " + note)
    before, state = exported(), public_state()
    replace_database()
    restored(before)
    assert (exported(), public_state()) == (before, state)
    replace_database()


def test_work_continues_after_a_restore(content: bytes) -> None:
    restored(content)
    checker, editor = person("chris", "Fact-checker"), person("edith", "Editor")
    bring_out(make_draft(make_claim(), checker), checker, editor)
    claim = Claim.objects.get(statement="The bridge cost 12 million euros.", state="accepted")
    draft = make_draft(claim, checker, correction_kind="update", correction_note="A new audit.")
    assert draft.supersedes is not None
    assert draft.supersedes.state == Verdict.State.PUBLISHED
    bring_out(draft, checker, editor)
    numbers = list(Publication.objects.order_by("sequence").values_list("sequence", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert exported().startswith(b'{"type":"header"')


def test_restored_verdicts_have_no_signoffs(content: bytes) -> None:
    restored(content)
    known = {("house", True), ("imported", False)}
    assert set(Verdict.objects.values_list("origin", "is_restored")) == known
    assert not Verdict.objects.exclude(author=None, signoffs=None).exists()
    assert set(Transition.objects.values_list("actor_name", flat=True)) == {"Restored from an export"}
    assert not Transition.objects.exclude(actor=None).exists()


def test_nothing_internal_is_in_it(checker: User, editor: User) -> None:
    full_newsroom(checker, editor)
    text = re.sub("[0-9a-f]{64}", "", exported().decode())
    for secret in (
        "Secret",
        "A draft that nobody may see",
        "Never published by itself",
        "Sant",
        "chris",
        "edith",
    ):
        assert secret not in text


def test_stands_in_for_a_claim_that_was_merged_unpublished(checker: User, editor: User) -> None:
    full_newsroom(checker, editor)
    silent = Claim.objects.get(statement="Never published by itself.")
    content, appearances = exported(), list(silent.appearances.values_list("pk", "exact"))
    replace_database()
    restored(content)
    again = Claim.objects.get(pk=silent.pk)
    assert (again.statement, again.state) == ("The bridge cost 12 million euros.", "merged")
    assert list(again.appearances.values_list("pk", "exact")) == appearances


# Again, and interrupted -----------------------------------------------------------------------------------------------


def test_a_second_time_changes_nothing(content: bytes) -> None:
    first = restored(content)
    before, state = counts(), public_state()
    second = restored(content)
    assert (counts(), public_state()) == (before, state)
    assert not second.written_counts
    assert second.existing_counts == first.written_counts


def test_into_the_database_it_came_from_changes_nothing(checker: User, editor: User) -> None:
    full_newsroom(checker, editor)
    before = counts()
    assert not restored(exported()).written_counts
    assert counts() == before


class Killed(Exception):
    pass


#: What a restore that nothing interrupts ends with, found by the first test that needs it.
_whole: list[Any] = []


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_restore_continues(content: bytes, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    if not _whole:
        restored(content)
        _whole.append((counts(), public_state()))
        replace_database()
    monkeypatch.setattr(restore_run, "_MAX_BATCH_ENTRIES", 1 + seed % 3)
    chance = random.Random(seed)  # noqa: S311  no secret
    dying = ("replay", "restore_claim_states", "store_missing_rows", "store_mentioned_rows", "advance_ids")
    for _ in range(8):
        with monkeypatch.context() as patch:
            name = chance.choice(dying)
            patch.setattr(restore_run, name, _dying(getattr(restore_run, name), chance.randrange(1, 4)))
            try:
                restored(content)
            except Killed:
                continue
    restored(content)
    assert (counts(), public_state()) == _whole[0]
    assert exported() == content


def _dying(function: Any, calls: int) -> Any:
    """The function, which fails after this number of calls."""
    left = iter(range(calls))

    def call(*arguments: Any, **options: Any) -> Any:
        if next(left, None) is None:
            raise Killed
        result = function(*arguments, **options)
        if function.__name__ == "restore_claim_states" and calls == 1:
            raise Killed  # at the end of a transaction, before it is committed
        return result

    return call


def test_appearances_of_a_merged_claim_stay_its_own_wherever_it_was_interrupted(
    checker: User, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    into = bring_out(make_draft(make_claim(), checker), checker, editor).claim
    other = make_claim("It was twelve million.")
    make_appearance(other, make_source("They say it was twelve million."), "twelve million")
    bring_out(make_draft(other, checker), checker, editor)
    workflow.move(other, "merge", by=editor, into=into)
    workflow.move(other, "unmerge", by=editor)
    content, state = exported(), public_state()
    for entries in range(1, 7):
        replace_database()
        monkeypatch.setattr(restore_run, "_MAX_BATCH_ENTRIES", entries)
        restored(content)
        assert public_state() == state
        assert exported() == content


def test_a_later_export_continues_an_earlier_one(checker: User, editor: User) -> None:
    bring_out(make_draft(make_claim("Early."), checker), checker, editor)
    early = exported()
    full_newsroom(checker, editor)
    late, state = exported(), public_state()
    replace_database()
    restored(early)
    assert exported() == early
    tally = restored(late)
    assert tally.existing_counts["entry"] == 1
    assert exported() == late
    assert public_state() == state


def test_dry_run_writes_nothing_and_counts(content: bytes) -> None:
    before = counts()
    would = restored(content, dry_run=True)
    assert counts() == before
    assert would.written_counts == restored(content).written_counts


def test_it_reads_streams_that_cannot_be_read_twice(content: bytes) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with connect_as_owner():
        restore(Pipe(content))
    assert exported() == content


def test_one_restore_at_a_time(checker: User, editor: User) -> None:
    bring_out(make_draft(make_claim(), checker), checker, editor)
    content = exported()
    refused: list[str] = []

    def again(_read: int) -> None:
        def meanwhile() -> None:

            try:
                restored(content)
            except RestoreRefused as refusal:
                refused.append(str(refusal))
            finally:
                connection.close()

        thread = Thread(target=meanwhile)
        thread.start()
        thread.join()

    restored(content, progress=again)
    assert set(refused) == {"Another restore is running on this database."}
    restored(content)


def test_lines_name_their_kind(checker: User, editor: User) -> None:
    full_newsroom(checker, editor)
    found = [json.loads(line) for line in exported().splitlines()]
    types = list(dict.fromkeys(line["type"] for line in found))
    assert types == [
        *("header", "publisher", "claimant", "topic", "rating_scale", "rating", "source", "merged_claim"),
        *("snapshot", "entry", "end"),
    ]
    entries = [line for line in found if line["type"] == "entry"]
    assert [line["sequence"] for line in entries] == list(range(1, len(entries) + 1))
    assert found[-1] == {"type": "end", "entries": len(entries)}
