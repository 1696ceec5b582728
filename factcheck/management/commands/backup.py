from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext, gettext_noop, ngettext

from factcheck.backups import examination, generations
from factcheck.backups.backup_folder import BackupFailed
from factcheck.backups.backup_run import copy_files, make_backup
from factcheck.backups.subject import get_backup_folder, get_server_paths, list_source_folders
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Back up the embedded database and all files into BACKUP_DIR. restore_backup restores them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        choices = parser.add_mutually_exclusive_group()
        choices.add_argument(
            "--full", action="store_true", help=gettext("Copy the whole database, not only the changes.")
        )
        choices.add_argument("--files", action="store_true", help=gettext("Copy new files only."))
        choices.add_argument(
            "--list", action="store_true", help=gettext("List the existing backups without making one.")
        )
        choices.add_argument(
            "--verify",
            action="store_true",
            help=gettext("Read all existing backups and list any damage, without making one."),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["list"]:
                self.list()
            elif options["verify"]:
                self.verify()
            elif options["files"]:
                counts = copy_files(get_server_paths(), get_backup_folder(), list_source_folders())
                self.stdout.write(
                    ngettext(
                        "%(copied)s of %(files)s file was new.",
                        "%(copied)s of %(files)s files were new.",
                        counts.file_count,
                    )
                    % {"copied": counts.copied_count, "files": counts.file_count}
                )
            else:
                self.back_up(is_full=options["full"])
        except BackupFailed as problem:
            raise CommandError(str(problem)) from None

    def back_up(self, *, is_full: bool) -> None:
        result = make_backup(
            get_server_paths(),
            get_backup_folder(),
            list_source_folders(),
            is_full=is_full,
            days=settings.BACKUP_DAYS,
            full_days=settings.BACKUP_FULL_DAYS,
        )
        generation = result.generation
        message = gettext("Backup %(name)s, %(kind)s")
        if generation.parent:
            message = gettext("Backup %(name)s, %(kind)s, based on %(parent)s")
        message %= {"name": generation.name, "kind": generation.kind, "parent": generation.parent}
        files = ngettext(
            "%(files)s file, %(copied)s new (%(size)s)",
            "%(files)s files, %(copied)s new (%(size)s)",
            result.file_counts.file_count,
        ) % {
            "files": result.file_counts.file_count,
            "copied": result.file_counts.copied_count,
            "size": filesizeformat(result.file_counts.copied_bytes),
        }
        self.stdout.write(f"{message}; {files}.")
        for name in result.expired_names:
            self.stdout.write(gettext("Backup %(name)s was discarded.") % {"name": name})
        if not result.is_continuous:
            self.stderr.write(
                gettext(
                    "The server was started without BACKUP_DIR, so no moment between backups can be restored. "
                    "Stop everything that uses the server, and start it with BACKUP_DIR."
                )
            )

    def list(self) -> None:
        for backup in generations.list_generations(get_backup_folder()):
            finish_time = f"{backup.finished_at:%Y-%m-%d %H:%M:%S} UTC"
            self.stdout.write(
                ngettext(
                    "%(one)s  %(kind)s  %(of)s  %(files)s file  timeline %(timeline)s",
                    "%(one)s  %(kind)s  %(of)s  %(files)s files  timeline %(timeline)s",
                    backup.files,
                )
                % {
                    "one": backup.name,
                    "kind": f"{backup.kind:<11}",
                    "of": finish_time,
                    "files": f"{backup.files:>8}",
                    "timeline": backup.timeline,
                }
            )

    def verify(self) -> None:
        folder = get_backup_folder()
        count = 0
        with folder.lock_for_writing():
            for count, fault in enumerate(examination.find_faults(folder), 1):  # noqa: B007  counted
                self.stdout.write(fault)
        if count:
            raise CommandError(
                ngettext("%(count)s problem.", "%(count)s problems.", count) % {"count": count}
            )
        backup_count = len(generations.list_generations(folder))
        self.stdout.write(
            ngettext(
                "%(number)s backup, its files and the log are intact.",
                "%(number)s backups, their files and the log are intact.",
                backup_count,
            )
            % {"number": backup_count}
        )
