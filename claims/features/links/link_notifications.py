"""Notify people once about a changed link, in the transaction that records the change."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.features.links.models import LinkOutcome, LinkState
from claims.features.links.watched_links import find_citing_claims
from claims.models import Claim, Verdict
from claims.newsroom.notifications import NotificationKind, notify_people

#: The most claims whose editors are notified about a source, newest first; the desk's list has the link in any case.
MAX_CLAIMS = 20


def notify_about_link(link: LinkState) -> None:
    """Notify the people who work on claims citing this source that its link has changed."""
    citing_claims = Claim.objects.filter(pk__in=find_citing_claims(link.source_id, MAX_CLAIMS)).order_by("pk")
    with translation.override(settings.LANGUAGE_CODE):
        note = _("“%(title)s”, %(address)s: %(what)s") % {
            "title": link.source.title[:200],
            "address": link.url,
            "what": describe_change(link),
        }
    for claim in citing_claims:
        verdicts = Verdict.objects.filter(claim=claim, state=Verdict.State.PUBLISHED).select_related("author")
        authors = [verdict.author for verdict in verdicts if verdict.author]
        notify_people(NotificationKind.LINK_LOST, claim=claim, to=authors, with_followers=True, note=note)


def describe_change(link: LinkState) -> str:
    """Return a sentence about the link's status for the desk."""
    if link.outcome == LinkOutcome.MOVED:
        return _("The page has moved to %(address)s.") % {"address": link.moved_to}
    if link.outcome == LinkOutcome.CHANGED:
        message = ngettext(
            "The page no longer contains %d quoted passage.",
            "The page no longer contains %d quoted passages.",
            link.lost_quotes,
        )
        return message % link.lost_quotes
    if link.outcome == LinkOutcome.GONE:
        return _GONE_MESSAGES.get(link.reason, lambda: _("The page no longer exists."))()
    if link.outcome == LinkOutcome.UNREACHABLE:
        return _UNREACHABLE_MESSAGES.get(
            link.reason, lambda: _("The page cannot be reached at the moment.")
        )()
    return _("The address works.") if link.outcome else _("The address has not been checked yet.")


_GONE_MESSAGES = {
    "missing_page": lambda: _(
        "The page no longer exists: its address leads to the front page, or to a notice that the page is gone."
    ),
    "name_not_found": lambda: _("The site no longer exists: its name cannot be resolved."),
}
_UNREACHABLE_MESSAGES = {
    "access_refused": lambda: _("The site blocks programs from this page; people can open it."),
    "robots_forbidden": lambda: _("The site asks programs not to read this page; people can open it."),
    "certificate_invalid": lambda: _("The site’s certificate is not valid, so its identity is not proven."),
}
