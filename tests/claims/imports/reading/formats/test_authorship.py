"""Reading publisher, rating and page of a ClaimReview."""

from typing import Any

from claims.imports.reading.formats.claimreview_objects import MarkupPage
from tests.helpers.import_records import EN, fields, review
from tests.helpers.sweeps import sweep


class TestPublisher:
    ORGANISATION = {"@type": "NewsMediaOrganization", "name": "Nordblick", "url": "https://nordblick.example"}
    PERSON = {"@type": "Person", "name": "Ole Holm", "url": "https://nordblick.example/ole"}

    PROFILE = {"@type": "Organization", "name": "Ole Holm", "url": "https://n.example/about/authors/ole"}

    @sweep(
        ("properties", "publisher", "url", "byline"),
        [
            ({"author": ORGANISATION}, "Nordblick", "https://nordblick.example", None),
            ({"author": [PERSON, ORGANISATION]}, "Nordblick", "https://nordblick.example", "Ole Holm"),
            ({"author": "Nordblick"}, "Nordblick", None, None),
            ({"author": ["Nordblick"]}, "Nordblick", None, None),
            ({"author": {"url": "https://nordblick.example"}}, None, "https://nordblick.example", None),
            ({"author": "https://nordblick.example"}, None, "https://nordblick.example", None),
            ({"publisher": ORGANISATION}, "Nordblick", "https://nordblick.example", None),
            ({"author": PERSON, "publisher": ORGANISATION}, "Nordblick", "https://nordblick.example", "Ole Holm"),
            ({"author": "Ole Holm", "publisher": ORGANISATION}, "Nordblick", "https://nordblick.example", "Ole Holm"),
            ({"author": PERSON | {"worksFor": ORGANISATION}}, "Nordblick", "https://nordblick.example", "Ole Holm"),
            ({"author": PERSON}, "Ole Holm", "https://nordblick.example/ole", None),
            (
                {"author": PROFILE, "publisher": ORGANISATION},
                "Nordblick",
                "https://nordblick.example",
                "Ole Holm",
            ),
            ({"author": []}, None, None, None),
            ({"sdPublisher": ORGANISATION}, None, None, None),
        ],
    )  # fmt: skip
    def test_the_publisher(
        self, properties: dict[str, Any], publisher: str | None, url: str | None, byline: str | None
    ) -> None:
        found = fields(review(EN, **properties))
        assert (found.get("publisher"), found.get("publisher_url"), found.get("byline")) == (
            publisher,
            url,
            byline,
        )


class TestRating:
    @sweep(
        ("rating", "expected"),
        [
            ({"alternateName": "Falso", "ratingValue": "1"}, {"rating": "Falso", "rating_value": "1"}),
            ({"alternateName": ["Falso", "False"]}, {"rating": "Falso"}),
            ({"name": "Falso"}, {"rating": "Falso"}),
            ({"ratingValue": "Falso"}, {"rating": "Falso"}),
            ("Falso", {"rating": "Falso"}),
            (["Falso"], {"rating": "Falso"}),
            ("1", {"rating_value": "1"}),
            (4.5, {"rating_value": 4.5}),
            (
                [{"ratingValue": 1, "bestRating": 6}, {"alternateName": "Falso"}],
                {"rating": "Falso", "rating_value": 1, "rating_best": 6},
            ),
            ({"ratingValue": "", "bestRating": "", "alternateName": "زائف"}, {"rating": "زائف"}),
            ({"alternateName": "错误", "ratingExplanation": 5}, {"rating": "错误"}),
            ({"alternateName": True}, {}),
            (None, {}),
        ],
    )
    def test_however_it_is_written(self, rating: Any, expected: dict[str, Any]) -> None:
        assert fields(review(EN, reviewRating=rating)) == {"statement": EN} | expected

    @sweep(
        ("properties", "summary"),
        [
            ({"description": "It was 4.1 million."}, "It was 4.1 million."),
            ({"reviewBody": "It was 4.1 million."}, "It was 4.1 million."),
            ({"reviewBody": "It was 4.1 million. " * 100}, None),
            ({"subtitle": "<p>Fueron cuatro.</p>"}, "<p>Fueron cuatro.</p>"),
        ],
    )
    def test_the_finding(self, properties: dict[str, Any], summary: str | None) -> None:
        assert fields(review(EN, **properties)).get("summary") == summary


class TestPage:
    PAGE = MarkupPage("https://example.org/1", "Was it so?", "pt-BR", "Balsa")

    def test_the_page_supplies_missing_values(self) -> None:
        assert fields(review(EN), page=self.PAGE) == {
            "statement": EN,
            "rating": "False",
            "review_url": "https://example.org/1",
            "title": "Was it so?",
            "review_language": "pt-BR",
            "publisher": "Balsa",
        }

    def test_says_nothing_about_reviews_elsewhere(self) -> None:
        value = review(EN, url="https://other.example/1")
        assert fields(value, page=self.PAGE) == {
            "statement": EN,
            "rating": "False",
            "review_url": "https://other.example/1",
        }

    def test_names_the_outlet_of_other_pages_of_its_site_but_not_their_headlines(self) -> None:
        found = fields(review(EN, url="https://www.example.org/2"), page=self.PAGE)
        assert (found["publisher"], found["review_language"], found.get("title")) == ("Balsa", "pt-BR", None)

    def test_an_address_without_its_scheme_is_the_page(self) -> None:
        assert (
            fields(review(EN, url="example.org/1/"), page=self.PAGE)["review_url"] == "https://example.org/1"
        )

    def test_names_a_publisher_that_has_only_an_address(self) -> None:
        found = fields(review(EN, publisher={"url": "https://www.example.org/"}), page=self.PAGE)
        assert (found["publisher"], found["publisher_url"]) == ("Balsa", "https://www.example.org/")

    def test_names_no_publisher_that_is_another(self) -> None:
        found = fields(review(EN, publisher={"url": "https://other.example/"}), page=self.PAGE)
        assert (found.get("publisher"), found["publisher_url"]) == (None, "https://other.example/")
