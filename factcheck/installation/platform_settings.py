"""Settings of labels and signatures of texts and pictures on other platforms, from the environment."""

import re
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import read_text

#: Identifiers of accounts that Bluesky accepts (atproto.com/specs/did).
_DID_PATTERN = re.compile(r"did:(plc:[a-z2-7]{24}|web:[a-z0-9.-]+)", re.ASCII)


class PlatformSettings(NamedTuple):
    """The settings of other platforms, in the order of settings.py."""

    bluesky_labeler: str
    c2pa_signer: Path | None


def read_platform_settings() -> PlatformSettings:
    """Read `BLUESKY_LABELER` and `C2PA_SIGNER`.

    Raises:
        ImproperlyConfigured: a value is not the identifier of an account, or the file does not exist.
    """
    labeler = read_text("BLUESKY_LABELER")
    if labeler and not _DID_PATTERN.fullmatch(labeler):
        raise ImproperlyConfigured(
            f"BLUESKY_LABELER is {labeler!r}; write the account's DID, such as did:plc:ewvi7nxzyoun6zhxrhs64oiz."
        )
    signer = read_text("C2PA_SIGNER", kind="file", shown_default="made from SIGNING_KEY")
    if signer and not Path(signer).is_file():
        raise ImproperlyConfigured(f"C2PA_SIGNER names {signer}, and there is no such file.")
    return PlatformSettings(labeler, Path(signer) if signer else None)
