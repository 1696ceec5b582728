import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from claims.management.matched_texts import (
    FORMATS,
    RowStream,
    TableError,
    guess_format,
    open_partial_file,
    read_rows,
    write_matches,
)
from claims.management.terminal import parse_share
from claims.matching import embedding
from claims.matching.answers import MatchOptions
from claims.matching.query import get_primary_language
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Match a table of texts with published claims.\n\n"
        "FILE is CSV, TSV or NDJSON with a column of texts, or has a text on each line; - is standard "
        "input.\n"
        "Each row is written out unchanged, with the result beside it: the answer (same, contradicts,\n"
        'related, nothing), its certainty and reasons, the claim, and the publisher\'s rating. "nothing"\n'
        "is not a verdict. See docs/operators.md.\n\n"
        "The output file is written as FILE.part and renamed when it is complete. Use --resume to continue\n"
        "an interrupted run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("place", metavar="FILE|-", help=gettext("the table"))
        parser.add_argument(
            "--format", choices=FORMATS, help=gettext("default: the extension of the file's name")
        )
        parser.add_argument(
            "--column", default="", metavar="NAME", help=gettext("column that contains the texts")
        )
        parser.add_argument(
            "--output", default="-", metavar="FILE|-", help=gettext("- is standard output (default)")
        )
        parser.add_argument(
            "--language", default="", metavar="TAG", help=gettext("language of the texts (default: detected)")
        )
        parser.add_argument(
            "--minimum-confidence",
            type=parse_share,
            metavar="0..1",
            help=gettext("leave out matches less certain than this"),
        )
        parser.add_argument("--resume", action="store_true", help=gettext("continue an interrupted export"))

    def handle(self, *, place: str, output: str, verbosity: int, **options: Any) -> None:
        match_options = MatchOptions(
            language=get_primary_language(options["language"]),
            cut="text",
            max_matches=1,
            min_confidence=options["minimum_confidence"],
        )
        input_format = options["format"] or guess_format(place)
        output_format = guess_format(output) if output != "-" else input_format
        if output_format == "lines":
            output_format = "csv"
        if options["resume"] and output == "-":
            raise CommandError(gettext("--resume needs --output FILE: standard output cannot be continued."))
        if embedding.get_embedder() is None:
            self.stderr.write(gettext("There is no embedding model: only words are compared, not meanings."))
        try:
            with _open_input(place) as file, _show_progress(verbosity) as progress:
                rows = read_rows(file, input_format, options["column"])
                if output == "-":
                    progress.report(write_matches(rows, RowStream(sys.stdout), output_format, match_options))
                else:
                    with open_partial_file(Path(output), resume=options["resume"]) as partial_file:
                        progress.report(write_matches(rows, partial_file, output_format, match_options))
        except BrokenPipeError:
            # The reader closed the pipe (`| head`).
            Console(stderr=True).on_broken_pipe()
        except TableError as problem:
            raise CommandError(str(problem)) from None
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(
                gettext("%(place)s cannot be matched: %(problem)s.") % {"place": place, "problem": problem}
            ) from None
        except KeyboardInterrupt:
            message = (
                gettext("Interrupted.")
                if output == "-"
                else gettext("Interrupted. To continue, use --resume.")
            )
            raise CommandError(message, returncode=130) from None


@contextmanager
def _open_input(path: str) -> Iterator[IO[str]]:
    if path == "-":
        sys.stdin.reconfigure(encoding="utf-8-sig", newline="")  # type: ignore[union-attr]  # it is a real stream
        yield sys.stdin
    else:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            yield file


class _RowProgress:
    """The display of the number of written rows, on standard error."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.task = progress, progress.add_task(gettext("rows"), total=None)

    def report(self, row_counts: Iterator[int]) -> None:
        for row_count in row_counts:
            self.progress.advance(self.task, row_count)


@contextmanager
def _show_progress(verbosity: int) -> Iterator[_RowProgress]:
    columns = (SpinnerColumn(), TextColumn(gettext("rows")), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=verbosity == 0) as progress:
        yield _RowProgress(progress)
