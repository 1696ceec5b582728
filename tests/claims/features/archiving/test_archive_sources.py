"""`manage.py archive_sources`: requesting, archiving and continuing."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError

from claims.features.archiving import copies, schedule
from claims.features.archiving import tasks as archiving_tasks
from claims.features.archiving.cited_sources import request_cited_copies, request_imported_copies
from claims.features.archiving.copies import ArchiverOptions, archive_source
from claims.features.archiving.models import ArchivedCopy, ArchivingRequest
from claims.models import Appearance, Evidence
from sources.known_sites import KnownSites
from sources.models import Publisher, Source
from tests.helpers.ledger_rows import imported_verdict
from tests.helpers.newsroom import make_claim, make_draft, make_source
from tests.helpers.parallel import served
from tests.helpers.site import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.ARCHIVE_BROWSER = settings.TIMESTAMP_AUTHORITY = ""
    choices = ArchiverOptions(KnownSites(max_wait_seconds=0.0), allow_loopback=True, pause=0.0)
    monkeypatch.setattr(copies, "get_archiver_options", lambda: choices)
    site = Site()
    with served(site.server):
        yield site


@pytest.fixture
def cited(site: Site, checker: User) -> list[Source]:
    """Two pages, of which one verdict rests on one, and a claim appears in the other."""
    claim = make_claim()
    draft = make_draft(claim, checker)
    draft.evidence.all().delete()
    pages = [make_source(url=site.page(f"/{name}", b"<p>The last ferry leaves.</p>")) for name in "ab"]
    Evidence.objects.create(verdict=draft, source=pages[0], stance="refutes")
    Appearance.objects.create(claim=claim, source=pages[1])
    ArchivingRequest.objects.all().delete()  # as if they had been cited before there was an archive
    return pages


@pytest.fixture
def imported(site: Site, db: None) -> Source:
    claim = make_claim()
    imported_verdict(claim, Publisher.objects.create(name="Harbour Facts"))
    page = make_source(url=site.page("/imported"))
    Appearance.objects.create(claim=claim, source=page)
    return page


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("archive_sources", *arguments, stdout=output, stderr=StringIO())
    return output.getvalue().strip()


def archived() -> set[Source]:
    return {copy.source for copy in ArchivedCopy.objects.select_related("source")}


def test_everything_that_is_cited_is_archived_once(cited: list[Source], imported: Source) -> None:
    make_source()  # no claim cites it
    assert run() == "Archived: 2. Failed attempts: 0. To be tried again: 0."
    assert archived() == set(cited)
    assert run("--missing") == "Archived: 0. Failed attempts: 0. To be tried again: 0."
    assert run("--imported") == "Archived: 1. Failed attempts: 0. To be tried again: 0."
    assert archived() == {*cited, imported}


def test_it_only_queues_requests_for_the_worker(cited: list[Source], imported: Source) -> None:
    assert run("--ask") == "2 copies queued."
    assert run("--ask", "--imported", "--missing") == "1 copy queued."
    assert not ArchivedCopy.objects.exists()


def test_a_stopped_command_continues(cited: list[Source], monkeypatch: pytest.MonkeyPatch) -> None:

    def once(source: Source, **named: Any) -> ArchivedCopy:
        if ArchivedCopy.objects.exists():
            raise KeyboardInterrupt
        return archive_source(source, **named)

    with monkeypatch.context() as patch:
        patch.setattr(schedule, "archive_source", once)
        with pytest.raises(CommandError, match="run the same command to continue"):
            run()
    assert len(archived()) == 1
    ArchivingRequest.objects.update(held_until=None)  # some minutes later
    assert run() == "Archived: 1. Failed attempts: 0. To be tried again: 0."
    assert archived() == set(cited)


def test_pages_that_could_not_be_archived_are_named(site: Site, cited: list[Source]) -> None:
    site.page("/a", b"", 404)
    output = StringIO()
    with pytest.raises(CommandError, match="Some pages could not be archived"):
        call_command("archive_sources", stdout=StringIO(), stderr=output)
    assert (
        f"{cited[0].url}: {cited[0].url} does not exist, or no longer exists (HTTP 404)" in output.getvalue()
    )
    assert archived() == {cited[1]}


def test_some_pages_cited_by_others_are_requested_each_night(
    site: Site, imported: Source, settings: Any
) -> None:
    second = make_source(url=site.page("/second"))
    Appearance.objects.create(claim=imported.appearances.get().claim, source=second)
    nowhere = make_source(url="")
    Appearance.objects.create(claim=imported.appearances.get().claim, source=nowhere)
    settings.ARCHIVE_IMPORTED_PER_DAY = 0
    archiving_tasks.archive_imported(0)
    assert not ArchivingRequest.objects.exists()
    settings.ARCHIVE_IMPORTED_PER_DAY = 1
    archiving_tasks.archive_imported(0)
    archiving_tasks.archive_imported(0)
    archiving_tasks.archive_imported(0)
    assert list(ArchivingRequest.objects.order_by("pk").values_list("source", "reason")) == [
        (imported.pk, "import"),
        (second.pk, "import"),
    ]


def test_pages_cited_by_the_newsroom_come_first(cited: list[Source], imported: Source) -> None:
    assert request_imported_copies(10) == 3
    assert request_cited_copies() == 2
    assert [outcome.source for outcome in schedule.archive_due(lambda: False)][-1] == imported
