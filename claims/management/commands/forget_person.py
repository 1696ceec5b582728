"""`manage.py forget_person MAIL`: have a reader forgotten, for who asks for it by another way than their own page."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop, ngettext

from claims.readers import personal_data
from factcheck.management.localized_command import SpokenCommand


class Command(SpokenCommand):
    help = gettext_noop(
        "Delete the details of the reader with this mail address, and what they wrote as far as "
        "nobody else asks it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "mail", help=gettext("the mail address; make sure that it is the person who asks")
        )

    def handle(self, *, mail: str, **options: Any) -> None:
        number = personal_data.forget(mail)
        if not number:
            raise CommandError(gettext("Nothing is known of this mail address."))
        self.stdout.write(
            ngettext("Forgotten: %(number)s message.", "Forgotten: %(number)s messages.", number)
            % {"number": number}
        )
