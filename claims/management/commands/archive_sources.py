"""`manage.py archive_sources`: copies of everything that is cited, for whoever does not want to wait for the worker."""

from argparse import RawDescriptionHelpFormatter
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop, ngettext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from claims.review.cited_sources import ask_for_cited
from factcheck.management.localized_command import SpokenCommand
from sources.archiving import schedule, tasks
from sources.models import ArchivingRequest


class Command(SpokenCommand):
    help = gettext_noop(
        "Archive the pages that verdicts rest on and that claims appear in: what the server "
        "sent, the text,\n"
        "and, where Chromium is installed, a screenshot and a PDF. See docs/archiving.md.\n"
        "\n"
        "What was archived today is not archived again. It can be stopped (Ctrl-C) at any time, "
        "and goes on\n"
        "where it was when it is called again; several may run beside each other and beside the "
        "worker. One\n"
        "site is asked for one page a second.\n"
        "\n"
        "Exit status: 0 everything that could be archived is, 1 it was stopped, or some pages "
        "could not be\n"
        "archived (each is named on standard error, and at the desk)."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--missing", action="store_true", help=gettext("only pages of which there is no copy at all")
        )
        parser.add_argument(
            "--imported",
            action="store_true",
            help=gettext(
                "also pages that only the imported archives of others cite; there may be hundreds of "
                "thousands"
            ),
        )
        parser.add_argument(
            "--ask",
            action="store_true",
            help=gettext("only ask for the copies, and leave the rest to the worker"),
        )

    def handle(self, *, missing: bool, imported: bool, ask: bool, **options: Any) -> None:
        asked = ask_for_cited(missing=missing, imported=imported)
        if ask:
            self.stdout.write(
                ngettext("%(asked)s copy is asked for.", "%(asked)s copies are asked for.", asked)
                % {"asked": f"{asked:,}"}
            )
            return
        try:
            became = self._archive()
        except KeyboardInterrupt:
            raise CommandError(
                gettext("Stopped. What was archived is kept; the same command goes on.")
            ) from None
        left = (
            ArchivingRequest.objects.open().filter(due_at__isnull=False).values("source").distinct().count()
        )
        self.stdout.write(
            gettext("%(archived)s archived, %(failed)s attempts failed, %(left)s wait for another one.")
            % {"archived": f"{became['archived']:,}", "failed": f"{became['failed']:,}", "left": f"{left:,}"}
        )
        if became["failed"]:
            raise CommandError(
                gettext("Not every page could be archived; the desk shows why at each source.")
            )

    def _archive(self) -> Counter[str]:
        became: Counter[str] = Counter()
        due = ArchivingRequest.objects.open().filter(due_at__isnull=False).values("source").distinct().count()
        bar = Progress(
            TextColumn(gettext("Archiving")),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[last]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        with bar:
            shown = bar.add_task("", total=due, last="")
            for outcome in schedule.archive_due(lambda: False):
                became["failed" if outcome.problem else "archived"] += 1
                if outcome.problem:
                    self.stderr.write(f"{outcome.source.url}: {outcome.problem}")
                bar.update(shown, advance=1, last=outcome.source.title[:60])
        if settings.TIMESTAMP_AUTHORITY:
            tasks.sign_files()
        return became
