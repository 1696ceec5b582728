"""Look up a URL: find the claims that appeared at the URL, are reviewed at it, cite it, or have it as their page."""

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from django.conf import settings

from claims.search.queries import AddressTargets, SearchReading, parse_search
from factcheck.api.query_values import MAX_ID
from factcheck.database.read_connections import fetch_rows
from factcheck.web.language_addresses import split_path
from sources.addresses import build_url_key

#: The maximum length of a URL in characters.
LENGTH_LIMIT = 2000

_URL_PATTERN = re.compile(r"https?://\S+", re.IGNORECASE)
# The pages of a claim for readers, and its API resource.
_CLAIM_PATH = re.compile(r"(?:/api/v1)?/claims/([0-9]{1,19})(?:\.jsonld|/.*)?")

# The current publications of these claims, following merges.
_ENTRIES_SQL = """
    SELECT entry.id FROM claims_publication AS entry WHERE entry.claim_id = %s OR entry.claim_id = (
        SELECT merged_into_id FROM claims_publication WHERE claim_id = %s AND superseded_at IS NULL
    )
"""
_TARGETS_SQL = f"""
    SELECT ARRAY(SELECT id FROM sources_source WHERE url_key = %s), ARRAY(
        SELECT publication_id FROM claims_publishedverdict WHERE review_key = %s AND review_key <> ''
        UNION {_ENTRIES_SQL}
    )
"""  # noqa: S608  made of constants of this file


def read_search(text: str) -> SearchReading:
    """Parse a search. For a URL, search for claims connected with it, then for texts that mention the URL."""
    reading, key = parse_search(text), build_address_key(text.strip())
    if not key:
        return reading
    claim_id = find_claim_at(key)
    [(sources, entries)] = fetch_rows(_TARGETS_SQL, [key, key, claim_id, claim_id], prepare=True)
    # Few claims are connected with one URL, and spelling correction makes no sense for URLs.
    return replace(reading, targets=AddressTargets(sources, entries), match_count=0, is_doubtful=False)


def build_address_key(text: str) -> str:
    """Return the normal form of a URL; "" if the text is not a URL."""
    return build_url_key(text) if len(text) <= LENGTH_LIMIT and _URL_PATTERN.fullmatch(text) else ""


def find_claim_at(key: str) -> int | None:
    """Return the id of the claim whose page on this site has this URL."""
    site_parts, url_parts = urlsplit(build_url_key(settings.SITE_URL)), urlsplit(key)
    if url_parts.netloc != site_parts.netloc or not url_parts.path.startswith(site_parts.path):
        return None
    _code, path = split_path(url_parts.path.removeprefix(site_parts.path.rstrip("/")))
    match = _CLAIM_PATH.fullmatch(path)
    return min(int(match[1]), MAX_ID) if match else None


def find_claims_at(keys: Iterable[str]) -> dict[str, int]:
    """Return the claim id for each URL key that is the key of a claim's page on this site."""
    return {key: claim for key in keys if (claim := find_claim_at(key)) is not None}
