"""Settings of authorities, from the environment."""

from typing import NamedTuple

from factcheck.installation.environment import web_address


class AuthoritySettings(NamedTuple):
    """The settings, in the order of settings.py."""

    wikidata_url: str
    ror_url: str


def read_authority_settings() -> AuthoritySettings:
    """Read WIKIDATA_URL and ROR_URL. Names that editors type are sent there, so they have no default."""
    return AuthoritySettings(web_address("WIKIDATA_URL"), web_address("ROR_URL"))
