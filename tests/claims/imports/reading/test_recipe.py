"""A file → the reader of its format; and the formats that are our own or Google's."""

import gzip
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from claims.imports.reading.raw_record import FIELDS, RawRecord, Refusal
from claims.imports.reading.recipe import FORMATS, detect_format
from tests.helpers.import_records import STATEMENTS, codes, document, found, lines, opened, page, read, review
from tests.helpers.sweeps import sweep

EN, JA = STATEMENTS["en"], STATEMENTS["ja"]
ENTRY = {
    "file": "old.csv",
    "position": "row 3",
    "field": "statement",
    "reason": "There is none.",
    "code": "no statement",
    "fields": {"statement": JA, "rating": "誤り"},
    "record": {"A": "", "B": "誤り"},
}
ANSWER: dict[str, Any] = {
    "text": JA,
    "claimant": "Ida Berg",
    "claimDate": "2024-04-02T00:00:00Z",
    "claimReview": [
        {
            "publisher": {"name": "Minato", "site": "example.org"},
            "url": "https://example.org/1",
            "title": "三隻？",
            "reviewDate": "2024-04-03T00:00:00Z",
            "textualRating": "誤り",
            "languageCode": "ja",
        }
    ],
}


@sweep(
    ("content", "name"),
    [
        (page(json.dumps(review())), "page"),
        (b"\n<!-- x -->\n<html><body>Rain.", "page"),
        (document(review()), "claimreview"),
        (document({"@type": "DataFeed"}), "claimreview"),
        (document({"@context": "https://schema.org", "type": "ClaimReview"}), "claimreview"),
        (lines([review(), review()]), "claimreview"),
        (lines([{"statement": EN, "rating": "False"}]), "reviews"),
        (document([{"statement": EN}, {"statement": JA, "id": 7}]), "reviews"),
        (lines([ENTRY]), "report"),
        (document(ANSWER), "fact-check-tools"),
        (document({"claims": [ANSWER], "nextPageToken": "x"}), "fact-check-tools"),
        (lines([ANSWER, ANSWER]), "fact-check-tools"),
        (lines([{"claims": [ANSWER]}]), "fact-check-tools"),
        (lines([{"claim": EN, "verdict": "False"}]), "rows"),
        (lines([{"statement": EN, "verdict": "False"}]), "rows"),
        (lines([{"claimReviewed": EN, "url": "https://a.example"}]), "rows"),
        (b"claim,verdict\nx,False\n", "csv"),
        (document({"claimReviewMarkupPages": [{"claimReviewMarkups": [{}]}]}), "fact-check-tools"),
    ],
)
def test_formats_are_recognised(content: bytes, name: str) -> None:
    detected = detect_format(opened(content))
    assert not isinstance(detected, Refusal)
    assert name == detected[0].NAME


