"""Find the ClaimReviews in JSON values, at any depth and with any spelling of the properties.

https://schema.org/ClaimReview. The parser covers what publishers really write, including older practice: the claim as
a CreativeWork, its URL as `sameAs`, an author given as an object, as text or not at all, a review inside its article.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from claims.imports.reading.formats import mediareview_objects, schema_org
from claims.imports.reading.formats.authorship import read_authorship
from claims.imports.reading.formats.schema_org import (
    Graph,
    Node,
    find_addresses,
    find_non_numeric_text,
    find_objects,
    find_text,
    find_texts,
    find_types,
    find_value,
)
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from sources.addresses import build_url_key, get_domain
from sources.extraction.structured_data import ARTICLE_TYPES

CLAIM_REVIEW = "ClaimReview"

#: Types that a review may be part of; it then shares their URL, headline, language and publisher.
PAGE_TYPES = ARTICLE_TYPES | {"WebPage", "ItemPage", "CreativeWork"}

#: A finding is a sentence or two; longer text is the article.
MAX_FINDING_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class MarkupPage:
    """The page that contains the markup, as its metadata describes it; all fields are empty if there is no page."""

    url: str = ""
    title: str = ""
    language: str = ""
    publisher: str = ""
    published_on: str = ""


NO_PAGE = MarkupPage()


def read_reviews(
    tree: Any,
    location: RecordLocation,
    *,
    graph: Graph | None = None,
    page: MarkupPage = NO_PAGE,
    page_values: Sequence[Any] = (),
) -> list[RawRecord | Refusal]:
    """Return the ClaimReviews, MediaReviews and withdrawals in a JSON value, in order.

    Args:
        graph: the nodes that an `@id` may refer to; by default, the nodes of the value itself.
        page_values: all values of the page, because related reviews may be in separate values; by default, the value
            itself.
    """
    if graph is None:
        own_graph: dict[str, Node] = {}
        schema_org.index_nodes(tree, own_graph)
        graph = own_graph
    records_found = list(
        _find_reviews(tree, location, graph, page, _MediaPairing.build(page_values or [tree], graph))
    )
    if len(records_found) == 1:
        return records_found
    numbered_records = (
        (record, RecordLocation(location.file, f"{location.position}, review {number}"))
        for number, record in enumerate(records_found, 1)
    )
    return [
        record._replace(location=review_location)
        if isinstance(record, RawRecord)
        else replace(record, location=review_location)
        for record, review_location in numbered_records
    ]


def is_review(node: Any) -> bool:
    """Return whether a node is a ClaimReview, rather than only a reference to one."""
    if not isinstance(node, dict) or schema_org.is_reference(node):
        return False
    types = find_types(node)
    return CLAIM_REVIEW in types or ("Review" in types and find_value(node, "claimReviewed") is not None)


@dataclass(frozen=True, slots=True)
class _MediaPairing:
    """The MediaReviews of a page, grouped by the ClaimReview to which they belong."""

    #: Keyed by the `id()` of the ClaimReview object, because a page may contain two equal reviews.
    media: dict[int, list[Node]]
    paired_ids: frozenset[int]

    @classmethod
    def build(cls, values: Sequence[Any], graph: Graph) -> "_MediaPairing":
        nodes = [node for tree in values for node in schema_org.find_nodes(tree)]
        media = [node for node in nodes if mediareview_objects.is_media_review(node)]
        if not media:
            return cls({}, frozenset())
        pairs = {
            id(node): mediareview_objects.find_media_reviews(node, media, graph)
            for node in nodes
            if is_review(node)
        }
        return cls(
            pairs,
            frozenset(id(media_review) for media_reviews in pairs.values() for media_review in media_reviews),
        )

    def get_fields(self, review: Node, graph: Graph) -> dict[str, Any]:
        """Return the fields of a ClaimReview's first MediaReview, with the media of all its MediaReviews."""
        fields_of_media = [
            mediareview_objects.read_media_fields(media_review, graph)
            for media_review in self.media.get(id(review), ())
        ]
        if not fields_of_media:
            return {}
        return fields_of_media[0] | {
            "media": list(dict.fromkeys(url for fields in fields_of_media for url in fields["media"]))
        }


