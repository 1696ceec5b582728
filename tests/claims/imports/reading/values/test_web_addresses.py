import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.imports.reading.values.web_addresses import get_original_url, read_addresses
from factcheck.database.model_fields import WebAddressValidator
from tests.helpers.sweeps import sweep


@sweep(
    "value, expected",
    [
        ("https://example.org/2019/a-b.html?id=1#part", ["https://example.org/2019/a-b.html?id=1#part"]),
        ("  https://example.org/a \n", ["https://example.org/a"]),
        ('"https://example.org/a"', ["https://example.org/a"]),
        ("<https://example.org/a>", ["https://example.org/a"]),
        ("HTTPS://Example.org/A", ["https://Example.org/A"]),
        ("www.example.org/a", ["https://www.example.org/a"]),
        ("example.org", ["https://example.org"]),
        ("example.org/a", ["https://example.org/a"]),
        ("//example.org/a", ["https://example.org/a"]),
        ("http:/example.org/a", ["http://example.org/a"]),
        ("https//example.org/a", ["https://example.org/a"]),
        ("http://https://example.org/a", ["https://example.org/a"]),
        ("http%3A%2F%2Fexample.org%2Fa", ["http://example.org/a"]),
        ("http%253A%252F%252Fexample.org%252Fa", ["http://example.org/a"]),
        ("https://example.org/http%253A%252F%252Fother.example", ["https://example.org/http%253A%252F%252Fother.example"]),
        ("https://example.org/a%2520b", ["https://example.org/a%2520b"]),
        ("https://example.org/?a=1&amp;b=2", ["https://example.org/?a=1&b=2"]),
        ("https://example.org/my report.pdf", ["https://example.org/my%20report.pdf"]),
        ("https://example.org/a (archived)", ["https://example.org/a"]),
        ("https://example.org/a\u200b", ["https://example.org/a"]),
        ("https://example.org/الصورة-قديمة", ["https://example.org/الصورة-قديمة"]),
        ("https://münchen.example.org/ü", ["https://münchen.example.org/ü"]),
        ("https://example.org/x,y,z.html", ["https://example.org/x,y,z.html"]),
        ("https://a.example.org/1, https://b.example.org/2", ["https://a.example.org/1", "https://b.example.org/2"]),
        ("https://a.example.org/1 www.b.example.org", ["https://a.example.org/1", "https://www.b.example.org"]),
        ("https://a.example.org/1\nhttps://b.example.org/2;https://a.example.org/1", ["https://a.example.org/1", "https://b.example.org/2"]),
        ("https://example.org/abc/https://example.org/abc/", ["https://example.org/abc/"]),
        ("https://web.archive.org/web/2019/https://example.org/a", ["https://web.archive.org/web/2019/https://example.org/a"]),
        ("https://bit.ly/2xYz", ["https://bit.ly/2xYz"]),
        (["https://a.example.org", None, {"url": "https://b.example.org"}], ["https://a.example.org", "https://b.example.org"]),
        ({"@id": "https://example.org/a"}, ["https://example.org/a"]),
        (None, []),
        ("", []),
        ("N/A", []),
        (7, []),
    ],
)  # fmt: skip
def test_addresses_in_a_value(value, expected):
    assert read_addresses(value) == (tuple(expected), ())


@sweep(
    "value",
    [
        "javascript:alert(1)",
        "mailto:desk@example.org",
        "data:text/html,x",
        "ftp://example.org/a",
        "/reporters/ada-moss",
        "../a.html",
        "#top",
        "a headline instead of an address",
        "No. Not even close",
        "http://localhost/a",
        "http://intranet/a",
        "http://127.0.0.1/a",
        "http://192.168.0.1/a",
        "http://[::1]/a",
        "https://user:secret@example.org/a",
        "https://example.org:99999/",
        "https://",
        "https://exa mple.org/",
    ],
)
def test_values_that_are_not_web_addresses_are_left_out(value):
    addresses, (problem,) = read_addresses(value)
    assert (addresses, problem.code) == ((), "not a web address")


def test_long_addresses_are_left_out():
    addresses, (problem,) = read_addresses("https://example.org/" + "a" * 2000)
    assert (addresses, problem.code) == ((), "address too long")


def test_valid_addresses_beside_invalid_ones_are_used():
    addresses, problems = read_addresses(["https://example.org/a", "mailto:desk@example.org"])
    assert addresses == ("https://example.org/a",)
    assert [problem.code for problem in problems] == ["not a web address"]


@sweep(
    "address, expected",
    [
        ("https://web.archive.org/web/20180101000000/http://www.example.org/a", "http://www.example.org/a"),
        ("http://web.archive.org/web/2018*/http:/example.org/a", "http://example.org/a"),
        ("https://archive.ph/20200101/https://example.org/a", "https://example.org/a"),
        ("https://archive.is/AbCd3", "https://archive.is/AbCd3"),
        ("http://pandora.nla.gov.au//pan/140601/20131209-1141/www.example.org/a", "http://www.example.org/a"),
        (
            "https://web.archive.org/web/2018/https://archive.ph/20170101/https://example.org/a",
            "https://example.org/a",
        ),
        (
            "https://example.org/web/2018/http://other.example/",
            "https://example.org/web/2018/http://other.example/",
        ),
    ],
)
def test_addresses_of_archives(address, expected):
    assert get_original_url(address) == expected


PIECES = st.sampled_from(
    ["http", "https", ":", "/", "//", "www.", "example.org", "пример.рф", "a", "ü", "%", "%253A", "?", "#", "@", "[",
     "]", " ", "\n", ",", "_", "-", ".", "1", ":80", "\x00", "\ud800", "&amp;", "()", "“", "\u200f", "\\", "xn--",
     "\u3002", "\u00a0", "ß"]
)  # fmt: skip


@settings(deadline=None)  # the first of them loads the public suffix list
@given(
    st.one_of(
        st.lists(PIECES, max_size=14).map("".join), st.text(max_size=40).map("https://example.org/".__add__)
    )
)
def test_stored_addresses_are_valid_and_stable(text):
    addresses, _problems = read_addresses(text)
    for address in addresses:
        WebAddressValidator(["http", "https"])(address)
        assert len(address) <= 2000
        address.encode()
        assert read_addresses(address) == ((address,), ())
        get_original_url(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://my_blog.seeblatt.example/post/1",
        "https://_a.b_.seeblatt.example/",
        "http://a__b.seeblatt.example",
    ],
)
def test_hosts_may_have_underscores_below_their_domain(url: str) -> None:
    assert read_addresses(url) == ((url,), ())
    WebAddressValidator()(url)


@sweep("url", ["https://see_blatt.example/", "https://a_b/", "https://a.b_c/", "https://_.example"])
def test_but_not_in_registrable_domains(url: str) -> None:
    assert read_addresses(url)[0] == ()
    with pytest.raises(ValidationError):
        WebAddressValidator()(url)
