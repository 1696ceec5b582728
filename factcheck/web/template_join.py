"""Template tags available in every template: joined words, and links to features."""

from typing import Any

from django import template
from django.urls import reverse

from factcheck.features import has_route
from factcheck.list_phrases import get_comma, get_semicolon, join_phrases, join_words

register = template.Library()
register.simple_tag(get_comma, name="comma")
register.simple_tag(get_semicolon, name="semicolon")
register.filter("join_words", join_words)
register.filter("join_phrases", join_phrases)


@register.simple_tag(name="feature_url")
def build_feature_url(name: str, *args: Any) -> str:
    """Return the URL of a feature's page, or "" while the feature is off."""
    return reverse(name, args=args) if has_route(name) else ""
