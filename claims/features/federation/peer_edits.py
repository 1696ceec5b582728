"""Actions of people on a followed newsroom. Each function checks permissions, writes, and queues a job."""

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from claims.features.federation import tasks
from claims.features.federation.ledger_feed import fetch_entries
from claims.features.federation.ledger_pages import Signer, VerificationFailed, extract_origin, verify_page
from claims.features.federation.models import PeerNewsroom, PeerProgress
from claims.ledger.house_signature import get_public_key
from claims.newsroom import following
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from factcheck.installation.messages import translate_message
from sources.addresses import is_address
from sources.http.fetch_errors import FetchError
from sources.models.publisher import has_house_name

_ADD_PERMISSION, _CHANGE_PERMISSION = "federation.add_peernewsroom", "federation.change_peernewsroom"


def look_up_newsroom(address: str) -> Signer:
    """Look up the newsroom at a URL of its site.

    Raises:
        NotPossible: the newsroom cannot be followed; the message has the reason.
    """
    address = address.strip()
    url = extract_origin(address if is_address(address) else f"https://{address}")
    if not url:
        raise NotPossible(_("“%s” is not the address of a site.") % address[:200])
    if url == extract_origin(settings.SITE_URL):
        raise NotPossible(_("This is our own site. A newsroom cannot follow itself."))
    try:
        response = fetch_entries(url, last_sequence=0, sizes=(2,))
        if response.page is None:
            raise VerificationFailed(_("The site did not answer."))
        signer = response.page.signer
        verify_page(response.page, key=signer.key, site=url, last_sequence=0, last_change="", max_entries=2)
    except FetchError as refusal:
        raise NotPossible(translate_message(refusal)) from None
    except VerificationFailed as refusal:
        raise NotPossible(_("%(site)s cannot be followed. %(why)s") % {"site": url, "why": refusal}) from None
    if signer.key == get_public_key():
        raise NotPossible(_("%s signs with our own key: it is this newsroom, or a copy of it.") % url)
    return Signer(" ".join(signer.name.split()), url, signer.key)


@transaction.atomic
def follow_newsroom(signer: Signer, *, name: str = "", by: User | None = None) -> PeerNewsroom:
    """Follow a newsroom whose key was accepted.

    Args:
        name: the name used here; by default the newsroom's own name.

    Raises:
        NotAllowed: the person's role does not allow this.
        NotPossible: the newsroom is already followed, or the name is taken; the message has the reason.
    """
    if by:
        require_permission(by, _ADD_PERMISSION, _("follow other newsrooms"))
    name = " ".join(name.replace("\0", " ").split())[:200] or signer.name
    if has_house_name(name):
        raise NotPossible(
            _(
                "The other newsroom has the same name as ours, so its verdicts would look like ours. Give it "
                "another name here."
            )
        )
    newsroom = PeerNewsroom(name=name, url=signer.url, key=signer.key, created_by=by)
    try:
        newsroom.full_clean()
    except ValidationError as refusal:
        raise NotPossible(" ".join(refusal.messages)) from None
    newsroom.save()
    following.visit_at_once(newsroom, tasks.queue_sync)
    return newsroom


@transaction.atomic
def set_active(newsroom: PeerNewsroom, *, is_active: bool, by: User) -> None:
    """Pause or resume a newsroom. A resumed newsroom is queried immediately.

    Raises:
        NotAllowed: the person's role does not allow this.
    """
    require_permission(by, _CHANGE_PERMISSION, _("pause a followed newsroom"))
    following.set_following(newsroom, is_active=is_active, queue_visit=tasks.queue_sync)


@transaction.atomic
def sync_now(newsroom: PeerNewsroom, *, by: User) -> None:
    """Query the newsroom for new entries now.

    Raises:
        NotAllowed: the person's role does not allow this.
        NotPossible: the newsroom is paused, or a decision is pending.
    """
    require_permission(by, _CHANGE_PERMISSION, _("check a newsroom for updates"))
    progress = PeerProgress.objects.select_for_update().select_related("newsroom").get(pk=newsroom.pk)
    if not progress.newsroom.active:
        raise NotPossible(_("“%s” is paused. Resume it first.") % newsroom)
    if progress.halted:
        raise NotPossible(_("“%s” was stopped. First decide how to continue.") % newsroom)
    following.visit_at_once(newsroom, tasks.queue_sync)


@transaction.atomic
def accept_key(newsroom: PeerNewsroom, key: str, *, by: User) -> None:
    """Accept a newsroom's new signing key.

    Raises:
        NotAllowed: the person's role does not allow this.
        NotPossible: the newsroom does not sign with this key now.
    """
    require_permission(by, _CHANGE_PERMISSION, _("accept another newsroom’s key"))
    progress = PeerProgress.objects.select_for_update().get(pk=newsroom.pk)
    if progress.halted != PeerProgress.Halt.KEY or not key or progress.offered_key != key:
        raise NotPossible(
            _("“%s” no longer signs with this key. Check the newsroom’s page again.") % newsroom
        )
    if key == get_public_key():
        raise NotPossible(_("This is our own key. A site that signs with it cannot be followed."))
    newsroom = PeerNewsroom.objects.select_for_update().get(pk=newsroom.pk)
    newsroom.key = key
    try:
        newsroom.full_clean()
    except ValidationError as refusal:
        raise NotPossible(" ".join(refusal.messages)) from None
    newsroom.save(update_fields=["key"])
    _resume_sync(newsroom)


@transaction.atomic
def restart_import(newsroom: PeerNewsroom, *, by: User) -> None:
    """Delete everything imported from a newsroom, and import its ledger from the beginning.

    Raises:
        NotAllowed: the person's role does not allow this.
        NotPossible: a decision about the newsroom's key is pending.
    """
    require_permission(by, _CHANGE_PERMISSION, _("import a newsroom’s ledger again"))
    progress = PeerProgress.objects.select_for_update().get(pk=newsroom.pk)
    if progress.halted == PeerProgress.Halt.KEY:
        raise NotPossible(_("“%s” signs with a different key. Decide about the key first.") % newsroom)
    newsroom.claims.all().delete()
    PeerProgress.objects.filter(pk=newsroom.pk).update(sequence=0, last_change="", etag="", visited_at=None)
    _resume_sync(newsroom)


def _resume_sync(newsroom: PeerNewsroom) -> None:
    """Clear the newsroom's error and lease, and query the newsroom immediately."""
    PeerProgress.objects.filter(pk=newsroom.pk).update(
        halted="", offered_key="", consecutive_failures=0, failing_since=None, failure="", held_until=None
    )
    following.visit_at_once(newsroom, tasks.queue_sync)
