"""The picture of a claim, at its address and in the head of its page."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from claims.features.embeds.share_pictures import claim_picture
from claims.models import Claim
from claims.public.pages.page_cache import page_cache
from claims.review import workflow
from factcheck.web.throttling import gate
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_pages import correct, page

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
SITE = "http://localhost:8000"


def image(client: Client, claim: Claim, version: int = 1, **headers: str) -> Image.Image:
    response = client.get(f"/claims/{claim.pk}/image.png?version={version}", headers=headers)
    assert response.status_code == 200
    return Image.open(BytesIO(response.content)).convert("RGB")


def test_the_page_has_the_address_and_alternative_text_of_the_picture(
    client: Client, publish: Publish
) -> None:
    claim = publish(make_claim("The tunnel is safe."))
    document = page(client, claim.get_absolute_url())
    said = {
        meta.get("property") or meta.get("name"): meta.get("content") for meta in document.cssselect("meta")
    }
    assert said["og:image"] == f"{SITE}/claims/{claim.pk}/image.png?version=1"
    assert (said["og:image:type"], said["og:image:width"], said["og:image:height"]) == (
        "image/png",
        "1200",
        "630",
    )
    assert said["og:image:alt"].startswith("False: “The tunnel is safe.”")
    assert said["twitter:image:alt"] == said["og:image:alt"]
    assert said["twitter:card"] == "summary_large_image"
    assert image(client, claim).size == (1200, 630)


def test_picture_costs_one_query_and_is_drawn_once(
    client: Client,
    publish: Publish,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.PAGE_CACHE_BYTES = 2**20
    page_cache.clear()
    claim = publish()
    with django_assert_num_queries(1):
        first = client.get(f"/claims/{claim.pk}/image.png?version=1")
    assert first["Content-Type"] == "image/png"
    assert first["Cache-Control"] == "public, max-age=86400"
    assert first["Cross-Origin-Resource-Policy"] == "cross-origin"
    monkeypatch.setattr(claim_picture, "draw_picture", lambda document: pytest.fail("drawn again"))
    # Another publication clears pages, and not pictures, which are of one entry.
    publish()
    assert client.get(f"/claims/{claim.pk}/image.png?version=1").content == first.content
    again = client.get(f"/claims/{claim.pk}/image.png?version=1", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_requests_for_many_pictures_leave_threads_for_pages(
    client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.PAGE_CACHE_BYTES = 2**20
    page_cache.clear()
    drawn, other = publish(), publish()
    assert client.get(f"/claims/{drawn.pk}/image.png?version=1").status_code == 200
    monkeypatch.setattr(gate.expensive_requests, "run", lambda answer, caller: None)
    # A stored picture is not drawn again.
    assert client.get(f"/claims/{drawn.pk}/image.png?version=1").status_code == 200
    refused = client.get(f"/claims/{other.pk}/image.png?version=1")
    assert (refused.status_code, refused["Retry-After"], refused["Cache-Control"]) == (503, "2", "no-store")


@pytest.mark.parametrize("query", ["", "?version=0", "?version=2", "?version=x", "?version=1&x=1", "?x=1"])
def test_every_other_address_leads_to_the_picture_of_now(
    client: Client, publish: Publish, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No picture is drawn for an invented address."""
    claim = publish()
    monkeypatch.setattr(claim_picture, "draw_picture", lambda document: pytest.fail("drawn"))
    response = client.get(f"/claims/{claim.pk}/image.png{query}")
    assert (response.status_code, response["Location"]) == (302, f"/claims/{claim.pk}/image.png?version=1")
    assert response["Cache-Control"] == "public, max-age=60"


def test_no_picture_shows_a_verdict_that_was_replaced(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    claim = publish()
    correct(claim, checker, editor)
    old = client.get(f"/claims/{claim.pk}/image.png?version=1")
    assert (old.status_code, old["Location"]) == (302, f"/claims/{claim.pk}/image.png?version=2")
    # The page of the old version brings no picture: it would say something else than the page.
    document = page(client, f"/claims/{claim.pk}/versions/1/")
    assert document.cssselect("meta[property^='og:image']") == []


def test_picture_of_a_retracted_claim_says_so(client: Client, publish: Publish, editor: User) -> None:
    claim = publish(code="false")
    before = image(client, claim)
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="We misread the report.")
    after = image(client, claim, version=2)
    assert before.getpixel((5, 5)) == (0xA3, 0x03, 0x11)
    assert after.getpixel((5, 5)) == (0x3B, 0x40, 0x45)
    alternative = page(client, claim.get_absolute_url()).cssselect("meta[property='og:image:alt']")[0]
    assert alternative.get("content").startswith("Retracted: ")


def test_unpublished_claims_have_no_picture(client: Client) -> None:
    for number in (make_claim().pk, 10**30):
        assert client.get(f"/claims/{number}/image.png?version=1").status_code == 404


def test_without_a_page_cache_no_picture_is_cached(client: Client, publish: Publish, settings: Any) -> None:
    settings.PAGE_CACHE_BYTES = 0
    page_cache.clear()
    claim = publish()
    assert image(client, claim).size == (1200, 630)
    assert page_cache.total_size == 0
