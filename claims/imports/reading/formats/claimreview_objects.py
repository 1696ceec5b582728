"""JSON values → the ClaimReviews in them, at any depth and in any spelling of the properties.

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
from claims.imports.reading.raw_record import RawRecord, RecordPlace, Refusal
from factcheck.translatable_messages import TranslatableMessage
from sources.addresses import build_url_key, get_domain
from sources.extraction.structured_data import ARTICLE_TYPES

CLAIM_REVIEW = "ClaimReview"

#: Types that a review may be part of; it then shares their URL, headline, language and publisher.
PAGE_TYPES = ARTICLE_TYPES | {"WebPage", "ItemPage", "CreativeWork"}

#: A finding is a sentence or two; longer text is the article.
MAX_FINDING_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class MarkupPage:
    """The page around the markup, from its own metadata; all fields are empty if there is none."""

    url: str = ""
    title: str = ""
    language: str = ""
    publisher: str = ""
    published_on: str = ""


NO_PAGE = MarkupPage()


def read_reviews(
    tree: Any,
    place: RecordPlace,
    *,
    graph: Graph | None = None,
    page: MarkupPage = NO_PAGE,
    among: Sequence[Any] = (),
) -> list[RawRecord | Refusal]:
    """Read the ClaimReviews and MediaReviews of a JSON value in order, with withdrawals.

    Args:
        graph: the nodes that an `@id` may refer to; by default, the nodes of the value itself.
        among: all values of the page, because related reviews may be in separate values; by default, the value
            itself.
    """
    if graph is None:
        own: dict[str, Node] = {}
        schema_org.index_nodes(tree, own)
        graph = own
    records_found = list(_find_reviews(tree, place, graph, page, _MediaPairing.of(among or [tree], graph)))
    if len(records_found) == 1:
        return records_found
    numbered = (
        (one, RecordPlace(place.file, f"{place.position}, review {number}"))
        for number, one in enumerate(records_found, 1)
    )
    return [
        one._replace(place=its_own) if isinstance(one, RawRecord) else replace(one, place=its_own)
        for one, its_own in numbered
    ]


def is_review(node: Any) -> bool:
    """Return whether a node is a ClaimReview, rather than only a reference to one."""
    if not isinstance(node, dict) or schema_org.is_reference(node):
        return False
    kinds = find_types(node)
    return CLAIM_REVIEW in kinds or ("Review" in kinds and find_value(node, "claimReviewed") is not None)


@dataclass(frozen=True, slots=True)
class _MediaPairing:
    """The pairing of MediaReviews with ClaimReviews."""

    #: By the identity of the ClaimReview object, because two equal reviews are two reviews.
    media: dict[int, list[Node]]
    taken: frozenset[int]

    @classmethod
    def of(cls, values: Sequence[Any], graph: Graph) -> "_MediaPairing":
        nodes = [node for tree in values for node in schema_org.find_nodes(tree)]
        media = [node for node in nodes if mediareview_objects.is_media_review(node)]
        if not media:
            return cls({}, frozenset())
        pairs = {
            id(node): mediareview_objects.find_media_reviews(node, media, graph)
            for node in nodes
            if is_review(node)
        }
        return cls(pairs, frozenset(id(one) for some in pairs.values() for one in some))

    def get_fields(self, review: Node, graph: Graph) -> dict[str, Any]:
        """Return the fields of a ClaimReview's MediaReviews: those of the first, with the media of all."""
        fields_of_media = [
            mediareview_objects.read_media_fields(one, graph) for one in self.media.get(id(review), ())
        ]
        if not fields_of_media:
            return {}
        return fields_of_media[0] | {
            "media": list(dict.fromkeys(place for one in fields_of_media for place in one["media"]))
        }


