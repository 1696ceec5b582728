"""Commands that speak the language of the terminal (LANG), if available."""

import os
import re
from argparse import RawDescriptionHelpFormatter
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext


class LocalizedCommand(BaseCommand):
    """A command whose `help` is marked for translation (`gettext_noop`) and translated when shown.

    A command called by a program (`call_command`) uses that program's language.
    """

    #: Whether the command runs as a service and therefore uses the installation's language.
    serves: ClassVar[bool] = False
    #: System checks load every page of the desk, so only `serve`, `migrate` and `check` run them.
    requires_system_checks: list[str] | tuple[str, ...] = ()

    #: What Ctrl-C leaves behind, marked for translation; without it, Ctrl-C ends the program without a message.
    stopped_message: ClassVar[str] = ""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except KeyboardInterrupt:
            if not self.stopped_message:
                raise
            raise CommandError(gettext(self.stopped_message)) from None

    def run_from_argv(self, argv: list[str]) -> None:
        with translation.override(self.language):
            super().run_from_argv(argv)

    def print_help(self, prog_name: str, subcommand: str) -> None:
        with translation.override(self.language):
            super().print_help(prog_name, subcommand)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        if "\n" in self.help:
            kwargs.setdefault("formatter_class", RawDescriptionHelpFormatter)
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.description = gettext(self.help)
        return parser

    @property
    def language(self) -> str:
        return settings.LANGUAGE_CODE if self.serves else detect_terminal_language(os.environ)


def detect_terminal_language(variables: Mapping[str, str]) -> str:
    """Return the language of the terminal's locale (POSIX, 8.2), if it is available."""
    name = next(filter(None, map(variables.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    tag = re.split(r"[.@]", name)[0].replace("_", "-").lower()
    try:
        return translation.get_supported_language_variant(tag)
    except LookupError:
        return settings.LANGUAGE_CODE
