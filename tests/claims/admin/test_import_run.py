"""The pages of imports: how far one is, what it could not use, and the buttons that go on with it or take it back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from lxml import html
from pytest_django import DjangoAssertNumQueries

from claims.imports.storing import runs, undo
from claims.models import ImportProblem, ImportRun
from tests.claims.admin.conftest import make_run
from tests.helpers.desk import Desk, said
from tests.helpers.desk_imports import Intake, illegal

pytestmark = pytest.mark.django_db

PROBLEMS = reverse("admin:claims_importproblem_changelist")


def address(run: ImportRun, name: str) -> str:
    return reverse(f"admin:claims_importrun_{name}", args=[run.pk])


def progress(desk: Desk, run: ImportRun, since: str = "") -> dict[str, Any]:
    shown: dict[str, Any] = desk.client.get(address(run, "progress"), {"since": since}).json()
    return shown


def make_problem(run: ImportRun, code: str = "no statement", **fields: Any) -> ImportProblem:
    present = {"outcome": "refused", "file": "archive.csv", "position": "row 7", "reason": "There is none."}
    return ImportProblem.objects.create(run=run, code=code, **(present | fields))


class TestProgress:
    @pytest.fixture(autouse=True)
    def time_stands_still(self) -> Iterator[None]:
        with time_machine.travel(timezone.now(), tick=False):
            yield

    def test_reading_is_reported_in_bytes(self, desk: Desk, intake: Intake, editor: User) -> None:
        began = timezone.now() - timedelta(seconds=100)
        run = make_run(editor, state="reading", started_at=began, bytes_read=500, records=1200, refused=3)
        shown = progress(desk, run)
        assert shown["percent"] == 25
        assert (shown["is_moving"], shown["label"], shown["far"]) == (True, "Reading", "1,200 records found")
        assert (shown["speed"], shown["left"]) == ("12 records per second", "about 5 minutes left")
        assert shown["refused"] == "3 rejected so far"

    def test_writing_is_reported_in_records(self, desk: Desk, intake: Intake, editor: User) -> None:
        began = timezone.now() - timedelta(seconds=10)
        counts = {"created": 60, "updated": 10, "unchanged": 20, "refused": 10}
        run = make_run(editor, state="writing", started_at=began, bytes_read=2000, records=200, **counts)
        shown = progress(desk, run)
        assert (shown["percent"], shown["far"]) == (50, "100 of 200 records processed")
        assert (shown["speed"], shown["left"]) == ("10 records per second", "less than a minute left")

    def test_speed_is_reckoned_from_an_earlier_answer(self, desk: Desk, intake: Intake, editor: User) -> None:
        began = timezone.now() - timedelta(hours=1)
        run = make_run(editor, state="writing", started_at=began, records=1000, created=100)
        earlier = f"{timezone.now().timestamp() - 4:.3f}~writing~1000~20"
        assert progress(desk, run, earlier)["speed"] == "20 records per second"

    @pytest.mark.parametrize(
        "since", ["", "nonsense", "1~2", "9999999999~writing~1~1", "1~reading~5~5", "~~~"]
    )
    def test_an_answer_of_another_kind_is_no_measure(
        self, since: str, desk: Desk, intake: Intake, editor: User
    ) -> None:
        began = timezone.now() - timedelta(seconds=10)
        run = make_run(editor, state="writing", started_at=began, records=1000, created=100)
        assert progress(desk, run, since)["speed"] == "10 records per second"

    def test_an_unknown_size_has_no_percentage(self, desk: Desk, intake: Intake, editor: User) -> None:
        run = make_run(editor, state="reading", started_at=timezone.now(), size=None, bytes_read=5)
        assert (progress(desk, run)["percent"], progress(desk, run)["left"]) == (None, "")

    @pytest.mark.parametrize("state", ["chosen", "finished", "failed", "undone"])
    def test_an_import_that_is_not_running_does_not_poll(
        self, state: str, desk: Desk, intake: Intake, editor: User
    ) -> None:
        run = make_run(editor, state=state, error="Why.")
        assert progress(desk, run)["is_moving"] is False
        assert "data-progress-url" not in desk.text(run)

    @pytest.mark.parametrize("state", ["waiting", "reading", "writing"])
    def test_is_on_the_page_without_any_script(
        self, state: str, desk: Desk, intake: Intake, editor: User
    ) -> None:
        run = make_run(
            editor, state=state, started_at=timezone.now(), moved_at=timezone.now(), records=10, created=5
        )
        assert address(run, "progress") in desk.text(run)

    def test_costs_five_queries(
        self, desk: Desk, intake: Intake, editor: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        run = make_run(editor, state="reading")
        with django_assert_num_queries(5):  # the session, the person, two for permissions, the import
            progress(desk, run)


class TestPage:
    def test_counts_problems_by_kind_and_leads_to_them(
        self, desk: Desk, intake: Intake, editor: User
    ) -> None:
        run = make_run(editor, state="finished", records=1200, created=1100, refused=3)
        for _number in range(2):
            make_problem(run)
        make_problem(run, "ambiguous date", outcome="left_out", field="claimed_on")
        make_problem(make_run(editor))
        page = desk.client.get(desk.page(run))
        assert [(kind["outcome"], kind["code"], kind["number"]) for kind in page.context["kinds"]] == [
            ("refused", "no statement", 2),
            ("left_out", "ambiguous date", 1),
        ]
        link = f"{PROBLEMS}?run__id__exact={run.pk}&outcome__exact=refused&kind=no%20statement"
        assert link.replace("&", "&amp;") in page.content.decode()
        assert desk.client.get(link).context["cl"].result_count == 2
        assert "1,200" in page.content.decode()

    @pytest.mark.parametrize("count", [1, 4])
    def test_costs_the_same_whatever_went_wrong(
        self,
        count: int,
        desk: Desk,
        intake: Intake,
        editor: User,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        run = make_run(editor, state="finished")
        for number in range(count):
            make_problem(run, f"kind {number}")
        desk.client.get(desk.page(run))  # content types are cached by the first page
        with django_assert_num_queries(
            6
        ):  # the session, the person, two for permissions, the import, its problems
            desk.client.get(desk.page(run))

    def test_a_failed_import_shows_the_reason_and_can_continue(
        self, desk: Desk, intake: Intake, editor: User
    ) -> None:
        run = make_run(editor, state="failed", error="The disk is full.")
        assert "The disk is full." in desk.text(run)
        answer = desk.client.post(address(run, "resume"), follow=True)
        assert said(answer) == ["The import continues. Records that are already stored are not stored twice."]
        assert intake.calls == [("start", run.pk, editor.username)]

    def test_imports_started_by_command_continue_there(
        self, desk: Desk, intake: Intake, editor: User
    ) -> None:
        run = make_run(editor, state="failed", error="The disk is full.", upload="")
        text = desk.text(run)
        assert "Run the same command to continue" in text
        assert address(run, "resume") not in text

    @pytest.mark.parametrize(("minutes", "offered"), [(1, False), (5, True)])
    def test_an_interrupted_import_can_continue(
        self, minutes: int, offered: bool, desk: Desk, intake: Intake, editor: User
    ) -> None:
        moved = timezone.now() - timedelta(minutes=minutes)
        run = make_run(editor, state="writing", started_at=moved, moved_at=moved, records=10)
        assert (address(run, "resume") in desk.text(run)) is offered

    @pytest.mark.parametrize("state", ["chosen", "waiting", "finished", "undone"])
    def test_other_imports_cannot_continue(
        self, state: str, desk: Desk, intake: Intake, editor: User
    ) -> None:
        assert address(run := make_run(editor, state=state), "resume") not in desk.text(run)

    def test_it_is_undone_or_obstacles_are_reported(self, desk: Desk, intake: Intake, editor: User) -> None:
        run = make_run(editor, state="finished")
        intake.hindrances = ["Claim 7 has been checked here since."]
        text = desk.text(run)
        assert "Claim 7 has been checked here since." in text
        assert address(run, "undo") not in text
        intake.hindrances = []
        assert address(run, "undo") in desk.text(run)
        assert said(desk.client.post(address(run, "undo"), follow=True)) == [
            "The import is being undone, step by step."
        ]
        assert intake.calls == [("undo", run.pk, editor.username)]
        assert address(run, "undo") not in desk.text(run)

    def test_claims_without_later_edits_can_be_undone_on_their_own(
        self, desk: Desk, intake: Intake, editor: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = make_run(editor, state="finished")
        intake.hindrances = ["2 of the imported claims have been edited."]
        monkeypatch.setattr(undo, "count_undoable_claims", lambda run: 41)
        assert "The import of 41 claims can still be undone." in desk.text(run)
        desk.client.post(address(run, "undo"), {"keep_later_work": "1"})
        assert intake.calls == [("undo the rest", run.pk, editor.username)]

    def test_a_refused_undo_is_reported(self, desk: Desk, intake: Intake, editor: User) -> None:
        run = make_run(editor, state="finished")
        intake.refusal = illegal("Claim 7 has been checked here since.")
        assert said(desk.client.post(address(run, "undo"), follow=True)) == [str(intake.refusal)]

    def test_is_only_looked_at(self, desk: Desk, intake: Intake, run: ImportRun) -> None:
        assert 'name="_save"' not in desk.text(run)
        assert desk.client.post(desk.page(run), {"origin": "other.csv"}).status_code == 403
        assert desk.client.post(reverse("admin:claims_importrun_delete", args=[run.pk])).status_code == 403

    def test_the_report_is_a_file(self, desk: Desk, intake: Intake, run: ImportRun) -> None:
        make_problem(run)
        answer: Any = desk.client.get(address(run, "report"))
        assert b"".join(answer.streaming_content) == b'{"position": "row 7", "reason": "There is none."}\n'
        assert answer.headers["Content-Disposition"] == (
            f'attachment; filename="import-{run.pk}-problems.ndjson"'
        )


class TestDiscarding:
    def test_deletes_the_file_that_was_not_imported(self, desk: Desk, editor: User, settings: Any) -> None:
        run = runs.create_run(SimpleUploadedFile("archive.csv", b"claim\nTrams are free.\n"), by=editor)
        assert run.upload.storage.exists(str(run.upload.name))
        with TestCase.captureOnCommitCallbacks(execute=True):
            answer = desk.client.post(address(run, "discard"), follow=True)
        assert said(answer) == ["Discarded: archive.csv. Nothing was stored."]
        assert not run.upload.storage.exists(str(run.upload.name))
        assert not ImportRun.objects.exists()

    @pytest.mark.parametrize("state", ["waiting", "reading", "writing"])
    def test_applies_only_to_imports_not_yet_started(self, state: str, desk: Desk, editor: User) -> None:
        run = make_run(editor, state=state)
        (message,) = said(desk.client.post(address(run, "discard"), follow=True))
        assert message.startswith("This import cannot be discarded")
        assert ImportRun.objects.filter(pk=run.pk).exists()


@pytest.mark.parametrize("name", ["progress", "report", "set-up"])
def test_an_import_that_does_not_exist(name: str, desk: Desk, intake: Intake) -> None:
    assert desk.client.get(reverse(f"admin:claims_importrun_{name}", args=[4711])).status_code == 404


def test_the_list_says_formats_and_states_in_words(desk: Desk, intake: Intake, editor: User) -> None:
    make_run(editor, state="finished", records=5)
    make_run(editor, state="reading", started_at=timezone.now() - timedelta(hours=1), format="gone")
    text = desk.client.get(reverse("admin:claims_importrun_changelist")).content.decode()
    assert [word in text for word in ("Table (CSV, TSV)", ">Finished<", ">Interrupted<", "gone")] == [
        True
    ] * 4


class TestProblems:
    def test_a_problem_shows_its_record_as_text(self, desk: Desk, run: ImportRun) -> None:
        problem = make_problem(
            run, fields={"statement": "<b>Trams</b> are free."}, record={"claim": "<i>Trams</i>"}
        )
        text = desk.text(problem)
        assert "&quot;statement&quot;: &quot;&lt;b&gt;Trams&lt;/b&gt; are free.&quot;" in text
        assert "&lt;i&gt;Trams&lt;/i&gt;" in text
        document = html.document_fromstring(text)
        folded = document.cssselect("details.desk-fold:not([open]) > pre")
        assert document.cssselect("pre") == folded
        assert [pre.getparent().cssselect("summary")[0].text_content() for pre in folded] == [
            "The values that were recognised, under this program’s field names",
            "The original record",
        ]
        assert desk.page(run) in text
        assert "&lt;b&gt;Trams&lt;/b&gt; are free." in desk.client.get(PROBLEMS).content.decode()

    def test_a_record_that_is_not_an_object_is_shown_unchanged(self, desk: Desk, run: ImportRun) -> None:
        problem = make_problem(run, fields=None, record="half a\nline")
        document = html.document_fromstring(desk.text(problem))
        assert [pre.text_content() for pre in document.cssselect("pre")] == ["half a\nline"]

    def test_kinds_are_those_of_the_chosen_import(self, desk: Desk, run: ImportRun, editor: User) -> None:
        make_problem(run, "no statement")
        make_problem(make_run(editor), "no address")
        page = desk.client.get(PROBLEMS, {"run__id__exact": run.pk})
        (kinds,) = (spec for spec in page.context["cl"].filter_specs if spec.title == "kind")
        assert kinds.lookup_choices == [("no statement", "no statement")]

    def test_problems_are_only_looked_at(self, desk: Desk, run: ImportRun) -> None:
        problem = make_problem(run)
        assert desk.client.post(desk.page(problem), {"reason": "Other."}).status_code == 403
        assert desk.client.get(reverse("admin:claims_importproblem_add")).status_code == 403
