"""The widget script: claims, lists of claims, and highlights in articles on other sites.

Its source is in four files in `static/widget/`, two of which the browser extension in docs/examples/ also uses;
tests/widget/build.mjs combines and minifies them. The script contains its few messages in each language of the site.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from factcheck.api.resources import CACHE_PAST, build_conditional_response

WIDGET_FOLDER = Path(__file__).parent / "static" / "widget"
#: Scripts of earlier releases, named by their SHA-256, for sites that use a pinned script.
EARLIER_SCRIPTS_FOLDER = WIDGET_FOLDER / "former"

#: Caches may keep the script at the fixed URL for an hour; the frames that it opens are always current.
CACHE_CONTROL = "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"
_CONTENT_TYPE = "text/javascript; charset=utf-8"


@require_safe
def serve_widget(request: HttpRequest) -> HttpResponse:
    """Serve the current widget script."""
    content = build_script()
    return _build_response(request, content, cache=CACHE_CONTROL)


@require_safe
def serve_pinned_widget(request: HttpRequest, sha256: str) -> HttpResponse:
    """Serve the script with this hash, even from an earlier release, for sites that pin it with `integrity`."""
    content = (
        build_script() if sha256 == compute_sha256(build_script()) else _load_earlier_scripts().get(sha256)
    )
    if content is None:
        raise Http404("There is no script with this hash.")
    return _build_response(request, content, cache=CACHE_PAST)


def _build_response(request: HttpRequest, content: bytes, *, cache: str) -> HttpResponse:
    response = build_conditional_response(
        request, lambda: content, etag=compute_sha256(content), cache=cache, content_type=_CONTENT_TYPE
    )
    # Without the first header, browsers cannot compare another site's script with its `integrity`; without
    # the second, isolated sites (COEP) cannot load the script.
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def compute_sha256(content: bytes) -> str:
    """Return the hash that the URL of a pinned script contains."""
    return hashlib.sha256(content).hexdigest()


@cache
def build_script() -> bytes:
    """Return the widget script with its messages."""
    messages = json.dumps(_load_messages(), ensure_ascii=False, separators=(",", ":"))
    return (WIDGET_FOLDER / "widget.min.js").read_bytes().replace(b"FACTCHECK_WORDS", messages.encode())


@cache
def _load_earlier_scripts() -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in EARLIER_SCRIPTS_FOLDER.glob("*.js")}


def _load_messages() -> dict[str, list[str]]:
    """Return the script's messages in each available language, in the order of tests/widget/build.mjs."""
    messages: dict[str, list[str]] = {}
    for code, _language_name in sorted(settings.LANGUAGES, key=lambda language: language[0] != "en"):
        with translation.override(code):
            message_texts = [_("Fact check"), _("Read the full fact check"), _("Close")]
        if message_texts not in messages.values():
            messages[code] = message_texts
    return messages
