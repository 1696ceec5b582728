"""The progress of vectors, for a terminal."""

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
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    tasks = {
        stage: bar.add_task(str(title), visible=False, start=False, rate=0)
        for stage, title in _STAGES.items()
    }
    tasks_begun: dict[str, int] = {}

    def report(progress: EmbeddingProgress) -> None:
        shown = tasks[progress.stage]
        if progress.stage not in tasks_begun:
            tasks_begun[progress.stage] = progress.done
            bar.start_task(shown)
        elapsed = bar.tasks[shown].elapsed or 0
        rate = (progress.done - tasks_begun[progress.stage]) / elapsed if elapsed else 0
        bar.update(shown, visible=True, completed=progress.done, total=progress.of or None, rate=rate)

    with bar:
        yield report


def print_progress(
    stream: TextIO, standing: Sequence[tuple[EmbeddingModel, VectorTally]], query_model: int | None
) -> None:
    """Print a line for each model, marking the one used for searching."""
    console = build_console(stream)
    for model, (vectors_made, outstanding) in standing:
        state = gettext("complete") if model.completed_at else gettext("being built")
        state = gettext("in use") if model.pk == query_model else state
        console.print(
            ngettext(
                "%(model)s: %(state)s; %(made)s vector of %(dimensions)s dimensions, %(outstanding)s outstanding.",
                "%(model)s: %(state)s; %(made)s vectors of %(dimensions)s dimensions, %(outstanding)s outstanding.",
                vectors_made,
            )
            % {
                "model": model.name,
                "state": state,
                "made": f"{vectors_made:,}",
                "dimensions": f"{model.dimensions:,}",
                "outstanding": f"{outstanding:,}",
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
