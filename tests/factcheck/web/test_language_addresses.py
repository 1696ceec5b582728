"""Pages by language: their addresses and answers, and that stored and sent links have no language."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import get_urlconf, reverse

from claims.models import Claim, Publication
from claims.public.pages.page_cache import page_cache
from factcheck.web.language_addresses import build_path_in, build_permanent_path, list_alternates, split_path
from tests.helpers.sweeps import sweep

Publish = Callable[..., Claim]

CODES = ["en", "de", "es", "fr", "pt", "ar", "ko"]


@sweep(
    "path, expected",
    [
        ("/", "/de/"),
        ("/claims/7/bridge/", "/de/claims/7/bridge/"),
        ("/claims/7/de/?q=de", "/de/claims/7/de/?q=de"),
        ("/ar/claims/", "/de/claims/"),
        ("/de/", "/de/"),
        ("/de", "/de/"),
        ("/?q=a.b", "/de/?q=a.b"),
        ("/design/", "/de/design/"),
        ("/ko-tests/", "/de/ko-tests/"),
        # One address in all languages.
        ("/api/v1/claims/", "/api/v1/claims/"),
        ("/admin/", "/admin/"),
        ("/feeds/claims.atom", "/feeds/claims.atom"),
        ("/robots.txt", "/robots.txt"),
        ("/media/abc.png", "/media/abc.png"),
        ("/mcp", "/mcp"),
    ],
)
def test_address_in_another_language(path: str, expected: str) -> None:
    assert build_path_in(path, "de") == expected


@sweep(
    "path, expected",
    [
        ("/de/x/", ("de", "/x/")),
        ("/de", ("de", "")),
        ("/de-AT/", ("", "/de-AT/")),
        ("/DE/", ("", "/DE/")),
        ("/xx/", ("", "/xx/")),
        ("//de/", ("", "//de/")),
        ("/dex/", ("", "/dex/")),
        ("", ("", "")),
    ],
)
def test_language_of_a_path(path: str, expected: tuple[str, str]) -> None:
    assert split_path(path) == expected


@pytest.fixture
def published_claim(publish: Publish) -> Claim:
    return publish()


@pytest.mark.django_db
@sweep("code", CODES)
def test_a_page_is_in_the_language_of_its_address(client: Client, published_claim: Claim, code: str) -> None:
    for path in ("/", published_claim.get_absolute_url(), "/check/", "/standards/", "/ask/"):
        answer = client.get(f"/{code}{path}", headers={"Accept-Language": "ko, de;q=0.5"})
        assert answer.status_code == 200, path
        assert answer["Content-Language"] == code
        assert "Accept-Language" not in answer.get("Vary", "")
        page = answer.content.decode()
        direction = "rtl" if code == "ar" else "ltr"
        assert f'<html lang="{code}" dir="{direction}">' in page
        assert "django_language" not in answer.cookies


@pytest.mark.django_db
def test_only_links_to_pages_keep_the_language(client: Client, publish: Publish) -> None:
    claim = publish()
    page = client.get("/de/claims/" if _has_list() else "/de/").content.decode()
    links = set(re.findall(r'(?:href|action|src)="(/[^"]*)"', page))
    assert f"/de{claim.get_absolute_url()}" in links
    elsewhere = {link for link in links if not link.startswith(tuple(f"/{code}/" for code in CODES))}
    assert all(link.startswith(("/static/", "/admin/", "/feeds/", "/api/")) for link in elsewhere), elsewhere
    assert {"/admin/"} <= elsewhere
    # Of other languages there are those of this page only.
    others = {link for link in links if link.startswith(tuple(f"/{code}/" for code in CODES if code != "de"))}
    assert len(others) == len(CODES) - 1


def _has_list() -> bool:
    return reverse("claims") == "/claims/"


@pytest.mark.django_db
def test_switcher_names_each_language_by_its_own_name(client: Client) -> None:
    page = client.get("/fr/check/?q=1").content.decode()
    entries = re.findall(
        r'<a href="(/\w\w/check/\?q=1)" rel="alternate" hreflang="(\w\w)" lang="(\w\w)" dir="(\w+)"'
        r'( aria-current="true")?>([^<]+)</a>',
        page,
    )
    assert [(code, name) for _url, code, _lang, _dir, _current, name in entries] == [
        ("en", "English"),
        ("de", "Deutsch"),
        ("es", "Español"),
        ("fr", "Français"),
        ("pt", "Português"),
        ("ar", "العربيّة"),
        ("ko", "한국어"),
    ]
    assert [code for _url, code, _lang, _dir, current, _name in entries if current] == ["fr"]
    assert [code for _url, code, _lang, direction, _current, _name in entries if direction == "rtl"] == ["ar"]


@pytest.mark.django_db
def test_without_a_prefix_the_browser_decides_and_no_cookie(client: Client) -> None:
    client.cookies["django_language"] = "ko"
    answer = client.get("/check/", headers={"Accept-Language": "pt-BR,pt;q=0.9,en;q=0.1"})
    assert answer["Content-Language"] == "pt"
    assert "Accept-Language" in answer["Vary"]
    assert client.get("/check/", headers={"Accept-Language": "tlh"})["Content-Language"] == "en"
    assert client.get("/check/")["Content-Language"] == "en"


@pytest.mark.django_db
def test_unsupported_languages_get_that_of_the_installation(client: Client, settings: Any) -> None:
    settings.LANGUAGE_CODE = "de"
    assert client.get("/check/", headers={"Accept-Language": "tlh"})["Content-Language"] == "de"
    assert client.get("/en/check/")["Content-Language"] == "en"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/xx/",
        "/de/de/",
        "/de/fr/check/",
        "/DE/",
        "/de/api/v1/claims/",
        "/de/api/",
        "/de/admin/",
        "/de/accounts/login/",
        "/de/feeds/claims.atom",
        "/de/static/site.css",
        "/de/media/x.png",
        "/de/oembed/",
        "/de/v1alpha1/claims:search",
        "/dex/",
        "/de/no-such-page/",
    ],
)
def test_no_such_page(client: Client, path: str) -> None:
    answer = client.get(path, follow=True)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.django_db
def test_missing_page_speaks_the_language_of_its_address(client: Client) -> None:
    page = client.get("/ar/claims/99999999/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert 'href="/ar/check/"' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path, to",
    [
        ("/de", "/de/"),
        ("/de?q=1", "/de/?q=1"),
        ("/de/check", "/de/check/"),
        ("/de/check?a=b", "/de/check/?a=b"),
        ("/de/check/answer/", "/de/check/"),
    ],
)
def test_redirects_keep_the_language(client: Client, path: str, to: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (301, 302)
    assert answer["Location"] == to


@pytest.mark.django_db
def test_redirects_of_slugs_keep_the_prefix_or_its_absence(client: Client, publish: Publish) -> None:
    claim = publish()
    address = claim.get_absolute_url()
    for there in (f"/claims/{claim.pk}/", f"/claims/{claim.pk}/de/"):
        assert client.get(f"/ko{there}", headers={"Accept-Language": "fr"})["Location"] == f"/ko{address}"
        # A shared cache that keeps this sends no one to a language that they did not choose.
        assert client.get(there, headers={"Accept-Language": "fr"})["Location"] == address


@pytest.mark.django_db
def test_kept_pages_are_kept_by_language(client: Client, publish: Publish, settings: Any) -> None:
    settings.PAGE_CACHE_BYTES = 1_000_000
    page_cache.clear()
    address = publish().get_absolute_url()
    try:
        seen: dict[str, str] = {}
        for _again in (1, 2):
            for code in ("", "/de", "/ar"):
                answer = client.get(code + address, headers={"Accept-Language": "fr"})
                seen.setdefault(code, answer["ETag"])
                assert answer["ETag"] == seen[code]
                assert answer["Content-Language"] == (code.removeprefix("/") or "fr")
                assert ("Accept-Language" in answer["Vary"]) is (code == "")
                fresh = client.get(
                    code + address, headers={"Accept-Language": "fr", "If-None-Match": answer["ETag"]}
                )
                assert fresh.status_code == 304
        assert len(set(seen.values())) == 3
    finally:
        page_cache.clear()


@pytest.mark.django_db
def test_forms_are_posted_and_answered_in_the_language_of_the_page(client: Client, publish: Publish) -> None:
    claim = publish()
    assert 'action="/pt/check/answer/"' in client.get("/pt/check/").content.decode()
    answer = client.post("/pt/check/answer/", {"text": claim.statement}, headers={"Accept-Language": "ko"})
    assert answer["Content-Language"] == "pt"
    assert f'href="/pt{claim.get_absolute_url()}"' in answer.content.decode()
    assert 'href="/de/"' in answer.content.decode()  # a POST request cannot be repeated


@pytest.mark.django_db
def test_markup_and_citation_have_no_language_and_the_canonical_address_has_its_own(
    client: Client, publish: Publish
) -> None:
    claim = publish()
    page = client.get(f"/de{claim.get_absolute_url()}").content.decode()
    review, article = map(
        json.loads, re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    )
    # The claim has one id; its page exists in each language.
    said = [review["@graph"][0] if "@graph" in review else review, article["@graph"][0]]
    assert ["/de/" in each["@id"] for each in said] == [False, False]
    assert ["/de/" in each["url"] for each in said] == [True, True]
    # Google asks for a canonical page in the language of the page (and not for the original of all of them).
    assert f'<link rel="canonical" href="http://localhost:8000/de{claim.get_absolute_url()}">' in page
    elsewhere = re.sub(
        r"<(?:link|a|script|meta)[^>]*(?:hreflang|canonical|markdown|json|og:url)[^>]*>[^<]*", "", page
    )
    assert "http://localhost:8000/de/" not in elsewhere


@pytest.mark.django_db
def test_alternates_of_a_page(rf: RequestFactory, settings: Any) -> None:
    settings.SITE_URL = "https://facts.example.org"
    own = "https://facts.example.org/claims/7/bridge/"
    for path in ("/claims/7/bridge/", "/ko/claims/7/bridge/"):
        assert list_alternates(rf.get(path)) == [
            ("x-default", own),
            ("en", own),
            *((code, own.replace("/claims", f"/{code}/claims")) for code in CODES[1:]),
        ]
    settings.LANGUAGE_CODE = "de"
    found = dict(list_alternates(rf.get("/claims/7/bridge/")))
    assert (found["de"], found["en"]) == (own, own.replace("/claims", "/en/claims"))
    assert list_alternates(rf.get("/admin/")) == []
    assert dict(list_alternates(rf.post("/de/check/answer/")))["fr"] == "https://facts.example.org/fr/"


@pytest.mark.django_db
def test_claims_published_from_a_german_desk_have_links_without_a_language(
    client: Client, publish: Publish
) -> None:
    """After any earlier request in the same process, in any language."""
    first = publish()
    client.get(f"/de{first.get_absolute_url()}", headers={"Accept-Language": "de"})
    second = publish()
    for row in Publication.objects.filter(claim__in=[first, second]):
        assert not re.search(r'"/(en|de|es|fr|pt|ar|ko)/', row.body)
    client.get("/ar/")
    assert get_urlconf() is None
    assert reverse("claim", args=[1, "a"]) == build_permanent_path("claim", 1, "a") == "/claims/1/a/"
    for feed in ("/feeds/claims.atom", "/feeds/claims.json", "/api/v1/claims/", "/api/v1/corrections/"):
        body = client.get(feed, headers={"Accept-Language": "de"}).content.decode()
        assert not re.search(r"localhost:8000/(en|de|es|fr|pt|ar|ko)/", body), feed


@pytest.mark.django_db
def test_embedding_and_look_ups_know_pages_by_whichever_address(client: Client, publish: Publish) -> None:
    claim = publish()
    plain = client.get("/oembed/", {"url": f"http://localhost:8000{claim.get_absolute_url()}"})
    there = client.get("/oembed/", {"url": f"http://localhost:8000/ko{claim.get_absolute_url()}"})
    assert (plain.status_code, plain.json()) == (200, there.json())
    found = client.get("/api/v1/lookup/", {"url": f"http://localhost:8000/ko{claim.get_absolute_url()}"})
    assert str(claim.pk) in found.content.decode()
