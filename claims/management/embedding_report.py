"""Show the progress of building vectors in a terminal."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from django.utils.translation import gettext, gettext_lazy, ngettext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from claims.management.terminal import build_console
from claims.matching.embedding.maintenance import EmbeddingProgress, ReportProgress
from claims.matching.embedding.pending_vectors import VectorTally
from claims.models import EmbeddingModel

_STAGES = {
    "languages": gettext_lazy("Preparing languages"),
    "vectors": gettext_lazy("Creating vectors"),
    "means": gettext_lazy("Centring vectors"),
    "indexes": gettext_lazy("Building indexes"),
}


@contextmanager
def show_progress(console: Console) -> Iterator[ReportProgress]:
    """Show a progress bar for each stage."""
    progress_bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    tasks = {
        stage: progress_bar.add_task(str(title), visible=False, start=False, rate=0)
        for stage, title in _STAGES.items()
    }
    start_counts: dict[str, int] = {}

    def report(progress: EmbeddingProgress) -> None:
        task = tasks[progress.stage]
        if progress.stage not in start_counts:
            start_counts[progress.stage] = progress.done_count
            progress_bar.start_task(task)
        elapsed = progress_bar.tasks[task].elapsed or 0
        rate = (progress.done_count - start_counts[progress.stage]) / elapsed if elapsed else 0
        progress_bar.update(
            task, visible=True, completed=progress.done_count, total=progress.total or None, rate=rate
        )

    with progress_bar:
        yield report


def print_progress(
    stream: TextIO, tallies: Sequence[tuple[EmbeddingModel, VectorTally]], query_model: int | None
) -> None:
    """Print a line for each model, marking the model used for searching."""
    console = build_console(stream)
    for model, (vector_count, missing_count) in tallies:
        state = gettext("complete") if model.completed_at else gettext("being built")
        state = gettext("in use") if model.pk == query_model else state
        console.print(
            ngettext(
                "%(model)s: %(state)s; %(made)s vector of %(dimensions)s dimensions, %(outstanding)s outstanding.",
                "%(model)s: %(state)s; %(made)s vectors of %(dimensions)s dimensions, %(outstanding)s outstanding.",
                vector_count,
            )
            % {
                "model": model.name,
                "state": state,
                "made": f"{vector_count:,}",
                "dimensions": f"{model.dimensions:,}",
                "outstanding": f"{missing_count:,}",
            },
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if query_model is None:
        console.print(
            gettext("Claims are found by their words only, not by their meaning."),
            highlight=False,
            markup=False,
        )
