"""Publication body → ClaimReview, without a database."""

import json
from copy import deepcopy
from typing import Any
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from claims.ledger.document.claimreview import (
    build_claim_reviews,
    build_markup,
    describe_withdrawal,
    to_script,
)
from claims.models.rating import RatingClass
from tests.helpers.sweeps import sweep

GAZETTE = {
    "id": 3,
    "name": "Harbour Gazette",
    "kind": "news",
    "url": "https://gazette.example",
    "domain": "",
    "country": "",
}
SOURCE: dict[str, Any] = {
    "id": 11,
    "title": "Ferry fares will double",
    "kind": "article",
    "url": "https://gazette.example/ferry",
    "archived_url": "https://archive.example/ferry",
    "byline": "Ines Arroyo and Tom Brandt",
    "published_on": "2026-02-01",
    "language": "en",
    "publisher": GAZETTE,
}
QUOTED = {"exact": "", "prefix": "", "suffix": "", "start": None, "end": None, "snapshot": None}
VERDICT: dict[str, Any] = {
    "id": 21,
    "version": 1,
    "origin": "house",
    "publisher": {
        "id": 1,
        "name": "Our Newsroom",
        "kind": "fact_checker",
        "url": "https://facts.example",
        "domain": "",
        "country": "",
    },
    "rating": {
        "id": 5,
        "label": "False",
        "language": "en",
        "labels": {"de": "Falsch"},
        "rating_class": "false",
    },
    "summary": "Fares rise by four per cent.",
    "explanation": "",
    "explanation_html": "",
    "byline": "",
    "language": "en",
    "reviewed_on": "2026-03-01",
    "valid_as_of": None,
    "recheck_on": None,
    "url": "",
    "published_at": "2026-03-02T09:00:00.000000Z",
    "evidence": [
        {
            "id": 31,
            "stance": "refutes",
            "note": "",
            **QUOTED,
            "source": {**SOURCE, "id": 12, "title": "Fare table"},
        }
    ],
}
BODY: dict[str, Any] = {
    "id": 7,
    "status": "published",
    "url": "https://facts.example/claims/7/ferry-fares/",
    "slug": "ferry-fares",
    "statement": "Ferry fares will double in April.",
    "language": "en",
    "claimed_on": "2026-02-01",
    "context": "",
    "claimant": {
        "id": 2,
        "name": "Mara Lindqvist",
        "kind": "person",
        "job_title": "Minister of Transport",
        "affiliation": "Harbour Party",
        "country": "",
        "same_as": ["https://www.wikidata.org/wiki/Q0"],
    },
    "topics": [{"id": 1, "name": "Transport", "slug": "transport"}],
    "appearances": [
        {"id": 41, "is_first": True, "anchor": "unanchored", **QUOTED, "source": SOURCE},
        {
            "id": 42,
            "is_first": False,
            "anchor": "unanchored",
            **QUOTED,
            "source": {**SOURCE, "id": 13, "url": "https://radio.example/1"},
        },
    ],
    "verdicts": [VERDICT],
    "corrections": [],
    "merged_into": None,
    "updated_at": "2026-03-02T09:00:00.000000Z",
    "published_at": "2026-03-02T09:00:00.000000Z",
}
SITE = {
    "name": "Our Newsroom",
    "url": "https://facts.example",
    "license": "https://creativecommons.org/licenses/by/4.0",
}


def body(**changes: Any) -> dict[str, Any]:
    return deepcopy(BODY) | changes


def work(**changes: str) -> dict[str, Any]:
    return {
        "@type": "CreativeWork",
        "@id": "https://facts.example/sources/11/",
        "url": "https://gazette.example/ferry",
        "headline": "Ferry fares will double",
        "datePublished": "2026-02-01",
        "inLanguage": "en",
        "creditText": "Ines Arroyo and Tom Brandt",
        "publisher": {
            "@type": "Organization",
            "@id": "https://facts.example/api/v1/publishers/3/",
            "name": "Harbour Gazette",
            "url": "https://gazette.example",
        },
        "archivedAt": "https://archive.example/ferry",
    } | changes