def _find_reviews(
    tree: Any, location: RecordLocation, graph: Graph, page: MarkupPage, media_pairing: _MediaPairing
) -> Iterator[RawRecord | Refusal]:
    stack: list[tuple[Any, Node | None, int]] = [(tree, None, 0)]
    while stack:
        node, parent, depth = stack.pop()
        if depth > schema_org.MAX_DEPTH:
            continue
        if isinstance(node, list):
            stack += [(child, parent, depth + 1) for child in reversed(node)]
        if not isinstance(node, dict):
            continue
        if "DataFeedItem" in find_types(node) and find_value(node, "dateDeleted"):
            yield _build_withdrawal(node, location)
            continue
        if is_review(node):
            media_fields = media_pairing.get_fields(node, graph)
            for fields in _iterate_reviews(node, parent, graph, page):
                yield RawRecord(location, _drop_empty(fields | media_fields), raw=node)
        elif mediareview_objects.is_media_review(node) and id(node) not in media_pairing.paired_ids:
            yield _read_media_review(node, parent, graph, page, location)
        container = node if find_types(node) & PAGE_TYPES else parent
        stack += [
            (child, container, depth + 1)
            for child in reversed(node.values())
            if isinstance(child, dict | list)
        ]


def _build_withdrawal(item: Node, location: RecordLocation) -> Refusal:
    name = find_text(item.get("@id")) or find_text(find_value(item, "url")) or "What stood here"
    return build_refusal(
        location,
        "withdrawn",
        "%(named)s was withdrawn by its publisher on %(text)s, so it is not imported.",
        named=name,
        text=find_text(find_value(item, "dateDeleted")),
        raw=item,
    )


def _iterate_reviews(
    review: Node, parent: Node | None, graph: Graph, page: MarkupPage
) -> Iterator[dict[str, Any]]:
    """Yield the fields of a review, once for each claim that it judges."""
    language = _read_language(review)
    claims = find_objects(find_value(review, "itemReviewed"), graph)
    statements = _find_statements(find_value(review, "claimReviewed"), language)
    if not statements:
        statements = [text for claim in claims for text in find_texts(find_value(claim, "text"))]
    review_fields = _read_review(review, parent, language, graph, page)
    if len(statements) <= 1:
        yield _drop_empty(
            review_fields | _read_claim(claims, review, graph) | {"statement": next(iter(statements), None)}
        )
        return
    for index, statement in enumerate(statements):
        own_claims = claims[index : index + 1] if len(claims) == len(statements) else claims
        # The name of the whole review does not apply to a part of it.
        yield _drop_empty(
            review_fields | _read_claim(own_claims, review, graph) | {"statement": statement, "id": None}
        )


def _read_media_review(
    review: Node, parent: Node | None, graph: Graph, page: MarkupPage, location: RecordLocation
) -> RawRecord | Refusal:
    """Read a MediaReview without a ClaimReview as a review of the claim made with the media."""
    statements = mediareview_objects.find_statements(review, graph)
    if not statements:
        return build_refusal(
            location,
            "no statement",
            "This MediaReview does not say what was claimed about the picture, audio or video, and has "
            "no ClaimReview. Add the claim as `interpretedAsClaim`.",
            field="statement",
            raw=review,
        )
    review_fields = _read_review(review, parent, _read_language(review), graph, page)
    media = mediareview_objects.read_media_fields(review, graph)
    items = [
        item for item in find_objects(find_value(review, "itemReviewed"), graph) if isinstance(item, dict)
    ]
    claims = mediareview_objects.find_claims(review, graph)
    # Publishers without labels of their own use the category as their label: it is not mapped here.
    label = review_fields["rating"] or next(iter(media["media_authenticity_category"]), None)
    return RawRecord(
        location,
        _drop_empty(
            review_fields
            | _read_claim(claims or items, review, graph)
            | media
            | {"statement": statements[0], "rating": label}
        ),
        raw=review,
    )


