"""Decisions about a link: use the new URL, mark as correct, request a copy, schedule a check."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.features.archiving.requests import request_copy
from claims.features.links.models import LinkOutcome, LinkState
from claims.features.links.watched_links import restart_checks
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from sources.models import Source

CHANGE_LINK_PERMISSION = "links.change_linkstate"
CHANGE_SOURCE_PERMISSION = "sources.change_source"


@transaction.atomic
def use_new_address(link: LinkState, *, by: User) -> Source:
    """Set the source's URL to the page's new URL, and check that URL from now on.

    Raises:
        NotPossible: the page has not moved, or another source already has that URL.
        NotAllowed: the person may not change sources.
    """
    require_permission(by, CHANGE_SOURCE_PERMISSION, _("edit sources"))
    locked_link = _lock_link(link)
    if locked_link.outcome != LinkOutcome.MOVED or locked_link.moved_to != link.moved_to:
        raise NotPossible(_("This page no longer has a new address. Check it again."))
    source = Source.objects.select_for_update().get(pk=locked_link.source_id)
    other_source = Source.objects.find_by_url(locked_link.moved_to)
    if other_source is not None and other_source.pk != source.pk:
        raise NotPossible(
            _("Another source already has the new address: “%(title)s” (source %(number)d).")
            % {"title": other_source.title, "number": other_source.pk}
        )
    source.url = locked_link.moved_to
    source.save(update_fields=["url", "url_key", "updated_at"])
    restart_checks(source)
    return source


@transaction.atomic
def mark_as_correct(link: LinkState, *, by: User) -> None:
    """Mark the link as correct until it changes again.

    Raises:
        NotPossible: the link has changed in the meantime, or needs no decision.
        NotAllowed: the person may not decide about links.
    """
    require_permission(by, CHANGE_LINK_PERMISSION, _("decide on links to sources"))
    locked_link = _lock_link(link)
    if not locked_link.needs_decision or locked_link.outcome != link.outcome:
        raise NotPossible(_("This link no longer needs a decision, or it has changed. Reload the page."))
    locked_link.accepted_at, locked_link.accepted_by = timezone.now(), by
    locked_link.save(update_fields=["accepted_at", "accepted_by"])


def request_new_copy(link: LinkState, *, by: User) -> None:
    """Request an archived copy of the current page.

    Raises:
        NotAllowed: the person may not change sources.
    """
    require_permission(by, CHANGE_SOURCE_PERMISSION, _("edit sources"))
    request_copy(link.source, reason="desk", by=by)


@transaction.atomic
def schedule_check(link: LinkState, *, by: User) -> None:
    """Schedule a check of the link within the next minute.

    Raises:
        NotAllowed: the person may not decide about links.
    """
    require_permission(by, CHANGE_LINK_PERMISSION, _("decide on links to sources"))
    LinkState.objects.filter(pk=link.pk).update(next_at=timezone.now())


def _lock_link(link: LinkState) -> LinkState:
    """Return the link, read again under lock.

    Raises:
        NotPossible: the link is no longer checked.
    """
    locked_link = LinkState.objects.select_for_update(of=("self",)).filter(pk=link.pk).first()
    if locked_link is None:
        raise NotPossible(_("No publication cites this source any longer, so its link is not checked."))
    return locked_link
