"""The state of a claim as a badge, the same in lists, on pages, beside similar claims and in the Ctrl-K search."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.admin.status_badges import (
    annotate_planned_time,
    annotate_signoffs_given,
    build_planned_badge,
    build_state_badge,
    describe_state,
)
from claims.models import Publication, Verdict
from factcheck.admin.badges import Tone, render_badge

_BADGE_TONES: dict[str, Tone] = {Publication.Status.PUBLISHED: "good", Publication.Status.RETRACTED: "bad"}
_SHOWN_COLUMNS = ("claim_id", "kind", "status", "slug", "published_at")


def prefetch_newest_publication(claim_prefix: str = "") -> Prefetch:
    """Return a prefetch that stores the newest publication of each claim in `newest_publications`, for the badges.

    Args:
        claim_prefix: the lookup prefix from the rows to their claim, such as `claim__`; "" if the rows are claims.
    """
    newest_entries = Publication.objects.newest().only(*_SHOWN_COLUMNS)
    return Prefetch(f"{claim_prefix}publications", newest_entries, to_attr="newest_publications")


def prefetch_states(verdicts: QuerySet[Verdict], claim_prefix: str = "") -> tuple[Prefetch, Prefetch]:
    """Return the prefetches that the badges of claims and of these verdicts need."""
    rows = annotate_planned_time(annotate_signoffs_given(verdicts.defer("explanation")))
    return Prefetch(f"{claim_prefix}verdicts", rows), prefetch_newest_publication(claim_prefix)


def build_public_badge(claim: Any, verdicts: Iterable[Any] = ()) -> SafeString:
    """Return a badge of what readers see (Published, Corrected or Retracted) with a date and a link, or else
    of the claim's internal state.

    Args:
        verdicts: the verdicts on the claim that the person may read.
    """
    if newest_entry := _get_newest_publication(claim):
        return build_published_badge(newest_entry)
    open_verdict = _choose_open_verdict(verdicts)
    return SafeString(build_planned_badge(open_verdict) or build_state_badge(open_verdict or claim))


def build_verdict_state_badge(verdict: Verdict) -> SafeString:
    """Return a badge with the verdict's state or, if readers see the verdict, with the claim's public state."""
    newest_entry = _get_newest_publication(verdict.claim)
    if newest_entry and newest_entry.status == verdict.state:
        return build_published_badge(newest_entry)
    return SafeString(build_planned_badge(verdict) or build_state_badge(verdict))


def describe_claim_state(claim: Any, verdicts: Iterable[Any] = ()) -> str:
    """Return the state that `build_public_badge` shows, in words."""
    if newest_entry := _get_newest_publication(claim):
        return describe_public_state(newest_entry)
    return str(describe_state(_choose_open_verdict(verdicts) or claim))


def _get_newest_publication(claim: Any) -> Publication | None:
    """Return the prefetched newest publication. Fails without the prefetch, so that no list runs a query per row."""
    return next(iter(claim.newest_publications), None)


def _choose_open_verdict(verdicts: Iterable[Any]) -> Any:
    verdicts_by_state = {verdict.state: verdict for verdict in verdicts}
    return verdicts_by_state.get(Verdict.State.IN_REVIEW) or verdicts_by_state.get(Verdict.State.DRAFT)


def describe_public_state(newest_entry: Publication) -> str:
    """Return the public state of a claim in words: published, corrected, retracted or merged."""
    if (
        newest_entry.status == Publication.Status.PUBLISHED
        and newest_entry.kind == Publication.Kind.CORRECTION
    ):
        return _("Corrected")
    return newest_entry.get_status_display()


def build_published_badge(newest_entry: Publication) -> SafeString:
    tone: Tone = _BADGE_TONES.get(newest_entry.status, "faded")
    if (
        newest_entry.status == Publication.Status.PUBLISHED
        and newest_entry.kind == Publication.Kind.CORRECTION
    ):
        tone = "waiting"
    return format_html(
        '<a class="desk-public-state" href="{}">{} <span>{}</span></a>',
        reverse("claim", args=[newest_entry.claim_id, newest_entry.slug]),
        render_badge(describe_public_state(newest_entry), tone),
        date_format(localtime(newest_entry.published_at), "SHORT_DATE_FORMAT"),
    )
