"""How `watch_sources` tells what is followed and what a visit brought."""

from collections.abc import Iterable

from django.utils.translation import gettext, gettext_lazy
from rich.console import Console
from rich.table import Table
from rich.text import Text

from claims.articles.watches.visits import VisitTally
from claims.articles.watches.watched_articles import LookedAt
from claims.models import Watch

_KINDS = {
    "new": gettext_lazy("imported"),
    "known": gettext_lazy("known already"),
    "changed": gettext_lazy("changed, and captured again"),
    "unchanged": gettext_lazy("unchanged"),
    "failed": gettext_lazy("failed"),
    "later": gettext_lazy("later"),
}


def print_watches(watches: Iterable[Watch], console: Console) -> None:
    """All that is followed, and how each does."""
    table = Table(
        gettext("Number"), "Name", "Address", "Kind", "State", "Last visit (UTC)", "Next visit (UTC)"
    )
    for watch in watches:
        progress = watch.progress
        visited = f"{progress.visited_at:%Y-%m-%d %H:%M}" if progress.visited_at else "never"
        coming = f"{progress.next_visit_at:%Y-%m-%d %H:%M}" if watch.active else ""
        cells = [
            str(watch.pk), watch.name, watch.url, progress.get_kind_display(), state_of(watch), visited, coming
        ]  # fmt: skip
        table.add_row(*map(Text, cells))
    console.print(table)


def state_of(watch: Watch) -> str:
    if not watch.active:
        return "paused"
    progress = watch.progress
    if progress.consecutive_failures:
        return f"fails since {progress.failing_since:%Y-%m-%d %H:%M}: {progress.failure}"
    return "works" if progress.visited_at else "not visited yet"


def print_page(looked_at: LookedAt, console: Console) -> None:
    """One page, as soon as it is done."""
    more = f", proposals: {looked_at.proposals}" if looked_at.proposals else ""
    words = Text(f"  {_KINDS[looked_at.kind]}{more}: {looked_at.page.url}")
    if looked_at.failure:
        words.append(f"\n    {looked_at.failure}", style="dim")
    console.print(words, soft_wrap=True)


def told(tally: VisitTally) -> str:
    """A visit in one line."""
    if tally.later:
        return f"{tally.watch}: later. {tally.later}"
    if tally.failure and not tally.failed:
        return f"{tally.watch}: nothing. {tally.failure}"
    counts = {
        "new": tally.new,
        "known already": tally.known,
        "changed": tally.changed,
        "unchanged": tally.unchanged,
        "failed": tally.failed,
        "proposals": tally.proposals,
    }
    words = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
    return f"{tally.watch}: {words or 'nothing new'}."
