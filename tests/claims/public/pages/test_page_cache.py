"""Cached pages: which requests may use them, and that they never hide a publication."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern

from claims.models import Claim, Publication
from claims.public import urls
from claims.public.pages.page_cache import OVERHEAD, CachedPage, PageCache, page_cache
from claims.quotes.changed_sources import reanchor
from tests.helpers.newsroom import make_appearance, make_claim, make_snapshot, make_source

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.fixture(autouse=True)
def cache(settings: Any) -> Iterator[PageCache]:
    settings.PAGE_CACHE_BYTES = 1_000_000
    page_cache.clear()
    yield page_cache
    page_cache.clear()


def test_a_page_is_rendered_once_and_checked_with_one_query(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    publish()
    first = client.get("/claims/")
    with django_assert_num_queries(1):
        second = client.get("/claims/")
    assert second.content == first.content
    unlike = {"Date", "X-Request-ID"}
    assert {k: v for k, v in second.items() if k not in unlike} == {
        k: v for k, v in first.items() if k not in unlike
    }
    with django_assert_num_queries(1):
        again = client.get("/claims/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    # A browser takes the fields of a 304 for the copy that it has; without this one ratings lose their colours.
    assert "'sha256-" in first["Content-Security-Policy"]
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]


def test_publication_clears_it(client: Client, publish: Publish) -> None:
    first = publish(make_claim("The bridge was closed in March."))
    assert client.get("/claims/").content == client.get("/claims/").content
    second = publish(make_claim("The tunnel was opened in May."))
    page = client.get("/claims/").content.decode()
    assert "The tunnel was opened in May." in page
    assert first.pk != second.pk


def test_a_quote_that_was_looked_up_clears_it(client: Client, publish: Publish) -> None:
    source, claim = make_source("The bridge was closed in March. It was cold."), make_claim()
    make_appearance(claim, source, "The bridge was closed in March.")
    publish(claim)
    before = client.get(claim.get_absolute_url()).content
    assert client.get(claim.get_absolute_url()).content == before
    reanchor(make_snapshot(source, "The bridge was closed in April. It was cold."))
    assert "The bridge was closed in April." in client.get(claim.get_absolute_url()).content.decode()


def test_requests_with_a_session_neither_read_nor_fill_it(
    client: Client, publish: Publish, editor: User, cache: PageCache
) -> None:
    publish()
    client.force_login(editor)
    client.get("/claims/")
    assert cache.total_size == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"headers": {"Accept-Language": "de"}},
        {"headers": {"Host": "127.0.0.1"}},
        {"query_params": {"q": "bridge"}},
        {"secure": True},
    ],
)
def test_language_host_and_question_are_distinguished(
    client: Client, publish: Publish, cache: PageCache, fields: dict[str, Any]
) -> None:
    publish()
    client.get("/claims/")
    before = cache.total_size
    client.get("/claims/", **fields)
    assert cache.total_size > before


def test_errors_and_other_methods_are_not_kept(client: Client, publish: Publish, cache: PageCache) -> None:
    publish()
    for path in ("/claims/?rating=nonsense", "/claims/999999/", "/claims/?cursor=x"):
        assert client.get(path).status_code == 404
    client.head("/claims/")
    assert cache.total_size == 0


def test_draft_of_a_published_claim_is_in_no_kept_page(
    client: Client, publish: Publish, cache: PageCache
) -> None:
    claim = publish(make_claim("The bridge was closed in March."))
    Claim.objects.filter(pk=claim.pk).update(context="Unpublished remark of an editor")
    newest = Publication.objects.get(claim_id=claim.pk)
    for path in ("/", f"/claims/{claim.pk}/{newest.slug}/"):
        client.get(path)
    assert cache.total_size > 0
    kept = b"".join(page.content for page in cache._pages.values())
    assert b"The bridge was closed in March." in kept
    assert b"Unpublished remark" not in kept


def test_memory_is_limited_and_the_least_recently_used_page_is_removed(settings: Any) -> None:
    now = [0.0]
    cache = PageCache(clock=lambda: now[0])
    settings.PAGE_CACHE_BYTES = 10 * (OVERHEAD + 100)
    for number in range(10):
        cache.put(number, CachedPage(b"x" * 100, {}, None, expires_at=60))
    cache.get(0)
    cache.put(10, CachedPage(b"x" * 100, {}, None, expires_at=60))
    assert [number for number in range(11) if cache.get(number)] == [0, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert cache.total_size == settings.PAGE_CACHE_BYTES
    cache.put("large", CachedPage(b"x" * 100_000, {}, None, expires_at=60))
    assert cache.get("large") is None
    cache.put(10, CachedPage(b"y" * 100, {}, None, expires_at=60))
    assert cache.total_size == settings.PAGE_CACHE_BYTES
    now[0] = 60
    assert [number for number in range(11) if cache.get(number)] == []
    assert cache.total_size == 0


def test_pages_that_depend_on_more_than_publications_are_not_cached(
    client: Client, publish: Publish, cache: PageCache
) -> None:
    publish()
    assert client.get("/methodology/").status_code == 200
    assert cache.total_size == 0


def layers(view: Any) -> Iterator[str]:
    """The functions that a view is wrapped in, the outermost first."""
    while view is not None:
        yield view.__code__.co_qualname
        view = getattr(view, "__wrapped__", None)


def test_the_ledger_is_read_on_the_connection_of_the_page() -> None:
    """A replica that is behind would otherwise have its page kept under the newest entry, which is not in it."""
    patterns = [pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]
    views = {pattern.name: list(layers(pattern.callback)) for pattern in patterns}
    kept_ones = {
        name: around for name, around in views.items() if any("cache_page_until" in one for one in around)
    }
    assert {"home", "claims", "claim", "corrections", "topic"} <= kept_ones.keys()
    for name, around in kept_ones.items():
        if PUBLIC in around:
            is_kept = next(place for place, one in enumerate(around) if "cache_page_until" in one)
            assert around.index(PUBLIC) < is_kept, name


PUBLIC = "read_public.<locals>.answered"
