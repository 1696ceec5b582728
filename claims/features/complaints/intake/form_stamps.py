"""A signed time at which a form was shown: it reveals how fast the form was filled in, without a session or
script.
"""

from django.core.signing import BadSignature, TimestampSigner

_signer = TimestampSigner(salt="claims.features.complaints.intake.form_stamps")
_SHOWN_KEY = "shown"

#: The fewest seconds in which a person can read a form and write a sentence.
MIN_SECONDS = 3
#: After this many seconds (two days), a submitted form is shown again.
MAX_SECONDS = 2 * 86_400


class StampRefused(Exception):
    """The stamp is forged or too old."""


def create_stamp() -> str:
    """Return the stamp for a form shown now."""
    return _signer.sign(_SHOWN_KEY)


def is_quick(stamp: str) -> bool:
    """Return whether a form was submitted faster than anyone can type.

    Raises:
        StampRefused: the time of display is unknown, or too long ago.
    """
    try:
        _signer.unsign(stamp, max_age=MAX_SECONDS)
    except BadSignature:
        raise StampRefused from None
    try:
        _signer.unsign(stamp, max_age=MIN_SECONDS)
    except BadSignature:
        return False
    return True
