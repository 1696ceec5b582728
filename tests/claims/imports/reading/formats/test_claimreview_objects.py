"""JSON values → the ClaimReviews in them, in every shape that publishers use."""

from typing import Any

import pytest

from claims.imports.reading.formats.claimreview_objects import read_reviews
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal
from tests.helpers.import_records import DE, EN, ES, FR, HERE, STATEMENTS, codes, fields, review, statements
from tests.helpers.sweeps import sweep


def test_everything_that_a_review_says() -> None:
    value = review(
        DE,
        url="https://example.org/fähre",
        headline="Hat der Hafen zwei Linien verloren?",
        identifier={"@type": "PropertyValue", "value": "F-17"},
        author={"@type": "Organization", "name": "Nordblick Faktencheck", "url": "https://example.org"},
        datePublished="2024-04-03",
        inLanguage="de",
        reviewRating={
            "@type": "Rating",
            "alternateName": "Größtenteils falsch",
            "ratingValue": 2,
            "bestRating": "5",
            "worstRating": "1",
            "ratingExplanation": "Es war eine Linie.",
        },
        itemReviewed={
            "@type": "Claim",
            "inLanguage": "de",
            "author": {
                "@type": "Person",
                "name": "Ida Berg",
                "jobTitle": "Hafendirektorin",
                "sameAs": ["https://people.example/ida", "https://wiki.example/Ida"],
            },
            "datePublished": "2024-04-02",
            "firstAppearance": {"@type": "CreativeWork", "url": "https://paper.example/1"},
            "appearance": [
                {"@type": "CreativeWork", "url": "https://paper.example/2"},
                "https://paper.example/1",
            ],
            "keywords": ["Häfen", "Verkehr"],
        },
    )
    assert fields(value) == {
        "id": "F-17",
        "statement": DE,
        "language": "de",
        "claimant": "Ida Berg",
        "claimant_kind": "Person",
        "claimant_title": "Hafendirektorin",
        "claimant_same_as": ["https://people.example/ida", "https://wiki.example/Ida"],
        "claimed_on": "2024-04-02",
        "appearances": ["https://paper.example/1", "https://paper.example/2"],
        "topics": ["Häfen", "Verkehr"],
        "publisher": "Nordblick Faktencheck",
        "publisher_url": "https://example.org",
        "rating": "Größtenteils falsch",
        "rating_value": 2,
        "rating_best": "5",
        "rating_worst": "1",
        "review_url": "https://example.org/fähre",
        "title": "Hat der Hafen zwei Linien verloren?",
        "summary": "Es war eine Linie.",
        "reviewed_on": "2024-04-03",
        "review_language": "de",
    }


def test_the_object_itself_is_kept() -> None:
    value = review(EN, somethingElse={"x": [1]})
    (one,) = read_reviews([value], HERE)
    assert isinstance(one, RawRecord)
    assert one.raw == value


@sweep("code", STATEMENTS)
def test_texts_in_every_language_are_unchanged(code: str) -> None:
    assert fields(review(STATEMENTS[code]))["statement"] == STATEMENTS[code]


