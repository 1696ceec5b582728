import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop
from rich.console import Console
from rich.progress import DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from claims.features.archiving.evidence_pack.pack import EvidencePack, NothingPublished, build_evidence_pack
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Write all evidence for a published claim into one ZIP, which anyone can check without this program: the\n"
        "publication, the quoted texts, captured pages, timestamps, and a README that explains how.\n\n"
        "The file is written as FILE.part and renamed when it is complete. The same content gives the same bytes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("claim", type=int, metavar="CLAIM", help=gettext("claim number"))
        parser.add_argument(
            "--output",
            metavar="FILE|-",
            help=gettext(
                "output file (default: evidence-of-claim-NUMBER.zip in the current folder); - for standard output"
            ),
        )
        parser.add_argument(
            "--public",
            action="store_true",
            help=gettext("leave out uploaded files, and texts and copies that may not be redistributed"),
        )

    def handle(self, *, claim: int, output: str | None, public: bool, verbosity: int, **options: Any) -> None:
        try:
            pack = build_evidence_pack(claim, for_public=public)
        except NothingPublished as error:
            raise CommandError(str(error)) from None
        if output == "-":
            try:
                for chunk in pack.iterate_chunks():
                    sys.stdout.buffer.write(chunk)
                sys.stdout.buffer.flush()
            except BrokenPipeError:
                Console(stderr=True).on_broken_pipe()
            return
        path = Path(output or pack.name)
        try:
            size = _write(pack, path, is_quiet=verbosity == 0)
        except OSError as problem:
            raise CommandError(
                gettext("“%(path)s” cannot be written: %(strerror)s.")
                % {"path": path, "strerror": problem.strerror or problem}
            ) from None
        self.stdout.write(
            gettext("%(path)s: %(size)s bytes. Its README.txt explains how to check the contents.")
            % {"path": path, "size": f"{size:,}"}
        )
        for note in pack.cited_files.omission_notes:
            self.stderr.write(gettext("Left out of the pack: %(line)s") % {"line": note})


def _write(pack: EvidencePack, path: Path, *, is_quiet: bool) -> int:
    """Write the complete pack to a file and return its size. If an error occurs, no file is left."""
    part_path = path.with_name(f"{path.name}.part")
    columns = (TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn())
    size = 0
    try:
        with (
            part_path.open("wb") as file,
            Progress(*columns, console=Console(stderr=True), transient=True, disable=is_quiet) as progress,
        ):
            task = progress.add_task(gettext("Packing"), total=None)
            for chunk in pack.iterate_chunks():
                file.write(chunk)
                size += len(chunk)
                progress.update(task, completed=size)
        part_path.replace(path)
    finally:
        part_path.unlink(missing_ok=True)
    return size
