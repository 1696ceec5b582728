"""JSON files: documents, lines, concatenated values, large and damaged files."""

import io
import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.exports.formats import datafeed
from claims.imports.reading.formats import claimreview_json, json_documents
from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import RawRecord, Refusal
from claims.ledger.document import claimreview as ours
from tests.claims.ledger.document.test_claimreview import VERDICT
from tests.helpers.import_records import (
    STATEMENTS,
    codes,
    document,
    found,
    lines,
    opened,
    read,
    review,
    statements,
)
from tests.helpers.memory import measure_peak
from tests.helpers.sweeps import sweep

SAID = list(STATEMENTS.values())
REVIEWS = [review(statement) for statement in SAID]


@sweep(
    "content",
    [
        document(REVIEWS),
        document({"@context": "https://schema.org", "@graph": REVIEWS}),
        document({"total": 12, "data": REVIEWS}),
        document({"@type": "DataFeed", "dataFeedElement": [{"item": [one]} for one in REVIEWS]}),
        lines(REVIEWS),
        lines(REVIEWS).replace(b"\n", b"\r\n"),
        lines(REVIEWS).replace(b"\n", b"\n\n"),
        lines(REVIEWS).replace(b"\n", b"\n\x1e"),
        lines(REVIEWS).replace(b"\n", b""),
        lines([[one] for one in REVIEWS]),
        b"".join(document(one) for one in REVIEWS),
        b"\xef\xbb\xbf" + document(REVIEWS),
        b"\xef\xbb\xbf" + lines(REVIEWS),
        json.dumps(REVIEWS, ensure_ascii=False).encode("utf-16"),
        json.dumps(REVIEWS).encode("utf-16-le"),
        json.dumps(REVIEWS).encode("utf-16-be"),
        b"[\n" + lines(REVIEWS).replace(b"\n", b",\n")[:-2] + b"\n]",
    ],
)  # fmt: skip
def test_every_layout(content: bytes) -> None:
    assert [one["statement"] for one in found(content)] == SAID


def test_places_name_lines_and_elements() -> None:
    def places(content: bytes) -> list[str]:
        return [one.location.position for one in read(content)]

    assert places(lines([REVIEWS[0], REVIEWS[:2]])) == ["line 1", "line 2, review 1", "line 2, review 2"]
    assert places(document(REVIEWS[:2])) == ["item 1", "item 2"]
    assert places(document({"@graph": REVIEWS[:2]})) == ["@graph 1", "@graph 2"]
    assert places(document(REVIEWS[0])) == ["value 1"]


def test_a_broken_line_is_reported_and_the_rest_is_read() -> None:
    content = lines(REVIEWS[:2]) + b'{"@type": "ClaimReview", oops\n' + b"\xff\xfe\n" + lines(REVIEWS[2:])
    results = read(content)
    assert statements(results) == SAID
    refused = [one for one in results if isinstance(one, Refusal)]
    assert [(one.location.position, one.code) for one in refused] == [
        ("line 3", "broken JSON"),
        ("line 4", "not UTF-8"),
    ]
    assert refused[0].raw == '{"@type": "ClaimReview", oops'


def test_a_line_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_documents, "MAX_LINE_BYTES", 1000)
    content = lines(REVIEWS[:2]) + lines([review("x" * 5000)]) + lines(REVIEWS[2:])
    results = read(content)
    assert (statements(results), codes(results)) == (SAID, ["line too long"])
    assert [one.location.position for one in results if isinstance(one, Refusal)] == ["line 3"]


@sweep(
    ("content", "expected"),
    [
        (lines([REVIEWS[0], {"a": 1}, 7]), ["no ClaimReview", "no ClaimReview"]),
        (document([REVIEWS[0], {"@type": "WebSite"}, {"@type": "NewsArticle"}]), ["no ClaimReview"]),
        (document({"@graph": [{"@type": "WebSite"}, REVIEWS[0]]}), []),
        (document({"@context": "https://schema.org", "@type": "WebPage"}), ["no ClaimReview"]),
    ],
)
def test_containers_without_a_review(content: bytes, expected: list[str]) -> None:
    assert codes(read(content)) == expected


