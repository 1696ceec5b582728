"""How reader pages become responses: colours, policy, caching."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim
from claims.newsroom.own_publisher import SCALE_PATH
from claims.public.pages.responses import build_rating_styles
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.newsroom import rating as rating_of
from tests.helpers.reader_pages import correct
from tests.helpers.sweeps import sweep

Publish = Callable[..., Claim]


def rating(**changes: Any) -> dict[str, Any]:
    colours = {
        "colour": "#aa0000",
        "text_colour": "#ffffff",
        "colour_dark": "#ff8888",
        "text_colour_dark": "#000000",
    }
    return {"id": 4, **colours, **changes}


def test_rating_declares_its_colours_for_light_and_dark():
    assert build_rating_styles([rating(), rating()]) == (
        ".rating-4{--verdict:light-dark(#aa0000,#ff8888);--on-verdict:light-dark(#ffffff,#000000)}"
    )


def test_rating_without_dark_colours_keeps_the_light_ones():
    assert build_rating_styles([rating(colour_dark="", text_colour_dark="")]) == (
        ".rating-4{--verdict:light-dark(#aa0000,#aa0000);--on-verdict:light-dark(#ffffff,#ffffff)}"
    )


@sweep("colour", ["", "red", "#abc", "#aa0000}body{display:none", "#AA0000", "#aa0000\n"])
def test_invalid_colours_are_ignored(colour):
    assert build_rating_styles([rating(colour=colour)]) == ""


def test_stylesheet_knows_the_house_colours_of_every_class(settings):
    css = (settings.BASE_DIR / "static" / "site.css").read_text()
    for step in json.loads(SCALE_PATH.read_text())["ratings"]:
        rule = (
            f".class-{step['rating_class']} {{ --verdict: light-dark({step['colour']}, {step['colour_dark']}); "
            f"--on-verdict: light-dark({step['text_colour']}, {step['text_colour_dark']});"
        )
        assert css.count(rule) == 1, step["code"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/claims/", "/claims/?q=tunnel", "{claim}", "{source}", "/methodology/"]
)
def test_pages_are_cached_until_their_content_changes(
    client: Client, publish: Publish, checker: User, editor: User, path: str
) -> None:
    source = make_source("She said the tunnel is safe.")
    claim = make_claim("The tunnel is safe.")
    make_appearance(claim, source, "the tunnel is safe")
    publish(claim)
    path = path.format(claim=claim.get_absolute_url(), source=f"/sources/{source.pk}/")
    first = client.get(path)
    assert first["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert "Cookie" not in first.get("Vary", "")
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]
    correct(claim, checker, editor, summary="Tunnel: other words.")
    changed = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == (304 if path == "/methodology/" else 200)


@pytest.mark.django_db
def test_policy_allows_exactly_the_colours_of_the_page(client: Client, publish: Publish) -> None:
    response = client.get(publish().get_absolute_url())
    (style,) = re.findall(r"<style>(.*?)</style>", response.content.decode())
    digest = base64.b64encode(hashlib.sha256(unescape(style).encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["en", "ko", "ar", "de-AT"])
def test_page_says_the_language_that_it_is_in(client: Client, publish: Publish, wanted: str) -> None:
    """Until our texts are translated, screen readers would read a page marked as Korean as if it were."""
    response = client.get(publish().get_absolute_url(), headers={"Accept-Language": wanted})
    content = response.content.decode()
    (language,) = re.findall(r'<html lang="([^"]+)"', content)
    assert response["Content-Language"] == language
    badge = f'lang="{language}" dir="auto">{rating_of("false").labels[language]}</span>'
    assert badge in content


@pytest.mark.django_db
def test_errors_have_their_own_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.public.pages.views.load_ledger", lambda number: 1 / 0)
    client.raise_request_exception = False
    response = client.get("/claims/1/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
