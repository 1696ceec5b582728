"""Who speaks for the house, as the database itself holds it."""

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, ImportRun, Verdict
from sources.models import Publisher
from tests.helpers.broken_rules import refused, sql
from tests.helpers.newsroom import make_claim, person, rating, rating_of
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

ARRIVE = """
    INSERT INTO claims_verdict (claim_id, publisher_id, version, origin, archive_run_id, is_restored, rating_id, byline,
        title, summary, explanation, language, url, correction_kind, correction_note, state, review_round,
        required_signoffs, reviewed_on, published_at, edited_by)
    VALUES (%s, %s, 1, %s, %s, %s, %s, '', '', 'Said.', '', 'en', '', '', '', %s, 0, 1, now(), now(), '{}')
"""
RELEASE = "UPDATE claims_importrun SET released_by_id = %s, released_by_name = 'SQL', released_at = now() WHERE id = %s"


@pytest.fixture
def second(db: None) -> User:
    return person("ben", "Administrator")


@pytest.fixture
def run(administrator: User) -> ImportRun:
    """An archive that waits for a second administrator."""
    return ImportRun.objects.create(
        origin="archive.csv", house_archive=True, started_by=administrator, state="held", sample=[{}]
    )


def arriving(
    publisher: Publisher,
    origin: str,
    *,
    run: ImportRun | None = None,
    restored: bool = False,
    state: str = "published",
) -> tuple[object, ...]:
    return (
        make_claim().pk,
        publisher.pk,
        origin,
        run.pk if run else None,
        restored,
        (rating() if publisher.is_house else rating_of(publisher)).pk,
        state,
    )


@sweep("state", ["draft", "in_review", "published", "superseded", "retracted"], undone=True)
def test_no_import_speaks_for_it(house: Publisher, state: str) -> None:
    refused(ARRIVE, *arriving(house, "imported", state=state), match="verdict_no_import_for_the_house")


def test_others_may_be_imported() -> None:
    assert sql(ARRIVE, *arriving(Publisher.objects.create(name="Others"), "imported")) == 1


@sweep("state", ["published", "superseded", "retracted", "in_review"], undone=True)
def test_its_verdicts_cannot_be_inserted_as_reviewed(house: Publisher, state: str) -> None:
    refused(ARRIVE, *arriving(house, "house", state=state), match="verdict_")


def test_an_archive_needs_a_run(house: Publisher) -> None:
    refused(ARRIVE, *arriving(house, "house_archive"), match="verdict_of_the_archive_names_its_run")


def test_an_archive_needs_a_released_run(house: Publisher, run: ImportRun, second: User) -> None:
    arrival = arriving(house, "house_archive", run=run)
    refused(ARRIVE, *arrival, match="verdict_archive_was_released")
    other = ImportRun.objects.create(origin="table.csv", started_by=second, state="finished")
    refused(ARRIVE, *arriving(house, "house_archive", run=other), match="verdict_archive_was_released")
    sql(RELEASE, second.pk, run.pk)
    assert sql(ARRIVE, *arrival) == 1


def test_an_archive_is_the_houses(run: ImportRun, second: User) -> None:
    sql(RELEASE, second.pk, run.pk)
    others = Publisher.objects.create(name="Others")
    refused(ARRIVE, *arriving(others, "house_archive", run=run), match="verdict_archive_is_the_houses")


def test_only_an_archive_names_a_run(house: Publisher, run: ImportRun) -> None:
    others = Publisher.objects.create(name="Others")
    refused(ARRIVE, *arriving(others, "imported", run=run), match="verdict_of_the_archive_names_its_run")


def test_an_archive_is_released_by_another_person(run: ImportRun, administrator: User, second: User) -> None:
    refused(RELEASE, administrator.pk, run.pk, match="importrun_is_released_by_somebody_else")
    unsigned = "UPDATE claims_importrun SET released_at = now() WHERE id = %s"
    refused(unsigned, run.pk, match="importrun_is_released_by_somebody_else")
    sql(RELEASE, second.pk, run.pk)


@sweep(
    "change",
    [
        "started_by_id = NULL",
        "house_archive = false",
        "upload = 'imports/other.csv'",
        "content_sha256 = 'other'",
        "format_settings = '{\"mapping\": {}}'",
        "sample = '[]'",
        "origin = 'other.csv'",
    ],
    undone=True,
)
@sweep("is_released", [False, True], undone=True)
def test_the_inspected_sample_cannot_be_changed(
    change: str, is_released: bool, run: ImportRun, second: User
) -> None:
    if is_released:
        sql(RELEASE, second.pk, run.pk)
    refused(
        f"UPDATE claims_importrun SET {change} WHERE id = %s",
        run.pk,
        match="importrun_is_released_as_it_was_held",
    )


def test_a_release_is_not_taken_back_nor_given_again(
    run: ImportRun, administrator: User, second: User
) -> None:
    sql(RELEASE, second.pk, run.pk)
    back = "UPDATE claims_importrun SET released_by_id = NULL, released_at = NULL, released_by_name = '' WHERE id = %s"
    refused(back, run.pk, match="importrun_is_released_once")
    refused(RELEASE, person("eva", "Administrator").pk, run.pk, match="importrun_is_released_once")


@sweep("state", ["chosen", "waiting", "reading", "failed"], undone=True)
def test_nothing_is_released_before_it_was_held(state: str, run: ImportRun, second: User) -> None:
    sql("UPDATE claims_importrun SET state = %s, error = 'None.' WHERE id = %s", state, run.pk)
    refused(RELEASE, second.pk, run.pk, match="importrun_is_released_once")


