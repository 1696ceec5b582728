"""States and ratings as badges, the same on every page."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from claims.models import Appearance, Claim, Cluster, Publication, Rating, Translation, Verdict
from factcheck.admin.badges import Tone, build_coloured_badge, render_badge

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


_KINDS: dict[str, tuple[StrOrPromise, Tone]] = {
    "same": (_("The same claim"), "active"),
    "related": (_("Related"), "neutral"),
    "contradicts": (_("Contradicts it"), "waiting"),
}


def build_state_badge(row: Claim | Cluster | Verdict | Translation) -> SafeString:
    return render_badge(row.get_state_display(), _BADGE_TONES[row.state])


def build_kind_badge(kind: str) -> SafeString:
    """Return a badge for the relation of a claim to a text."""
    words, tone = _KINDS[kind]
    return render_badge(words, tone)


def anchor_badge(row: Appearance) -> SafeString:
    return render_badge(row.get_anchor_display(), _BADGE_TONES[row.anchor])


def build_status_badge(row: Publication) -> SafeString:
    return render_badge(row.get_status_display(), _BADGE_TONES.get(row.status, "neutral"))


def build_rating_badge(rating: Rating | None) -> SafeString | str:
    """Render the rating in its own colours, and in the reader's language if the scale has it."""
    if rating is None:
        return ""
    return build_coloured_badge(
        rating.get_label(get_language() or ""),
        light=(rating.colour, rating.text_colour),
        dark=(rating.colour_dark, rating.text_colour_dark),
        title=rating.definition,
    )


def build_verdict_badges(verdict: Verdict) -> SafeString:
    """Render the rating and, unless published, the state, so that unpublished work never looks public."""
    if verdict.state == Verdict.State.PUBLISHED:
        return format_html("{}", build_rating_badge(verdict.rating))
    return format_html("{} {}", build_rating_badge(verdict.rating), build_state_badge(verdict))
