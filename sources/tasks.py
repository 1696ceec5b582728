"""Import all background jobs of sources, so that the worker finds them."""

from django.contrib.auth.models import User
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from factcheck.database.deferred_jobs import periodic_task
from factcheck.installation.file_store import FileStoreUnavailable
from sources import known_sites
from sources.capture import capture
from sources.http.fetch_errors import TEMPORARY_REASONS, FetchError
from sources.http.fetched_documents import fetch
from sources.media import keyframes
from sources.models import Source
from sources.source_kinds import Material

__all__ = ["UrlUnresponsive", "capture_source", "delete_unvisited_sites", "keyframes"]


class UrlUnresponsive(Exception):
    """The URL does not respond at present, so the job is retried."""


# Retries after 10 s, 100 s and 17 minutes; then the job fails, and the desk shows it.
@app.task(
    queue="fetch",
    retry=RetryStrategy(
        max_attempts=4, exponential_wait=10, retry_exceptions=[UrlUnresponsive, FileStoreUnavailable]
    ),
)
def capture_source(*, source_id: int, by_id: int | None = None) -> None:
    """Capture a source's URL; nothing changes if the text equals the latest snapshot.

    Raises:
        FetchError: nothing could be fetched from the URL.
        ExtractionError: the document has no text.
    """
    source = Source.objects.get(pk=source_id)
    try:
        material = Material.fetched(fetch(source.url))
    except FetchError as error:
        if error.reason_code in TEMPORARY_REASONS:
            raise UrlUnresponsive(str(error)) from error
        raise
    by = User.objects.get(pk=by_id) if by_id else None
    capture(material, source=source, by=by)


@periodic_task("23 3 * * *")
def delete_unvisited_sites(timestamp: int) -> None:
    """Delete sites that are no longer used. Runs daily."""
    known_sites.delete_unvisited_sites()
