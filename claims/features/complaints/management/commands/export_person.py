"""`manage.py export_person MAIL`: export all data about a reader as JSON, on the reader's request."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop

from claims.features.complaints import personal_data
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Write all records about the reader with this email address to standard output, as JSON."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "mail", help=gettext("the email address; check that the request comes from its owner")
        )

    def handle(self, *, mail: str, **options: Any) -> None:
        messages = personal_data.export_messages(mail)
        if not messages:
            raise CommandError(gettext("There are no records for this email address."))
        self.stdout.write(json.dumps(messages, ensure_ascii=False, indent=2))
