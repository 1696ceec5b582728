"""Read web URLs that can be stored and fetched. All other URLs are left out."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import tld

from claims.imports.reading.values.cleaned_text import MAX_LENGTH, clean, is_empty_value
from claims.imports.reading.values.problem import Problem, build_problem, shorten_value
from sources.addresses import get_domain

MAX_URL_LENGTH: Final = 2000

# The keys under which objects store a URL.
_URL_KEYS: Final = ("url", "@id", "contentUrl", "href", "@value", "value", "#text")
_MAX_DEPTH: Final = 6

# A scheme, even if mistyped or encoded: "http:/", "https//:", "http%253A%252F%252F".
_SCHEME_PATTERN = re.compile(r"(https?)(?::/{1,3}|/{1,2}:?|;//|:(?=[\w-]+\.))(?=[^/:\s])", re.IGNORECASE)
# Ordinary URLs, which need no parsing; for speed only.
_PLAIN_PATTERN = re.compile(r"https?://([a-z0-9.-]+)(?:/[a-zA-Z0-9./_~%=?+-]*)?")
_ENCODED_SCHEME = re.compile(r"https?%(?:25){0,3}3a(?:%(?:25){0,3}2f){2}", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
# Separators between two URLs in one string.
_SEPARATOR_PATTERN = re.compile(r"(?<![\s,;|])[\s,;|]++(?=https?:/|www\.[^\s.])", re.IGNORECASE)
_WRAPPING_MARKS: Final = "\"'<>“”‘’«»`"
_COMMENT_PATTERN = re.compile(r"\s+(?:[(\[|–—]|- )")

# Stricter than `factcheck.database.model_fields.WebAddressValidator`, so every accepted URL can be stored.
_LABEL = r"[a-z0-9\u00a1-\uffff](?:[a-z0-9\u00a1-\uffff-]{0,61}[a-z0-9\u00a1-\uffff])?"
_SUBDOMAIN = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_PATTERN = re.compile(
    rf"(?:{_SUBDOMAIN}\.)*(?:{_LABEL}\.)+(?:xn--[a-z0-9]{{1,59}}|[a-z\u00a1-\uffff]{{2,63}})\.?",
    re.IGNORECASE,
)
_NETLOC_PATTERN = re.compile(r"(?P<host>[^\s:@/?#\[\]]+)(?::\d{1,5})?")

# Archives whose URLs contain the original URL.
_ARCHIVED_PATTERN = re.compile(
    r"https?://(?:(?:web|wayback|waybackmachine)\.archive\.org/(?:web/)?[\w*]+/"
    r"|archive\.(?:is|today|ph|md|li|vn|fo)/(?:\d{4,14}|o/\w+)/"
    r"|pandora\.nla\.gov\.au/+pan/\d+/[\w-]+/"
    r"|webarchive\.(?:nla\.gov\.au|nationalarchives\.gov\.uk|loc\.gov)/(?:awa/|all/)?\d{4,14}/"
    r"|(?:www\.)?webcitation\.org/query\?url=)(?P<original>.+)",
    re.IGNORECASE,
)


def read_addresses(value: Any, limit: int = MAX_URL_LENGTH) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Return the distinct http(s) URLs of a value in order, and the reason why others were left out."""
    if (
        isinstance(value, str)
        and (match := _PLAIN_PATTERN.fullmatch(value))
        and len(value) <= limit
        and value.count("://") == 1
        and _is_valid_netloc(match[1])
    ):
        return (value,), ()
    addresses: dict[str, None] = {}
    problems: list[Problem] = []
    for text in _iterate_texts(value):
        for url in _split_urls(text):
            match _clean_url(url, limit):
                case Problem() as problem:
                    problems.append(problem)
                case str() as address if address:
                    addresses[address] = None
    return tuple(addresses), tuple(problems)


