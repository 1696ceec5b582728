from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext, gettext_noop, ngettext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from claims.matching.duplicate_search import PairTally, search_duplicates
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Compare all claims with each other, and queue possible duplicates for an editor to decide\n"
        "(“Possible duplicates” at the desk). Nothing is merged.\n\n"
        "Progress is stored: run it again to continue after a stop; later runs compare only new and changed\n"
        "claims. Pairs that were decided, or put into one cluster, are not queued again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help=gettext("compare everything again"))
        parser.add_argument("--dry-run", action="store_true", help=gettext("count, but store nothing"))

    def handle(self, *, again: bool, dry_run: bool, **options: Any) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(gettext("Comparing"), total=None)
            tally = search_duplicates(
                from_scratch=again,
                dry_run=dry_run,
                report_progress=lambda completed, total: progress.update(
                    task, completed=completed, total=total
                ),
            )
        self.stdout.write(_format_tally(tally, dry_run=dry_run))


def _format_tally(tally: PairTally, *, dry_run: bool) -> str:
    """Return the totals in a sentence."""
    compared_text = ngettext(
        "%(compared)s of %(standing)s claim compared.",
        "%(compared)s of %(standing)s claims compared.",
        tally.active_claim_count,
    ) % {"compared": f"{tally.compared_claim_count:,}", "standing": f"{tally.active_claim_count:,}"}
    judged_text = gettext("Pairs compared in detail: %(judged)s.") % {
        "judged": f"{tally.compared_pair_count:,}"
    }
    found_text = (
        gettext("New pairs that would wait for a decision: %(found)s.")
        if dry_run
        else gettext("New pairs waiting for a decision: %(found)s.")
    ) % {"found": f"{tally.new_pair_count:,}"}
    return f"{compared_text} {judged_text} {found_text}"
