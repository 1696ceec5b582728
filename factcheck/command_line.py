"""The command line: `manage.py` in a clone, `factcheck` in the wheel; `help` lists the commands."""

import os
import signal
import sys
from types import FrameType


def main() -> None:
    """Run a command, with the embedded database server running if the project uses it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
    # A signal to end (`kill`, a closed terminal) is handled like Ctrl-C, so that the database server we started is
    # stopped.
    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, exit_on_signal)
    try:
        from django.conf import settings  # noqa: PLC0415  errors become sentences
        from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415  errors become sentences
        from django.core.management import execute_from_command_line  # noqa: PLC0415  errors become sentences
    except ImportError as error:
        sys.exit(f"{error}. Run `make setup`, then call this with .venv/bin/python.")

    from factcheck.database import embedded  # noqa: PLC0415  errors become sentences

    try:
        settings.INSTALLED_APPS  # noqa: B018  reads the settings, so that a wrong one gives a readable error
        if is_database_needed(sys.argv[1:]):
            embedded.ensure_running()
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, embedded.PostgresUnavailable) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def exit_on_signal(signal_number: int, frame: FrameType | None) -> None:
    sys.exit(128 + signal_number)


def is_database_needed(arguments: list[str]) -> bool:
    """Return whether the command needs the database. Some commands only read code or start the server themselves."""
    commands_without_database = {
        "collectstatic",
        "compilemessages",
        "demo",
        "features",
        "findstatic",
        "help",
        "makemessages",
        "restore_backup",
        "serve",
        "version",
    }
    asks_for_help = (
        not arguments or "--help" in arguments or "-h" in arguments or arguments[0].startswith("-")
    )
    return not asks_for_help and arguments[0] not in commands_without_database
