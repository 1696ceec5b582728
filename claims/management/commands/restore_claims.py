import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from claims.exports.restore import RestoreRefused, restore
from factcheck.management.localized_command import LocalizedCommand
from factcheck.management.owners_command import require_owner


class Command(LocalizedCommand):
    help = gettext_noop(
        "Restore the ledger from a lossless export (export_claims --versions all): ids, versions, texts.\n\n"
        "The file is checked first; nothing is written unless all of it fits the existing data. If interrupted,\n"
        "run the same command to continue. docs/exports.md says what is restored and what is not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE|-", help=gettext("- reads standard input"))
        parser.add_argument(
            "--dry-run", action="store_true", help=gettext("only check, and print what would be written")
        )

    def handle(self, *, file: str, dry_run: bool, verbosity: int, **options: Any) -> None:
        try:
            actor = nullcontext() if dry_run else require_owner()
            with actor, _open_input(file) as stream, _show_progress(file, verbosity) as progress:
                counts = restore(stream, progress=progress, dry_run=dry_run)
        except OSError as problem:
            raise CommandError(
                gettext("%(file)s cannot be read: %(strerror)s.")
                % {"file": file, "strerror": problem.strerror}
            ) from None
        except RestoreRefused as refusal:
            raise CommandError(str(refusal)) from None
        for kind in dict.fromkeys([*counts.written_counts, *counts.existing_counts]):
            written_count, existing_count = counts.written_counts[kind], counts.existing_counts[kind]
            summary = (
                gettext("%(kind)s %(written)s would be restored, %(left)s already here")
                if dry_run
                else gettext("%(kind)s %(written)s restored, %(left)s already here")
            )
            self.stdout.write(
                summary
                % {"kind": f"{kind:14}", "written": f"{written_count:>10,}", "left": f"{existing_count:,}"}
            )


@contextmanager
def _open_input(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
    else:
        with Path(file).open("rb") as stream:
            yield stream


@contextmanager
def _show_progress(file: str, verbosity: int) -> Iterator[Any]:
    """Show how much of the file has been read. The file is read twice."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=verbosity == 0) as progress:
        total = None if file == "-" else 2 * Path(file).stat().st_size
        task = progress.add_task(gettext("restoring"), total=total)
        yield lambda completed: progress.update(task, completed=completed)
