from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext, gettext_noop

from claims.management.demo.demo_newsroom import load
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Load the demonstration data and one user per role. Running it again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--password",
            default="",
            help=gettext(
                "password of the demo’s users, who otherwise need `manage.py changepassword` before they can sign in"
            ),
        )

    def handle(self, *, password: str, verbosity: int, **options: Any) -> None:
        is_new = load(password=password)
        if verbosity:
            self.stdout.write(
                gettext("The demonstration data is loaded.")
                if is_new
                else gettext("The demonstration data was loaded before: nothing changed.")
            )
