"""Pages fetched as a polite visitor does; what an import does with it is in the tests of the crawler."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import Limits
from sources.http.polite_visits import MAX_PAUSE, InMemorySites, PoliteVisitor
from tests.helpers.parallel import served
from tests.helpers.site import Site


@pytest.fixture
def other() -> Iterator[Site]:
    other = Site()
    with served(other.server):
        yield other


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def visitor(slept: list[float]) -> PoliteVisitor:
    return PoliteVisitor(InMemorySites(slept.append), pause=0.0, allow_loopback=True)


def refusal(visited: Callable[[], object]) -> FetchError:
    with pytest.raises(FetchError) as caught:
        visited()
    return caught.value


def paths(site: Site) -> list[str]:
    return [path for path, _headers in site.requests]


def test_a_site_is_left_alone_for_as_long_as_it_asks(
    site: Site, visitor: PoliteVisitor, slept: list[float]
) -> None:
    site.page("/robots.txt", status=404)
    busy, page = site.page("/busy", status=503, Retry_After="90"), site.page("/")
    assert refusal(lambda: visitor.get(busy, Limits(), None)).wait == timedelta(seconds=90)
    assert visitor.get(page, Limits(), None).status == 200
    assert [round(seconds) for seconds in slept] == [90]
    site.page("/busy", status=503, Retry_After="86400")
    refusal(lambda: visitor.get(busy, Limits(), None))
    asked = refusal(lambda: visitor.get(page, Limits(), None))
    assert (asked.reason_code, round(asked.wait.total_seconds())) == ("asked_to_wait", 86_400)
    assert asked.sentence.endswith(
        "asks for a pause of about 1440 min. The page will be tried again after that."
    )


def test_sites_without_reachable_rules_are_queried_once(site: Site, visitor: PoliteVisitor) -> None:
    site.page("/robots.txt", status=500)
    for path in ("/1", "/2"):
        page = site.page(path)
        assert refusal(lambda page=page: visitor.get(page, Limits(), None)).reason_code == "robots_unknown"  # type: ignore[misc]  # bound at once
    assert paths(site) == ["/robots.txt"]


def test_where_a_redirect_leads_is_forbidden_too(site: Site, other: Site, visitor: PoliteVisitor) -> None:
    site.page("/robots.txt", b"User-agent: *\nDisallow: /here\n", Content_Type="text/plain")
    other.page("/robots.txt", b"User-agent: *\nDisallow: /there\n", Content_Type="text/plain")
    there, open_page = other.page("/there"), other.page("/open")
    for start in (site.redirect("/1", there), site.redirect("/2", site.page("/here"))):
        error = refusal(lambda start=start: visitor.get(start, Limits(), None))  # type: ignore[misc]  # bound at once
        assert error.reason_code == "robots_forbidden"
    assert visitor.get(site.redirect("/3", open_page), Limits(), None).final_url == open_page
    assert paths(site) == ["/robots.txt", "/1", "/2", "/3"]
    assert paths(other) == ["/robots.txt", "/open"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://10.0.0.1/", "private_address"),
        ("ftp://post.example/", "scheme_not_allowed"),
        ("https://[", "invalid_url"),
        ("https://anna:secret@post.example/", "credentials_in_url"),
        ("Rain.", "scheme_not_allowed"),
    ],
)
def test_an_invalid_address_is_reported_without_mentioning_its_rules(
    url: str, code: str, visitor: PoliteVisitor
) -> None:
    error = refusal(lambda: visitor.get(url, Limits(), None))
    assert error.reason_code == code
    assert "secret" not in error.sentence


@pytest.mark.parametrize(
    ("rules", "pause"),
    [
        (b"User-agent: *\nCrawl-delay: 2.5\n", 2.5),
        (b"User-agent: *\nRequest-rate: 1/20\n", 20.0),
        (b"User-agent: *\nCrawl-delay: -1\n", 0.0),
        (b"User-agent: *\nCrawl-delay: nan\n", 0.0),
        (b"User-agent: *\nCrawl-delay: 1e300\n", MAX_PAUSE),
        (b"\xff\0" * 1000, 0.0),
    ],
)
def test_the_pause_that_a_site_asks_for(site: Site, rules: bytes, pause: float) -> None:
    class Noted(InMemorySites):
        def end_visit(self, site: str, pause: float) -> None:
            pauses.append(pause)

    pauses: list[float] = []
    site.page("/robots.txt", rules, Content_Type="text/plain")
    PoliteVisitor(Noted(), pause=0.0, allow_loopback=True).get(site.page("/"), Limits(), None)
    assert pauses[-1] == pause


def test_the_sitemaps_that_a_site_names(site: Site, visitor: PoliteVisitor) -> None:
    site.page("/robots.txt", b"Sitemap: https://post.example/a.xml\nSitemap: https://post.example/b.xml\n")
    assert visitor.sitemaps(site.address + "/news/7") == [
        "https://post.example/a.xml",
        "https://post.example/b.xml",
    ]