class TestWhereItStands:
    @sweep(
        "wrapped",
        [
            lambda one: one,
            lambda one: [one],
            lambda one: {"@graph": [{"@type": "WebSite", "name": "Nordblick"}, one]},
            lambda one: {"@type": "WebPage", "mainEntity": one},
            lambda one: {"@type": "NewsArticle", "hasPart": [{"@type": "ImageObject"}, one]},
            lambda one: {"@type": "NewsArticle", "review": [one]},
            lambda one: {"@type": "Thing", "anything": {"at": {"all": one}}},
            lambda one: {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [one]}]},
            lambda one: {"total": 1, "data": [one]},
        ],
    )
    def test_at_any_depth(self, wrapped: Any) -> None:
        assert statements(read_reviews(wrapped(review(FR)), HERE)) == [FR]

    def test_several_are_numbered(self) -> None:
        found = read_reviews([review(EN), review(DE)], RecordLocation("feed.json", "line 4"))
        assert [str(one.location) for one in found] == [
            "feed.json, line 4, review 1",
            "feed.json, line 4, review 2",
        ]

    def test_the_surrounding_article_supplies_missing_values(self) -> None:
        article = {
            "@type": "NewsArticle",
            "url": "https://example.org/a",
            "headline": "Ein Faktencheck",
            "inLanguage": "de",
            "datePublished": "2024-05-06",
            "author": {"@type": "Person", "name": "Ole Holm"},
            "publisher": {"@type": "Organization", "name": "Nordblick", "url": "https://example.org"},
            "review": review(DE),
        }
        assert fields(article) == {
            "statement": DE,
            "rating": "False",
            "review_url": "https://example.org/a",
            "title": "Ein Faktencheck",
            "review_language": "de",
            "reviewed_on": "2024-05-06",
            "publisher": "Nordblick",
            "publisher_url": "https://example.org",
            "byline": "Ole Holm",
        }

    def test_references_in_a_graph_are_followed(self) -> None:
        graph = [
            review(
                ES,
                **{
                    "@id": "https://example.org/1#review",
                    "author": {"@id": "#org"},
                    "itemReviewed": {"@id": "_:claim"},
                },
            ),
            {"@id": "#org", "@type": "Organization", "name": "Puente"},
            {"@id": "_:claim", "@type": "Claim", "author": "_:mayor", "datePublished": "2024-01-02"},
            {"@id": "_:mayor", "@type": "Person", "name": "Inés Río"},
            {"@type": "WebPage", "mainEntity": {"@id": "https://example.org/1#review"}},
        ]
        assert fields({"@graph": graph}) == {
            "id": "https://example.org/1#review",
            "statement": ES,
            "rating": "False",
            "publisher": "Puente",
            "claimant": "Inés Río",
            "claimant_kind": "Person",
            "claimed_on": "2024-01-02",
        }

    def test_circles_end(self) -> None:
        graph = [
            review(EN, author={"@id": "a"}),
            {"@id": "a", "name": {"@id": "b"}},
            {"@id": "b", "name": {"@id": "a"}},
        ]
        assert fields({"@graph": graph})["statement"] == EN

    def test_a_review_with_only_a_name_is_skipped(self) -> None:
        assert read_reviews({"review": {"@type": "ClaimReview", "@id": "#r"}}, HERE) == []

    def test_withdrawn_reviews_are_reported_and_skipped(self) -> None:
        items = [
            {
                "@type": "DataFeedItem",
                "@id": "https://a.example/1/",
                "dateDeleted": "2024-02-03",
                "item": review(EN),
            },
            {"@type": "DataFeedItem", "@id": "https://a.example/2/", "item": [review(DE)]},
        ]
        gone, kept = read_reviews({"@type": "DataFeed", "dataFeedElement": items}, HERE)
        assert isinstance(gone, Refusal)
        assert (gone.code, gone.raw) == ("withdrawn", items[0])
        assert gone.reason == (
            "https://a.example/1/ was withdrawn by its publisher on 2024-02-03, so it is not imported."
        )
        assert statements([kept]) == [DE]


class TestTypes:
    @sweep(
        "kind",
        [
            "ClaimReview",
            ["Review", "ClaimReview"],
            "http://schema.org/ClaimReview",
            "https://schema.org/ClaimReview",
            "schema:ClaimReview",
        ],
    )
    def test_however_it_is_written(self, kind: Any) -> None:
        assert fields(review(EN, **{"@type": kind}))["statement"] == EN

    @sweep("kind", ["Review", "MediaReviewItem", "ClaimReviewer", "Claim", None, 3, [], {}])
    def test_other_objects_are_skipped(self, kind: Any) -> None:
        assert read_reviews({"@type": kind, "reviewBody": EN}, HERE) == []

    def test_expanded_json_ld(self) -> None:
        value = {
            "@type": ["http://schema.org/ClaimReview"],
            "http://schema.org/claimReviewed": [{"@value": DE, "@language": "de"}],
            "http://schema.org/reviewRating": [
                {
                    "@type": ["http://schema.org/Rating"],
                    "http://schema.org/alternateName": [{"@value": "Falsch"}],
                }
            ],
            "http://schema.org/url": [{"@id": "https://example.org/1"}],
        }
        assert fields(value) == {"statement": DE, "rating": "Falsch", "review_url": "https://example.org/1"}


