from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.utils.translation import gettext, gettext_noop

from factcheck.database.database_roles import connect_as_owner, correct_grants
from factcheck.database.immediate_references import make_references_immediate
from factcheck.database.lock_timeout import retry_under_lock_timeout
from factcheck.database.schema_agreement import require_same_history
from factcheck.database.server_start import wait_until_reachable
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand, migrate.Command):
    help = gettext_noop(
        "Migrate the tables of the database to this version of the program. If a lock is not available at "
        "once, the command tries again. It runs as the owner of the tables, if OWNER_DATABASE_URL is "
        "set, and grants the serving role its permissions."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-seconds",
            type=float,
            default=2,
            help=gettext("How long a statement may wait for a lock (default: %(default)s; 0: no limit)."),
        )
        parser.add_argument(
            "--lock-tries",
            type=int,
            default=30,
            help=gettext("How many times to try before giving up (default: %(default)s)."),
        )

    def handle(self, *args: Any, lock_seconds: float = 2, lock_tries: int = 30, **options: Any) -> None:
        alias = options["database"]
        with connect_as_owner(alias):
            wait_until_reachable(alias, report=self.stderr.write)
            require_same_history(alias)
            retry_under_lock_timeout(
                lambda: self.run_migrations(*args, **options),
                alias=alias,
                seconds=lock_seconds,
                tries=lock_tries,
                report=self.stderr.write,
            )

    def run_migrations(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        is_dry_run = options.get("plan") or options.get("check_unapplied")
        if not is_dry_run:
            make_references_immediate(options["database"])
            correct_grants(options["database"])