def test_nothing_begins_released(administrator: User, second: User) -> None:
    refused(
        "INSERT INTO claims_importrun (origin, upload, content_sha256, format, format_settings, state, started_by_id,"
        " started_by_name, house_archive, released_by_id, released_by_name, released_at, bytes_read, records, created,"
        " updated, unchanged, refused, incomplete, error, undone_by_name) VALUES ('a', '', '', '', '{}', 'held', %s,"
        " '', true, %s, 'SQL', now(), 0, 0, 0, 0, 0, 0, 0, '', '')",
        administrator.pk,
        second.pk,
        match="importrun_begins_unreleased",
    )


@sweep("state", ["writing", "finished", "undoing", "undone"], undone=True)
def test_nothing_is_written_before_the_release(state: str, run: ImportRun) -> None:
    refused(
        "UPDATE claims_importrun SET state = %s WHERE id = %s",
        state,
        run.pk,
        match="importrun_archive_is_written_when_released",
    )


def test_a_held_archive_shows_a_sample(administrator: User) -> None:
    run = ImportRun.objects.create(origin="a.csv", house_archive=True, started_by=administrator)
    refused(
        "UPDATE claims_importrun SET state = 'held' WHERE id = %s",
        run.pk,
        match="importrun_held_shows_a_sample",
    )


def test_an_archive_needs_an_importing_person() -> None:
    run = ImportRun.objects.create(origin="a.csv")
    refused(
        "UPDATE claims_importrun SET house_archive = true WHERE id = %s",
        run.pk,
        match="importrun_archive_is_somebodys",
    )


def test_a_run_with_verdicts_stays(run: ImportRun, house: Publisher, second: User) -> None:
    sql(RELEASE, second.pk, run.pk)
    sql(ARRIVE, *arriving(house, "house_archive", run=run))
    refused(
        "SET CONSTRAINTS ALL IMMEDIATE; DELETE FROM claims_importrun WHERE id = %s",
        run.pk,
        match="foreign key",
    )


@sweep("change", ["origin = 'house'", "archive_run_id = NULL", "is_restored = true"], undone=True)
def test_where_a_verdict_comes_from_never_changes(
    change: str, run: ImportRun, house: Publisher, second: User
) -> None:
    sql(RELEASE, second.pk, run.pk)
    sql(ARRIVE, *arriving(house, "house_archive", run=run))
    statement = f"UPDATE claims_verdict SET {change}"
    refused(statement, match="verdict_author_is_fixed")


class TestTheHouse:
    def test_is_no_publisher_that_published_before(self) -> None:
        others = Publisher.objects.create(name="Others")
        sql(ARRIVE, *arriving(others, "imported"))
        refused(
            "UPDATE sources_publisher SET is_house = true WHERE id = %s",
            others.pk,
            match="publisher_house_is_from_the_beginning",
        )

    def test_stays_the_house(self, house: Publisher) -> None:
        refused(
            "UPDATE sources_publisher SET is_house = false WHERE id = %s",
            house.pk,
            match="publisher_house_stays_the_house",
        )

    def test_verdicts_do_not_move_to_it(self, house: Publisher) -> None:
        others = Publisher.objects.create(name="Others")
        sql(ARRIVE, *arriving(others, "imported"))
        refused("UPDATE claims_verdict SET publisher_id = %s", house.pk, match="verdict_author_is_fixed")


class TestRestored:
    def test_is_restored_if_nothing_was_published_here(self, house: Publisher) -> None:
        assert sql(ARRIVE, *arriving(house, "house", restored=True)) == 1
        assert sql(ARRIVE, *arriving(house, "house_archive", restored=True)) == 1

    def test_not_if_the_newsroom_has_published(self, house: Publisher, published: Verdict) -> None:
        for origin in ("house", "house_archive"):
            refused(
                ARRIVE,
                *arriving(house, origin, restored=True),
                match="verdict_is_restored_before_work_begins",
            )

    def test_not_if_it_has_published_its_archive(
        self, house: Publisher, run: ImportRun, second: User
    ) -> None:
        sql(RELEASE, second.pk, run.pk)
        sql(ARRIVE, *arriving(house, "house_archive", run=run))
        refused(
            ARRIVE, *arriving(house, "house", restored=True), match="verdict_is_restored_before_work_begins"
        )

    def test_drafts_do_not_prevent_it(self, house: Publisher, draft: Verdict) -> None:
        assert sql(ARRIVE, *arriving(house, "house", restored=True)) == 1


def test_nothing_published_in_its_name_is_without_two_people(
    house: Publisher, run: ImportRun, second: User, published: Verdict
) -> None:
    """The effect of all rules, checked in the whole database."""
    sql(RELEASE, second.pk, run.pk)
    sql(ARRIVE, *arriving(house, "house_archive", run=run))
    unsigned = Verdict.objects.raw(
        "SELECT v.* FROM claims_verdict v WHERE v.publisher_id = %s AND v.state = 'published'"
        " AND NOT EXISTS (SELECT FROM claims_signoff s WHERE s.verdict_id = v.id AND s.by_id <> v.author_id)",
        [house.pk],
    )
    assert {(row.origin, row.archive_run_id, row.is_restored) for row in unsigned} == {
        ("house_archive", run.pk, False)
    }
    assert Claim.objects.count() == 2
