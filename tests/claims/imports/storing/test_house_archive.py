"""The newsroom's own archive: imported by one administrator, inspected and released by another."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from claims.imports.reading.recipe import Recipe
from claims.imports.storing import house_archive, runs
from claims.imports.storing.tasks import run_import
from claims.imports.storing.undo import undo_run
from claims.models import Claim, ImportRun, Publication, Verdict
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import workflow
from sources.models import Publisher
from tests.claims.imports.storing.test_house_records import SITE, ours, reasons, site
from tests.helpers.imported_reviews import STATEMENT, bring, counts, live, newest, review
from tests.helpers.newsroom import make_claim, make_draft, person

__all__ = ["site"]  # a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def second(db: None) -> User:
    return person("ben", "Administrator")


def file_of(folder: Path, *records: dict[str, Any]) -> str:
    path = folder / "archive.ndjson"
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return str(path)


@pytest.fixture
def held(administrator: User, tmp_path: Path) -> ImportRun:
    location = file_of(
        tmp_path, ours(id="17"), ours(statement="The tunnel is closed.", review_url=f"{SITE}/tunnel")
    )
    return house_archive.preview_archive(house_archive.store_copy(location, Recipe(), by=administrator))


def released(run: ImportRun, by: User) -> ImportRun:
    """Released, and imported as the worker does."""
    house_archive.release_archive(run, by=by)
    run_import(run_id=run.pk)
    run.refresh_from_db()
    return run


def archived(folder: Path, *records: dict[str, Any], asked: User, by: User) -> ImportRun:
    run = house_archive.preview_archive(
        house_archive.store_copy(file_of(folder, *records), Recipe(), by=asked)
    )
    return released(run, by)


def test_is_held_with_nothing_stored(held: ImportRun, administrator: User) -> None:
    assert (held.state, held.records, held.refused, held.started_by) == ("held", 2, 0, administrator)
    assert not Claim.objects.exists() | Verdict.objects.exists() | Publication.objects.exists()
    assert held.sample is not None
    assert {record["statement"] for record in held.sample} == {STATEMENT, "The tunnel is closed."}
    run_import(run_id=held.pk)  # a worker that is too early
    assert not Claim.objects.exists()


def test_another_administrator_releases_it(
    held: ImportRun, administrator: User, second: User, house: Publisher
) -> None:
    run = released(held, second)
    assert (run.state, counts(run)) == ("finished", {"created": 2})
    assert (run.released_by, run.released_by_name) == (second, "Ben")
    verdict = live(Claim.objects.get(statement=STATEMENT))
    assert (verdict.publisher, verdict.origin, verdict.archive_run, verdict.author) == (
        house,
        "house_archive",
        run,
        None,
    )
    assert newest(verdict.claim)["verdicts"][0]["origin"] == "house_archive"


def test_people_cannot_release_their_own_import(held: ImportRun, administrator: User) -> None:
    with pytest.raises(NotAllowed, match="Another administrator"):
        house_archive.release_archive(held, by=administrator)
    assert not house_archive.can_release(held, administrator)
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.parametrize("role", ["contributor", "checker", "editor"])
def test_is_for_administrators(
    role: str, request: pytest.FixtureRequest, held: ImportRun, tmp_path: Path
) -> None:
    somebody = request.getfixturevalue(role)
    with pytest.raises(NotAllowed):
        house_archive.release_archive(held, by=somebody)
    with pytest.raises(NotAllowed):
        house_archive.store_copy(file_of(tmp_path, ours()), Recipe(), by=somebody)
    chosen = ImportRun.objects.create(origin="a.csv", upload="imports/a.csv", started_by=somebody)
    with pytest.raises(NotAllowed):
        house_archive.queue_archive(chosen, by=somebody)
    assert not ImportRun.objects.filter(house_archive=True).exclude(pk=held.pk).exists()


def test_a_person_who_has_left_cannot_release(held: ImportRun, second: User) -> None:
    User.objects.filter(pk=second.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        house_archive.release_archive(held, by=User.objects.get(pk=second.pk))


def test_is_released_once(held: ImportRun, second: User) -> None:
    released(held, second)
    with pytest.raises(NotPossible, match="is not waiting"):
        house_archive.release_archive(held, by=second)


def test_is_not_held_twice(held: ImportRun, administrator: User, tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="is already waiting for a second administrator"):
        house_archive.store_copy(str(tmp_path / "archive.ndjson"), Recipe(), by=administrator)


@pytest.mark.parametrize("location", ["-", "https://newsroom.example/feed.xml", "."])
def test_is_a_file(location: str, administrator: User) -> None:
    with pytest.raises(NotPossible, match="A newsroom archive must be a single file"):
        house_archive.store_copy(location, Recipe(), by=administrator)


def test_a_file_changed_afterwards_is_not_imported(held: ImportRun, second: User, tmp_path: Path) -> None:
    file_of(tmp_path, ours(statement="Put in after the look."))
    released(held, second)
    assert set(Claim.objects.values_list("statement", flat=True)) == {STATEMENT, "The tunnel is closed."}


def test_an_unusable_file_is_not_held(administrator: User, tmp_path: Path) -> None:
    run = house_archive.preview_archive(
        house_archive.store_copy(file_of(tmp_path, ours(statement="")), Recipe(), by=administrator)
    )
    assert (run.state, run.error, run.refused) == ("failed", "None of the file’s records can be stored.", 1)


def test_records_of_others_are_refused(administrator: User, second: User, tmp_path: Path) -> None:
    run = archived(tmp_path, review(), ours(statement="Other."), asked=administrator, by=second)
    assert counts(run) == {"created": 1, "refused": 1}
    assert [code for code, _ in reasons(run)] == ["record of this newsroom"]
    assert set(Verdict.objects.values_list("origin", flat=True)) == {"house_archive"}


def test_another_archive_may_revise_it_and_nothing_else_may(
    held: ImportRun, administrator: User, second: User, editor: User, tmp_path: Path
) -> None:
    released(held, second)
    claim = Claim.objects.get(statement=STATEMENT)
    changed = ours(id="17", rating="True")
    run = bring(changed, run=ImportRun.objects.create(origin="file.jsonl", started_by=editor))
    assert counts(run) == {"refused": 1}
    reworded = bring(
        ours(id="17", statement="Put in the newsroom's mouth."),
        run=ImportRun.objects.create(origin="file.jsonl", started_by=editor),
    )
    assert counts(reworded) == {"refused": 1}
    assert newest(claim)["statement"] == STATEMENT
    later = archived(tmp_path, changed, asked=second, by=administrator)
    assert counts(later) == {"updated": 1}
    verdict = live(claim)
    assert (verdict.version, verdict.archive_run, verdict.origin) == (2, later, "house_archive")
    undo_run(later, by=administrator)
    verdict = live(claim)
    assert (verdict.version, verdict.archive_run, verdict.rating.label) == (3, held, "False")  # type: ignore[union-attr]


def test_undoing_it_retracts_its_publications(held: ImportRun, administrator: User, second: User) -> None:
    undo_run(released(held, second), by=administrator)
    assert set(Verdict.objects.values_list("origin", "state")) == {("house_archive", "retracted")}
    assert not Publication.objects.current().exists()


@pytest.mark.parametrize("corrected", [{}, {"rating": "True"}, {"summary": "Corrected."}])
def test_after_it_was_undone_it_comes_in_again_corrected(
    corrected: dict[str, Any], held: ImportRun, administrator: User, second: User, tmp_path: Path
) -> None:
    """On a claim that stays, because it also has another publisher's verdict."""
    bring(review())
    undo_run(released(held, second), by=administrator)
    run = archived(tmp_path, ours(id="17", **corrected), asked=administrator, by=second)
    assert (counts(run), reasons(run)) == ({"created": 1}, [])
    verdict = Claim.objects.get(statement=STATEMENT).verdicts.get(publisher__is_house=True, state="published")
    assert (verdict.origin, verdict.archive_run, verdict.version) == ("house_archive", run, 2)


