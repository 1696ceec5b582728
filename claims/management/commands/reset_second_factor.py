"""`manage.py reset_second_factor`: reset a lost second factor when no administrator can."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop

from claims.management.terminal import find_user
from claims.newsroom import second_factors
from claims.newsroom.refusals import NotPossible
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Remove the second factors of a person, who then signs in with the password and sets up a new one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--reason", required=True, help=gettext("how you verified the person; for the audit log")
        )

    def handle(self, *, username: str, reason: str, **options: Any) -> None:
        person = find_user(username)
        assert person is not None  # noqa: S101  a name was given
        try:
            second_factors.reset_factors(person, reason=reason)
        except NotPossible as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            gettext("%(username)s can now sign in with their password, and must set up a new second factor.")
            % {"username": username}
        )
