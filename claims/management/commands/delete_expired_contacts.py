"""`manage.py delete_expired_contacts`: what the worker does each night about personal data of readers, at once."""

from typing import Any

from django.core.management.base import BaseCommand

from claims.readers import personal_data


class Command(BaseCommand):
    help = "Delete what readers sent and never confirmed, spam, and the details of readers whose matter ended long ago."

    def handle(self, **options: Any) -> None:
        gone = personal_data.delete_expired()
        self.stdout.write(
            f"Deleted: {gone.unconfirmed} unconfirmed, {gone.spam} spam, the details of {gone.contacts} readers."
        )
