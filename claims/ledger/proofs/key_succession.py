"""The signing keys of the ledger, and how a new key succeeds the old one.

Followers of the ledger know one key. They trust a new key because the old key announces it, in a published note that
both keys sign. If the old key is lost, it cannot sign: the note gives the reason, only the new key signs the note, and
each follower must check with the newsroom.
"""

import re

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from claims.ledger.house_signature import decode_bytes, derive_key, encode_bytes, get_newsroom_key
from claims.ledger.proofs.signed_note import InvalidNote, SignedNote, sign_note
from claims.models import SigningKey
from factcheck.database.locks import lock_names

_STATEMENT_TYPE = "key succession 1"


class KeyRefused(Exception):
    """The key cannot be used for signing; `str()` gives the reason and the remedy."""


def find_origin() -> str:
    """Return the name of this log: its public URL at the time of the first signature, as C2SP recommends."""
    return build_origin(settings.SITE_URL)


def build_origin(site: str) -> str:
    """Return the name of the ledger of a site."""
    return re.sub(r"^https?://", "", site).rstrip("/") + "/api/v1/ledger"


def load_current_key() -> SigningKey:
    """Return the configured key, which must be the last announced key. A ledger's first key is announced here.

    Raises:
        KeyRefused: the configured key is not the last announced key.
    """
    newest_key = SigningKey.objects.newest()
    public_key = _encode_public_key(get_newsroom_key())
    if newest_key is None:
        return SigningKey.objects.create(public_key=public_key, origin=find_origin())
    if newest_key.public_key != public_key:
        raise KeyRefused(
            gettext(
                "The key in SIGNING_KEY (%(ours)s) is not the one that signs this ledger (%(public_key)s). "
                "Restore the old SIGNING_KEY, or announce the new key with `manage.py change_signing_key`."
            )
            % {"ours": public_key, "public_key": newest_key.public_key}
        )
    return newest_key


@transaction.atomic
def succeed_key(secret: str, *, loss_reason: str = "") -> SigningKey:
    """Sign the ledger with another key from now on, and announce the change permanently.

    Args:
        secret: the secret of the new key, as it will be set in SIGNING_KEY.
        loss_reason: the reason why the old key cannot sign the announcement; "" if SIGNING_KEY still is the old key,
            which then signs it.

    Raises:
        KeyRefused: the key was used before, or the old key is neither configured nor declared lost.
    """
    lock_names("claims.ledger.checkpoint")
    newest_key = SigningKey.objects.newest()
    if newest_key is None:
        raise KeyRefused(
            gettext("Nothing has been signed yet. Set SIGNING_KEY; the first checkpoint announces its key.")
        )
    old_key, new_key = get_newsroom_key(), derive_key(secret)
    public_key = _encode_public_key(new_key)
    if SigningKey.objects.filter(public_key=public_key).exists():
        raise KeyRefused(gettext("This key was used before. Choose another secret."))
    if loss_reason:
        signers = [new_key]
    elif _encode_public_key(old_key) == newest_key.public_key:
        signers = [old_key, new_key]
    else:
        raise KeyRefused(
            gettext(
                "SIGNING_KEY is not the secret of the key that signs this ledger, and only that key can "
                "announce its successor. Set it to the old secret, or give the reason with --lost."
            )
        )
    text = build_statement(newest_key.origin, newest_key.public_key, public_key, loss_reason)
    return SigningKey.objects.create(
        public_key=public_key,
        origin=newest_key.origin,
        follows=newest_key,
        statement=sign_note(text, name=newest_key.origin, keys=signers),
        loss_reason=loss_reason,
    )


def build_statement(origin: str, old_key: str, new_key: str, loss_reason: str) -> str:
    """Return the signed statement that one key succeeds another."""
    return f"{origin}\n{_STATEMENT_TYPE}\n{old_key}\n{new_key}\n{' '.join(loss_reason.split()) or '-'}\n"


def find_problem(key: SigningKey) -> str:
    """Return the problem with the succession of a key, or ""."""
    old_key = key.follows
    if old_key is None:
        return ""
    try:
        note = SignedNote.read(key.statement)
    except InvalidNote as problem:
        return str(problem)
    if note.text != build_statement(key.origin, old_key.public_key, key.public_key, key.loss_reason):
        return "the statement says something else"
    signers = [key.public_key] if key.loss_reason else [old_key.public_key, key.public_key]
    if not all(note.is_signed_by(key.origin, decode_bytes(signer)) for signer in signers):
        return (
            "the statement is not signed by both keys"
            if not key.loss_reason
            else "it did not sign the statement"
        )
    return ""


def _encode_public_key(key: Ed25519PrivateKey) -> str:
    return encode_bytes(key.public_key().public_bytes_raw())
