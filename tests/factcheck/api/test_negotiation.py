"""Which form a request prefers."""

from hypothesis import given
from hypothesis import strategies as st

from factcheck.api.negotiation import choose_preferred
from tests.helpers.sweeps import sweep

JSON, LD, CSV = "application/json", "application/ld+json", "text/csv"


@sweep(
    "accept, chosen",
    [
        ("*/*", JSON),
        ("", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/ld+json", LD),
        ("Application/LD+JSON", LD),
        ("text/*", CSV),
        ("text/html", None),
        ("image/*", None),
        ("garbage", None),
        # Quality decides.
        ("application/ld+json;q=0.5, application/json", JSON),
        ("application/ld+json, application/json;q=0.9", LD),
        ("application/ld+json;q=0.9, text/csv;q=0.95", CSV),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", JSON),
        # The first of equal ones.
        ("application/ld+json, application/json", LD),
        ("application/json, application/ld+json", JSON),
        # The most specific range that covers a type speaks for it.
        ("*/*, application/json;q=0", LD),
        ("*/*;q=0.5, application/json;q=0.1", LD),
        ("application/*;q=0, */*", CSV),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        # Parameters other than quality are not looked at; a quality that is none is 1.
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', LD),
        ("application/ld+json;q=much, application/json;q=0.9", LD),
        ("application/ld+json;q=nan", None),
    ],
)
def test_preferred_types(accept: str, chosen: str | None) -> None:
    assert choose_preferred(accept, (JSON, LD, CSV)) == chosen


@given(st.text())
def test_any_header_is_understood(accept: str) -> None:
    assert choose_preferred(accept, (JSON, LD)) in (JSON, LD, None)
