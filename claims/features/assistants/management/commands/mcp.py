"""`manage.py mcp`: the tools of `/mcp` on standard input and output, for an assistant on this machine."""

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop

from claims.features.assistants.stdio_transport import answer_lines
from claims.features.assistants.tools import Caller
from claims.newsroom import api_tokens
from claims.newsroom.refusals import NotAllowed
from factcheck.management.localized_command import LocalizedCommand

TOKEN_VARIABLE = "MCP_TOKEN"  # noqa: S105  the name of a variable


class Command(LocalizedCommand):
    help = gettext_noop(
        "Serve the Model Context Protocol on standard input and output, until the input ends. It gives "
        "access to public content; with a token in the environment (MCP_TOKEN) or from --token-file it also "
        "proposes and drafts, as the token's owner. See docs/assistants.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--token-file", help=gettext("a file that holds the token"))

    def handle(self, *, token_file: str | None, **options: Any) -> None:
        caller = _identify_caller(_read_secret(token_file))
        # Standard output is reserved for the protocol, so whatever else the program prints goes to standard error.
        with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as output:
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            answer_lines(sys.stdin.buffer, output, caller)


def _read_secret(path: str | None) -> str:
    if path is None:
        return os.environ.get(TOKEN_VARIABLE, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as problem:
        raise CommandError(
            gettext("--token-file %(path)s cannot be read: %(problem)s") % {"path": path, "problem": problem}
        ) from None


def _identify_caller(secret: str) -> Caller:
    environment = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": "manage.py mcp"}
    if not secret:
        return Caller(environment=environment)
    try:
        token = api_tokens.find_token(secret)
    except NotAllowed as refusal:
        raise CommandError(str(refusal)) from None
    if token is None:
        raise CommandError(gettext("The token is unknown, expired or revoked."))
    return Caller(token, secret, environment)