@sweep(
    ("content", "seen"),
    [
        (lines([{"raw": json.dumps(review())}]), "JSON without ClaimReview markup"),
        (b"claim and verdict\n", "text that begins with “claim and verdict”"),
        (gzip.compress(b"x", mtime=0), "a gzip archive"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\x00\x01\x02\x03", "a binary file"),
        (b"<rss><channel/></rss>", "an XML document, perhaps a feed or a sitemap"),
    ],
)
def test_others_are_named(content: bytes, seen: str) -> None:
    refusal = detect_format(opened(content))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "unknown format"
    assert refusal.reason.startswith(f"This is {seen}")
    assert all(one.NAME in refusal.reason for one in FORMATS)


def test_an_empty_file() -> None:
    assert codes(read(b"")) == ["empty file"]


def test_a_requested_format_is_used() -> None:
    detected = detect_format(opened(b"<p>"), format="claimreview")
    assert not isinstance(detected, Refusal)
    assert (detected[0].NAME, detected[1]) == ("claimreview", {})
    refusal = detect_format(opened(b"<p>"), format="xml")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "no such format"


class TestOurRecords:
    def test_come_as_they_are(self) -> None:
        record = {
            "statement": JA,
            "topics": ["港", "船"],
            "rating_value": 1.5,
            "claimed_on": None,
            "summary": "",
        }
        assert found(lines([record])) == [record]

    @sweep(
        ("record", "field", "code"),
        [
            ({"statment": EN}, "", "unknown field"),
            ({"statement": {"text": EN}}, "statement", "not a plain value"),
            ({"statement": EN, "topics": [["x"]]}, "topics", "not a plain value"),
            ({"statement": EN, "rating": True}, "rating", "not a plain value"),
            ([EN], "", "not an object"),
            (7, "", "not an object"),
        ],
    )
    def test_records_that_are_not_reviews_are_refused(self, record: Any, field: str, code: str) -> None:
        reader = next(one for one in FORMATS if one.NAME == "reviews")
        first, refusal = reader.read(opened(lines([{"statement": EN}, record])), {})
        assert isinstance(first, RawRecord)
        assert isinstance(refusal, Refusal)
        assert (refusal.location.position, refusal.field, refusal.code, refusal.raw) == (
            "line 2",
            field,
            code,
            record,
        )


class TestReport:
    def test_corrected_fields_are_read(self) -> None:
        one, _another = read(lines([ENTRY, ENTRY]))
        assert isinstance(one, RawRecord)
        assert (one.fields, one.raw) == (ENTRY["fields"], ENTRY["record"])
        assert str(one.location) == "file, line 1"

    def test_files_without_records_are_reported(self) -> None:
        results = read(
            lines([ENTRY | {"fields": {}, "file": "old.zip"}, ENTRY | {"fields": {"claim": "x"}}, ENTRY])
        )
        assert codes(results) == ["no fields", "unknown field"]
        assert isinstance(results[0], Refusal)
        assert results[0].reason == (
            "This entry has no fields to read. Correct old.zip as the report says, and import that."
        )


class TestFactCheckTools:
    FIELDS = {
        "statement": JA,
        "claimant": "Ida Berg",
        "claimed_on": "2024-04-02T00:00:00Z",
        "publisher": "Minato",
        "publisher_url": "example.org",
        "rating": "誤り",
        "review_url": "https://example.org/1",
        "title": "三隻？",
        "reviewed_on": "2024-04-03T00:00:00Z",
        "review_language": "ja",
    }

    @sweep(
        "content",
        [
            document(ANSWER),
            document({"claims": [ANSWER], "nextPageToken": "x"}),
            document([ANSWER]),
            lines([ANSWER]),
            lines([{"claims": [ANSWER]}]),
        ],
    )
    def test_every_field(self, content: bytes) -> None:
        assert found(content) == [self.FIELDS]

    def test_each_review_of_a_claim(self) -> None:
        second = {"publisher": {"site": "example.net"}, "textualRating": "False"}
        results = read(document({"claims": [ANSWER | {"claimReview": [*ANSWER["claimReview"], second]}]}))
        assert [one.location.position for one in results] == ["claims 1, review 1", "claims 1, review 2"]
        assert isinstance(results[1], RawRecord)
        assert results[1].fields == {
            "statement": JA,
            "claimant": "Ida Berg",
            "claimed_on": "2024-04-02T00:00:00Z",
            "publisher": "example.net",
            "publisher_url": "example.net",
            "rating": "False",
        }

    def test_a_claim_without_a_verdict(self) -> None:
        assert codes(read(document({"claims": [ANSWER, {"text": EN}, {"a": 1}]}))) == ["no fact check"] * 2

    def test_markup_that_was_entered(self) -> None:
        entered = {
            "pageUrl": "https://example.org/1",
            "publishDate": "2024-04-03",
            "claimReviewAuthor": {"name": "Minato"},
            "claimReviewMarkups": [
                {
                    "claimReviewed": JA,
                    "claimDate": "2024-04-02",
                    "claimFirstAppearance": "https://paper.example/1",
                    "claimAppearances": ["https://paper.example/2", "https://paper.example/1"],
                    "claimAuthor": {
                        "name": "Ida Berg",
                        "jobTitle": "director",
                        "sameAs": "https://people.example/ida",
                    },
                    "rating": {"textualRating": "誤り", "ratingValue": 1, "bestRating": 5, "worstRating": 1},
                }
            ],
        }
        assert found(document({"claimReviewMarkupPages": [entered]})) == [
            {
                "statement": JA,
                "claimant": "Ida Berg",
                "claimant_title": "director",
                "claimant_same_as": ["https://people.example/ida"],
                "claimed_on": "2024-04-02",
                "appearances": ["https://paper.example/1", "https://paper.example/2"],
                "publisher": "Minato",
                "rating": "誤り",
                "rating_value": 1,
                "rating_best": 5,
                "rating_worst": 1,
                "review_url": "https://example.org/1",
                "reviewed_on": "2024-04-03",
            }
        ]


_KEYS = st.sampled_from(
    ["@type", "@id", "@graph", "claimReviewed", "itemReviewed", "reviewRating", "author", "claimReview", "claims",
     "text", "url", "name", "fields", "file", "statement", "data", "item", "dateDeleted", "@value", "@list"]
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
    | st.sampled_from(["ClaimReview", "DataFeedItem", "#a"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@settings(deadline=None)
@given(_JSON, st.sampled_from(FORMATS), st.booleans())
def test_any_json_is_read_or_refused_by_every_format(value: Any, reader: Any, in_lines: bool) -> None:
    content = lines([value, review()]) if in_lines else json.dumps(value).encode()
    detect_format(opened(content))
    for one in reader.read(opened(content), {}):
        assert isinstance(one, RawRecord | Refusal)
        assert not isinstance(one, RawRecord) or set(one.fields) <= set(FIELDS)


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(FORMATS))
def test_any_bytes_are_read_or_refused_by_every_format(content: bytes, reader: Any) -> None:
    detect_format(opened(content))
    assert all(isinstance(one, RawRecord | Refusal) for one in reader.read(opened(content), {}))


@sweep(
    ("content", "said"),
    [
        (b'[{"claim": "Ice is', "breaks off within its first record"),
        (b'{"claim": "' + b"x" * 10_000_000 + b'"}', "first record is longer than 64 KB"),
        (b'[{"claim":' + b"[" * 10_000, "it is nested too deeply"),
        (b'[{"claim": oops}]', "item 1: expecting value"),
        (b'{"a": 1}', "JSON without ClaimReview markup"),
    ],
)
def test_json_errors_are_named(content: bytes, said: str) -> None:
    (refusal,) = read(content)
    assert isinstance(refusal, Refusal)
    assert said in refusal.reason


def test_half_a_character_costs_its_record_at_most() -> None:
    content = b'[{"claim": "Ice \\ud800 is hot.", "verdict": "False"}, {"claim": "Tea is cold.", "verdict": "True"}]'
    assert "Tea is cold." in [one.fields["statement"] for one in read(content) if isinstance(one, RawRecord)]
