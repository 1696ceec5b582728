from typing import Any, TextIO, cast

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from rich.console import Console

from claims.features.watches import visits, watch_edits
from claims.features.watches.discovered_feeds import find_followable_lists
from claims.features.watches.models import Watch, WatchProgress
from claims.features.watches.watch_report import describe_visit, print_page, print_watches
from claims.management.terminal import build_console, find_user
from claims.newsroom.refusals import NotAllowed, NotPossible
from factcheck.installation.messages import translate_message
from factcheck.management.localized_command import LocalizedCommand
from sources.http.fetch_errors import FetchError


class Command(LocalizedCommand):
    help = gettext_noop(
        "Visit the followed feeds, sitemaps and pages that are due: import new articles, capture changed ones\n"
        "again, and propose their check-worthy statements.\n\n"
        "The background worker does the same once a minute; both may run at once, and either continues where\n"
        "the other stopped. “Watches” at the desk lists the followed pages and feeds, with their status.\n\n"
        "Exit status: 0 all that were due were visited (or none was due), 1 at least one of them failed,\n"
        "or could not be added, 2 the command was used incorrectly. Results go to standard output, progress\n"
        "and everything else to standard error."
    )
    stopped_message = gettext_noop("Stopped. Imported articles are kept; run the same command to continue.")

    def add_arguments(self, parser: CommandParser) -> None:
        exclusive_group = parser.add_mutually_exclusive_group()
        exclusive_group.add_argument(
            "--once",
            action="store_true",
            help=gettext("visit the watches that are due, then exit (default)"),
        )
        exclusive_group.add_argument(
            "--now",
            action="store_true",
            help=gettext("visit all active watches, even if they are not due"),
        )
        exclusive_group.add_argument("--list", action="store_true", help=gettext("only list the watches"))
        exclusive_group.add_argument(
            "--add",
            metavar="URL",
            help=gettext(
                "follow a feed, a sitemap or a page; if a page links to a feed, that feed is followed"
            ),
        )
        group = parser.add_argument_group(gettext("publisher of the new watch"))
        group.add_argument("--name", default="", help=gettext("name of the new watch"))
        group.add_argument(
            "--language",
            metavar="TAG",
            default="",
            help=gettext("language of the articles, such as en or pt-BR"),
        )
        group.add_argument(
            "--interval", type=int, metavar="MINUTES", default=30, help=gettext("interval between visits")
        )
        group.add_argument(
            "--itself", action="store_true", help=gettext("follow the page itself, not its feed")
        )
        group.add_argument(
            "--by", metavar="USERNAME", help=gettext("user to record as the creator (default: none)")
        )

    def handle(self, *, now: bool, **options: Any) -> None:
        console = build_console(cast(TextIO, self.stdout))
        if options["list"]:
            print_watches(Watch.objects.select_related("progress"), console)
        elif options["add"] is not None:
            self._add_watch(options)
        else:
            if now:
                active_watches = WatchProgress.objects.filter(watch__in=Watch.objects.active())
                active_watches.update(next_visit_at=timezone.now())
            self._visit_due_watches()

    def _visit_due_watches(self) -> None:
        error_console = Console(stderr=True, markup=False, emoji=False, highlight=False)
        failure_count = 0
        for watch_id in visits.list_due_watches():
            error_console.print(
                gettext("Visiting %(objects)s …") % {"objects": Watch.objects.get(pk=watch_id)}
            )
            tally = visits.run_visit(
                watch_id, report_page=lambda looked_at: print_page(looked_at, error_console)
            )
            if tally is not None:
                failure_count += bool(tally.failure)
                self.stdout.write(describe_visit(tally))
        if failure_count:
            raise CommandError(gettext("Watches that failed: %(failing)s.") % {"failing": failure_count})

    def _add_watch(self, options: dict[str, Any]) -> None:
        by = find_user(options["by"])
        try:
            followable_lists = find_followable_lists(options["add"], visits.build_visitor())
            chosen_list = followable_lists[-1] if options["itself"] else followable_lists[0]
            watch = watch_edits.add_watch(
                chosen_list.url,
                kind=chosen_list.kind,
                name=options["name"] or chosen_list.name,
                by=by,
                language=options["language"],
                interval_minutes=options["interval"],
            )
        except (FetchError, NotPossible, NotAllowed) as refusal:
            raise CommandError(translate_message(refusal)) from None
        self.stdout.write(
            gettext("Now watching %(url)s: watch %(watch)s, %(watch_2)s.")
            % {"url": watch.url, "watch": watch.pk, "watch_2": watch}
        )
