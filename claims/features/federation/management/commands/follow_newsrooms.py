from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, ngettext

from claims.features.federation import peer_edits, sync_run
from claims.features.federation.models import PeerNewsroom, PeerProgress
from claims.ledger.house_signature import compute_fingerprint, get_public_key
from claims.management.terminal import find_user
from claims.newsroom.refusals import NotAllowed, NotPossible
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Import new claims from the peer newsrooms that are due. The background worker does the same once a minute;\n"
        "both may run at once, and either continues where the other stopped. “Followed newsrooms” at the desk\n"
        "shows the status of each.\n\n"
        "Exit status: 0 all newsrooms that were due were read (or none was due), 1 at least one of them failed,\n"
        "or could not be added, 2 the command was used incorrectly."
    )
    stopped_message = gettext_noop("Stopped. Imported claims are kept; run the same command to continue.")

    def add_arguments(self, parser: CommandParser) -> None:
        exclusive_group = parser.add_mutually_exclusive_group()
        exclusive_group.add_argument(
            "--now", action="store_true", help=gettext("import from all newsrooms, even if they are not due")
        )
        exclusive_group.add_argument(
            "--list", action="store_true", help=gettext("only list the followed newsrooms")
        )
        exclusive_group.add_argument(
            "--our-key",
            action="store_true",
            help=gettext("print the fingerprint of our own key, for others to compare"),
        )
        exclusive_group.add_argument(
            "--add", metavar="URL", help=gettext("follow the newsroom with this site")
        )
        group = parser.add_argument_group(gettext("newsroom to add"))
        group.add_argument(
            "--name", default="", help=gettext("name of the newsroom here (default: its own name)")
        )
        group.add_argument(
            "--fingerprint",
            default="",
            help=gettext(
                "fingerprint of the newsroom's key, as the newsroom gave it to you; required, and shown if missing"
            ),
        )
        group.add_argument(
            "--by", metavar="USERNAME", help=gettext("user to record as the creator (default: none)")
        )

    def handle(self, *, now: bool, **options: Any) -> None:
        if options["our_key"]:
            self.stdout.write(compute_fingerprint(get_public_key()))
        elif options["list"]:
            self._list_newsrooms()
        elif options["add"] is not None:
            self._add_newsroom(options)
        else:
            if now:
                all_progress = PeerProgress.objects.filter(newsroom__in=PeerNewsroom.objects.active())
                all_progress.update(next_visit_at=timezone.now())
            self._sync_due_newsrooms()

    def _sync_due_newsrooms(self) -> None:
        failure_count = 0
        for newsroom_id in sync_run.list_due_newsrooms():
            tally = sync_run.sync_newsroom(newsroom_id)
            if tally is not None:
                failure_count += bool(tally.failure)
                self.stdout.write(
                    (
                        ngettext(
                            "%(newsroom)s: %(entries)s new entry. %(failure)s",
                            "%(newsroom)s: %(entries)s new entries. %(failure)s",
                            tally.entry_count,
                        )
                        % {"newsroom": tally.newsroom, "entries": tally.entry_count, "failure": tally.failure}
                    ).rstrip()
                )
        if failure_count:
            raise CommandError(
                gettext("Newsrooms that could not be read: %(failing)s.") % {"failing": failure_count}
            )

    def _add_newsroom(self, options: dict[str, Any]) -> None:
        try:
            signer = peer_edits.look_up_newsroom(options["add"])
            fingerprint_text = compute_fingerprint(signer.key)
            if "".join(options["fingerprint"].split()).lower() != fingerprint_text.replace(" ", ""):
                raise CommandError(
                    gettext(
                        "%(signer)s (%(url)s) signs with the key %(shown)s. Ask the newsroom whether it is "
                        "theirs, then add: --fingerprint '%(shown)s'."
                    )
                    % {"signer": signer.name, "url": signer.url, "shown": fingerprint_text}
                )
            newsroom = peer_edits.follow_newsroom(signer, name=options["name"], by=find_user(options["by"]))
        except (NotPossible, NotAllowed) as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            gettext("%(url)s is now followed: number %(newsroom)s, %(newsroom_2)s.")
            % {"url": newsroom.url, "newsroom": newsroom.pk, "newsroom_2": newsroom}
        )

    def _list_newsrooms(self) -> None:
        for newsroom in PeerNewsroom.objects.select_related("progress"):
            progress = newsroom.progress
            visited_at = (
                f"{progress.visited_at:%Y-%m-%d %H:%M} UTC" if progress.visited_at else gettext("never")
            )
            state_text = (progress.failure or gettext("works")) if newsroom.active else gettext("paused")
            self.stdout.write(
                gettext("%(newsroom)s  %(newsroom_2)s  %(url)s  key %(fingerprint)s")
                % {
                    "newsroom": newsroom.pk,
                    "newsroom_2": newsroom.name,
                    "url": newsroom.url,
                    "fingerprint": compute_fingerprint(newsroom.key),
                }
            )
            self.stdout.write(
                "   "
                + ngettext(
                    "%(sequence)s entry imported, up to date as of %(at)s. %(state)s",
                    "%(sequence)s entries imported, up to date as of %(at)s. %(state)s",
                    progress.sequence,
                )
                % {"sequence": progress.sequence, "at": visited_at, "state": state_text}
            )
