"""Find the publisher and the author of a ClaimReview."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from claims.imports.reading.formats.schema_org import (
    Graph,
    Node,
    find_addresses,
    find_objects,
    find_text,
    find_types,
    find_value,
)
from sources.addresses import get_domain

#: Path segments that lead to a personal profile.
_PROFILE_PATH = re.compile(
    r"/(?:authors?|aut[eo]u?r[aei]?s?|autoren|team|staff|people|profiles?|journalists?|contributors?|users?|writers?)/",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Party:
    name: Any
    url: str
    is_person: bool
    is_certain: bool
    """Whether its type is stated."""


def read_authorship(
    review: Node, container: Node | None, publisher: str, page_url: str, graph: Graph
) -> dict[str, Any]:
    """Return the fields `publisher`, `publisher_url` and `byline` of a review.

    Args:
        container: the article or page that the review is part of.
        publisher: the publisher of the page, according to the page itself.
        page_url: the URL of that page.
    """
    authors = _find_parties(find_value(review, "author", "creator"), graph)
    publishers = _find_parties(find_value(review, "publisher", "sourceOrganization"), graph)
    container_publishers = (
        _find_parties(find_value(container, "publisher", "sourceOrganization"), graph) if container else []
    )
    writers = [party for party in authors if party.is_person]
    outlets = [party for party in authors if not party.is_person]
    if publishers and not any(party.is_certain for party in outlets):
        # An author without a type, next to a publisher, is the person who wrote the review.
        writers += [party for party in outlets if party.name and party.name != publishers[0].name]
        outlets = []
    outlet = next(iter([*outlets, *publishers, *_find_employers(review, graph), *container_publishers]), None)
    if not writers and outlet is not None and container:
        writers = [
            party for party in _find_parties(find_value(container, "author"), graph) if party.is_person
        ]
    names = [writer.name for writer in writers if writer.name is not None]
    byline = names[0] if len(names) == 1 else names
    if outlet is not None:
        name = outlet.name
        if name is None and get_domain(outlet.url) in ("", get_domain(page_url)):
            name = publisher
        return {"publisher": name, "publisher_url": outlet.url, "byline": byline}
    if publisher:
        return {"publisher": publisher, "publisher_url": None, "byline": byline}
    # A fact-checker named alone is author and publisher.
    first_writer = next(iter(writers), None)
    return {
        "publisher": first_writer.name if first_writer else None,
        "publisher_url": first_writer.url if first_writer else None,
        "byline": None,
    }


def _find_parties(value: Any, graph: Graph) -> list[_Party]:
    parties = [_build_party(node, graph) for node in find_objects(value, graph)]
    return [party for party in parties if party.name is not None or party.url]


def _build_party(node: Any, graph: Graph) -> _Party:
    if not isinstance(node, dict):
        is_address = isinstance(node, str) and "://" in node
        return _Party(None if is_address else find_text(node), node if is_address else "", False, False)
    url = next(iter(find_addresses(find_value(node, "url"), graph)), "")
    type_names = find_types(node)
    return _Party(find_text(node), url, "Person" in type_names or _is_profile(url), bool(type_names))


def _is_profile(url: str) -> bool:
    """Return whether a URL is the profile of a person, whom some sites mark as an organisation."""
    try:
        return bool(_PROFILE_PATH.search(urlsplit(url).path + "/"))
    except ValueError:
        return False


def _find_employers(review: Node, graph: Graph) -> list[_Party]:
    return [
        employer
        for author in find_objects(find_value(review, "author"), graph)
        for employer in _find_parties(find_value(author, "worksFor", "affiliation"), graph)
    ]
