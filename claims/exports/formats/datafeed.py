"""The claims as one schema.org DataFeed (JSON-LD): ClaimReview markup for each, and withdrawals.

Each element is a DataFeedItem on its own line. Its `@id` is the claim's URL without the slug. The item of a published
claim contains its reviews; that of a withdrawn claim has `dateDeleted` and the kind of withdrawal.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from claims.ledger.document import claimreview

Document = dict[str, Any]

MEDIA_TYPE = "application/ld+json"

#: Written if the data cannot be completed: nothing, because an array that never ends is not valid JSON.
INTERRUPTED_NOTE = b""


def build_head(*, url: str, site: Document, changed_at: str) -> Document:
    """Return the header of the feed.

    Args:
        url: the URL of the feed.
        site: the organisation that serves the feed, as for `claimreview.markup`.
        changed_at: the time of the last change to the content, in ISO 8601.
    """
    head = {
        "@type": "DataFeed",
        "@id": url,
        "url": url,
        "name": f"Fact checks published by {site['name']}",
        "publisher": claimreview.build_organization(site),
        "license": site["license"],
        "isAccessibleForFree": True,
        "dateModified": changed_at,
    }
    return claimreview.CONTEXT | {key: value for key, value in head.items() if value != ""}


def write_datafeed(
    bodies: Iterable[bytes], *, head: Document, site: Document, is_begun: bool = False
) -> Iterator[bytes]:
    """Yield the feed: the header, unless it is already written, then an element for each body."""
    if not is_begun:
        yield orjson.dumps(head)[:-1] + b',"dataFeedElement":['
    separator = b",\n" if is_begun else b"\n"
    for body in bodies:
        yield separator + orjson.dumps(build_element(orjson.loads(body), site=site))
        separator = b",\n"
    yield b"\n]}\n"


def build_element(body: Document, *, site: Document) -> Document:
    """Build the DataFeedItem of a claim."""
    item = {"@type": "DataFeedItem", "@id": claimreview.build_claim_url(body)}
    dates = {"dateCreated": body["published_at"], "dateModified": body["updated_at"]}
    reviews = claimreview.build_claim_reviews(body, site=site)
    if body["status"] == "published":
        return item | dates | {"item": reviews}
    return (
        item
        | dates
        | {"dateDeleted": body["updated_at"], "item": claimreview.describe_withdrawal(body, site=site)}
    )
