"""Import an article that a watch has found, store a new snapshot if it has changed, or record why this failed."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from claims.articles.article_import import import_article, read_article
from claims.features.watches.listed_pages import compute_next_check
from claims.features.watches.models import Watch, WatchedPage, WatchProgress
from factcheck.installation.file_store import FileStoreUnavailable
from factcheck.installation.messages import translate_message
from sources.capture import extract_document
from sources.extraction import ExtractionError
from sources.http.fetch_errors import TEMPORARY_REASONS, FetchError
from sources.http.fetched_documents import ACCEPTED_MEDIA_TYPES, FetchedDocument, Limits
from sources.http.polite_visits import PoliteVisitor
from sources.http.validators import clean_error_text, clean_validators
from sources.models import Snapshot
from sources.overrides import NO_OVERRIDES, Overrides
from sources.source_kinds import Material

logger = logging.getLogger(__name__)

LIMITS = Limits()
NOT_MODIFIED = 304

#: The number of attempts at a failing page: the second after 10 minutes, each later one after three times as
#: long a pause.
MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(minutes=10)

_RETRIED_REASONS = TEMPORARY_REASONS | {"robots_unknown"}
_State = WatchedPage.State


@dataclass(frozen=True, slots=True)
class PageResult:
    """The result of checking one page of a watch.

    Attributes:
        kind: `new`, `known` (a new page of a stored article), `changed`, `unchanged`, `failed`, or `later`
        (its site may not be visited now).
        proposal_count: the number of proposed claims.
        failure: the reason for a failure, in a sentence.
    """

    kind: Literal["new", "known", "changed", "unchanged", "failed", "later"]
    page: WatchedPage
    proposal_count: int = 0
    failure: str = ""


def find_next_page(watch: Watch, now: datetime) -> WatchedPage | None:
    """Return the next page to fetch, or None. New pages come first, newest first, within the day's budget."""
    due_pages = watch.pages.due(now)
    if Watch.objects.with_budget_left(now).filter(pk=watch.pk).exists():
        newest_first = (F("listed_at").desc(nulls_last=True), "pk")
        if page := due_pages.waiting().order_by(*newest_first).first():
            return page
    return due_pages.exclude(state=_State.WAITING).order_by("next_look_at", "pk").first()


class _SearchFailed(Exception):
    """Detecting claims in the article failed."""


def check_page(page: WatchedPage, watch: Watch, visitor: PoliteVisitor) -> PageResult | None:
    """Fetch a page and import its article. Return None if another process has leased the page.

    The attempt is recorded beforehand. A page that crashes the program is therefore abandoned in the end,
    like any other failing page, and does not stop other pages.
    """
    now = timezone.now()
    retry_at = now + FIRST_RETRY * 3**page.attempts
    leased_page = WatchedPage.objects.filter(pk=page.pk, next_look_at=page.next_look_at)
    if page.state == _State.IMPORTED and page.source_id is None:
        return _abandon_page(
            page, gettext("The article’s source was deleted here, so the article is no longer followed.")
        )
    if page.attempts >= MAX_ATTEMPTS:
        return _abandon_page(page, page.failure or gettext("The program stopped during the import."))
    if not leased_page.update(attempts=F("attempts") + 1, next_look_at=retry_at, looked_at=now):
        return None
    due_at, page.next_look_at = page.next_look_at, retry_at
    page.attempts += 1
    try:
        response = visitor.get(page.url, LIMITS, ACCEPTED_MEDIA_TYPES, page.etag, page.last_modified)
        if response.status == NOT_MODIFIED:
            return _record_unchanged_page(page, now, response)
        return _import_page(page, watch, response)
    except FetchError as error:
        if error.reason_code == "asked_to_wait":
            WatchedPage.objects.filter(pk=page.pk, next_look_at=retry_at).update(
                attempts=F("attempts") - 1, next_look_at=max(due_at or now, now + error.wait)
            )
            return PageResult("later", page, failure=translate_message(error.sentence))
        is_permanent = error.reason_code not in _RETRIED_REASONS
        return _record_page_failure(
            page, translate_message(error.sentence), is_permanent=is_permanent, delay=error.wait
        )
    except (ExtractionError, _SearchFailed) as error:
        return _record_page_failure(page, str(error), is_permanent=isinstance(error, ExtractionError))
    except FileStoreUnavailable as unavailable:  # the page is not at fault
        logger.warning("%s is imported later: %s", page.url, unavailable)
        WatchedPage.objects.filter(pk=page.pk, next_look_at=retry_at).update(
            attempts=F("attempts") - 1, next_look_at=now + FIRST_RETRY
        )
        return PageResult("later", page, failure=gettext("The file store cannot be reached."))
    except Exception:  # whatever goes wrong with this page, the other pages are imported
        logger.exception("Importing %s failed", page.url)
        return _record_page_failure(
            page, gettext("An unexpected error occurred on this page; see the log."), is_permanent=False
        )


