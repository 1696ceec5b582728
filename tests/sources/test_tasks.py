"""Capturing a source in the background."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.models import Appearance
from sources import tasks
from sources.extraction import ExtractionError
from sources.http.fetch_errors import TEMPORARY_REASONS, FetchError
from sources.http.fetched_documents import FetchedDocument
from sources.models import Snapshot, Source
from sources.tasks import UrlUnresponsive, capture_source
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db

TEXT = "Sundvik loses its ferries\n\nThe council closes the last line in May 2024.\n\nIt opened in 1911."


@pytest.fixture(autouse=True)
def archive(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Decide what every address holds: a text, or an error."""

    def decide(held: str | FetchError) -> None:
        def fetch(url: str) -> FetchedDocument:
            if isinstance(held, FetchError):
                raise held
            moment = datetime(2024, 4, 3, 12, tzinfo=UTC)
            return FetchedDocument(url, url, 200, held.encode(), "text/plain", "utf-8", moment, "", "")

        monkeypatch.setattr(tasks, "fetch", fetch)

    return decide


def test_the_present_content_is_the_next_snapshot_and_anchors_follow(answer: Any, editor: User) -> None:
    source = make_source(TEXT, title="Ferries")
    appearance = make_appearance(make_claim(), source, "It opened in 1911.")
    answer(TEXT.replace("Sundvik loses", "The town of Sundvik loses"))
    capture_source(source_id=source.pk, by_id=editor.pk)
    snapshot = Snapshot.objects.get(source=source, number=2)
    assert (snapshot.captured_by, snapshot.captured_at) == (editor, datetime(2024, 4, 3, 12, tzinfo=UTC))
    appearance.refresh_from_db()
    assert (appearance.snapshot, appearance.anchor) == (snapshot, Appearance.Anchor.ANCHORED)
    assert snapshot.text[appearance.start : appearance.end] == "It opened in 1911."
    source.refresh_from_db()
    assert source.title == "Ferries"


def test_unchanged_text_makes_no_snapshot(answer: Any) -> None:
    source = make_source(TEXT)
    answer(TEXT)
    capture_source(source_id=source.pk)
    assert source.snapshots.count() == 1
    assert Source.objects.count() == 1


@pytest.mark.parametrize("reason", sorted(TEMPORARY_REASONS))
def test_temporary_failures_are_retried(answer: Any, reason: str) -> None:
    answer(FetchError(reason, "Try again later."))
    with pytest.raises(UrlUnresponsive, match=r"^Try again later\.$"):
        capture_source(source_id=make_source().pk)
    assert Snapshot.objects.count() == 0


def test_permanent_failures_are_not_retried(answer: Any) -> None:
    source = make_source()
    answer(FetchError("not_found", "It does not exist."))
    with pytest.raises(FetchError, match=r"^It does not exist\.$"):
        capture_source(source_id=source.pk)
    answer(" ")
    with pytest.raises(ExtractionError):
        capture_source(source_id=source.pk)
    assert Snapshot.objects.count() == 0


@pytest.mark.parametrize(
    "error, again",
    [(UrlUnresponsive("later"), True), (FetchError("not_found", "gone"), False), (OSError(), False)],
)
def test_only_temporary_failures_are_retried(error: Exception, again: bool) -> None:
    source = make_source()
    capture_source.defer(source_id=source.pk)
    row = ProcrastinateJob.objects.get()
    assert (row.queue_name, row.args) == ("fetch", {"source_id": source.pk})
    strategy = capture_source.retry_strategy
    assert strategy is not None
    decision = strategy.get_retry_decision(exception=error, job=row.procrastinate_job)
    assert (decision is not None) is again
