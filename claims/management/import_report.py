"""The progress and the result of an import, for a terminal."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext, gettext_lazy
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from claims.imports.reading.inputs.file import File, ImportFormat
from claims.imports.reading.recipe import AllowsUnrated, ReportDetection
from claims.imports.storing import run_import
from claims.imports.storing.unusable_records import describe_kind
from claims.models import ImportProblem, ImportRun
from factcheck.installation.messages import translate_message

_PLAIN_STYLE: dict[str, Any] = {"highlight": False, "markup": False, "soft_wrap": True}
_PHASE_LABELS = {"reading": gettext_lazy("Reading"), "writing": gettext_lazy("Writing")}


@contextmanager
def show_progress(console: Console) -> Iterator[run_import.ReportProgress]:
    """Show a progress bar with the rate, the remaining time and the number of rejected records."""
    progress_bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[status_text]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    tasks: dict[str, Any] = {}

    def report(progress: run_import.Progress) -> None:
        if progress.phase not in tasks:
            tasks[progress.phase] = progress_bar.add_task(
                str(_PHASE_LABELS[progress.phase]), total=progress.total, status_text=""
            )
        task = tasks[progress.phase]
        elapsed = progress_bar.tasks[task].elapsed or 0
        records = progress.record_count if progress.phase == "reading" else progress.done_count
        progress_bar.update(
            task,
            completed=progress.done_count,
            total=progress.total,
            status_text=gettext("%(records)s records, %(rate)s/s, %(refused)s rejected")
            % {
                "records": f"{records:,}",
                "rate": f"{records / elapsed if elapsed else 0:,.0f}",
                "refused": f"{progress.refused_count:,}",
            },
        )

    with progress_bar:
        yield report


#: The number of kinds of refusals for which an example is shown.
MAX_EXAMPLES = 10
#: The number of files whose detected format is printed.
SHOWN_REASONS = 10


def make_detection_printer(console: Console) -> ReportDetection:
    """Return a function that prints how each file is read."""
    file_numbers = count(1)

    def report(file: File, form: ImportFormat, settings: Mapping[str, Any]) -> None:
        file_number = next(file_numbers)
        if file_number <= SHOWN_REASONS:
            _print_detected(console, file, form, settings)
        elif file_number == SHOWN_REASONS + 1:
            console.print("…", **_PLAIN_STYLE)

    return report


def make_unrated_question(console: Console) -> AllowsUnrated:
    """Return a function that asks at the terminal whether to import reviews without a rating."""

    def ask(file: File) -> bool:
        if not (console.is_terminal and sys.stdin.isatty()):
            return False
        console.print(
            gettext("%(file)s: no column was recognised as the rating.") % {"file": file.name}, **_PLAIN_STYLE
        )
        question = gettext("Import all of them as unrated claims? [y/N] ")
        return console.input(question, markup=False).strip().casefold() in ("y", "yes")

    return ask


def _print_detected(console: Console, file: File, form: ImportFormat, settings: Mapping[str, Any]) -> None:
    console.print(f"{file.name}: {translate_message(form.TITLE)}", **_PLAIN_STYLE)
    if dialect := settings.get("dialect"):
        details = ", ".join(f"{name} {value!r}" for name, value in dialect.items())
        console.print(f"  {details}", **_PLAIN_STYLE)
    if mapping := settings.get("mapping"):
        console.print(gettext("  mapping: %(name)s") % {"name": gettext(mapping["name"])}, **_PLAIN_STYLE)
        for field, columns in (mapping.get("fields") or {}).items():
            console.print(f"    {field} ← {columns}", **_PLAIN_STYLE)


def print_summary(console: Console, run: ImportRun, *, dry_run: bool) -> None:
    """Print the outcomes of records, and the reasons for rejections."""
    table = Table(
        title=gettext("%(run)s (dry run, nothing was stored)") % {"run": run} if dry_run else str(run),
        title_justify="left",
    )
    table.add_column(gettext("records"))
    table.add_column("", justify="right")
    for name, record_count in (
        (gettext("created"), run.created),
        (gettext("updated"), run.updated),
        (gettext("unchanged"), run.unchanged),
        (gettext("merged"), run.merged),
    ):
        table.add_row(name, f"{record_count:,}")
    table.add_row(gettext("rejected"), f"{run.refused:,}", end_section=True)
    table.add_row(gettext("total"), f"{run.records:,}", end_section=True)
    for outcome, title in ImportProblem.Outcome.choices:
        for field, code, problem_count in list_reasons(run, outcome):
            table.add_row(
                f"{title}: {field + ': ' if field else ''}{describe_kind(code)}", f"{problem_count:,}"
            )
    console.print(table)
    for problem in _list_examples(run):
        console.print(str(problem), **_PLAIN_STYLE)
    for note in run.notes:
        console.print(note, **_PLAIN_STYLE)


def _list_examples(run: ImportRun) -> list[ImportProblem]:
    """Return the first rejected record of each kind."""
    refusals = run.problems.filter(outcome=ImportProblem.Outcome.REFUSED)
    first_refusals = refusals.order_by("field", "code", "pk").distinct("field", "code")
    return sorted(first_refusals, key=lambda problem: problem.pk)[:MAX_EXAMPLES]


def build_summary(run: ImportRun, *, dry_run: bool) -> dict[str, Any]:
    """Return the summary of an import as JSON values."""
    names = ("records", "created", "updated", "unchanged", "merged", "refused")
    counts = {name: getattr(run, name) for name in names}
    problems = {
        outcome: [
            {"field": field, "code": code, "count": count}
            for field, code, count in list_reasons(run, outcome)
        ]
        for outcome in ImportProblem.Outcome.values
    }
    return {
        "import": None if dry_run else run.pk,
        "dry_run": dry_run,
        **counts,
        "problems": problems,
        "notes": run.notes,
    }


def list_reasons(run: ImportRun, outcome: str) -> list[tuple[str, str, int]]:
    """Return (field, kind, count) for each kind of problem with this outcome, most frequent first."""
    rows = run.problems.filter(outcome=outcome).values_list("field", "code")
    return list(rows.annotate(count=Count("pk")).order_by("-count", "field", "code"))
