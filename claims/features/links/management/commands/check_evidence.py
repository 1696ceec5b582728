from typing import Any, TextIO, cast

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from claims.features.links import check_run, watched_links
from claims.features.links.check_run import LinkTally
from claims.features.links.link_report import print_links_needing_decision, print_resolved_link, print_tally
from claims.features.links.models import LinkState
from claims.features.links.resolved_links import ResolvedLink
from claims.management.terminal import build_console
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Check whether the pages that publications cite are still at their addresses, and still contain the quoted\n"
        "passages. A single failure does not make a link dead: a result counts only once it is confirmed, hours\n"
        "or days later.\n\n"
        "The background worker does the same once a minute; both may run at once. “Links to review” at the desk\n"
        "lists the results.\n\n"
        "Exit status: 0 no checked link needs a decision, 1 some do (they are listed), or the program failed\n"
        "on a page, 2 the command was used incorrectly. Results go to standard output, progress to standard error."
    )
    stopped_message = gettext_noop("Stopped. The results are kept; run the same command to continue.")

    def add_arguments(self, parser: CommandParser) -> None:
        exclusive_group = parser.add_mutually_exclusive_group()
        exclusive_group.add_argument(
            "--due",
            action="store_true",
            help=gettext("check the links that are due (default)"),
        )
        exclusive_group.add_argument(
            "--all", action="store_true", help=gettext("check all links, even if they are not due")
        )
        exclusive_group.add_argument(
            "--claim", type=int, metavar="ID", help=gettext("check the sources of one published claim")
        )

    def handle(self, *, claim: int | None, **options: Any) -> None:
        watched_links.update_watched_links()
        source_ids = self._find_claim_sources(claim) if claim is not None else None
        started_at = timezone.now()
        links = LinkState.objects.all() if source_ids is None else LinkState.objects.filter(pk__in=source_ids)
        if options["all"] or source_ids is not None:
            links.filter(next_at__gt=started_at).update(next_at=started_at)
        tally = self._check_links(source_ids)
        console = build_console(cast(TextIO, self.stdout))
        print_tally(tally, console)
        checked_links = links.filter(checked_at__gte=started_at)
        links_to_review = list(checked_links.waiting().select_related("source").order_by("since", "pk")[:200])
        if links_to_review:
            print_links_needing_decision(links_to_review, console)
            raise CommandError(
                gettext("Links to review: %(looked_at)s.") % {"looked_at": checked_links.waiting().count()}
            )
        if tally.failed_count:
            raise CommandError(
                gettext("Pages that caused an error: %(failed)s. See the log.")
                % {"failed": tally.failed_count}
            )

    def _find_claim_sources(self, claim_id: int) -> list[int]:
        source_ids = watched_links.find_claim_sources(claim_id)
        if not source_ids:
            raise CommandError(
                gettext("Claim %(claim)s is not published, or cites no source.") % {"claim": claim_id}
            )
        return source_ids

    def _check_links(self, source_ids: list[int] | None) -> LinkTally:
        tally = LinkTally()
        console = Console(stderr=True, markup=False, emoji=False, highlight=False)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console, transient=True) as progress:
            due_count = (
                LinkState.objects.due()
                if source_ids is None
                else LinkState.objects.due().filter(pk__in=source_ids)
            )
            task = progress.add_task(gettext("Checking"), total=due_count.count())

            def report_link(resolved_link: ResolvedLink) -> None:
                progress.advance(task)
                print_resolved_link(resolved_link, progress.console)

            while (
                count := check_run.run_link_checks(source_ids=source_ids, report_link=report_link)
            ) is not None:
                tally.add(count)
        return tally
