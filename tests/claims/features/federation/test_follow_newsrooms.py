"""Following other newsrooms on the server's terminal."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from claims.features.federation.models import PeerNewsroom
from claims.ledger.house_signature import compute_fingerprint, get_public_key
from tests.claims.features.federation.peer_site import PeerSite, peer

__all__ = ["peer"]  # fixtures

pytestmark = pytest.mark.django_db


def run_command(*arguments: str) -> str:
    out = StringIO()
    call_command("follow_newsrooms", *arguments, stdout=out)
    return out.getvalue()


def test_is_added_with_the_right_fingerprint(peer: PeerSite) -> None:
    peer.tell(7)
    shown = compute_fingerprint(peer.key)
    for given in ("", compute_fingerprint(get_public_key())):
        with pytest.raises(CommandError, match=f"--fingerprint '{shown}'"):
            run_command("--add", peer.url, "--fingerprint", given)
    assert PeerNewsroom.objects.count() == 0
    assert "is now followed: number" in run_command("--add", peer.url, "--fingerprint", shown)
    assert run_command() == "Sundvik Check: 1 new entry.\n"
    assert run_command() == ""
    peer.changes_page = {"house": None}
    with pytest.raises(CommandError, match="Newsrooms that could not be read: 1."):
        run_command("--now")
    [newsroom] = PeerNewsroom.objects.select_related("progress")
    at = f"{newsroom.progress.visited_at:%Y-%m-%d %H:%M} UTC"
    assert run_command("--list") == (
        f"{newsroom.pk}  Sundvik Check  {peer.url}  key {shown}\n"
        f"   1 entry imported, up to date as of {at}. The newsroom’s feed of changes is not signed: its server"
        " runs an older version or different software.\n"
    )


def test_our_own_key_is_reported() -> None:
    assert run_command("--our-key") == f"{compute_fingerprint(get_public_key())}\n"