def _import_page(page: WatchedPage, watch: Watch, response: FetchedDocument) -> PageResult:
    now, material = timezone.now(), Material.fetched(response)
    was_waiting = page.state == _State.WAITING
    if not was_waiting and _has_known_text(page, material):
        # The article was already searched for claims, and the editors' decisions since then must stay.
        return _record_unchanged_page(page, now, response)
    # A person's settings are applied to an article only once, because an editor may have corrected the article since.
    overrides = Overrides(language=watch.language) if was_waiting else NO_OVERRIDES
    parsed_article = read_article(material, overrides)
    with transaction.atomic():
        article = import_article(material, overrides=overrides, article=parsed_article)
        proposal_count, failure = len(article.proposal.created), translate_message(article.proposal.failure)
        if failure and page.attempts < MAX_ATTEMPTS:
            # The transaction is undone, because a text that is already stored would not be searched again.
            raise _SearchFailed(
                gettext("The search for claims in this article failed, and will be tried again.")
            )
        is_stored = _store_outcome(
            page,
            response,
            state=_State.IMPORTED,
            failure=clean_error_text(failure),
            source=article.capture_result.source,
            title=page.title or article.capture_result.source.title[:300],
            unchanged=0,
            next_look_at=_compute_next_check(page, watch, now),
        )
        if not is_stored:
            # The watch was removed in the meantime, or another process has leased the page.
            transaction.set_rollback(True)
            return PageResult("failed", page, failure=gettext("The watch was removed in the meantime."))
        WatchProgress.objects.filter(pk=watch.pk).update(
            articles_of_day=F("articles_of_day") + int(was_waiting),
            proposals_of_day=F("proposals_of_day") + proposal_count,
        )
    if was_waiting:
        return PageResult("new" if article.capture_result.is_new_source else "known", page, proposal_count)
    return PageResult("changed", page, proposal_count)


def _has_known_text(page: WatchedPage, material: Material) -> bool:
    """Return whether the text is the same as in the latest snapshot of the page."""
    digest = hashlib.sha256(extract_document(material).text.encode()).hexdigest()
    snapshots = Snapshot.objects.filter(source=page.source_id).order_by("-number")
    return snapshots.values_list("text_sha256", flat=True).first() == digest


def _record_unchanged_page(page: WatchedPage, now: datetime, response: FetchedDocument) -> PageResult:
    _store_outcome(
        page, response, unchanged=page.unchanged + 1, next_look_at=_compute_next_check(page, page.watch, now)
    )
    return PageResult("unchanged", page)


def _store_outcome(page: WatchedPage, response: FetchedDocument, **changes: Any) -> int:
    """Record the page's outcome; return the number of changed rows, 0 if the lease was lost."""
    validators = (
        {} if response.status == NOT_MODIFIED else clean_validators(response.etag, response.last_modified)
    )
    leased_page = WatchedPage.objects.filter(pk=page.pk, next_look_at=page.next_look_at)
    return leased_page.update(**{"attempts": 0, "failure": "", **validators, **changes})


def _compute_next_check(page: WatchedPage, watch: Watch, now: datetime) -> datetime | None:
    """Return the time of a page's next check, or None if the page is not checked again. A page that the watch follows
    directly is checked with each visit."""
    return None if watch.progress.kind == WatchProgress.Kind.PAGE else compute_next_check(page.found_at, now)


def _record_page_failure(
    page: WatchedPage, message: str, *, is_permanent: bool, delay: timedelta = timedelta()
) -> PageResult:
    if is_permanent or page.attempts >= MAX_ATTEMPTS:
        return _abandon_page(page, message)
    now = timezone.now()
    WatchedPage.objects.filter(pk=page.pk, next_look_at=page.next_look_at).update(
        failure=clean_error_text(message), next_look_at=max(page.next_look_at or now, now + delay)
    )
    return PageResult("failed", page, failure=message)


def _abandon_page(page: WatchedPage, message: str) -> PageResult:
    """Stop checking the page unless the list reports a change. An article that was already imported stays."""
    state = _State.IMPORTED if page.state == _State.IMPORTED else _State.FAILED
    WatchedPage.objects.filter(pk=page.pk, next_look_at=page.next_look_at).update(
        state=state, failure=clean_error_text(message), next_look_at=None
    )
    return PageResult("failed", page, failure=message)
