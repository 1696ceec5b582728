"""Badges for states and ratings. Colour always comes with a word."""

from typing import Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_stubs_ext import StrOrPromise

Tone = Literal["neutral", "waiting", "active", "good", "bad", "faded"]


def render_badge(text: StrOrPromise, tone: Tone = "neutral") -> SafeString:
    return format_html('<span class="desk-badge desk-badge-{}">{}</span>', tone, text)


def build_coloured_badge(
    text: StrOrPromise, *, light: tuple[str, str], dark: tuple[str, str], title: str = ""
) -> SafeString:
    """Return a badge in the given colours, a (background, text) pair for each theme; missing colours become grey."""
    names = ("--badge", "--badge-text", "--badge-dark", "--badge-text-dark")
    style = ";".join(f"{name}:{value}" for name, value in zip(names, (*light, *dark), strict=True) if value)
    return format_html(
        '<span class="desk-badge desk-badge-own" style="{}" title="{}">{}</span>', style, title, text
    )
