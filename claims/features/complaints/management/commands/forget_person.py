"""`manage.py forget_person MAIL`: delete a reader's data, on the reader's request."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop, ngettext

from claims.features.complaints import personal_data
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Delete the details of the reader with this email address, and their messages, unless other readers "
        "sent the same."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "mail", help=gettext("the email address; check that the request comes from its owner")
        )

    def handle(self, *, mail: str, **options: Any) -> None:
        erased_count = personal_data.forget_person(mail)
        if not erased_count:
            raise CommandError(gettext("There are no records for this email address."))
        self.stdout.write(
            ngettext("Deleted: %(number)s message.", "Deleted: %(number)s messages.", erased_count)
            % {"number": erased_count}
        )
