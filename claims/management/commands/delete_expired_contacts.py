"""`manage.py delete_expired_contacts`: what the worker does each night about personal data of readers, at once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext, gettext_lazy

from claims.readers import personal_data


class Command(BaseCommand):
    help = gettext_lazy(
        "Delete what readers sent and never confirmed, spam, and the details of readers whose "
        "matter ended long ago."
    )

    def handle(self, **options: Any) -> None:
        gone = personal_data.delete_expired()
        self.stdout.write(
            gettext(
                "Deleted: %(unconfirmed)s unconfirmed, %(spam)s spam, the details of %(contacts)s readers."
            )
            % {"unconfirmed": gone.unconfirmed, "spam": gone.spam, "contacts": gone.contacts}
        )