def test_whole_review():
    assert build_markup(body(), site=SITE) == {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "@id": "https://facts.example/claims/7/#review-by-1",
        "url": "https://facts.example/claims/7/ferry-fares/",
        "claimReviewed": "Ferry fares will double in April.",
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": 1,
            "bestRating": 5,
            "worstRating": 1,
            "alternateName": "False",
            "name": "False",
            "ratingExplanation": "Fares rise by four per cent.",
        },
        "author": {
            "@type": "Organization",
            "@id": "https://facts.example/api/v1/publishers/1/",
            "name": "Our Newsroom",
            "url": "https://facts.example",
        },
        "datePublished": "2026-03-01",
        "dateModified": "2026-03-02T09:00:00.000000Z",
        "inLanguage": "en",
        "itemReviewed": {
            "@type": "Claim",
            "@id": "https://facts.example/claims/7/#claim",
            "text": "Ferry fares will double in April.",
            "inLanguage": "en",
            "author": {
                "@type": "Person",
                "@id": "https://facts.example/api/v1/claimants/2/",
                "name": "Mara Lindqvist",
                "jobTitle": "Minister of Transport",
                "affiliation": {"@type": "Organization", "name": "Harbour Party"},
                "sameAs": ["https://www.wikidata.org/wiki/Q0"],
            },
            "datePublished": "2026-02-01",
            "firstAppearance": work(),
            "appearance": [
                work(**{"@id": "https://facts.example/sources/13/"}, url="https://radio.example/1")
            ],
            "keywords": ["Transport"],
        },
        "citation": [work(**{"@id": "https://facts.example/sources/12/"}, headline="Fare table")],
        "sdPublisher": {"@type": "Organization", "name": "Our Newsroom", "url": "https://facts.example"},
        "sdLicense": "https://creativecommons.org/licenses/by/4.0",
        "sdDatePublished": "2026-03-02T09:00:00.000000Z",
    }


def test_unknown_values_are_left_out():
    verdict = {**VERDICT, "evidence": [], "summary": ""}
    (review,) = build_claim_reviews(
        body(claimant=None, claimed_on=None, topics=[], appearances=[], verdicts=[verdict])
    )
    assert review["itemReviewed"] == {
        "@type": "Claim",
        "@id": "https://facts.example/claims/7/#claim",
        "text": "Ferry fares will double in April.",
        "inLanguage": "en",
    }
    assert {"citation", "correction", "sdPublisher", "sdLicense"}.isdisjoint(review)
    assert "ratingExplanation" not in review["reviewRating"]


@sweep(
    "kind, stated",
    [
        ("organization", {"@type": "Organization"}),
        ("group", {"@type": "Organization"}),
        ("unknown", {}),
    ],
)
def test_the_type_of_a_claimant_is_stated_if_known(kind, stated):
    (review,) = build_claim_reviews(body(claimant={**BODY["claimant"], "kind": kind, "same_as": []}))
    assert review["itemReviewed"]["author"] == {
        **stated,
        "@id": "https://facts.example/api/v1/claimants/2/",
        "name": "Mara Lindqvist",
    }


@sweep(
    "rating_class, value",
    [
        ("true", 5),
        ("mostly_true", 4),
        ("mixed", 3),
        ("mostly_false", 2),
        ("misleading", None),
        ("false", 1),
        ("unproven", None),
        ("satire", None),
        ("outdated", None),
        ("not_rated", None),
        (None, None),
    ],
)
def test_number_of_a_rating(rating_class, value):
    verdict = {**VERDICT, "rating": {**VERDICT["rating"], "rating_class": rating_class}}
    (review,) = build_claim_reviews(body(verdicts=[verdict]))
    numbers = ("ratingValue", "bestRating", "worstRating")
    assert tuple(map(review["reviewRating"].get, numbers)) == ((value, 5, 1) if value else (None, None, None))
    assert review["reviewRating"]["alternateName"] == "False"