def _find_reviews(
    tree: Any, place: RecordPlace, graph: Graph, page: MarkupPage, media_pairing: _MediaPairing
) -> Iterator[RawRecord | Refusal]:
    waiting: list[tuple[Any, Node | None, int]] = [(tree, None, 0)]
    while waiting:
        node, parent, depth = waiting.pop()
        if depth > schema_org.MAX_DEPTH:
            continue
        if isinstance(node, list):
            waiting += [(one, parent, depth + 1) for one in reversed(node)]
        if not isinstance(node, dict):
            continue
        if "DataFeedItem" in find_types(node) and find_value(node, "dateDeleted"):
            yield _build_withdrawal(node, place)
            continue
        if is_review(node):
            media_fields = media_pairing.get_fields(node, graph)
            for fields in _iterate_reviews(node, parent, graph, page):
                yield RawRecord(place, _drop_empty(fields | media_fields), raw=node)
        elif mediareview_objects.is_media_review(node) and id(node) not in media_pairing.taken:
            yield _read_media_review(node, parent, graph, page, place)
        inside = node if find_types(node) & PAGE_TYPES else parent
        waiting += [
            (one, inside, depth + 1) for one in reversed(node.values()) if isinstance(one, dict | list)
        ]


def _build_withdrawal(item: Node, place: RecordPlace) -> Refusal:
    name = find_text(item.get("@id")) or find_text(find_value(item, "url")) or "What stood here"
    return Refusal(
        place,
        "",
        TranslatableMessage(
            "%(named)s was withdrawn by its publisher on %(text)s, so it is not imported.",
            named=name,
            text=find_text(find_value(item, "dateDeleted")),
        ),
        "withdrawn",
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
        statements = [one for claim in claims for one in find_texts(find_value(claim, "text"))]
    common = _read_review(review, parent, language, graph, page)
    if len(statements) <= 1:
        yield _drop_empty(
            common | _read_claim(claims, review, graph) | {"statement": next(iter(statements), None)}
        )
        return
    for number, statement in enumerate(statements):
        its_own = claims[number : number + 1] if len(claims) == len(statements) else claims
        # The name of the whole review does not apply to a part of it.
        yield _drop_empty(common | _read_claim(its_own, review, graph) | {"statement": statement, "id": None})


def _read_media_review(
    review: Node, parent: Node | None, graph: Graph, page: MarkupPage, place: RecordPlace
) -> RawRecord | Refusal:
    """Read a MediaReview without a ClaimReview as a review of the claim made with the media."""
    statements = mediareview_objects.find_statements(review, graph)
    if not statements:
        return Refusal(
            place,
            "statement",
            TranslatableMessage(
                "This MediaReview does not say what was claimed about the picture, audio or video, and has "
                "no ClaimReview. Add the claim as `interpretedAsClaim`."
            ),
            "no statement",
            raw=review,
        )
    common = _read_review(review, parent, _read_language(review), graph, page)
    media = mediareview_objects.read_media_fields(review, graph)
    items = [one for one in find_objects(find_value(review, "itemReviewed"), graph) if isinstance(one, dict)]
    claims = mediareview_objects.find_claims(review, graph)
    # Publishers without labels of their own use the category as their label: it is not mapped here.
    label = common["rating"] or next(iter(media["media_authenticity_category"]), None)
    return RawRecord(
        place,
        _drop_empty(
            common
            | _read_claim(claims or items, review, graph)
            | media
            | {"statement": statements[0], "rating": label}
        ),
        raw=review,
    )


def _find_statements(claim_value: Any, language: Any) -> list[Any]:
    """Return the statements, in the review's language if they are given in several."""
    translations = [
        one for one in schema_org.to_list(claim_value) if isinstance(one, dict) and "@language" in one
    ]
    if len(translations) > 1:
        same = [one for one in translations if str(one["@language"])[:2] == str(language)[:2]]
        claim_value = (same or translations)[0]
    return list(dict.fromkeys(find_texts(claim_value, name_keys=("text", "name"))))


# The review


def _read_review(
    review: Node, parent: Node | None, language: Any, graph: Graph, page: MarkupPage
) -> dict[str, Any]:
    around = parent or _find_own_page(review, graph)
    url = _find_url(review, around, graph)
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
        **read_authorship(review, around, page.publisher if is_own_review else "", page.url, graph),
        **_read_rating(review, graph),
        "review_url": url or page.url or None,
        "title": find_text(find_value(review, "headline", "name", "title"))
        or find_text(find_value(around, "headline", "name"))
        or (page.title if is_same_page else None),
        "reviewed_on": find_text(find_value(review, "datePublished", "dateCreated"))
        or find_text(find_value(around, "datePublished"))
        or (page.published_on if is_same_page else None),
        "review_language": language or _read_language(around) or (page.language if is_own_review else None),
    }


