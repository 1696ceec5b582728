"""The public state of a claim as a badge: the same in lists, on its page and in Ctrl-K."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.admin.scheduling import build_planned_badge
from claims.admin.status_badges import build_state_badge
from claims.models import Publication, Verdict
from factcheck.admin.badges import Tone, render_badge

_TONES: dict[str, Tone] = {Publication.Status.PUBLISHED: "good", Publication.Status.RETRACTED: "bad"}


def prefetch_newest_publication() -> Prefetch:
    """Prefetch what `build_public_badge` reads, as `newest_publications`."""
    newest = Publication.objects.newest().only("claim_id", "kind", "status", "slug", "published_at")
    return Prefetch("publications", newest, to_attr="newest_publications")


def build_public_badge(claim: Any, verdicts: Iterable[Any] = ()) -> SafeString:
    """Return a badge with Published, Corrected or Retracted, a date and a link; otherwise with the claim's
    work state.

    Args:
        verdicts: the claim's verdicts that the person may read.
    """
    if newest := next(iter(claim.newest_publications), None):
        return build_published_badge(newest)
    open_ones = {verdict.state: verdict for verdict in verdicts}
    at_hand = open_ones.get(Verdict.State.IN_REVIEW) or open_ones.get(Verdict.State.DRAFT)
    return SafeString(build_planned_badge(at_hand) or build_state_badge(at_hand or claim))


def describe_public_state(newest: Publication) -> str:
    """Return what readers see: Published, Corrected, Retracted, or merged."""
    if newest.status == Publication.Status.PUBLISHED and newest.kind == Publication.Kind.CORRECTION:
        return _("Corrected")
    return newest.get_status_display()


def build_published_badge(newest: Publication) -> SafeString:
    tone: Tone = _TONES.get(newest.status, "faded")
    if newest.status == Publication.Status.PUBLISHED and newest.kind == Publication.Kind.CORRECTION:
        tone = "waiting"
    return format_html(
        '<a class="desk-public-state" href="{}">{} {}</a>',
        reverse("claim", args=[newest.claim_id, newest.slug]),
        render_badge(describe_public_state(newest), tone),
        date_format(localtime(newest.published_at), "SHORT_DATE_FORMAT"),
    )
