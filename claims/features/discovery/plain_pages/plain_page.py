"""A page as Markdown, as each renderer returns it."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponsePermanentRedirect

from claims.public.pages.head_links import MARKDOWN_FILE
from claims.public.pages.responses import redirect_moved_page
from factcheck.web.language_addresses import build_path_here


@dataclass(frozen=True, slots=True)
class PlainPage:
    """A page as Markdown.

    Attributes:
        path: the path of the HTML page, without a language.
        is_indexable: whether search engines may list the page; False for earlier versions and withdrawn
        content.
    """

    text: str
    path: str
    is_indexable: bool = True


def redirect_to_moved_page(request: HttpRequest, path: str) -> HttpResponsePermanentRedirect:
    """Redirect to the Markdown of the page at `path`, in the language of the requested URL."""
    return redirect_moved_page(build_path_here(f"{path}{MARKDOWN_FILE}"))
