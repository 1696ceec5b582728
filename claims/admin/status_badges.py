"""Badges for states and ratings, the same on every page."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from claims.models import (
    Appearance,
    Claim,
    Cluster,
    Publication,
    Rating,
    ScheduledPublication,
    SignOff,
    Translation,
    Verdict,
)
from factcheck.admin.badges import Tone, build_coloured_badge, render_badge
from factcheck.list_phrases import join_words

_BADGE_TONES: dict[str, Tone] = {
    Claim.State.PROPOSED: "waiting",
    Claim.State.ACCEPTED: "active",
    Claim.State.DECLINED: "faded",
    Claim.State.MERGED: "faded",
    Cluster.State.DISSOLVED: "faded",
    Verdict.State.DRAFT: "neutral",
    Verdict.State.IN_REVIEW: "waiting",
    Verdict.State.PUBLISHED: "good",
    Verdict.State.SUPERSEDED: "faded",
    Verdict.State.RETRACTED: "bad",
    Appearance.Anchor.ANCHORED: "good",
    Appearance.Anchor.ORPHANED: "bad",
    Appearance.Anchor.UNANCHORED: "neutral",
}


_MATCH_KINDS: dict[str, tuple[StrOrPromise, Tone]] = {
    "same": (_("The same claim"), "active"),
    "related": (_("Related"), "neutral"),
    "contradicts": (_("Contradicts the claim"), "waiting"),
}


def build_state_badge(row: Claim | Cluster | Verdict | Translation) -> SafeString:
    return render_badge(describe_state(row), "active" if _is_signed_off(row) else _BADGE_TONES[row.state])


def describe_state(row: Claim | Cluster | Verdict | Translation) -> StrOrPromise:
    """Return the state in words. A verdict in review with all required sign-offs is described as ready to publish."""
    return _("Signed off, ready to publish") if _is_signed_off(row) else row.get_state_display()


def _is_signed_off(row: Claim | Cluster | Verdict | Translation) -> bool:
    """Return whether a verdict from `annotate_signoffs_given` has enough sign-offs; False for other rows."""
    if not isinstance(row, Verdict) or row.state != Verdict.State.IN_REVIEW:
        return False
    return getattr(row, "signoff_count", 0) >= row.required_signoffs


def annotate_signoffs_given(verdicts: QuerySet[Verdict]) -> QuerySet[Any]:
    """Annotate `signoff_count`: the number of people who signed off in the current round, not counting the author."""
    signoff_counts = (
        SignOff.objects.valid()
        .filter(verdict=OuterRef("pk"))
        .exclude(by=OuterRef("author"))
        .order_by()
        .values("verdict")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return verdicts.annotate(signoff_count=Coalesce(Subquery(signoff_counts, output_field=IntegerField()), 0))


def annotate_planned_time(verdicts: QuerySet[Verdict]) -> QuerySet[Any]:
    """Annotate `planned_at`: the scheduled time of publication."""
    open_schedules = ScheduledPublication.objects.open().filter(verdict=OuterRef("pk"))
    return verdicts.annotate(planned_at=Subquery(open_schedules.values("publish_at")[:1]))


def build_planned_badge(verdict: Any) -> SafeString | str:
    """Return a badge with the verdict's scheduled time from `annotate_planned_time`, or "" if none is scheduled."""
    planned_at = getattr(verdict, "planned_at", None)
    if planned_at is None:
        return ""
    return render_badge(
        gettext("Scheduled for %s") % date_format(localtime(planned_at), "SHORT_DATETIME_FORMAT"), "active"
    )


def build_kind_badge(kind: str) -> SafeString:
    """Return a badge for the relation of a claim to a text."""
    label, tone = _MATCH_KINDS[kind]
    return render_badge(label, tone)


def build_anchor_badge(row: Appearance) -> SafeString:
    return render_badge(row.get_anchor_display(), _BADGE_TONES[row.anchor])


def build_status_badge(row: Publication) -> SafeString:
    return render_badge(row.get_status_display(), _BADGE_TONES.get(row.status, "neutral"))


def build_rating_badge(rating: Rating | None) -> SafeString | str:
    """Render the rating as a badge in its own colours, and in the reader's language if the scale has a label for it."""
    if rating is None:
        return ""
    return build_coloured_badge(
        rating.get_label(get_language() or ""),
        light=(rating.colour, rating.text_colour),
        dark=(rating.colour_dark, rating.text_colour_dark),
        title=rating.definition,
    )


def describe_ratings(verdicts: Iterable[Verdict]) -> str:
    """Return the rating labels of the verdicts that are neither superseded nor retracted."""
    past_states = (Verdict.State.SUPERSEDED, Verdict.State.RETRACTED)
    ratings = (verdict.rating for verdict in verdicts if verdict.state not in past_states and verdict.rating)
    return join_words(dict.fromkeys(rating.get_label(get_language() or "") for rating in ratings))


def build_verdict_badges(verdict: Verdict) -> SafeString:
    """Render badges of the rating and, so that no draft looks public, of the state of an unpublished verdict."""
    if verdict.state == Verdict.State.PUBLISHED:
        return format_html("{}", build_rating_badge(verdict.rating))
    return format_html("{} {}", build_rating_badge(verdict.rating), build_state_badge(verdict))
