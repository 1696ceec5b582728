"""Publication at the desk: the public changes to confirm, and scheduled publication."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone, get_current_timezone_name, is_aware, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.admin.live_preview import render_reader_view
from claims.admin.timeline import build_timeline
from claims.ledger import preview_entries
from claims.ledger.document.sections import get_sections
from claims.ledger.preview_entries import EntryPreview
from claims.models import Claim, Evidence, Publication, ScheduledPublication, Verdict
from claims.models.rating import RatingClass
from factcheck.database import clock
from factcheck.list_phrases import join_words
from factcheck.web.differences import highlight_difference


class ScheduleForm(forms.Form):
    """The form for the time of publication in the newsroom's time zone, with the schedule that the page showed."""

    publish_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    shown_id = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    cancel = forms.BooleanField(required=False, widget=forms.HiddenInput)


def build_scheduling_context(verdict: Verdict, person: User, *, is_ready: bool) -> dict[str, Any]:
    """Return the template context with a reviewed verdict's schedule, and whether this person may change it.

    Args:
        is_ready: whether the verdict could be published now.
    """
    if verdict.state != Verdict.State.IN_REVIEW:
        return {"scheduled": None, "may_schedule": False}
    publication = ScheduledPublication.objects.readable_by(person).open().filter(verdict=verdict).first()
    return {
        "scheduled": publication,
        "scheduled_local": f"{localtime(publication.publish_at):%Y-%m-%dT%H:%M}" if publication else "",
        "may_schedule": person.has_perm("claims.publish_verdict") and (is_ready or publication is not None),
        "is_ready": is_ready,
        "time_zone": describe_time_zone(),
    }


def describe_time_zone() -> str:
    """Return the newsroom's time zone with its offset today: “Europe/Berlin, UTC+01:00”."""
    offset = f"{datetime.now(get_current_timezone()):%z}"
    return f"{get_current_timezone_name()}, UTC{offset[:3]}:{offset[3:5]}"


def describe_schedule(schedule: ScheduledPublication) -> str:
    return _(
        "Will be published on %(moment)s (%(zone)s), %(distance)s. You will be notified if something prevents it."
    ) % {
        "moment": date_format(localtime(schedule.publish_at), "DATETIME_FORMAT"),
        "zone": describe_time_zone(),
        "distance": describe_remaining_time(schedule.publish_at - clock.get_database_time()),
    }


