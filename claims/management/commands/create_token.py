"""`manage.py create_token`: a token for the editorial API, for a person or a program's account."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop

from claims.models import Scope
from claims.newsroom import api_tokens
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Create an API token that acts as a person, and print it once. docs/editorial-api.md explains the scopes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help=gettext("user whose rights the token has"))
        parser.add_argument(
            "--name", required=True, help=gettext("name of the token, such as the tool that will use it")
        )
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            dest="scopes",
            help=gettext("scope; can be repeated; default: all"),
        )
        parser.add_argument("--days", type=int, default=90, help=gettext("lifetime in days (default: 90)"))

    def handle(
        self, *, username: str, name: str, scopes: list[str] | None, days: int, **options: Any
    ) -> None:
        try:
            person = User.objects.get(username=username, is_active=True)
            token, secret = api_tokens.issue_token(
                person, name=name, scopes=scopes or Scope.values, days=days
            )
        except User.DoesNotExist:
            raise CommandError(
                gettext("There is no active person with the user name “%(username)s”.")
                % {"username": username}
            ) from None
        except ValueError as problem:
            raise CommandError(str(problem)) from None
        self.stderr.write(
            gettext("%(token)s acts as %(person)s until %(expiry)s. The token is shown only now:")
            % {"token": token.name, "person": person, "expiry": f"{token.expiry:%Y-%m-%d}"}
        )
        self.stdout.write(secret)
