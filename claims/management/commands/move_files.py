from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import Storage, default_storage, storages
from django.core.management.base import CommandError
from django.utils.translation import gettext, gettext_noop, ngettext

from claims.models import ImportRun
from factcheck.installation import file_store
from factcheck.installation.file_store import FileStoreUnavailable
from factcheck.installation.file_transfer import (
    FAULT_MESSAGES,
    TransferOutcome,
    TransferredFile,
    iterate_names,
    transfer,
    transfer_files,
)
from factcheck.management.localized_command import LocalizedCommand
from sources import archive
from sources.models import MediaObject, Snapshot

DISK = "disk"


class Command(LocalizedCommand):
    help = gettext_noop(
        "Copy all files between the disk and a bucket, and verify each copy by its SHA-256. You can stop it "
        "(Ctrl-C) and run it again to continue. See docs/installing.md."
    )
    stopped_message = gettext_noop("Stopped. Copied files are verified; run the same command to continue.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        location_help = f"“{DISK}” (DATA_DIR/files) or a bucket, {file_store.EXAMPLE_URL}"
        direction_group = parser.add_mutually_exclusive_group(required=True)
        direction_group.add_argument(
            "--to",
            metavar="PLACE",
            help=gettext("copy files from their present location to %(place)s") % {"place": location_help},
        )
        direction_group.add_argument(
            "--from",
            metavar="PLACE",
            dest="origin",
            help=gettext("copy from that location to the present one"),
        )
        parser.add_argument(
            "--remove",
            action="store_true",
            help=gettext("with --from: remove the verified files from that location"),
        )
        parser.add_argument(
            "--threads", type=int, default=8, help=gettext("files at a time (default: %(default)s)")
        )

    def handle(
        self, *, to: str | None, origin: str | None, remove: bool, threads: int, **options: Any
    ) -> None:
        if not 1 <= threads <= 64:
            raise CommandError(
                gettext("--threads is %(threads)s; give a number from 1 to 64.") % {"threads": threads}
            )
        if to and remove:
            raise CommandError(gettext("--remove works only with --from: files in use are never removed."))
        other_storage = _get_storage(to or origin or "")
        source, target = (default_storage, other_storage) if to else (other_storage, default_storage)
        outcome_counts, confirmed_names = Counter[TransferOutcome](), set[str]()
        try:
            for file in _move_files(source, target, remove=remove, threads=threads):
                outcome_counts[file.outcome] += 1
                if file.outcome in (TransferOutcome.COPIED, TransferOutcome.THERE):
                    confirmed_names.add(file.name)
                elif file.outcome in FAULT_MESSAGES:
                    self.stderr.write(f"{file.name} {FAULT_MESSAGES[file.outcome]}")
            missing_count = self._count_missing(target, confirmed_names)
        except FileStoreUnavailable as unavailable:
            raise CommandError(
                gettext("%(away)s Copied files are verified; run the same command to continue.")
                % {"away": unavailable}
            ) from unavailable
        self.stdout.write(
            ngettext(
                "%(copied)s file copied; %(there)s already there. All have been verified.",
                "%(copied)s files copied; %(there)s already there. All have been verified.",
                outcome_counts[TransferOutcome.COPIED],
            )
            % {
                "copied": outcome_counts[TransferOutcome.COPIED],
                "there": outcome_counts[TransferOutcome.THERE],
            }
        )
        fault_count = sum(outcome_counts[outcome] for outcome in FAULT_MESSAGES)
        if fault_count or missing_count:
            raise CommandError(
                ngettext(
                    "%(faults)s file was not copied, and %(missing)s are missing from both places; see above.",
                    "%(faults)s files were not copied, and %(missing)s are missing from both places; see above.",
                    fault_count,
                )
                % {"faults": fault_count, "missing": missing_count}
            )

    def _count_missing(self, target: Storage, confirmed_names: set[str]) -> int:
        missing_count = 0
        for name, _digest in iterate_named_files():
            if name not in confirmed_names and not target.exists(name):
                missing_count += 1
                self.stderr.write(
                    gettext("%(name)s is missing from both places, but the database refers to it.")
                    % {"name": name}
                )
            confirmed_names.add(name)
        return missing_count


def _move_files(source: Storage, target: Storage, *, remove: bool, threads: int) -> Iterator[TransferredFile]:
    uploads = list_uploads()

    def move(name: str) -> TransferredFile:
        digest = parse_digest(name) or uploads.get(name, "")
        return transfer(name, source, target, known_digest=digest, remove=remove)

    return transfer_files(iterate_names(source), move, threads=threads)


def _get_storage(location: str) -> Storage:
    """Return the storage that receives the files. It gives them the same names as the current storage."""
    storage = settings.STORAGES["default"]
    try:
        other_storage = (
            file_store.build_disk_store()
            if location == DISK
            else file_store.build_bucket_store(location, file_store.read_keys(), name="PLACE")
        )
    except ImproperlyConfigured as problem:
        raise CommandError(str(problem)) from None
    if other_storage == storage:
        raise CommandError(gettext("Files are already stored at that location. Give a different one."))
    return storages.create_storage(other_storage)


def iterate_named_files() -> Iterator[tuple[str, str]]:
    """Yield the name of each stored file with its SHA-256, some files more than once."""
    yield from list_uploads().items()
    digests = Snapshot.objects.order_by("pk").values_list("content_sha256", flat=True)
    media = MediaObject.objects.order_by("pk")
    kept_files = [digests, media.values_list("sha256", flat=True)]
    kept_files.append(media.exclude(public_sha256="").values_list("public_sha256", flat=True))
    for rows in kept_files:
        for digest in rows.iterator(chunk_size=2_000):
            yield archive.build_path(digest), digest


def list_uploads() -> dict[str, str]:
    """Map the name of each uploaded import file to its SHA-256, whether the import is finished or not."""
    return dict(ImportRun.objects.exclude(upload="").values_list("upload", "content_sha256"))


def parse_digest(name: str) -> str:
    """Return the SHA-256 in the name of an archived file; "" for other files."""
    digest = name.rpartition("/")[2]
    try:
        return digest if archive.build_path(digest) == name else ""
    except ValueError:
        return ""
