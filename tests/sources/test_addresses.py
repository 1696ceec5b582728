"""Two spellings of one address share a key; two articles never do."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sources.addresses import build_url_key, get_domain, list_hosts
from tests.helpers.sweeps import sweep

STORY = "https://example.org/news/harbour?id=7"


@sweep(
    "spelling",
    [
        STORY,
        "http://example.org/news/harbour?id=7",
        "HTTPS://WWW.Example.ORG/news/harbour?id=7",
        "https://m.example.org/news/harbour?id=7",
        "https://www.m.example.org/news/harbour/?id=7",
        "https://mobile.example.org/news/harbour?id=7",
        "https://amp.example.org/news/harbour?id=7",
        "https://example.org:443/news/harbour?id=7",
        "http://example.org:80/news/harbour?id=7",
        "https://example.org./news/harbour?id=7",
        "https://reader:word@example.org/news/harbour?id=7",
        "https://example.org/news/harbour/?id=7#comments",
        "https://example.org/news/harbour?id=7#:~:text=nine%20days",
        "https://example.org/sport/../news/./harbour?id=7",
        "https://example.org/n%65ws/harbour?id=7",
        "https://example.org/news/harbour/amp/?id=7",
        "https://example.org/amp/news/harbour?id=7",
        "https://example.org/news/harbour.amp?id=7",
        "https://example.org/news/harbour?amp=1&id=7",
        "https://example.org/news/harbour?amp&id=7",
        "https://example.org/news/harbour?id=7&outputType=amp",
        "https://example.org/news/harbour?utm_source=x&id=7&UTM_Campaign=y",
        "https://example.org/news/harbour?fbclid=a&gclid=b&id=7&igshid=c&mc_cid=d&mc_eid=e",
        "https://www.google.com/amp/s/www.example.org/news/harbour?id=7",
        "https://google.com/amp/s/example-org.cdn.ampproject.org/v/s/example.org/news/harbour?id=7",
        "https://example-org.cdn.ampproject.org/c/s/example.org/news/harbour?id=7",
        "  https://example.org/news/harbour?id=7\n",
    ],
)
def test_spellings_of_one_address(spelling: str) -> None:
    assert build_url_key(spelling) == STORY


@sweep(
    ("one", "other"),
    [
        (STORY, "https://example.org/news/harbour?id=8"),
        (STORY, "https://example.org/news/harbour"),
        (STORY, "https://example.org/news/Harbour?id=7"),
        (STORY, "https://example.org:8080/news/harbour?id=7"),
        (STORY, "https://sport.example.org/news/harbour?id=7"),
        ("https://example.org/?cid=1", "https://example.org/?cid=2"),
        ("https://example.org/?source=1", "https://example.org/?source=2"),
        ("https://example.org/?uid=1&ref=2", "https://example.org/?uid=1&ref=3"),
        ("https://example.org/?id=1&id=2", "https://example.org/?id=2&id=1"),
        ("https://example.org/?ID=1", "https://example.org/?id=1"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org/?q=a%26b=1", "https://example.org/?q=a&b=1"),
        ("https://example.org/?q=a%2Bb", "https://example.org/?q=a+b"),
        ("https://example.org/a//b", "https://example.org/a/b"),
        ("https://example.org/#!/story/1", "https://example.org/#!/story/2"),
        ("https://example.org/#/story/1", "https://example.org/"),
        ("https://example.org/amp", "https://example.org/"),
        ("https://example.org/lamp.amplifier", "https://example.org/lamplifier"),
        ("https://m.co.uk/a", "https://co.uk/a"),
        ("https://one.github.io/", "https://two.github.io/"),
    ],
)
def test_different_articles_stay_apart(one: str, other: str) -> None:
    assert build_url_key(one) != build_url_key(other)
    assert build_url_key(one) != ""


@sweep(
    ("url", "key"),
    [
        ("https://en.m.wikipedia.org/wiki/Harbour", "https://en.wikipedia.org/wiki/Harbour"),
        ("https://www.gov.uk/guidance", "https://www.gov.uk/guidance"),
        ("https://münchen.example.org/straße", "https://xn--mnchen-3ya.example.org/stra%C3%9Fe"),
        ("https://xn--mnchen-3ya.example.org/stra%c3%9fe", "https://xn--mnchen-3ya.example.org/stra%C3%9Fe"),
        ("https://straße.example/", "https://xn--strae-oqa.example"),
        ("https://example.org/?b=2&a=1&a=0", "https://example.org?a=1&a=0&b=2"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("http://[2001:DB8::0:1]:8080/x", "https://[2001:db8::1]:8080/x"),
        ("http://localhost:8000/x/", "https://localhost:8000/x"),
    ],
)
def test_the_key_is_readable(url: str, key: str) -> None:
    assert build_url_key(url) == key


@sweep(
    "nothing",
    [
        "",
        " ",
        "example.org/news",
        "//example.org/news",
        "mailto:desk@example.org",
        "ftp://example.org/",
        "javascript:alert(1)",
        "http://",
        "https:///news",
        "http://[::1",
        "http://[bad]/",
        "http://exa mple.org/",
        "http://example.org:port/",
        "http://example.org:99999/",
        "http://\ud800.example/",
        "http://example.org/\ud800",
        "http://../",
        "https://google.com/amp/s/" + "google.com/amp/s/" * 5000 + "example.org/x",
    ],
)
def test_invalid_addresses_have_no_key(nothing: str) -> None:
    assert build_url_key(nothing) == ""


ADDRESSES = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP", "ftp"]),
    st.sampled_from(
        ["example.org", "www.example.co.uk", "m.münchen.example", "amp.www.m.x.org", "[::1]:80", "a_b.org"]
    )
    | st.text(max_size=8),
    st.text(alphabet="/.ampé%2F&?#=;", max_size=15),
    st.sampled_from(["", "?"]),
    st.text(max_size=15),
)


@given(st.text(max_size=60) | ADDRESSES)
def test_any_string_has_a_key_and_the_key_is_its_own(text: str) -> None:
    key = build_url_key(text)
    assert build_url_key(key) == key
    assert key == "" or (key.startswith("https://") and key.isascii() and not any(map(str.isspace, key)))


@given(st.text(max_size=60) | ADDRESSES)
def test_any_string_has_a_domain_or_none(text: str) -> None:
    found = get_domain(text)
    assert get_domain(f"https://{found}/") == found
    assert build_url_key(text) == "" or found != ""


@sweep(
    ("url", "found"),
    [
        ("https://www.example.org/news", "example.org"),
        ("https://news.example.co.uk:8080/x", "example.co.uk"),
        ("HTTP://WWW.EXAMPLE.ORG", "example.org"),
        ("https://somebody.github.io/", "somebody.github.io"),
        ("https://somebody.substack.com/p/1", "somebody.substack.com"),
        ("https://m.somebody.blogspot.de/", "somebody.blogspot.de"),
        ("https://www.wordpress.com/", "wordpress.com"),
        ("https://medium.com/@somebody", "medium.com"),
        ("https://www.gov.uk/", "www.gov.uk"),
        ("https://nachrichten.münchen.de/", "xn--mnchen-3ya.de"),
        ("http://localhost:8000/", "localhost"),
        ("http://192.0.2.7/", "192.0.2.7"),
        ("http://[2001:db8::1]/", "[2001:db8::1]"),
        ("example.org", ""),
        ("mailto:a@example.org", ""),
        ("", ""),
    ],
)
def test_domain(url: str, found: str) -> None:
    assert get_domain(url) == found


@sweep(
    ("url", "found"),
    [
        ("https://www.example.org/news", ("example.org",)),
        (
            "https://m.facts.desk.example.co.uk/1",
            ("facts.desk.example.co.uk", "desk.example.co.uk", "example.co.uk"),
        ),
        ("https://one.blogspot.com/", ("one.blogspot.com",)),
        ("https://www.medium.com/@One/story?source=home", ("medium.com/@one",)),
        ("https://m.youtube.com/@two", ("youtube.com/@two",)),
        ("https://medium.com/p/1", ("medium.com",)),
        ("https://one.medium.com/@two", ("one.medium.com",)),
        ("https://example.org/@one", ("example.org",)),
        ("https://www.gov.uk/", ("www.gov.uk",)),
        ("http://localhost:8000/", ("localhost",)),
        ("http://[2001:db8::1]/", ("[2001:db8::1]",)),
        ("http://192.0.2.7/", ("192.0.2.7",)),
        ("mailto:a@example.org", ()),
        ("", ()),
    ],
)
def test_hosts(url: str, found: tuple[str, ...]) -> None:
    assert list_hosts(url) == found


@given(st.text(max_size=60) | ADDRESSES)
def test_any_string_has_hosts_down_to_its_domain_or_none(text: str) -> None:
    found = list_hosts(text)
    assert (found[-1].partition("/")[0] if found else "") == get_domain(text)
    assert all(near.endswith(f".{far}") for near, far in pairwise(found))
