"""Settings of authorities, from the environment."""

from typing import NamedTuple

from factcheck.installation.environment import read_url


class AuthoritySettings(NamedTuple):
    """The settings of authorities, in the order of settings.py."""

    wikidata_url: str
    ror_url: str


def read_authority_settings() -> AuthoritySettings:
    """Read WIKIDATA_URL and ROR_URL. Names that editors type are sent there, so they have no default."""
    return AuthoritySettings(read_url("WIKIDATA_URL"), read_url("ROR_URL"))
