"""`manage.py forget_person MAIL`: have a reader forgotten, for who asks for it by another way than their own page."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext, gettext_lazy

from claims.readers import personal_data


class Command(BaseCommand):
    help = gettext_lazy(
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
        self.stdout.write(f"Forgotten: {number} message{'' if number == 1 else 's'}.")