def test_only_mixed_verdicts_get_the_middle_number():
    for rating_class in RatingClass.values:
        verdict = {**VERDICT, "rating": {**VERDICT["rating"], "rating_class": rating_class}}
        (review,) = build_claim_reviews(body(verdicts=[verdict]))
        # Only a verdict that its publisher found half true is in the middle.
        assert (review["reviewRating"].get("ratingValue") == 3) is (rating_class == "mixed")


def test_a_review_has_the_address_of_its_page_and_one_id_on_all():
    page = "https://facts.example/de/claims/7/ferry-fares/"
    elsewhere = {**VERDICT, "id": 22, "url": "https://checks.example/ferry"}
    (alone,) = build_claim_reviews(body(verdicts=[VERDICT]), page=page)
    assert (alone["url"], alone["@id"]) == (page, build_claim_reviews(body(verdicts=[VERDICT]))[0]["@id"])
    several = build_claim_reviews(body(verdicts=[VERDICT, elsewhere]), page=page)
    assert [one["url"] for one in several] == [f"{page}#verdict-21", "https://checks.example/ferry"]


def test_several_reviews_form_a_graph_and_have_an_address_each():
    elsewhere = {**VERDICT, "id": 22, "url": "https://checks.example/ferry"}
    document = build_markup(body(verdicts=[VERDICT, elsewhere]))
    assert document is not None
    assert list(document) == ["@context", "@graph"]
    assert [review["url"] for review in document["@graph"]] == [
        "https://facts.example/claims/7/ferry-fares/#verdict-21",
        "https://checks.example/ferry",
    ]


def test_a_review_without_a_date_has_none():
    (review,) = build_claim_reviews(body(verdicts=[{**VERDICT, "reviewed_on": None}]))
    assert "datePublished" not in review


def test_another_s_page_is_not_said_to_be_changed_when_ours_was():
    (theirs,) = build_claim_reviews(body(verdicts=[{**VERDICT, "url": "https://checks.example/ferry"}]))
    assert "dateModified" not in theirs
    (ours,) = build_claim_reviews(body(verdicts=[VERDICT]))
    assert ours["dateModified"] == "2026-03-02T09:00:00.000000Z"


def test_review_of_another_publisher_without_an_address_is_not_given_ours():
    imported = {**VERDICT, "id": 22, "origin": "imported"}
    elsewhere = {**imported, "id": 23, "url": "https://checks.example/ferry"}
    archived = {**VERDICT, "id": 24, "origin": "house_archive"}
    reviews = build_claim_reviews(body(verdicts=[VERDICT, imported, elsewhere, archived]))
    page = BODY["url"]
    assert [(review.get("url"), "dateModified" in review) for review in reviews] == [
        (f"{page}#verdict-21", True),
        (None, False),
        ("https://checks.example/ferry", False),
        (f"{page}#verdict-24", True),
    ]


SLUGS = (
    "die-fähre-fährt-öfter",
    "العبّارة-أبحرت",
    "渡轮停航",
    "फेरी-बंद-है",
    "паром-ушёл",
    "nº-7",
    "7",
    "100%-wahr",
)


def test_ids_do_not_depend_on_the_script_of_the_slug():
    def ids(slug: str) -> tuple[str, str, str]:
        document = body(slug=slug, url=f"https://facts.example/claims/7/{quote(slug)}/")
        (review,) = build_claim_reviews(document)
        return review["@id"], review["itemReviewed"]["author"]["@id"], describe_withdrawal(document)["@id"]

    expected = ids("ferry-fares")
    assert [slug for slug in SLUGS if ids(slug) != expected] == []
    assert expected[0] == "https://facts.example/claims/7/#review-by-1"


