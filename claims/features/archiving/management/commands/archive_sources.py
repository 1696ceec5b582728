"""`manage.py archive_sources`: archive all cited sources without waiting for the worker."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop, ngettext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from claims.features.archiving import schedule, tasks
from claims.features.archiving.cited_sources import request_cited_copies
from claims.features.archiving.models import ArchivingRequest
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Archive the pages that verdicts cite and that claims appear in: the original file, the text,\n"
        "and, where Chromium is installed, a screenshot and a PDF. See docs/archiving.md.\n\n"
        "Pages archived today are not archived again. You can stop it (Ctrl-C) at any time and run it\n"
        "again to continue; several may run at once, also beside the worker. Each site receives one\n"
        "request a second.\n\n"
        "Exit status: 0 every page that can be archived is archived, 1 it was stopped, or some pages could\n"
        "not be archived (each is listed on standard error, and at the desk)."
    )
    stopped_message = gettext_noop("Stopped. The archived copies are kept; run the same command to continue.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--missing", action="store_true", help=gettext("only pages without any copy"))
        parser.add_argument(
            "--imported",
            action="store_true",
            help=gettext(
                "also archive pages cited only by imported archives; there may be hundreds of thousands"
            ),
        )
        parser.add_argument(
            "--ask",
            action="store_true",
            help=gettext("only queue the copies, and leave the rest to the worker"),
        )

    def handle(self, *, missing: bool, imported: bool, ask: bool, **options: Any) -> None:
        requested_count = request_cited_copies(missing_only=missing, include_imported=imported)
        if ask:
            self.stdout.write(
                ngettext("%(asked)s copy queued.", "%(asked)s copies queued.", requested_count)
                % {"asked": f"{requested_count:,}"}
            )
            return
        outcomes = self._archive_due_sources()
        remaining_count = (
            ArchivingRequest.objects.open().filter(due_at__isnull=False).values("source").distinct().count()
        )
        self.stdout.write(
            gettext("Archived: %(archived)s. Failed attempts: %(failed)s. To be tried again: %(left)s.")
            % {
                "archived": f"{outcomes['archived']:,}",
                "failed": f"{outcomes['failed']:,}",
                "left": f"{remaining_count:,}",
            }
        )
        if outcomes["failed"]:
            raise CommandError(
                gettext("Some pages could not be archived. Each source’s page at the desk gives the reason.")
            )

    def _archive_due_sources(self) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        due_count = (
            ArchivingRequest.objects.open().filter(due_at__isnull=False).values("source").distinct().count()
        )
        bar = Progress(
            TextColumn(gettext("Archiving")),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[last]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        with bar:
            task = bar.add_task("", total=due_count, last="")
            for outcome in schedule.archive_due(lambda: False):
                outcomes["failed" if outcome.problem else "archived"] += 1
                if outcome.problem:
                    self.stderr.write(f"{outcome.source.url}: {outcome.problem}")
                bar.update(task, advance=1, last=outcome.source.title[:60])
        if settings.TIMESTAMP_AUTHORITY:
            tasks.sign_files()
        return outcomes