def _find_statements(claim_value: Any, language: Any) -> list[Any]:
    """Return the statements of a claim; if some are translations of others, only those in the review's language."""
    translations = [
        translation
        for translation in schema_org.to_list(claim_value)
        if isinstance(translation, dict) and "@language" in translation
    ]
    if len(translations) > 1:
        matching_translations = [
            translation
            for translation in translations
            if str(translation["@language"])[:2] == str(language)[:2]
        ]
        claim_value = (matching_translations or translations)[0]
    return list(dict.fromkeys(find_texts(claim_value, name_keys=("text", "name"))))


# The review


def _read_review(
    review: Node, parent: Node | None, language: Any, graph: Graph, page: MarkupPage
) -> dict[str, Any]:
    container = parent or _find_own_page(review, graph)
    url = _find_url(review, container, graph)
    if not url and _is_from_another_site(review, graph):
        page = NO_PAGE
    if url and "://" not in url and _is_same_page(f"https://{url}", page.url):
        url = page.url
    is_same_page = not url or _is_same_page(url, page.url)
    # A page's own metadata says nothing about reviews on other pages.
    is_own_review = is_same_page or _is_same_site(url, page.url)
    identifier = find_text(find_value(review, "identifier", "id"), name_keys=("value", "name", "@id"))
    return {
        "id": identifier if identifier is not None else _keep_if_web_url(review.get("@id")),
        **read_authorship(review, container, page.publisher if is_own_review else "", page.url, graph),
        **_read_rating(review, graph),
        "review_url": url or page.url or None,
        "title": find_text(find_value(review, "headline", "name", "title"))
        or find_text(find_value(container, "headline", "name"))
        or (page.title if is_same_page else None),
        "reviewed_on": find_text(find_value(review, "datePublished", "dateCreated"))
        or find_text(find_value(container, "datePublished"))
        or (page.published_on if is_same_page else None),
        "review_language": language
        or _read_language(container)
        or (page.language if is_own_review else None),
    }


def _is_from_another_site(review: Node, graph: Graph) -> bool:
    """Return whether someone other than the review's author published the markup (`sdPublisher`)."""
    writers, authors = (
        {
            str(name).casefold()
            for party in find_objects(find_value(review, property_name), graph)
            if (name := find_text(party)) is not None
        }
        for property_name in ("sdPublisher", "author")
    )
    return bool(writers and authors) and writers.isdisjoint(authors)


def _find_own_page(review: Node, graph: Graph) -> Node | None:
    pages = find_objects(find_value(review, "mainEntityOfPage", "isPartOf"), graph)
    return next((page for page in pages if isinstance(page, dict) and find_types(page) & PAGE_TYPES), None)


def _find_url(review: Node, container: Node | None, graph: Graph) -> str:
    for node, name in ((review, "url"), (review, "mainEntityOfPage"), (container, "url")):
        if addresses := find_addresses(find_value(node, name), graph):
            return addresses[0]
    return _keep_if_web_url((container or {}).get("@id")) or ""


def _keep_if_web_url(name: Any) -> str | None:
    return name if isinstance(name, str) and name.startswith(("http://", "https://")) else None


def _is_same_page(url: str, page_url: str) -> bool:
    return bool(page_url) and build_url_key(url) == build_url_key(page_url) != ""


def _is_same_site(url: str, page_url: str) -> bool:
    return bool(page_url) and get_domain(url) == get_domain(page_url) != ""