def test_headline_of_the_review_is_reported():
    (review,) = build_claim_reviews(body(verdicts=[{**VERDICT, "title": "What the ferry costs"}]))
    assert review["headline"] == "What the ferry costs"


def test_corrections_are_reported():
    correction = {
        "version": 2,
        "kind": "correction",
        "note": "We had the wrong year.",
        "published_at": "2026-03-05T09:00:00.000000Z",
    }
    (review,) = build_claim_reviews(body(corrections=[correction]))
    assert review["correction"] == [
        {
            "@type": "CorrectionComment",
            "text": "We had the wrong year.",
            "datePublished": "2026-03-05T09:00:00.000000Z",
        }
    ]


def test_no_licence_is_stated_if_none_is_known():
    (review,) = build_claim_reviews(body(), site={**SITE, "license": ""})
    assert "sdLicense" not in review
    assert review["sdPublisher"]["name"] == "Our Newsroom"


def test_ids_stay_when_the_statement_and_the_verdict_are_replaced():
    (before,) = build_claim_reviews(body())
    changes = {
        "url": "https://facts.example/claims/7/ferry-fares-will-rise/",
        "slug": "ferry-fares-will-rise",
        "statement": "Ferry fares will rise.",
        "verdicts": [{**VERDICT, "id": 22, "version": 2}],
    }
    (after,) = build_claim_reviews(body(**changes))
    assert after["claimReviewed"] == "Ferry fares will rise."
    assert (after["@id"], after["itemReviewed"]["@id"]) == (before["@id"], before["itemReviewed"]["@id"])


def test_each_review_of_a_claim_has_its_own_id():
    other = {**VERDICT, "id": 22, "publisher": {**VERDICT["publisher"], "id": 9}}
    assert [review["@id"] for review in build_claim_reviews(body(verdicts=[VERDICT, other]))] == [
        "https://facts.example/claims/7/#review-by-1",
        "https://facts.example/claims/7/#review-by-9",
    ]


def test_retracted_claim_has_no_review():
    assert build_markup(body(verdicts=[])) is None


RETRACTION = {
    "version": 2,
    "kind": "retraction",
    "note": "It was another ferry.",
    "published_at": "2026-03-05T09:00:00.000000Z",
}


def test_retraction_says_so_and_why():
    retracted = body(
        status="retracted", verdicts=[], corrections=[RETRACTION], updated_at=RETRACTION["published_at"]
    )
    assert describe_withdrawal(retracted, site=SITE) == {
        "@type": "WebPage",
        "@id": "https://facts.example/claims/7/",
        "url": "https://facts.example/claims/7/ferry-fares/",
        "creativeWorkStatus": "retracted",
        "dateModified": "2026-03-05T09:00:00.000000Z",
        "about": {
            "@type": "Claim",
            "@id": "https://facts.example/claims/7/#claim",
            "text": "Ferry fares will double in April.",
            "inLanguage": "en",
        },
        "correction": [
            {
                "@type": "CorrectionComment",
                "text": "It was another ferry.",
                "datePublished": "2026-03-05T09:00:00.000000Z",
            }
        ],
        "sdPublisher": {"@type": "Organization", "name": "Our Newsroom", "url": "https://facts.example"},
        "sdLicense": "https://creativecommons.org/licenses/by/4.0",
        "sdDatePublished": "2026-03-05T09:00:00.000000Z",
    }


def test_a_merged_claim_names_its_target():
    merged = describe_withdrawal(body(status="merged", verdicts=[], merged_into=12))
    assert merged["creativeWorkStatus"] == "merged"
    assert merged["about"]["sameAs"] == "https://facts.example/claims/12/#claim"
    assert "correction" not in merged


@given(st.text())
def test_script_cannot_be_left_and_says_the_same(statement):
    text = to_script({"claimReviewed": statement})
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"claimReviewed": statement}


def test_closing_tag_in_a_statement_is_harmless():
    assert to_script({"a": "</script><!--"}) == '{"a":"\\u003c/script\\u003e\\u003c!--"}'