def describe_remaining_time(duration: timedelta) -> str:
    """Return a duration in the largest unit that gives a number of two or more: “in 23 days”, “in 47 hours”."""
    minutes = round(duration.total_seconds() / 60)
    if (hours := minutes // 60) < 2:
        return ngettext("in %d minute", "in %d minutes", minutes) % minutes
    if (days := hours // 24) < 2:
        return ngettext("in %d hour", "in %d hours", hours) % hours
    return ngettext("in %d day", "in %d days", days) % days


Document = dict[str, Any]

_MAX_TIME_LENGTH = 40
#: The moves that change, or may change, what readers see.
PUBLIC_MOVES = ("publish", "retract", "republish", "merge", "unmerge")


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """A part of the public page that changes, with its text before and after and the differing words marked."""

    name: str
    before: SafeString
    after: SafeString
    #: The kind of change in a word, for people who cannot distinguish the colours: "new", "removed", "changed".
    change_word: str


@dataclass(frozen=True, slots=True)
class PublicChange:
    """The change to the public page of one claim, part by part."""

    claim: Claim
    current_entry: Publication | None
    new_entry: Publication
    parts: list[ChangedPart]
    unchanged_parts: list[tuple[str, str]]
    current_page: str
    new_page: str


def build_previews(
    subject: Claim | Verdict, action: str, *, note: str = "", kind: str = "", into: Claim | None = None
) -> list[EntryPreview]:
    """Return previews of the ledger entries that the move would add, one for each claim whose public page changes."""
    if isinstance(subject, Verdict):
        if action == "publish":
            evidence_rows = Evidence.objects.select_related("source__publisher", "snapshot").defer(
                "snapshot__text"
            )
            return [preview_entries.preview_publishing(subject, list(evidence_rows.filter(verdict=subject)))]
        return [preview_entries.preview_retracting(subject, note)]
    if action == "republish":
        return [preview_entries.preview_republishing(subject, kind, note)]
    if action == "merge":
        return preview_entries.preview_merging(subject, into) if into and into.pk != subject.pk else []
    return preview_entries.preview_unmerging(subject, subject.merged_into) if subject.merged_into else []


def list_public_changes(previews: list[EntryPreview]) -> list[PublicChange]:
    """Return the public changes of these previews, for display side by side."""
    return [_build_public_change(preview) for preview in previews]


def compute_fingerprint(previews: list[EntryPreview]) -> str:
    """Return a hash of the public changes, by which the server checks that a person confirmed exactly these changes."""
    return hashlib.sha256("".join(preview.fingerprint for preview in previews).encode()).hexdigest()[:32]


def find_last_editor_name(subject: Claim | Verdict, reader: User, shown_since: str) -> str:
    """Return the name of the last person who changed the claim or verdict, or “another user” if the reader
    may not see the name.

    Args:
        shown_since: the time at which the page was rendered.
    """
    claim = subject.claim if isinstance(subject, Verdict) else subject
    seen_at = parse_datetime(shown_since) if len(shown_since) < _MAX_TIME_LENGTH else None
    events = build_timeline(claim, reader).events if seen_at and is_aware(seen_at) else []
    names = [event.actor_name for event in events if seen_at and event.time > seen_at and event.actor_name]
    return names[0] if names else str(_("another user"))


def _build_public_change(preview: EntryPreview) -> PublicChange:
    current_entry = preview.current_publication
    before = dict(_iterate_entry_parts(current_entry)) if current_entry else {}
    after = dict(_iterate_entry_parts(preview.future_entry))
    parts, unchanged_parts = [], []
    for name in dict.fromkeys([*before, *after]):
        old_text, new_text = before.get(name, ""), after.get(name, "")
        if old_text == new_text:
            if new_text:
                unchanged_parts.append((name, new_text))
            continue
        change_word = _("changed") if old_text and new_text else _("new") if new_text else _("removed")
        parts.append(ChangedPart(name, *highlight_difference(old_text, new_text), change_word))
    return PublicChange(
        claim=preview.claim,
        current_entry=current_entry,
        new_entry=preview.future_entry,
        parts=parts,
        unchanged_parts=unchanged_parts,
        current_page=render_reader_view(preview.ledger, current_entry) if current_entry else "",
        new_page=render_reader_view([preview.future_entry, *preview.ledger], preview.future_entry),
    )


def _iterate_entry_parts(entry: Publication) -> Iterator[tuple[str, str]]:
    """Yield the name and text of each public part of an entry; for a withdrawn claim, only the note."""
    target = _("Redirects to claim %(id)s") % {"id": entry.merged_into_id}
    yield _("Status"), target if entry.merged_into_id else str(entry.get_status_display())
    if entry.status == Publication.Status.PUBLISHED:
        yield from _iterate_parts(entry.document)
    elif entry.note:
        yield _("Public note"), entry.note


def _iterate_parts(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the name and plain text of each public part of a claim."""
    claimant = document["claimant"] or {}
    yield _("Statement"), document["statement"]
    yield _("Claimant"), join_words(filter(None, [claimant.get("name", ""), claimant.get("job_title", "")]))
    yield _("Claimed on"), _format_day(document["claimed_on"])
    yield _("Context"), document["context"]
    yield _("Topics"), join_words(topic["name"] for topic in document["topics"])
    has_several = len(document["verdicts"]) > 1
    for verdict in document["verdicts"]:
        for name, text in _iterate_verdict_parts(verdict):
            yield f"{verdict['publisher']['name']}: {name}" if has_several else name, text
    yield _("Appearances"), "\n".join(map(_format_quoted_source, document["appearances"]))
    corrections = [f"{_get_kind_label(line['kind'])}: {line['note']}" for line in document["corrections"]]
    yield _("Corrections"), "\n".join(corrections)
    yield _("Claims merged into this one"), join_words(document["merged_from"])


def _iterate_verdict_parts(verdict: Document) -> Iterator[tuple[str, str]]:
    rating = verdict["rating"]
    yield _("Rating"), rating["label"] if rating else ""
    yield (
        _("Rating class"),
        str(dict(RatingClass.choices).get(rating["rating_class"], "")) if rating else "",
    )
    yield _("Summary"), verdict["summary"]
    yield _("Explanation"), verdict["explanation"]
    yield _("Headline"), verdict["title"]
    yield _("Reviewed"), _format_day(verdict["reviewed_on"])
    yield _("True as of"), _format_day(verdict["valid_as_of"])
    yield _("Next check"), _format_day(verdict["recheck_on"])
    yield _("Author"), join_words(filter(None, [verdict["byline"], verdict["publisher"]["name"]]))
    yield _("Full review"), verdict["url"]
    stances = dict(Evidence.Stance.choices)
    sources = [
        f"{stances[item['stance']]}: {_format_quoted_source(item, item['note'])}"
        for item in verdict["evidence"]
    ]
    yield _("Evidence"), "\n".join(sources)
    for section in get_sections():
        yield str(section.name), section.format_items(verdict)


def _format_quoted_source(item: Document, note: str = "") -> str:
    """Return a source, its quote and its note in one line."""
    source = item["source"]
    parts = [source["title"] or source["url"], f"“{item['exact']}”" if item["exact"] else "", note]
    return " · ".join(filter(None, parts))


def _get_kind_label(kind: str) -> str:
    return str(dict(Publication.Kind.choices)[kind])


def _format_day(value: str | None) -> str:
    day = parse_date(value) if value else None
    return date_format(day, "DATE_FORMAT") if day else ""
