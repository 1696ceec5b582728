"""Form stamps: signed values with the time at which a form was shown. Stamps reveal programs, which
submit forms faster than people. Stamps need neither a session nor a script.
"""

from django.core.signing import BadSignature, TimestampSigner

_signer = TimestampSigner(salt="claims.features.complaints.intake.form_stamps")
_SIGNED_TEXT = "shown"

#: The fewest seconds in which a person can read a form and write a sentence.
MIN_FILL_SECONDS = 3
#: A form submitted more than this many seconds (two days) after it was shown must be submitted again.
MAX_STAMP_AGE_SECONDS = 2 * 86_400


class StampRefused(Exception):
    """The form's stamp is forged or too old."""


def create_stamp() -> str:
    """Return a stamp with the current time."""
    return _signer.sign(_SIGNED_TEXT)


def is_submitted_too_fast(stamp: str) -> bool:
    """Return whether a form was submitted faster than anyone could have filled it in.

    Raises:
        StampRefused: the stamp is forged or too old.
    """
    try:
        _signer.unsign(stamp, max_age=MAX_STAMP_AGE_SECONDS)
    except BadSignature:
        raise StampRefused from None
    try:
        _signer.unsign(stamp, max_age=MIN_FILL_SECONDS)
    except BadSignature:
        return False
    return True
