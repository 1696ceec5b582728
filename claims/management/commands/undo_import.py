"""`manage.py undo_import ID --by USERNAME`: take back what an import brought."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop, ngettext

from claims.imports.storing import undo
from claims.management.people import user_named
from claims.models import ImportRun
from claims.newsroom.refusals import NotAllowed, NotPossible
from factcheck.management.localized_command import SpokenCommand


class Command(SpokenCommand):
    help = gettext_noop(
        "Take back what an import brought: retract what was published, change back what was changed, delete "
        "what was never public. Claims that somebody has worked on since stand in the way; --rest leaves "
        "these as they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", metavar="ID", type=int, help=gettext("the number of the import"))
        parser.add_argument(
            "--by",
            metavar="USERNAME",
            required=True,
            help=gettext("who undoes it, an editor or administrator"),
        )
        parser.add_argument(
            "--rest",
            action="store_true",
            help=gettext("leave claims that somebody has worked on as they are"),
        )

    def handle(self, *, run: int, by: str, rest: bool, **options: Any) -> None:
        person = user_named(by)
        found = ImportRun.objects.filter(pk=run).first()
        if found is None or person is None:
            raise CommandError(gettext("There is no import %(run)s.") % {"run": run})
        possible = undo.count_rest(found) if found.state in undo.UNDOABLE else 0
        try:
            undo.undo(found, by=person, rest=rest)
        except (NotPossible, NotAllowed) as refusal:
            hint = ngettext(
                "--rest takes back the %(count)s claim that nobody has worked on.",
                "--rest takes back the %(count)s claims that nobody has worked on.",
                possible,
            ) % {"count": f"{possible:,}"}
            offered = f" {hint}" if possible and isinstance(refusal, NotPossible) else ""
            raise CommandError(f"{refusal}{offered}") from None
        if found.state == ImportRun.State.UNDONE:
            self.stdout.write(gettext("%(run)s was undone.") % {"run": found})
        else:
            self.stdout.write(
                gettext("%(run)s was undone in part: %(obstacles)s")
                % {"run": found, "obstacles": " ".join(undo.obstacles(found))}
            )
