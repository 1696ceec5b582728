"""The markup as programs read it: it expands without loss, and it conforms to our shapes."""

from copy import deepcopy
from typing import Any

from rdflib import RDF, URIRef

from claims.exports.formats import datafeed
from claims.ledger.document.claimreview import CONTEXT, build_markup, describe_withdrawal
from tests.claims.ledger.document.test_claimreview import BODY, RETRACTION, SITE, VERDICT, body
from tests.helpers.linked_data import expanded, graph, violations
from tests.helpers.sweeps import sweep

SCHEMA = "https://schema.org/"

BARE = body(
    claimant=None,
    claimed_on=None,
    topics=[],
    appearances=[],
    verdicts=[{**VERDICT, "evidence": [], "summary": "", "reviewed_on": None}],
)
SEVERAL = body(
    id=8,
    url="https://facts.example/claims/8/ferry-fares/",
    verdicts=[VERDICT, {**VERDICT, "id": 22, "publisher": {**VERDICT["publisher"], "id": 9}}],
    corrections=[{**RETRACTION, "kind": "correction"}],
)
RETRACTED = body(
    id=9,
    url="https://facts.example/claims/9/ferry-fares/",
    status="retracted",
    verdicts=[],
    corrections=[RETRACTION],
)
MERGED = body(
    id=10, url="https://facts.example/claims/10/ferry-fares/", status="merged", verdicts=[], merged_into=12
)


def feed(*bodies: dict[str, Any]) -> dict[str, Any]:
    head = datafeed.build_head(url="https://facts.example/api/v1/claims.jsonld", site=SITE, changed_at="")
    return {**head, "dataFeedElement": [datafeed.build_element(each, site=SITE) for each in bodies]}


IMPORTED = body(
    claimant={**BODY["claimant"], "kind": "unknown"}, verdicts=[{**VERDICT, "origin": "imported"}]
)

DOCUMENTS = {
    "whole": build_markup(body(), site=SITE),
    "bare": build_markup(BARE),
    "imported, without an address": build_markup(IMPORTED, site=SITE),
    "several": build_markup(SEVERAL, site=SITE),
    "retracted": CONTEXT | describe_withdrawal(RETRACTED, site=SITE),
    "merged": CONTEXT | describe_withdrawal(MERGED),
    "feed": feed(BODY, SEVERAL, RETRACTED, MERGED),
}


@sweep("name", DOCUMENTS)
def test_markup_conforms_to_the_shapes(name: str) -> None:
    document = DOCUMENTS[name]
    assert document
    assert violations(document) == ""


def values(node: Any) -> list[Any]:
    """Every value in a document but the names of types, in no order."""
    if isinstance(node, dict):
        return [v for key, part in node.items() if key not in ("@type", "@context") for v in values(part)]
    if isinstance(node, list):
        return [value for part in node for value in values(part)]
    return [node]


@sweep("name", DOCUMENTS)
def test_expansion_loses_nothing(name: str) -> None:
    document = DOCUMENTS[name]
    assert document
    assert sorted(map(str, values(expanded(document)))) == sorted(map(str, values(document)))


def test_reviews_of_one_claim_meet_in_it() -> None:
    document = build_markup(SEVERAL)
    assert document
    stated = graph(document)
    reviews = set(stated.subjects(RDF.type, URIRef(f"{SCHEMA}ClaimReview")))
    assert len(reviews) == 2
    assert {str(claim) for claim in stated.objects(None, URIRef(f"{SCHEMA}itemReviewed"))} == {
        "https://facts.example/claims/8/#claim"
    }


SPOILT = {
    "no claim": lambda review: review.pop("claimReviewed"),
    "an address that is none": lambda review: review.update(url="/claims/7/"),
    "a claimant of a wrong type": lambda review: review["itemReviewed"]["author"].update({"@type": "Place"}),
    "no rating": lambda review: review.pop("reviewRating"),
    "no label": lambda review: review["reviewRating"].pop("alternateName"),
    "no author": lambda review: review.pop("author"),
    "nameless author": lambda review: review["author"].pop("name"),
    "off the scale": lambda review: review["reviewRating"].update(ratingValue=6),
    "no id": lambda review: review.pop("@id"),
    "a date that is none": lambda review: review.update(datePublished="1 March"),
    "a source without a title": lambda review: review["citation"][0].pop("headline"),
}


@sweep("name", SPOILT)
def test_shapes_notice(name: str) -> None:
    document = deepcopy(DOCUMENTS["whole"])
    assert document
    SPOILT[name](document)
    assert violations(document) != ""


def test_shapes_notice_a_withdrawn_review_in_a_feed() -> None:
    document = feed(BODY)
    document["dataFeedElement"][0]["dateDeleted"] = "2026-03-05T09:00:00.000000Z"
    assert violations(document) != ""
