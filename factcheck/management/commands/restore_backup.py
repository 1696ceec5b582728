from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.translation import gettext, gettext_noop, ngettext

from factcheck.backups.backup_folder import BackupFailed, BackupFolder
from factcheck.backups.restoration import RestorePoint, restore
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Restore a backup (manage.py backup) into a folder, which you then use as DATA_DIR. To restore an "
        "export (export_claims), use restore_claims."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("to", type=Path, help=gettext("The folder to use as DATA_DIR."))
        parser.add_argument(
            "--from",
            dest="source",
            type=Path,
            default=settings.BACKUP_DIR,
            help=gettext("The folder with the backups (default: BACKUP_DIR)."),
        )
        times = parser.add_mutually_exclusive_group()
        times.add_argument(
            "--moment",
            type=parse_moment,
            help=gettext(
                "Restore the state at this time, such as 2026-11-26T11:59:59; UTC unless it has an offset "
                "(default: the latest)."
            ),
        )
        times.add_argument("--backup", help=gettext("Restore this backup, by its name in `backup --list`."))
        parser.add_argument(
            "--timeline",
            type=int,
            help=gettext(
                "Timeline; after a restore, earlier states are in the earlier timeline (default: the latest)."
            ),
        )
        parser.add_argument(
            "--put-aside",
            action="store_true",
            help=gettext("Move an existing installation into a folder beside the restored one."),
        )

    def handle(self, *, to: Path, source: Path | None, put_aside: bool, **options: Any) -> None:
        if source is None:
            raise CommandError(gettext("BACKUP_DIR is not set. Give the folder with the backups: --from."))
        point = RestorePoint(options["moment"], options["backup"], options["timeline"])
        try:
            result = restore(
                BackupFolder(source.absolute()), to, point, put_aside=put_aside, report=self.stderr.write
            )
        except BackupFailed as problem:
            raise CommandError(str(problem)) from None
        last_change = (
            f"{result.last_change:%Y-%m-%d %H:%M:%S.%f} UTC" if result.last_change else "that of the backup"
        )
        self.stdout.write(
            gettext("Restored into %(to)s, from the backup %(generation)s.")
            % {"to": to, "generation": result.generation.name}
        )
        self.stdout.write(
            gettext("Last change included: %(changed)s. Files: %(files)s.")
            % {"changed": last_change, "files": result.file_count}
        )
        if result.old_folder:
            self.stdout.write(
                gettext("The previous contents are in %(put_aside)s.") % {"put_aside": result.old_folder}
            )
        if result.damaged_paths:
            paths = "".join(f"\n  {path}" for path in result.damaged_paths)
            raise CommandError(
                ngettext(
                    "%(damaged)s file is damaged in the backup and missing now:%(named)s",
                    "%(damaged)s files are damaged in the backup and missing now:%(named)s",
                    len(result.damaged_paths),
                )
                % {"damaged": len(result.damaged_paths), "named": paths}
            )


def parse_moment(text: str) -> datetime:
    """Parse a time, in UTC unless it has an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            gettext("%(text)s is not a valid time; write it as 2026-11-26T11:59:59.") % {"text": f"{text!r}"}
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
