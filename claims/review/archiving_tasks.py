"""Background jobs that request copies of sources cited only by imported archives, a daily number at a time."""

from django.conf import settings
from procrastinate.contrib.django import app

from claims.review.cited_sources import request_imported_copies


@app.periodic(cron="47 2 * * *")
@app.task(name="claims.review.archive_imported", queueing_lock="claims.review.archive_imported")
def archive_imported(timestamp: int) -> None:
    """Once a night, where `ARCHIVE_IMPORTED_PER_DAY` says so."""
    if settings.ARCHIVE_IMPORTED_PER_DAY:
        request_imported_copies(settings.ARCHIVE_IMPORTED_PER_DAY)
