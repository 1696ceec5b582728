from collections.abc import Mapping
from typing import Any

from django import template

from claims.features.reply.reply_document import describe_reason
from claims.public.pages.responses import get_interface_language

register = template.Library()


@register.filter("not_asked_reason")
def get_not_asked_reason(reply: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return the reason for not asking, and its language: the page's for a standard reason, else the verdict's.

    Args:
        language: the language of the published verdict.
    """
    reason: str = reply["not_asked_reason"]
    if reason != describe_reason(reply["not_asked"], language):
        return reason, language
    return describe_reason(reply["not_asked"], get_interface_language()), get_interface_language()
