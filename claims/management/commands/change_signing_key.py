import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop

from claims.ledger.house_signature import compute_fingerprint
from claims.ledger.proofs.key_succession import KeyRefused, succeed_key
from factcheck.management.localized_command import LocalizedCommand
from factcheck.management.owners_command import require_owner


class Command(LocalizedCommand):
    help = gettext_noop(
        "Announce a new key for signing the ledger. This cannot be undone.\n\n"
        "Run it while SIGNING_KEY is still the old one; FILE contains the new one, a long random text. Then set\n"
        "SIGNING_KEY to the new one everywhere and restart: until then nothing is signed. If the old key is lost, set\n"
        "SIGNING_KEY first and give the reason with --lost. docs/ledger-proofs.md says what followers see."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_mutually_exclusive_group(required=True)
        group.add_argument(
            "file",
            metavar="FILE|-",
            nargs="?",
            help=gettext("contains the new secret; - reads standard input"),
        )
        group.add_argument(
            "--lost", metavar="WHY", help=gettext("reason why the old key cannot announce the new one")
        )

    def handle(self, *, file: str | None, lost: str | None, **options: Any) -> None:
        if lost is not None:
            if not lost.strip():
                raise CommandError(gettext("--lost: give the reason."))
            secret, reason = settings.SIGNING_KEY or settings.SECRET_KEY, " ".join(lost.split())
        else:
            secret, reason = _read_secret(str(file)), ""
        try:
            with require_owner():
                key = succeed_key(secret, loss_reason=reason)
        except KeyRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(gettext("The new key is %(public_key)s") % {"public_key": key.public_key})
        self.stdout.write(
            gettext("Key fingerprint  %(fingerprint)s") % {"fingerprint": compute_fingerprint(key.public_key)}
        )
        if lost is None:
            self.stdout.write(gettext("Set SIGNING_KEY to the new secret everywhere, and restart."))


def _read_secret(file: str) -> str:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(
            gettext("%(file)s cannot be read: %(problem)s.") % {"file": file, "problem": problem}
        ) from None
    secret = text.strip()
    if len(secret) < 32:
        raise CommandError(
            gettext("%(file)s: a key must have at least 32 random characters.") % {"file": file}
        )
    return secret
