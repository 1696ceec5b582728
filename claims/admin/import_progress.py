"""The progress, speed and remaining time of an import, for its page and progress bar."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import ImportRun

#: The worker has it, or will.
ACTIVE_STATES = (ImportRun.State.WAITING, ImportRun.State.READING, ImportRun.State.WRITING)

#: A run without progress for this long was interrupted: workers record progress every few seconds.
_BROKEN_OFF_SECONDS = 120


@dataclass(frozen=True, slots=True)
class ProgressSample:
    """The progress of an import at a moment. The page sends its previous sample back, to compute the speed."""

    at: float
    state: str
    records: int
    steps: int
    """Of its present state, bytes read or records dealt with."""

    @classmethod
    def of(cls, run: ImportRun, now: datetime) -> Self:
        steps = run.done if run.state == ImportRun.State.WRITING else run.bytes_read
        return cls(now.timestamp(), run.state, run.records, steps)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Parse a sample sent back by a page; None if it is not ours."""
        try:
            at, state, records, steps = text.split("~")
            return cls(float(at), state, int(records), int(steps))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.at:.3f}~{self.state}~{self.records}~{self.steps}"


def describe_progress(run: ImportRun, *, since: str = "") -> dict[str, Any]:
    """Return the progress in words and numbers.

    Args:
        since: the `sample` of an earlier answer, from which speed is reckoned; otherwise it is since the beginning.
    """
    now = timezone.now()
    here, total = ProgressSample.of(run, now), _get_total(run)
    before = ProgressSample.read(since)
    if before is None or before.state != here.state or before.at >= here.at:
        began = (run.started_at or now).timestamp()
        before = ProgressSample(began, here.state, 0, 0)
    seconds = max(here.at - before.at, 0.001)
    per_second = max(here.steps - before.steps, 0) / seconds
    records = here.steps - before.steps if _is_writing(run) else here.records - before.records
    return {
        "sample": str(here),
        "state": run.state,
        "label": run.get_state_display(),
        "is_moving": run.state in ACTIVE_STATES,
        "percent": min(100, 100 * here.steps // total) if total else None,
        "far": _describe_position(run),
        "speed": _describe_speed(round(records / seconds)) if records > 0 else "",
        "left": _describe_time_left((total - here.steps) / per_second) if total and per_second else "",
        "refused": _describe_refused(run),
    }


def is_broken_off(run: ImportRun) -> bool:
    """Return whether an unfinished run seems to have no worker."""
    if run.state not in (ImportRun.State.READING, ImportRun.State.WRITING):
        return False
    last = run.moved_at or run.started_at
    return last is None or (timezone.now() - last).total_seconds() > _BROKEN_OFF_SECONDS


def _is_writing(run: ImportRun) -> bool:
    return run.state == ImportRun.State.WRITING


def _get_total(run: ImportRun) -> int:
    return run.records if _is_writing(run) else run.size or 0


def _describe_position(run: ImportRun) -> str:
    numbers = {"done": intcomma(run.done), "records": intcomma(run.records)}
    if _is_writing(run):
        words = ngettext(
            "%(done)s of %(records)s record processed",
            "%(done)s of %(records)s records processed",
            run.records,
        )
        return words % numbers
    words = ngettext("%(records)s record found", "%(records)s records found", run.records)
    return words % numbers if run.records else ""


def _describe_speed(records: int) -> str:
    words = ngettext("%(records)s record per second", "%(records)s records per second", records)
    return words % {"records": intcomma(records)}


def _describe_refused(run: ImportRun) -> str:
    return _("%s refused so far") % intcomma(run.refused) if run.refused else ""


def _describe_time_left(seconds: float) -> str:
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    if minutes < 120:
        return ngettext("about %d minute left", "about %d minutes left", minutes) % minutes
    hours = round(minutes / 60)
    return ngettext("about %d hour left", "about %d hours left", hours) % hours
