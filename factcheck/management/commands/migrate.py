from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate

from factcheck.database.lock_patience import patiently


class Command(migrate.Command):
    help = f"{migrate.Command.help} It gives up a lock that it does not get at once, and tries again."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-seconds",
            type=float,
            default=2,
            help="How long a statement may wait for a lock, and others behind it (default: %(default)s; 0: for ever).",
        )
        parser.add_argument(
            "--lock-tries",
            type=int,
            default=30,
            help="How many times to try before giving up (default: %(default)s).",
        )

    def handle(self, *args: Any, lock_seconds: float = 2, lock_tries: int = 30, **options: Any) -> None:
        patiently(
            lambda: super(Command, self).handle(*args, **options),
            alias=options["database"],
            seconds=lock_seconds,
            tries=lock_tries,
            tell=self.stderr.write,
        )
