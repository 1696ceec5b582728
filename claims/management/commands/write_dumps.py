from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop

from claims.exports.dumps.dump_run import DumpDamaged, DumpUnderWay, write_dump
from factcheck.installation.file_store import FileStoreUnavailable
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Write all publications as files for the public, as the schedule does (docs/exports.md)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--keep",
            type=int,
            metavar="NUMBER",
            help=gettext("number of dumps to keep (default: DUMPS_KEPT)"),
        )

    def handle(self, *, keep: int | None, verbosity: int, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError(gettext("--keep: the newest dump is always kept; give 1 or more."))
        report_file = (lambda name: self.stderr.write(f"{name} …")) if verbosity else (lambda name: None)
        try:
            dump = write_dump(kept_count=keep, report_part=report_file)
        except (DumpUnderWay, DumpDamaged, FileStoreUnavailable) as problem:
            raise CommandError(str(problem)) from None
        except OSError as problem:
            raise CommandError(
                gettext("The dump was not written, and its parts were removed: %(problem)s.")
                % {"problem": problem.strerror}
            ) from None
        for file in dump.manifest["files"]:
            self.stdout.write(f"{dump.day}/{file['name']}\t{file['bytes']}\t{file['sha256']}")
