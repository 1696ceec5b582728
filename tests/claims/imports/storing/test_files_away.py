"""Imports while the file store is unavailable: nothing is lost, the desk gives the reason, and they continue."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.imports.storing import runs, tasks
from claims.models import ImportRun
from factcheck.installation.file_store import FileStoreUnavailable

pytestmark = pytest.mark.django_db

TABLE = b"claim,verdict\nTrams in Sundvik are free.,false\n"
SENTENCE = "The store of files (bucket newsroom at s3.example.org) cannot be reached."


class Store:
    """A storage on the disk that can be away."""

    is_away = False


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Store:
    settings.MEDIA_ROOT = tmp_path / "files"
    store = Store()
    for name in ("_open", "_save", "delete"):
        work = getattr(FileSystemStorage, name)

        def asked(storage: FileSystemStorage, *args: Any, work: Any = work, **options: Any) -> Any:
            if store.is_away:
                raise FileStoreUnavailable(SENTENCE)
            return work(storage, *args, **options)

        monkeypatch.setattr(FileSystemStorage, name, asked)
    return store


@pytest.fixture
def run(editor: User) -> ImportRun:
    return runs.create_run(SimpleUploadedFile("reviews.csv", TABLE), by=editor)


def test_two_files_of_one_name_have_two_places(run: ImportRun, editor: User) -> None:
    other = runs.create_run(SimpleUploadedFile("reviews.csv", TABLE + TABLE), by=editor)
    places = {str(run.upload.name), str(other.upload.name)}
    assert len(places) == 2
    assert {location.rpartition("/")[2] for location in places} == {"reviews.csv"}


@pytest.mark.parametrize("house_archive", [False, True])
def test_an_import_that_waits_for_its_file_says_so(run: ImportRun, store: Store, house_archive: bool) -> None:
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.WAITING, house_archive=house_archive)
    store.is_away = True
    for _attempt in range(2):
        with pytest.raises(FileStoreUnavailable):
            tasks.run_import(run_id=run.pk)
        run.refresh_from_db()
        assert (run.state, run.error) == ("failed", f"{SENTENCE} It is tried again by itself.")
    store.is_away = False
    tasks.run_import(run_id=run.pk)
    run.refresh_from_db()
    ended = ("failed", "None of the file’s records can be stored.") if house_archive else ("finished", "")
    assert (run.state, run.error, run.records) == (*ended, 1)


@pytest.mark.parametrize("task", [tasks.run_import, tasks.remove_upload])
def test_the_worker_tries_again_for_hours_and_not_for_other_reasons(task: Any) -> None:
    job = type("Job", (), {"attempts": 7, "priority": 0, "queue": "imports", "lock": None})()
    assert task.retry_strategy.get_retry_decision(exception=FileStoreUnavailable(""), job=job) is not None
    assert task.retry_strategy.get_retry_decision(exception=ValueError(), job=job) is None


def test_the_file_of_a_discarded_import_is_deleted_when_the_store_is_back(
    run: ImportRun, store: Store, editor: User, django_capture_on_commit_callbacks: Any
) -> None:
    name = str(run.upload.name)
    store.is_away = True
    with django_capture_on_commit_callbacks(execute=True):
        runs.discard_run(run, by=editor)
    assert (ImportRun.objects.count(), default_storage.exists(name)) == (0, True)
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == (runs.REMOVE_UPLOAD, {"name": name})
    store.is_away = False
    tasks.remove_upload(**job.args)
    assert not default_storage.exists(name)


def test_a_file_that_is_named_again_is_not_removed(run: ImportRun) -> None:
    tasks.remove_upload(name=str(run.upload.name))
    assert default_storage.exists(str(run.upload.name))


def test_the_desk_says_that_files_are_away_and_nothing_is_stored(
    store: Store, editor: User, client: Client
) -> None:
    client.force_login(editor)
    client.raise_request_exception = False
    store.is_away = True
    answer = client.post(
        reverse("admin:claims_importrun_add"), {"file": SimpleUploadedFile("reviews.csv", TABLE)}
    )
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    page = answer.content.decode()
    assert "The file store cannot be reached, so nothing was stored." in page
    assert "s3.example.org" not in page
    assert ImportRun.objects.count() == 0
