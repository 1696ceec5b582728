import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from claims.exports import manifest
from claims.exports.export_run import BeginProgress, ExportOptions, export_to_file, export_to_stream
from claims.exports.format_choice import FORMATS, VERSIONS, guess_format
from claims.exports.outputs import OutputError
from factcheck.api.problems import InvalidParameters
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Export published claims, as of one moment of the ledger, in constant memory.\n\n  ndjson   the JSON "
        "of each claim on a line, as in the API; with --versions all the lossless\n           format, from "
        "which restore_claims restores ids, versions and texts\n  csv      a table, one row for each "
        "verdict\n  jsonld   a schema.org DataFeed of ClaimReview markup, including withdrawn reviews\n  "
        "parquet  the columns of the CSV, typed\n\n"
        "The file is written as FILE.part and renamed when it is complete; FILE.manifest.json beside it\n"
        "contains its checksum. See docs/exports.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--format", choices=FORMATS, help=gettext("default: the extension of the file's name")
        )
        parser.add_argument(
            "--output", default="-", metavar="FILE|-", help=gettext("- is standard output (default)")
        )
        parser.add_argument(
            "--filter",
            default="",
            metavar="PARAMETERS",
            help=gettext("parameters of the API's list of claims, such as 'rating=false&language=en'"),
        )
        parser.add_argument(
            "--versions",
            choices=VERSIONS,
            default="current",
            help=gettext(
                "for ndjson: the current version of each claim (default), or the whole ledger in the lossless format"
            ),
        )
        parser.add_argument("--resume", action="store_true", help=gettext("continue an interrupted export"))
        parser.add_argument(
            "--verify", metavar="FILE", help=gettext("only check a file against its manifest")
        )

    def handle(self, *, output: str, verify: str | None, verbosity: int, **options: Any) -> None:
        try:
            if verify:
                problems = manifest.verify(Path(verify))
                self.stderr.write(
                    gettext("%(verify)s is complete: %(bytes)s bytes, SHA-256 %(sha256)s.")
                    % {"verify": verify, "bytes": f"{problems['bytes']:,}", "sha256": problems["sha256"]}
                )
                return
            export_options = _build_options(output, options)
            with _show_progress(verbosity) as begin_progress:
                if output == "-":
                    _export_to_stdout(export_options, begin_progress)
                else:
                    export_to_file(
                        export_options, Path(output), resume=options["resume"], begin_progress=begin_progress
                    )
        except InvalidParameters as refusal:
            raise CommandError("\n".join(error["detail"] for error in refusal.errors)) from None
        except (OutputError, manifest.ManifestMismatch) as problem:
            raise CommandError(str(problem)) from None


def _build_options(output: str, options: dict[str, Any]) -> ExportOptions:
    export_options = ExportOptions(
        options["format"] or guess_format(output), options["versions"], options["filter"]
    )
    if export_options.versions == "all" and export_options.format != "ndjson":
        raise CommandError(
            gettext("--versions all needs ndjson: %(format)s can hold one version of a claim only.")
            % {"format": export_options.format}
        )
    if options["resume"] and output == "-":
        raise CommandError(gettext("--resume needs --output FILE: standard output cannot be continued."))
    return export_options


def _export_to_stdout(export_options: ExportOptions, begin_progress: BeginProgress) -> None:
    try:
        export_to_stream(export_options, sys.stdout.buffer, begin_progress=begin_progress)
    except BrokenPipeError:
        # The reader closed the pipe (`| head`).
        Console(stderr=True).on_broken_pipe()


class _Rate(ProgressColumn):
    """A progress column that shows claims per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:,.0f}/s")


@contextmanager
def _show_progress(verbosity: int) -> Iterator[BeginProgress]:
    """Show the progress on standard error."""
    columns = (
        TextColumn(gettext("claims")),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=verbosity == 0) as progress:

        def begin(total: int) -> Callable[[int], None]:
            task = progress.add_task(gettext("claims"), total=total)
            return lambda completed: progress.update(task, completed=completed)

        yield begin
