"""Archive due sources one after another, and record each result."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext

from claims.features.archiving.copies import archive_source
from claims.features.archiving.models import ArchivedCopy
from claims.features.archiving.queue import LeasedSource
from factcheck.installation.file_store import FileStoreUnavailable
from factcheck.installation.messages import translate_message
from sources.archive import ArchiveError
from sources.http.fetch_errors import TEMPORARY_REASONS, FetchError
from sources.models import Source

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ArchivingOutcome:
    """The result of archiving one source."""

    source: Source
    copy: ArchivedCopy | None
    problem: str = ""


def archive_next(source_ids: Iterable[int] | None = None) -> ArchivingOutcome | None:
    """Archive the next due source and return the outcome, or None if no source is due."""
    lease = LeasedSource.lease_next(source_ids)
    if lease is None:
        return None
    try:
        copy = archive_source(lease.source, reason=lease.reason, by=lease.requested_by)
    except FetchError as error:
        if error.reason_code == "asked_to_wait":
            lease.postpone(max(error.wait, timedelta(seconds=1)))
        else:
            lease.record_failure(
                translate_message(error.sentence),
                is_final=error.reason_code not in TEMPORARY_REASONS,
                requested_delay=error.wait,
            )
        return ArchivingOutcome(lease.source, None, translate_message(error.sentence))
    except (FileStoreUnavailable, ArchiveError, OSError) as error:
        problem = _describe_own_fault(error)
        logger.error("Source %s is not archived: %s", lease.source.pk, problem)
        lease.postpone_for_own_fault(problem)
        return ArchivingOutcome(lease.source, None, problem)
    lease.record_copy(copy)
    return ArchivingOutcome(lease.source, copy)


def archive_due(
    is_stopped: Callable[[], bool], source_ids: Iterable[int] | None = None
) -> Iterable[ArchivingOutcome]:
    """Archive due sources and yield each outcome, until none is left or `is_stopped()` returns True."""
    remaining_ids = None if source_ids is None else list(source_ids)
    while not is_stopped() and (outcome := archive_next(remaining_ids)) is not None:
        yield outcome


def _describe_own_fault(error: Exception) -> str:
    if isinstance(error, OSError):
        return gettext(
            "The copy cannot be stored: %(strerror)s. Archiving will be tried again once this is solved."
        ) % {"strerror": error.strerror or error}
    return str(error)
