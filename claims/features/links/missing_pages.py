"""Detect soft 404s: responses with the status 200 which say that the page does not exist."""

import html
import re
import unicodedata
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

#: The number of bytes searched for headings, which are near the beginning of a page.
_HEAD_BYTES = 200_000
_HEADINGS_PATTERN = re.compile(r"<(title|h1)\b[^>]{0,500}>(.{0,500}?)</\1", re.IGNORECASE | re.DOTALL)
_TAGS_PATTERN = re.compile(r"<[^>]{0,500}>")
#: Matches the signs that separate a page's title from the name of its site.
_SEPARATORS_PATTERN = re.compile(r"\s[|·•»«:–—-]+\s|[|·•»«]")
#: A longer heading with the number 404 is about something else: "404 people were counted".
_MAX_HEADING_WORDS = 5
_STATUS_PATTERN = re.compile(r"\b(404|410)\b")
_MISSING_PATH_PATTERN = re.compile(
    r"(^|[/._-])(404|410|not[-_]?found|page[-_]not[-_]found|notfound)($|[/._-])", re.IGNORECASE
)
#: The path of a front page, possibly in one of several languages: `/`, `/en/`, `/index.html`, `/en-GB/home`.
_FRONT_PAGE_PATTERN = re.compile(
    r"/?([a-z]{2}([-_][a-z]{2})?/?)?((index|default|home|start|accueil|startseite)(\.[a-z]{3,5})?)?/?",
    re.IGNORECASE,
)


def is_missing_page(
    requested_url: str, final_url: str, content: bytes, charset: str | None, known_title: str = ""
) -> bool:
    """Return whether a response says that the requested page no longer exists.

    Args:
        requested_url: the source's URL.
        final_url: the URL at the end of redirects.
        content: the response from that URL.
        known_title: the source's title; an article whose own title is about missing pages is not missing.
    """
    if is_redirected_to_front(requested_url, final_url):
        return True
    if (
        requested_url != final_url
        and _MISSING_PATH_PATTERN.search(urlsplit(final_url).path)
        and not _MISSING_PATH_PATTERN.search(requested_url)
    ):
        return True
    headings = [heading for heading in _extract_headings(content, charset) if _is_not_found_message(heading)]
    return bool(headings) and not any(_is_not_found_message(part) for part in _split_heading(known_title))


def is_redirected_to_front(requested_url: str, final_url: str) -> bool:
    """Return whether the URL of an article was redirected to a front page."""
    return not _is_home_page(requested_url) and _is_home_page(final_url)


def _is_home_page(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_FRONT_PAGE_PATTERN.fullmatch(parts.path)) and not parts.query


def _extract_headings(content: bytes, charset: str | None) -> list[str]:
    """Return the title and the first headings, split into parts, without parsing the whole document."""
    page_beginning = content[:_HEAD_BYTES]
    try:
        text = page_beginning.decode(charset or "utf-8", "replace")
    except LookupError:
        text = page_beginning.decode("utf-8", "replace")
    headings = [html.unescape(_TAGS_PATTERN.sub(" ", match[2])) for match in _HEADINGS_PATTERN.finditer(text)]
    return [heading_part for heading in headings[:4] for heading_part in _split_heading(heading)]


def _split_heading(heading: str) -> list[str]:
    return [
        folded_part for part in _SEPARATORS_PATTERN.split(f" {heading} ") if (folded_part := _fold_text(part))
    ]


def _is_not_found_message(heading_part: str) -> bool:
    if heading_part in _load_phrases():
        return True
    phrase = heading_part.split()
    if not _STATUS_PATTERN.search(heading_part) or len(phrase) > _MAX_HEADING_WORDS:
        return False
    remainder = _fold_text(_STATUS_PATTERN.sub(" ", heading_part))
    return (
        remainder in {"", "error", "http", "http error", "oops", "erreur", "fehler", "errore"}
        or remainder in _load_phrases()
    )


def _fold_text(text: str) -> str:
    """Return only the letters and digits of a text in lower case, without accents and with single spaces."""
    plain_text = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(
        character if character.isalnum() else " "
        for character in plain_text
        if not unicodedata.combining(character)
    )
    return " ".join(letters.split())


@cache
def _load_phrases() -> frozenset[str]:
    lines = (Path(__file__).parent / "data" / "missing_pages.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(
        folded_line for line in lines if not line.startswith("#") and (folded_line := _fold_text(line))
    )
