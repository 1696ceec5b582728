"""What a site around a frame may choose of its look, and what stays readable whatever it chooses."""

import re

import pytest
from django.conf import settings
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from claims.features.embeds.embed_themes import (
    ACCENTS,
    BACKGROUNDS,
    MIN_CONTRAST,
    EmbedTheme,
    compute_contrast,
)
from tests.helpers.sweeps import sweep


def look(query: str) -> EmbedTheme:
    return EmbedTheme.from_parameters(QueryDict(query))


def test_valid_values_are_used() -> None:
    assert look("theme=dark&accent=%23a03&font=serif&border=none&report=height") == EmbedTheme(
        theme="dark", accent="#aa0033", font="serif", border="none", report="height"
    )


@sweep(
    "query",
    [
        "",
        "theme=pink&font=comic&border=9px&report=all",
        "accent=red",
        "accent=%23ffff",
        "accent=%23fff;}body{display:none",
        "accent=%0a%23ffffff",
        "accent=%23ffffff%0a",
        "accent=%D9%A1%D9%A1%D9%A1",  # digits, but not of CSS
        "theme=dark%00",
    ],
)
def test_invalid_values_are_ignored(query: str) -> None:
    assert look(query) == EmbedTheme()
    assert look(query).styles == ""


def test_the_accent_colours_links_only_if_it_is_readable() -> None:
    assert (
        look("accent=ffff00").styles == f":root{{--accent:light-dark({ACCENTS[0]},#ffff00);--edge:#ffff00}}"
    )
    assert (
        look("accent=000080").styles == f":root{{--accent:light-dark(#000080,{ACCENTS[1]});--edge:#000080}}"
    )


@given(st.text())
def test_no_accent_leaves_its_rule(text: str) -> None:
    given = QueryDict(mutable=True)
    given["accent"] = text
    found = re.findall(r"#[0-9a-f]{6}", EmbedTheme.from_parameters(given).styles)
    assert re.fullmatch(
        r"|:root\{--accent:light-dark\((#[0-9a-f]{6},?){2}\);--edge:#[0-9a-f]{6}\}",
        EmbedTheme.from_parameters(given).styles,
    )
    for colour, ground in zip(found[:2], BACKGROUNDS, strict=False):
        assert compute_contrast(colour, ground) >= MIN_CONTRAST


def test_colours_are_those_of_the_pages() -> None:
    css = (settings.BASE_DIR / "static" / "site.css").read_text()
    assert re.search(r"--card: light-dark\((.*?), (.*?)\)", css).groups() == BACKGROUNDS  # type: ignore[union-attr]
    assert re.search(r"--accent: light-dark\((.*?), (.*?)\)", css).groups() == ACCENTS  # type: ignore[union-attr]
    assert all(compute_contrast(*pair) >= MIN_CONTRAST for pair in zip(ACCENTS, BACKGROUNDS, strict=True))


def test_contrast_is_that_of_the_standard() -> None:
    assert compute_contrast("#000000", "#ffffff") == pytest.approx(21)
    assert compute_contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