def _read_rating(review: Node, graph: Graph) -> dict[str, Any]:
    rating_nodes = find_objects(find_value(review, "reviewRating"), graph)
    ratings = [node for node in rating_nodes if isinstance(node, dict)]
    texts = find_texts([text for text in rating_nodes if not isinstance(text, dict)])

    number = _find_first_text(ratings, "ratingValue")
    if number is None:
        number = next(filter(schema_org.is_number, texts), None)
    label = _find_first_text(ratings, "alternateName") or _find_first_text(ratings, "name")
    if label is None:
        # Publishers whose system has no field for the label put the label into the field for the number.
        label = next(
            (text for text in [*texts, number] if text is not None and not schema_org.is_number(text)), None
        )
    explanation = next(
        (
            text
            for rating in ratings
            if (text := find_non_numeric_text(find_value(rating, "ratingExplanation")))
        ),
        None,
    )
    return {
        "rating": label,
        "rating_value": number if schema_org.is_number(number) else None,
        "rating_best": _find_first_text(ratings, "bestRating"),
        "rating_worst": _find_first_text(ratings, "worstRating"),
        "summary": explanation or _read_finding(review),
    }


def _find_first_text(nodes: Sequence[Any], name: str) -> Any:
    texts = (find_text(find_value(node, name)) for node in nodes)
    return next((text for text in texts if text is not None), None)


def _read_finding(review: Node) -> str | None:
    texts = (
        find_non_numeric_text(find_value(review, name))
        for name in ("description", "abstract", "reviewBody", "subtitle")
    )
    return next((text for text in texts if text and len(text) <= MAX_FINDING_LENGTH), None)


def _read_language(node: Any) -> Any:
    return find_text(find_value(node, "inLanguage"), name_keys=("alternateName", "identifier", "name"))


# The claim


def _read_claim(claims: list[Any], review: Node, graph: Graph) -> dict[str, Any]:
    def find_first(*names: str) -> Any:
        return next((value for claim in claims if (value := find_value(claim, *names)) is not None), None)

    return {
        **_read_claimant(find_objects(find_first("author", "creator"), graph)),
        "language": find_text(find_first("inLanguage"), name_keys=("alternateName", "identifier", "name")),
        "claimed_on": _find_claim_date(claims, graph),
        "appearances": _find_appearances(claims, review, graph),
        "topics": _read_topics(find_first("keywords"), graph)
        or _read_topics(find_value(review, "keywords"), graph),
    }


def _read_claimant(authors: list[Any]) -> dict[str, Any]:
    # A list of names is one name with additions; a list of authors is several authors.
    names = [name for author in authors if (name := find_text(author)) is not None]
    first_author = next((author for author in authors if isinstance(author, dict)), None)
    return {
        "claimant": names[0] if len(names) == 1 else names,
        "claimant_kind": next(iter(sorted(find_types(first_author) - {"Thing"})), None),
        "claimant_title": find_text(find_value(first_author, "jobTitle")),
        "claimant_same_as": find_texts(find_value(first_author, "sameAs"), name_keys=("@id", "url")),
    }


def _find_claim_date(claims: Sequence[Any], graph: Graph) -> Any:
    works = [work for claim in claims for work in find_objects(find_value(claim, "firstAppearance"), graph)]
    candidates = ((claims, "datePublished"), (claims, "dateCreated"), (works, "datePublished"))
    dates = (_find_first_text(nodes, name) for nodes, name in candidates)
    return next((date for date in dates if date is not None), None)


def _find_appearances(claims: list[Any], review: Node, graph: Graph) -> list[str]:
    addresses: list[str] = []
    for name in ("firstAppearance", "appearance", "url", "sameAs"):
        for claim in claims:
            addresses += find_addresses(find_value(claim, name), graph)
    addresses += [claim for claim in claims if isinstance(claim, str) and "://" in claim]
    # Some publishers give the URL of the review as the URL of the claim.
    keys = {build_url_key(address) for address in find_addresses(find_value(review, "url"), graph)} - {""}
    return [address for address in dict.fromkeys(addresses) if build_url_key(address) not in keys]


def _read_topics(keywords: Any, graph: Graph) -> Any:
    texts = find_texts(find_objects(keywords, graph))
    return texts[0] if len(texts) == 1 else texts


def _drop_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [])}
