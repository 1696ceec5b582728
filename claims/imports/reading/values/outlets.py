"""Identify the publisher of a verdict by name, account, domain or URL."""

import tomllib
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from claims.imports.reading.review_record import Outlet
from claims.imports.reading.values.cleaned_text import is_empty_value, read_line
from claims.imports.reading.values.problem import Problem, build_problem, shorten_value
from claims.imports.reading.values.web_addresses import get_original_url, read_addresses
from sources.addresses import AUTHORS_BY_PATH, get_domain, list_hosts

MAX_LENGTH: Final = 200
MAX_URL_LENGTH: Final = 500

_PLACEHOLDERS: Final = frozenset(
    {
        "unknown",
        "anonymous",
        "various",
        "other",
        "others",
        "admin",
        "administrator",
        "test",
        "editor",
        "staff",
        "publisher",
    }
)


def read_outlet(
    name: Any, url: Any = None, review_url: str = "", *, is_stated: bool = False
) -> tuple[Outlet | None, str | Problem]:
    """Return a review's publisher and the name of any person given as the publisher; otherwise None and the problem.

    A known name takes precedence, then the publisher's own URL, then the URL of the review. A person's name on the
    site of a known publisher is a byline: many sites name their reporters in the field for the organisation.

    Args:
        is_stated: whether the importing user named the publisher. If so, the owner of a cited page is not the
            publisher.
    """
    addresses = read_addresses(url, MAX_URL_LENGTH)[0] if url else ()
    site = _get_site(review_url)
    if is_stated and site and _find_by_host(site):
        site = ""
    return _find_outlet(read_line(name)[: 5 * MAX_LENGTH], addresses[0] if addresses else "", site)


@lru_cache(maxsize=16384)
def _find_outlet(name: str, url: str, review_site: str) -> tuple[Outlet | None, str | Problem]:
    if is_empty_value(name) or name.casefold() in _PLACEHOLDERS:
        name = ""
    known_outlets = _load_known()
    if outlet := known_outlets.get(_build_key(name)):
        return outlet, ""
    named_site = _find_domain(name)
    for site in filter(None, (named_site, _get_site(url), review_site)):
        if outlet := _find_by_host(site):
            return outlet, "" if named_site or " " not in name else name
    return _build_unlisted("" if named_site else name, url, (named_site, _get_site(url), review_site))


def _build_unlisted(name: str, url: str, sites: tuple[str, ...]) -> tuple[Outlet | None, str | Problem]:
    """Return an unlisted publisher and ""; None and the problem if the record does not identify the publisher."""
    host = next((own_host for site in sites if (own_host := _get_own_host(site))), "")
    if not name and (not host or "/" in host):  # an account on a platform does not identify a publisher
        return None, build_problem(
            "no publisher", "The record does not name the publisher of its verdict; name one."
        )
    if len(name) > MAX_LENGTH:
        return None, build_problem(
            "publisher too long",
            "%(name)s is too long for the name of a publisher.",
            name=shorten_value(name),
        )
    domain = _get_registrable_domain(host)
    return Outlet(
        name.lstrip("@") or domain or name,
        host,
        url if domain and _get_registrable_domain(_get_site(url)) == domain else "",
    ), ""


def is_own_name(name: str, outlet: Outlet) -> bool:
    """Return whether a name is one of a publisher's own names."""
    return name == outlet.name or _load_known().get(_build_key(name)) == outlet


def is_listed_outlet(outlet: Outlet) -> bool:
    """Return whether a publisher is on the program's list."""
    return _load_known().get(_build_key(outlet.name)) == outlet


def load_known_outlets() -> tuple[Outlet, ...]:
    """Return the publishers listed in the program."""
    return tuple(dict.fromkeys(_load_known().values()))


def _find_by_host(host: str) -> Outlet | None:
    """Return the known publisher of a host or its nearest listed parent domain; None if neither is listed."""
    known_outlets = _load_known()
    labels = host.split(".")
    return next(
        (
            known_outlets[parent_domain]
            for start in range(len(labels) - 1)
            if (parent_domain := ".".join(labels[start:])) in known_outlets
        ),
        None,
    )


def _get_own_host(host: str) -> str:
    """Return the host without a "www" or "m" prefix; "" for a platform, a URL shortener or an archive."""
    if "/" in host:
        return host
    domain = _get_registrable_domain(host)
    if domain in _load_shared_domains() or "." not in domain:
        return ""
    return list_hosts(f"https://{host}/")[0]


def _get_registrable_domain(host: str) -> str:
    return get_domain(f"https://{host}/") if host else ""


def _find_domain(name: str) -> str:
    """Return the host if a publisher's name is a URL or a domain: "https://www.politifact.com/", "politifact.com"."""
    if "." not in name or " " in name:
        return ""
    addresses, _ = read_addresses(name, MAX_URL_LENGTH)
    return _get_site(addresses[0]) if len(addresses) == 1 else ""


def _get_site(url: str) -> str:
    """Return the host of a URL, or of an archived page's original; on sites like medium.com, with the author."""
    host = _get_host(url)
    if "archive" in host or "nla.gov.au" in host or "webcitation" in host:
        url = get_original_url(url)
        host = _get_host(url)
    host = host.removeprefix("www.")
    return next(iter(list_hosts(url)), host) if host.removeprefix("m.") in AUTHORS_BY_PATH else host


def _get_host(url: str) -> str:
    # Without `urlsplit`, which would take a fifth of the time per record.
    _scheme, _, path = url.partition("://")
    return path.partition("/")[0].partition("?")[0].partition("#")[0].partition(":")[0].rstrip(".").lower()


def _build_key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()).lstrip("@").strip()


@lru_cache(maxsize=1)
def _load_list() -> dict[str, Any]:
    return tomllib.loads(
        files("claims.imports.reading.values").joinpath("publishers.toml").read_text("utf-8")
    )


@lru_cache(maxsize=1)
def _load_known() -> dict[str, Outlet]:
    """Map names, account names, domains and hosts to publishers."""
    return dict(_iterate_entries())


def _iterate_entries() -> Iterator[tuple[str, Outlet]]:
    for entry in _load_list()["publisher"]:
        site = entry.get("domain", "")
        outlet = Outlet(
            name=entry["name"],
            domain=site,
            url=f"https://{site}/" if site else "",
            country=entry.get("country", ""),
            language=entry.get("language", ""),
        )
        for name in (entry["name"], site, *entry.get("aliases", ()), *entry.get("domains", ())):
            if name:
                yield _build_key(name), outlet


@lru_cache(maxsize=1)
def _load_shared_domains() -> frozenset[str]:
    return frozenset(_load_list()["elsewhere"]["domains"])
