"""Convert a publication body to a claim in the format of Google's Fact Check Tools API (v1alpha1).

Google defines the fields: `FactCheckedClaimSearchResponse` in the API's discovery document. Unknown values are left
out. A day becomes the time at which it begins in UTC, because Google's format has no days.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from claims.ledger.document.headline import find_label
from sources.addresses import get_domain

Document = dict[str, Any]

#: Every field that a response can have.
SHAPE: Document = {
    "claims": {
        "text": {},
        "claimant": {},
        "claimDate": {},
        "claimReview": {
            "publisher": {"name": {}, "site": {}},
            "url": {},
            "title": {},
            "reviewDate": {},
            "textualRating": {},
            "languageCode": {},
        },
    },
    "nextPageToken": {},
}
#: Every field that the response to a search by picture can have (`FactCheckedClaimImageSearchResponse`).
IMAGE_SHAPE: Document = {"results": {"claim": SHAPE["claims"]}, "nextPageToken": {}}


def build_fact_checked_claim(body: Document, verdicts: Iterable[Document]) -> Document:
    """Build a claim with the given verdicts, in Google's format."""
    return _drop_empty(
        {
            "text": body["statement"],
            "claimant": (body["claimant"] or {}).get("name"),
            "claimDate": _format_moment(body["claimed_on"]),
            "claimReview": [_build_review(body, verdict) for verdict in verdicts],
        }
    )


def _build_review(body: Document, verdict: Document) -> Document:
    rating = find_label(verdict["language"], verdict["rating"])
    url = verdict["url"] or _build_url(body, verdict)
    return _drop_empty(
        {
            "publisher": _drop_empty(
                {"name": verdict["publisher"]["name"], "site": find_site(url, verdict["publisher"])}
            ),
            "url": url,
            # Our own page is headed by rating and statement.
            "title": verdict.get("title") or ("" if verdict["url"] else f"{rating}: {body['statement']}"),
            "reviewDate": _format_moment(verdict["reviewed_on"]),
            "textualRating": rating,
            "languageCode": verdict["language"],
        }
    )


def find_site(url: str, publisher: Document) -> str:
    """Return the host of the review's URL without `www.`, or the publisher's domain if the URL is on another site.

    Reviews can then be found by their site, and a review on a platform is not attributed to the platform.
    """
    domain = publisher["domain"]
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return host if not domain or get_domain(url) == domain else domain


def _build_url(body: Document, verdict: Document) -> str:
    """Return the URL of the verdict on the claim's page."""
    page: str = body["url"]
    return f"{page}#verdict-{verdict['id']}" if len(body["verdicts"]) > 1 else page


def _format_moment(day: str | None) -> str | None:
    return f"{day}T00:00:00Z" if day else None


def _drop_empty(document: Document) -> Document:
    return {key: value for key, value in document.items() if value not in (None, "", [], {})}
