"""Newsrooms that follow each other also witness each other, unless one of them switches that off.

We witness the ledger of each followed newsroom. If that newsroom follows us, and therefore witnesses our ledger, we add
it as a witness. A ledger or a witness that was switched off is never switched on again automatically.
"""

import logging
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from claims.features.federation.models import PeerNewsroom
from claims.features.witnesses.models import Witness, WitnessedLog
from claims.features.witnesses.submission import NotCosigned, is_ledger_known_to
from claims.ledger.house_signature import decode_bytes
from claims.ledger.proofs.key_succession import build_origin
from claims.ledger.proofs.signed_note import format_verifier_key
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import Limits, fetch

_log = logging.getLogger(__name__)
_LIMITS = Limits(content_bytes=1_000, total_seconds=20, redirects=0)


def agree_with_peers() -> None:
    """Witness the ledgers of followed newsrooms, and add those newsrooms as our witnesses."""
    for newsroom in PeerNewsroom.objects.active().filter(progress__halted=""):
        _store_ledger(newsroom)
        if not Witness.objects.filter(url=f"{newsroom.url}/witness").exists():
            try:
                _add_witness(newsroom)
            except (FetchError, NotCosigned, ValidationError, UnicodeDecodeError) as refusal:
                _log.info("%s is not one of our witnesses: %s", newsroom, refusal)


def _store_ledger(newsroom: PeerNewsroom) -> None:
    """Start witnessing the newsroom's ledger, or update its key to the accepted one."""
    name = build_origin(newsroom.url)
    key = format_verifier_key(name, decode_bytes(newsroom.key))
    log = WitnessedLog.objects.filter(verifier_key__startswith=f"{name}+")
    if not log.exclude(verifier_key=key).update(verifier_key=key) and not log.exists():
        WitnessedLog.objects.create(verifier_key=key)


def _add_witness(newsroom: PeerNewsroom) -> None:
    """Add the newsroom as a witness if it knows our ledger.

    Raises:
        FetchError, NotCosigned, ValidationError, UnicodeDecodeError: the newsroom is not a witness, or does not
        know our ledger.
    """
    url = f"{newsroom.url}/witness"
    response = fetch(
        url, limits=_LIMITS, accepted=frozenset({"text/plain"}), allow_loopback=settings.WEBHOOKS_TO_LOOPBACK
    )
    witness = Witness(url=url, verifier_key=response.content.decode().strip())
    witness.full_clean()
    if witness.name != f"{urlsplit(newsroom.url).netloc}/witness":
        raise ValidationError(_("The name of the witness does not match its address."))
    if is_ledger_known_to(witness):
        witness.save()
