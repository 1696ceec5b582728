"""`manage.py delete_expired_contacts`: delete readers' expired personal data, as the worker does every night."""

from typing import Any

from django.utils.translation import gettext_noop, ngettext

from claims.features.complaints import personal_data
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Delete unconfirmed messages from readers, spam, and the details of readers whose requests ended long ago."
    )

    def handle(self, **options: Any) -> None:
        counts = personal_data.delete_expired()
        self.stdout.write(
            ngettext(
                "Deleted: %(unconfirmed)s unconfirmed messages, %(spam)s spam messages, the "
                "details of %(contacts)s reader.",
                "Deleted: %(unconfirmed)s unconfirmed messages, %(spam)s spam messages, the "
                "details of %(contacts)s readers.",
                counts.contact_count,
            )
            % {
                "unconfirmed": counts.unconfirmed_count,
                "spam": counts.spam_count,
                "contacts": counts.contact_count,
            }
        )
