"""The terminal output of `check_evidence`."""

from django.utils.translation import gettext, gettext_lazy, ngettext
from rich.console import Console
from rich.table import Table
from rich.text import Text

from claims.features.links.check_run import LinkTally
from claims.features.links.link_notifications import describe_change
from claims.features.links.models import LinkOutcome, LinkState
from claims.features.links.resolved_links import ResolvedLink

_OUTCOME_LABELS = {
    LinkOutcome.ALIVE: gettext_lazy("works"),
    LinkOutcome.MOVED: gettext_lazy("moved"),
    LinkOutcome.CHANGED: gettext_lazy("changed in a quoted passage"),
    LinkOutcome.GONE: gettext_lazy("gone"),
    LinkOutcome.UNREACHABLE: gettext_lazy("temporarily unreachable"),
    "": gettext_lazy("not known yet"),
}


def print_resolved_link(resolved_link: ResolvedLink, console: Console) -> None:
    """Print the result of a link check, unless the link works as before."""
    link = resolved_link.link
    if link.suspected:
        message = ngettext(
            "%(outcome)s, %(number)s time in a row; the link will be checked again before this counts: %(address)s",
            "%(outcome)s, %(number)s times in a row; the link will be checked again before this counts: %(address)s",
            link.failures,
        ) % {
            "outcome": _OUTCOME_LABELS[LinkOutcome(link.suspected)],
            "number": link.failures,
            "address": link.url,
        }
        console.print(Text(f"  {message}", style="dim"), soft_wrap=True)
    elif resolved_link.is_change or link.outcome != LinkOutcome.ALIVE:
        console.print(Text(f"  {_OUTCOME_LABELS[link.outcome]}: {link.url}"), soft_wrap=True)


def print_tally(tally: LinkTally, console: Console) -> None:
    """Print the number of links by status."""
    table = Table(gettext("Outcome"), gettext("Links"))
    for outcome, label in _OUTCOME_LABELS.items():
        if link_count := tally.outcome_counts[outcome]:
            table.add_row(Text(str(label)), f"{link_count:,}")
    table.add_section()
    table.add_row(Text(gettext("checked")), f"{tally.checked_count:,}")
    table.add_row(Text(gettext("changed")), f"{tally.changed_count:,}")
    if tally.postponed_count:
        table.add_row(Text(gettext("postponed at the request of their sites")), f"{tally.postponed_count:,}")
    if tally.failed_count:
        table.add_row(Text(gettext("errors (see the log)")), f"{tally.failed_count:,}")
    console.print(table)


def print_links_needing_decision(links: list[LinkState], console: Console) -> None:
    """Print the links that need a decision."""
    table = Table(gettext("Source"), gettext("Since (UTC)"), gettext("Address"), gettext("Event"))
    for link in links:
        since_text = f"{link.since:%Y-%m-%d %H:%M}" if link.since else ""
        table.add_row(*map(Text, (str(link.source_id), since_text, link.url, describe_change(link))))
    console.print(table)