def test_retracted_claims_are_not_imported_again(
    held: ImportRun, administrator: User, second: User, editor: User, tmp_path: Path
) -> None:
    released(held, second)
    workflow.move(live(Claim.objects.get(statement=STATEMENT)), "retract", by=editor, note="Wrong.")
    run = archived(tmp_path, ours(id="17", rating="True"), asked=administrator, by=second)
    assert counts(run) == {"refused": 1}
    assert not Claim.objects.get(statement=STATEMENT).publications.current().filter(status="published")


def test_another_statement_of_its_page_is_a_separate_claim(
    held: ImportRun, administrator: User, second: User, tmp_path: Path
) -> None:
    released(held, second)
    later = archived(tmp_path, ours(statement="The ferry is free."), asked=second, by=administrator)
    assert (counts(later), Claim.objects.filter(state="accepted").count()) == ({"created": 1}, 3)
    assert live(Claim.objects.get(statement=STATEMENT)).version == 1


def test_drafts_and_withdrawals_of_editors_stay(
    administrator: User, second: User, checker: User, tmp_path: Path
) -> None:
    make_draft(make_claim(STATEMENT), checker)
    run = archived(tmp_path, ours(claimant=None), asked=administrator, by=second)
    assert counts(run) == {"refused": 1}
    assert not Publication.objects.exists()


def test_correcting_it_takes_sign_offs_as_always(
    held: ImportRun, second: User, checker: User, publish: Any
) -> None:
    released(held, second)
    claim = Claim.objects.get(statement=STATEMENT)
    publish(claim, correction_kind="correction", correction_note="The accounts were audited.")
    assert [verdict["origin"] for verdict in newest(claim)["verdicts"]] == ["house"]
    assert set(claim.verdicts.values_list("origin", "state")) == {
        ("house_archive", "superseded"),
        ("house", "published"),
    }


def test_is_not_gone_on_with_as_another_import(administrator: User, editor: User, tmp_path: Path) -> None:
    location = file_of(tmp_path, ours())
    run = house_archive.store_copy(location, Recipe(), by=administrator)
    ImportRun.objects.filter(pk=run.pk).update(state="failed", error="Broken off.")
    assert runs.find_or_create_run(location, Recipe(), by=editor).pk != run.pk


def test_without_a_release_it_cannot_be_carried_out(held: ImportRun) -> None:
    with (
        pytest.raises(IntegrityError, match="importrun_archive_is_written_when_released"),
        transaction.atomic(),
    ):
        runs.run_upload(held)
    assert not Claim.objects.exists()
