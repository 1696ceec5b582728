import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext, gettext_noop, ngettext
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from claims.ledger.house_signature import decode_bytes
from claims.ledger.proofs.signed_note import InvalidNote
from claims.ledger.verification.verification_run import ExternalCheckpoint, count_entries, verify
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Verify that nothing in the ledger was rewritten: every entry, the chain and the tree over them, every\n"
        "checkpoint and key, and the chain of changes of status and sign-offs. Also verify the search indexes and\n"
        "the database's rules.\n\n"
        "It lists each problem, and exits with 1 if there are any. If an attacker also has the signing key, only a\n"
        "checkpoint stored elsewhere (--checkpoint) reveals the rewrite. See docs/ledger-proofs.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--checkpoint",
            action="append",
            default=[],
            metavar="FILE",
            help=gettext("a checkpoint that was stored elsewhere; can be repeated, - reads standard input"),
        )
        parser.add_argument(
            "--key",
            action="append",
            default=[],
            metavar="KEY",
            help=gettext(
                "the public key (base64url) for verifying the checkpoints (default: the keys in the database)"
            ),
        )

    def handle(self, *, checkpoint: list[str], key: list[str], verbosity: int, **options: Any) -> None:
        external_checkpoints = [_read_checkpoint(name) for name in checkpoint]
        for public_key in key:
            _require_key(public_key)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        count = 0
        with Progress(*columns, console=Console(stderr=True), disable=verbosity == 0) as progress_bar:
            entry_count = count_entries()
            task = progress_bar.add_task(gettext("verifying"), total=entry_count)
            for finding in verify(
                external_checkpoints,
                trusted_keys=key,
                progress=lambda completed: progress_bar.update(task, completed=completed),
            ):
                count += 1
                self.stdout.write(str(finding))
        if count:
            self.stdout.write(
                ngettext("%(found)s problem found.", "%(found)s problems found.", count)
                % {"found": f"{count:,}"}
            )
            sys.exit(1)
        self.stdout.write(
            ngettext(
                "%(entries)s entry checked; none has been rewritten.",
                "%(entries)s entries checked; none has been rewritten.",
                entry_count,
            )
            % {"entries": f"{entry_count:,}"}
        )


def _require_key(text: str) -> None:
    try:
        is_key = len(decode_bytes(text)) == 32
    except ValueError:
        is_key = False
    if not is_key:
        raise CommandError(
            gettext("--key %(text)s: this is not a public key, which has 43 letters, digits, - and _.")
            % {"text": text}
        )


def _read_checkpoint(name: str) -> ExternalCheckpoint:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        return ExternalCheckpoint.read(name, text)
    except OSError as problem:
        raise CommandError(
            gettext("%(name)s cannot be read: %(strerror)s.") % {"name": name, "strerror": problem.strerror}
        ) from None
    except (InvalidNote, UnicodeDecodeError) as problem:
        raise CommandError(f"{name}: {problem}") from None