@lru_cache(maxsize=1024)
def get_original_url(address: str) -> str:
    """Return the URL of an archived page if the archive's URL contains it; otherwise the URL unchanged."""
    if not (match := _ARCHIVED_PATTERN.match(address)):
        return address
    original_url = (
        unquote(match["original"]) if "%3a" in match["original"][:12].lower() else match["original"]
    )
    original_url = (
        _SCHEME_PATTERN.sub(r"\1://", original_url, count=1)
        if _SCHEME_PATTERN.match(original_url)
        else f"http://{original_url}"
    )
    return get_original_url(original_url) if len(original_url) < len(address) else original_url


def _iterate_texts(value: Any, depth: int = 0) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping() if depth < _MAX_DEPTH:
            yield from next(
                (texts for key in _URL_KEYS if (texts := list(_iterate_texts(value.get(key), depth + 1)))), []
            )
        case list() | tuple() if depth < _MAX_DEPTH:
            for entry in value:
                yield from _iterate_texts(entry, depth + 1)


def _split_urls(text: str) -> Iterator[str]:
    """Yield the URLs in a string. A comma between two URLs separates them; any other comma is part of a URL."""
    for url in (
        clean(url) for row in text[:MAX_LENGTH].splitlines() for url in _SEPARATOR_PATTERN.split(row)
    ):
        half_length = len(url) // 2
        # The same URL twice, without a separator.
        yield (
            url[:half_length]
            if half_length > 10 and url[:half_length] == url[half_length:] and _SCHEME_PATTERN.match(url)
            else url
        )


def _clean_url(text: str, limit: int) -> str | Problem:
    """Return one valid URL, "" for an empty text, or the problem."""
    text = text.strip(_WRAPPING_MARKS + " \u00a0")
    if is_empty_value(text):
        return ""
    if _ENCODED_SCHEME.match(text):
        while "://" not in text[:10]:
            text = unquote(text)
    text = _COMMENT_PATTERN.split(text, maxsplit=1)[0]
    if match := _SCHEME_PATTERN.match(text):
        host_and_path = text[match.end() :]
        while second_scheme := _SCHEME_PATTERN.match(host_and_path):  # "http://https://"
            match, host_and_path = second_scheme, host_and_path[second_scheme.end() :]
        address = f"{match[1].lower()}://{host_and_path}"
    elif text.startswith("//") or _is_bare_url(text):
        address = f"https://{text.lstrip('/')}"
    else:
        return build_problem("not a web address", "%(text)s is not a web address.", text=shorten_value(text))
    # As browsers do it.
    address = "%20".join(address.split()).rstrip("\\")
    if len(address) > limit:
        return build_problem(
            "address too long",
            "%(address)s has %(address_2)s characters; the limit is %(limit)s.",
            address=shorten_value(address),
            address_2=f"{len(address):,}",
            limit=f"{limit:,}",
        )
    if not _can_be_stored(address):
        return build_problem(
            "not a web address", "%(text)s is not an address on the public web.", text=shorten_value(text)
        )
    return address


def _is_bare_url(text: str) -> bool:
    """Return whether a text without a scheme is still a URL: "www.example.org", "example.org/2019/"."""
    if _OTHER_SCHEME.match(text) or text[:1] in "./#?":
        return False
    netloc, slash, path = text.partition("/")
    if (
        any(character.isspace() for character in netloc)
        or not _NETLOC_PATTERN.fullmatch(netloc)
        or not _HOST_PATTERN.fullmatch(netloc)
    ):
        return False
    return bool(tld.get_fld(f"https://{netloc}/", fail_silently=True)) and not (slash and " " in path)


def _can_be_stored(address: str) -> bool:
    try:
        split_address = urlsplit(address)
        _port = split_address.port
    except ValueError:
        return False
    return _is_valid_netloc(split_address.netloc)


@lru_cache(maxsize=8192)
def _is_valid_netloc(netloc: str) -> bool:
    if not (match := _NETLOC_PATTERN.fullmatch(netloc)):
        return False
    host = match["host"]
    if re.fullmatch(r"[\d.]+", host):
        try:
            return ipaddress.IPv4Address(host).is_global
        except ValueError:
            return False
    return len(host) <= 253 and bool(_HOST_PATTERN.fullmatch(host)) and bool(get_domain(f"http://{host}/"))
