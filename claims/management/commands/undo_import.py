"""`manage.py undo_import ID --by USERNAME`: undo an import."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop, ngettext

from claims.imports.storing import undo
from claims.management.terminal import find_user
from claims.models import ImportRun
from claims.newsroom.refusals import NotAllowed, NotPossible
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Undo an import: retract its publications, revert its changes, and delete its records that were "
        "never public. Claims edited since then prevent this; with --rest they are left as they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", metavar="ID", type=int, help=gettext("number of the import"))
        parser.add_argument(
            "--by",
            metavar="USERNAME",
            required=True,
            help=gettext("user who undoes the import; must be an editor or administrator"),
        )
        parser.add_argument("--rest", action="store_true", help=gettext("leave edited claims as they are"))

    def handle(self, *, run: int, by: str, rest: bool, **options: Any) -> None:
        person = find_user(by)
        run_found = ImportRun.objects.filter(pk=run).first()
        if run_found is None or person is None:
            raise CommandError(gettext("There is no import %(run)s.") % {"run": run})
        rest_count = undo.count_undoable_claims(run_found) if run_found.state in undo.UNDOABLE_STATES else 0
        try:
            undo.undo_run(run_found, by=person, keep_later_work=rest)
        except (NotPossible, NotAllowed) as refusal:
            hint = ngettext(
                "With --rest, the %(count)s claim that has not been edited is undone.",
                "With --rest, the %(count)s claims that have not been edited are undone.",
                rest_count,
            ) % {"count": f"{rest_count:,}"}
            hint_text = f" {hint}" if rest_count and isinstance(refusal, NotPossible) else ""
            raise CommandError(f"{refusal}{hint_text}") from None
        if run_found.state == ImportRun.State.UNDONE:
            self.stdout.write(gettext("%(run)s was undone.") % {"run": run_found})
        else:
            self.stdout.write(
                gettext("%(run)s was partly undone: %(obstacles)s")
                % {"run": run_found, "obstacles": " ".join(undo.find_obstacles(run_found))}
            )
