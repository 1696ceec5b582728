"""The terminal output of `watch_sources`: the watches, and the results of a visit."""

from collections.abc import Iterable

from django.utils.translation import gettext, gettext_lazy, ngettext
from rich.console import Console
from rich.table import Table
from rich.text import Text

from claims.features.watches.models import Watch
from claims.features.watches.visits import VisitTally
from claims.features.watches.watched_articles import PageResult

_KIND_LABELS = {
    "new": gettext_lazy("imported"),
    "known": gettext_lazy("already known"),
    "changed": gettext_lazy("changed, and captured again"),
    "unchanged": gettext_lazy("unchanged"),
    "failed": gettext_lazy("failed"),
    "later": gettext_lazy("later"),
}


def print_watches(watches: Iterable[Watch], console: Console) -> None:
    """Print all watches with their status."""
    table = Table(
        gettext("Number"),
        gettext("Name"),
        gettext("Address"),
        gettext("Kind"),
        gettext("State"),
        gettext("Last visit (UTC)"),
        gettext("Next visit (UTC)"),
    )
    for watch in watches:
        progress = watch.progress
        last_visit = f"{progress.visited_at:%Y-%m-%d %H:%M}" if progress.visited_at else gettext("never")
        next_visit = f"{progress.next_visit_at:%Y-%m-%d %H:%M}" if watch.active else ""
        cells = [
            str(watch.pk), watch.name, watch.url, progress.get_kind_display(), describe_state(watch),
            last_visit, next_visit
        ]  # fmt: skip
        table.add_row(*map(Text, cells))
    console.print(table)


def describe_state(watch: Watch) -> str:
    if not watch.active:
        return gettext("paused")
    progress = watch.progress
    if progress.consecutive_failures:
        return gettext("failing since %(moment)s: %(failure)s") % {
            "moment": f"{progress.failing_since:%Y-%m-%d %H:%M}",
            "failure": progress.failure,
        }
    return gettext("works") if progress.visited_at else gettext("not visited yet")


def print_page(result: PageResult, console: Console) -> None:
    """Print the result for one page."""
    details = (
        ", " + gettext("proposals: %(number)s") % {"number": result.proposal_count}
        if result.proposal_count
        else ""
    )
    label = Text(f"  {_KIND_LABELS[result.kind]}{details}: {result.page.url}")
    if result.failure:
        label.append(f"\n    {result.failure}", style="dim")
    console.print(label, soft_wrap=True)


def describe_visit(tally: VisitTally) -> str:
    """Describe the results of a visit in one line."""
    if tally.wait_message:
        return gettext("%(watch)s: postponed. %(why)s") % {"watch": tally.watch, "why": tally.wait_message}
    if tally.failure and not tally.failed_count:
        return gettext("%(watch)s: failed. %(why)s") % {"watch": tally.watch, "why": tally.failure}
    counts = (
        (ngettext("%(number)s new", "%(number)s new", tally.new_count), tally.new_count),
        (
            ngettext("%(number)s already known", "%(number)s already known", tally.known_count),
            tally.known_count,
        ),
        (ngettext("%(number)s changed", "%(number)s changed", tally.changed_count), tally.changed_count),
        (
            ngettext("%(number)s unchanged", "%(number)s unchanged", tally.unchanged_count),
            tally.unchanged_count,
        ),
        (ngettext("%(number)s failed", "%(number)s failed", tally.failed_count), tally.failed_count),
        (ngettext("%(number)s proposal", "%(number)s proposals", tally.proposal_count), tally.proposal_count),
    )
    labels = ", ".join(template % {"number": count} for template, count in counts if count)
    return f"{tally.watch}: {labels or gettext('nothing new')}."