class TestClaim:
    def test_older_practice(self) -> None:
        work = {
            "@type": "CreativeWork",
            "author": {"@type": "Organization", "name": "Utilisateurs de Facebook"},
            "datePublished": "2020-05-14",
            "sameAs": "https://social.example/post/1",
        }
        found = fields(review(FR, itemReviewed=work))
        assert found["claimant"] == "Utilisateurs de Facebook"
        assert found["claimant_kind"] == "Organization"
        assert found["claimed_on"] == "2020-05-14"
        assert found["appearances"] == ["https://social.example/post/1"]

    def test_a_list_of_items_describes_one_claim(self) -> None:
        items = [
            {"@type": "CreativeWork", "url": "https://social.example/1"},
            {
                "@type": "Claim",
                "author": {"name": "Ida Berg"},
                "appearance": {"url": "https://social.example/2"},
            },
            "https://social.example/3",
        ]
        found = fields(review(EN, itemReviewed=items))
        assert found["claimant"] == "Ida Berg"
        assert found["appearances"] == [
            "https://social.example/2",
            "https://social.example/1",
            "https://social.example/3",
        ]

    @sweep(
        ("author", "claimant"),
        [
            ("Ida Berg", "Ida Berg"),
            ({"name": "Ida Berg"}, "Ida Berg"),
            ({"name": ["Ida Berg", "harbour director"]}, "Ida Berg"),
            ([{"name": "Ida Berg"}], "Ida Berg"),
            ([{"name": "Ida Berg"}, "Ole Holm"], ["Ida Berg", "Ole Holm"]),
            ([], None),
            ({}, None),
            ({"@type": "Person"}, None),
        ],
    )
    def test_the_claimant(self, author: Any, claimant: Any) -> None:
        assert fields(review(EN, itemReviewed={"author": author})).get("claimant") == claimant

    @sweep(
        ("claimed", "statement"),
        [
            ([EN], EN),
            ({"@value": EN}, EN),
            ("Tom &amp; Jerry&#39;s", "Tom &amp; Jerry&#39;s"),
            ([{"@value": EN, "@language": "en"}, {"@value": DE, "@language": "de"}], DE),
            (["", EN, EN], EN),
        ],
    )
    def test_the_claim_of_a_review(self, claimed: Any, statement: str) -> None:
        assert fields(review(claimed, inLanguage="de-AT"))["statement"] == statement

    def test_the_text_of_the_claim_if_the_review_has_none(self) -> None:
        value = review("", itemReviewed={"@type": "Claim", "text": FR, "name": "TV 3"})
        assert fields(value)["statement"] == FR

    def test_no_statement_is_no_statement(self) -> None:
        assert "statement" not in fields(review("", itemReviewed={"@type": "Claim", "name": "TV 3"}))

    def test_one_review_of_several_claims_is_several(self) -> None:
        value = review(
            [EN, DE],
            id="7",
            itemReviewed=[{"author": {"name": "Ida Berg"}}, {"author": {"name": "Ole Holm"}}],
        )
        found = read_reviews(value, HERE)
        assert statements(found) == [EN, DE]
        assert [one.fields.get("claimant") for one in found if isinstance(one, RawRecord)] == [
            "Ida Berg",
            "Ole Holm",
        ]
        assert [one.fields.get("id") for one in found if isinstance(one, RawRecord)] == [None, None]

    def test_the_review_is_no_appearance_of_the_claim(self) -> None:
        value = review(EN, url="https://example.org/1", itemReviewed={"url": "http://www.example.org/1"})
        assert "appearances" not in fields(value)

    @pytest.mark.parametrize(
        ("keywords", "topics"),
        [
            ("ferries, ports", "ferries, ports"),
            (["ferries", "ports"], ["ferries", "ports"]),
            ([{"name": "ferries"}], "ferries"),
        ],
    )
    def test_topics(self, keywords: Any, topics: Any) -> None:
        assert fields(review(EN, keywords=keywords))["topics"] == topics


def test_complete_records_have_no_problems() -> None:
    assert codes(read_reviews([review(EN), review(DE)], HERE)) == []