def _is_from_another_site(review: Node, graph: Graph) -> bool:
    """Return whether someone other than the review's author published the markup (`sdPublisher`)."""
    writers, authors = (
        {
            str(name).casefold()
            for one in find_objects(find_value(review, of), graph)
            if (name := find_text(one)) is not None
        }
        for of in ("sdPublisher", "author")
    )
    return bool(writers and authors) and writers.isdisjoint(authors)


def _find_own_page(review: Node, graph: Graph) -> Node | None:
    pages = find_objects(find_value(review, "mainEntityOfPage", "isPartOf"), graph)
    return next((page for page in pages if isinstance(page, dict) and find_types(page) & PAGE_TYPES), None)


def _find_url(review: Node, around: Node | None, graph: Graph) -> str:
    for node, name in ((review, "url"), (review, "mainEntityOfPage"), (around, "url")):
        if addresses := find_addresses(find_value(node, name), graph):
            return addresses[0]
    return _keep_if_web_url((around or {}).get("@id")) or ""


def _keep_if_web_url(name: Any) -> str | None:
    return name if isinstance(name, str) and name.startswith(("http://", "https://")) else None


def _is_same_page(url: str, page: str) -> bool:
    return bool(page) and build_url_key(url) == build_url_key(page) != ""


def _is_same_site(url: str, page: str) -> bool:
    return bool(page) and get_domain(url) == get_domain(page) != ""


def _read_rating(review: Node, graph: Graph) -> dict[str, Any]:
    rating_nodes = find_objects(find_value(review, "reviewRating"), graph)
    ratings = [one for one in rating_nodes if isinstance(one, dict)]
    texts = find_texts([one for one in rating_nodes if not isinstance(one, dict)])

    number = _find_first_text(ratings, "ratingValue")
    if number is None:
        number = next(filter(schema_org.is_number, texts), None)
    label = _find_first_text(ratings, "alternateName") or _find_first_text(ratings, "name")
    if label is None:
        # Publishers whose system has no field for the label put it into the number.
        label = next(
            (one for one in [*texts, number] if one is not None and not schema_org.is_number(one)), None
        )
    explanation = next(
        (
            one
            for rating in ratings
            if (one := find_non_numeric_text(find_value(rating, "ratingExplanation")))
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
    value = (
        find_non_numeric_text(find_value(review, name))
        for name in ("description", "abstract", "reviewBody", "subtitle")
    )
    return next((one for one in value if one and len(one) <= MAX_FINDING_LENGTH), None)


def _read_language(node: Any) -> Any:
    return find_text(find_value(node, "inLanguage"), name_keys=("alternateName", "identifier", "name"))


# The claim


def _read_claim(claims: list[Any], review: Node, graph: Graph) -> dict[str, Any]:
    def find_first(*names: str) -> Any:
        return next((one for claim in claims if (one := find_value(claim, *names)) is not None), None)

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
    first = next((author for author in authors if isinstance(author, dict)), None)
    return {
        "claimant": names[0] if len(names) == 1 else names,
        "claimant_kind": next(iter(sorted(find_types(first) - {"Thing"})), None),
        "claimant_title": find_text(find_value(first, "jobTitle")),
        "claimant_same_as": find_texts(find_value(first, "sameAs"), name_keys=("@id", "url")),
    }


def _find_claim_date(claims: Sequence[Any], graph: Graph) -> Any:
    works = [work for claim in claims for work in find_objects(find_value(claim, "firstAppearance"), graph)]
    places = ((claims, "datePublished"), (claims, "dateCreated"), (works, "datePublished"))
    dates = (_find_first_text(nodes, name) for nodes, name in places)
    return next((date for date in dates if date is not None), None)


def _find_appearances(claims: list[Any], review: Node, graph: Graph) -> list[str]:
    addresses: list[str] = []
    for name in ("firstAppearance", "appearance", "url", "sameAs"):
        for claim in claims:
            addresses += find_addresses(find_value(claim, name), graph)
    addresses += [claim for claim in claims if isinstance(claim, str) and "://" in claim]
    # Some give the review's own URL as the claim's.
    own = {build_url_key(one) for one in find_addresses(find_value(review, "url"), graph)} - {""}
    return [one for one in dict.fromkeys(addresses) if build_url_key(one) not in own]


def _read_topics(keywords: Any, graph: Graph) -> Any:
    texts = find_texts(find_objects(keywords, graph))
    return texts[0] if len(texts) == 1 else texts


def _drop_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [])}
