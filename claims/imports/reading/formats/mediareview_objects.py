"""MediaReview markup, with a ClaimReview or alone: how pictures, audio and video were edited.

https://schema.org/MediaReview. The parser covers what publishers write. Google's Fact Check Tools give one picture as
`itemReviewed`. The Duke Reporters' Lab gives a MediaReviewItem, with the appearances of the picture and the claim made
with it. The ClaimReview of that claim is linked or on the same page. Only the URLs of media are read.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from claims.imports.reading.formats import schema_org
from claims.imports.reading.formats.schema_org import (
    Graph,
    Node,
    find_addresses,
    find_objects,
    find_text,
    find_texts,
    find_types,
    find_value,
    to_list,
)
from sources.addresses import build_url_key

MEDIA_REVIEW = "MediaReview"
#: The kinds of media, by schema.org type.
KINDS_BY_TYPE = {"ImageObject": "image", "VideoObject": "video", "AudioObject": "audio"}


def is_media_review(node: Any) -> bool:
    """Return whether a node is a MediaReview, rather than only a reference to one."""
    return isinstance(node, dict) and not schema_org.is_reference(node) and MEDIA_REVIEW in find_types(node)


def find_media_reviews(review: Node, media_reviews: list[Node], graph: Graph) -> list[Node]:
    """Return the MediaReviews that a ClaimReview links to, that link to it, or that are on its page without a claim."""
    linked_reviews = [
        node
        for node in find_objects(find_value(review, "associatedMediaReview"), graph)
        if is_media_review(node)
    ]
    review_id = review.get("@id")
    page = _get_page_key(review, graph)
    reviews = list(linked_reviews)
    for media_review in media_reviews:
        if any(media_review is known_review for known_review in reviews):
            continue
        claim_reviews = [
            node
            for node in find_objects(find_value(media_review, "associatedClaimReview"), graph)
            if isinstance(node, dict)
        ]
        is_linked = any(
            node is review or (review_id and node.get("@id") == review_id) for node in claim_reviews
        )
        is_on_same_page = (
            page
            and page == _get_page_key(media_review, graph)
            and not claim_reviews
            and not find_claims(media_review, graph)
        )
        if is_linked or is_on_same_page:
            reviews.append(media_review)
    return reviews


def _get_page_key(review: Node, graph: Graph) -> str:
    return next(
        (
            key
            for address in find_addresses(find_value(review, "url"), graph)
            if (key := build_url_key(address))
        ),
        "",
    )


def read_media_fields(review: Node, graph: Graph) -> dict[str, Any]:
    """Return the record fields that describe the media of a MediaReview."""
    items = [
        item for item in find_objects(find_value(review, "itemReviewed"), graph) if isinstance(item, dict)
    ]
    shown_media = list(_iterate_media(items, graph))
    media_kinds = list(
        dict.fromkeys(
            KINDS_BY_TYPE[type_name]
            for media in shown_media
            for type_name in find_types(media)
            if type_name in KINDS_BY_TYPE
        )
    )
    return {
        "media": list(dict.fromkeys(url for media in shown_media for url in _list_urls(media, graph))),
        "media_kind": media_kinds[0] if len(media_kinds) == 1 else None,
        "media_authenticity_category": _list_categories(review),
        "original_media_context": find_text(find_value(review, "originalMediaContextDescription")),
        "original_media_url": next(
            iter(find_addresses(find_value(review, "originalMediaLink"), graph)), None
        ),
    }


def find_claims(review: Node, graph: Graph) -> list[Node]:
    """Return the claims made with the media of a MediaReview."""
    items = [
        item for item in find_objects(find_value(review, "itemReviewed"), graph) if isinstance(item, dict)
    ]
    claims_found = [
        claim
        for node in [*items, *_iterate_media(items, graph)]
        for claim in find_objects(find_value(node, "interpretedAsClaim"), graph)
    ]
    return [claim if isinstance(claim, dict) else {"text": claim} for claim in claims_found]


def find_statements(review: Node, graph: Graph) -> list[Any]:
    """Return the statements made with the media, as named by the MediaReview, its claims and its ClaimReviews."""
    texts = [
        *find_texts(find_value(review, "claimReviewed"), name_keys=("text", "name")),
        *(
            text
            for claim in find_claims(review, graph)
            for text in find_texts(find_value(claim, "text", "name", "claimReviewed"))
        ),
        *(
            text
            for claim_review in find_objects(find_value(review, "associatedClaimReview"), graph)
            if isinstance(claim_review, dict)
            for text in find_texts(find_value(claim_review, "claimReviewed"), name_keys=("text", "name"))
        ),
    ]
    return list(dict.fromkeys(texts))


def _iterate_media(items: Sequence[Node], graph: Graph) -> Iterator[Node]:
    """Yield the appearances of each item, or the item itself if it has none."""
    for item in items:
        appearances = find_objects(find_value(item, "mediaItemAppearance"), graph)
        nodes = [appearance for appearance in appearances if isinstance(appearance, dict)]
        if nodes:
            yield from nodes
        else:
            yield item


def _list_urls(media: Node, graph: Graph) -> list[str]:
    urls = [
        url
        for name in ("accessedOnUrl", "contentUrl", "url", "embedUrl")
        for url in find_addresses(find_value(media, name), graph)
    ]
    return list(dict.fromkeys(urls))


def _list_categories(review: Node) -> list[Any]:
    """Return the categories, each given as a name or as a URL that ends in a name."""
    value = find_value(review, "mediaAuthenticityCategory")
    names = [entry.get("@id", entry) if isinstance(entry, dict) else entry for entry in to_list(value)]
    return find_texts(names)