def test_our_own_feed_comes_back() -> None:
    body: dict[str, Any] = json.loads(json.dumps(_BODY))
    gone = body | {"id": 8, "status": "retracted", "verdicts": [], "url": "https://facts.example/claims/8/x/"}
    site = {"name": "Our Newsroom", "url": "https://facts.example", "license": ""}
    head = datafeed.build_head(url="https://facts.example/feed", site=site, changed_at="2026-03-01T00:00:00Z")
    content = b"".join(
        datafeed.write_datafeed([json.dumps(one).encode() for one in (body, gone)], head=head, site=site)
    )
    one, withdrawn = read(content)[:2]
    assert isinstance(one, RawRecord)
    assert one.raw == ours.build_claim_reviews(body, site=site)[0]
    assert one.fields["statement"] == body["statement"]
    assert (one.fields["rating"], one.fields["rating_value"]) == ("False", 1)
    assert one.fields["publisher"] == "Our Newsroom"
    assert one.fields["summary"] == "Fares rise by four per cent."
    assert isinstance(withdrawn, Refusal)
    assert withdrawn.code == "withdrawn"


_BODY: dict[str, Any] = {
    "id": 7,
    "slug": "x",
    "url": "https://facts.example/claims/7/x/",
    "status": "published",
    "statement": "Ferry fares will double.",
    "language": "en",
    "claimant": None,
    "claimed_on": "2026-02-01",
    "appearances": [],
    "topics": [],
    "corrections": [],
    "merged_into": None,
    "updated_at": "2026-03-01T10:00:00Z",
    "published_at": "2026-03-01T10:00:00Z",
    "verdicts": [VERDICT | {"evidence": [], "published_at": "2026-03-01T10:00:00Z"}],
}


class TestLarge:
    @pytest.mark.parametrize("name", ["", "@graph", "data"])
    def test_is_read_like_small(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        records = [*REVIEWS, {"a": [1.5, True, None, {"b": "c"}]}]
        content = document({"first": 1, name: records, "last": REVIEWS[0]} if name else records)
        small = read(content)
        monkeypatch.setattr(json_documents, "SMALL_BYTES", 10)
        assert read(content) == small
        assert len(statements(small)) == len(REVIEWS) + bool(name)

    @pytest.mark.slow
    def test_memory_does_not_grow_with_the_number_of_records(self) -> None:
        def read_reviews(count: int) -> None:
            """Read so many reviews of 2 kB."""
            one = json.dumps(review("a" * 2000)).encode()
            stream = _Pieces(chain([b"["], (one + b"," for _ in range(count - 1)), [one, b"]"]))
            file = File.from_stream("large.json", stream)  # type: ignore[arg-type]
            assert sum(isinstance(found, RawRecord) for found in claimreview_json.read(file, {})) == count

        assert measure_peak(lambda: read_reviews(6000)) < measure_peak(lambda: read_reviews(3000)) * 1.2


class _Pieces(io.RawIOBase):
    """A stream of pieces that are made when they are read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.left = self.left or next(self.pieces, b"")
        count = min(len(buffer), len(self.left))
        buffer[:count], self.left = self.left[:count], self.left[count:]
        return count


class TestDamage:
    @settings(deadline=None)
    @given(st.integers(0, 11), st.data())
    def test_damage_in_lines_affects_only_those_lines(self, touched: int, data: st.DataObject) -> None:
        written = [json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in REVIEWS]
        line = written[touched]
        at = data.draw(st.integers(0, len(line) - 2))
        kind = data.draw(st.sampled_from(["flip", "insert", "cut"]))
        byte = bytes([data.draw(st.integers(0, 255))])
        written[touched] = {
            "flip": line[:at] + byte + line[at + 1 :],
            "insert": line[:at] + byte + line[at:],
            "cut": line[:at] + b"\n",
        }[kind]
        kept = SAID[:touched] + SAID[touched + 1 :]
        results = list(claimreview_json.read(opened(b"".join(written)), {}))
        assert [one for one in statements(results) if one in kept] == kept

    @settings(deadline=None)
    @given(st.sampled_from(["item", "@graph", "data"]), st.integers(0, 3000), st.integers(0, 255))
    def test_damage_in_a_document_does_not_affect_earlier_records(
        self, name: str, at: int, byte: int
    ) -> None:
        content = document(REVIEWS if name == "item" else {name: REVIEWS})
        at = min(at, len(content) - 1)
        before = sum(f'"{one}"'.encode() in content[:at] and _whole(content, one, at) for one in SAID)
        for damaged in (content[:at], content[:at] + bytes([byte]) + content[at + 1 :]):
            results = list(claimreview_json.read(opened(damaged), {}))
            assert statements(results)[:before] == SAID[:before]


def _whole(content: bytes, statement: str, at: int) -> bool:
    """Whether the record of a statement ends before a place."""
    here = content.index(statement.encode())
    end = content.find(b'"claimReviewed"', here)
    return end != -1 and end < at
