"""Identify the publisher of a verdict by name, account, domain or URL."""

import tomllib
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from claims.imports.reading.review_record import Outlet
from claims.imports.reading.values.cleaned_text import is_empty_value, read_line
from claims.imports.reading.values.problem import Problem, shorten_value
from claims.imports.reading.values.web_addresses import original, read_addresses
from factcheck.sentences import SpokenSentence
from sources.addresses import AUTHORS_BY_PATH, get_domain, list_hosts

LONGEST: Final = 200
LONGEST_ADDRESS: Final = 500

_NOBODY: Final = frozenset(
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
    """Return the publisher of a review, and the author named in its place; or the problem that prevents one.

    A known name decides, then the publisher's own address, then the address of the review. A person's name on the
    site of a known publisher is a byline: many put their reporters where the standard asks for the organisation.

    Args:
        is_stated: the importing user named the publisher, so it is not one of the cited pages' owners.
    """
    addresses = read_addresses(url, LONGEST_ADDRESS)[0] if url else ()
    site = _site(review_url)
    if is_stated and site and _of(site):
        site = ""
    return _outlet(read_line(name)[: 5 * LONGEST], addresses[0] if addresses else "", site)


@lru_cache(maxsize=16384)
def _outlet(name: str, url: str, review_site: str) -> tuple[Outlet | None, str | Problem]:
    if is_empty_value(name) or name.casefold() in _NOBODY:
        name = ""
    known = _known()
    if outlet := known.get(_key(name)):
        return outlet, ""
    own = _domain_in(name)
    for place in filter(None, (own, _site(url), review_site)):
        if outlet := _of(place):
            return outlet, "" if own or " " not in name else name
    return _unknown("" if own else name, url, (own, _site(url), review_site))


def _unknown(name: str, url: str, sites: tuple[str, ...]) -> tuple[Outlet | None, str | Problem]:
    """Build a publisher that is not on the list, from its name and its own domain, if any."""
    host = next((nearest for one in sites if (nearest := _own_host(one))), "")
    if not name and (not host or "/" in host):  # an account on a platform does not identify a publisher
        return None, Problem(
            "no publisher",
            SpokenSentence("The record does not name the publisher of its verdict; name one."),
        )
    if len(name) > LONGEST:
        return None, Problem(
            "publisher too long",
            SpokenSentence("%(name)s is too long for the name of a publisher.", name=shorten_value(name)),
        )
    site = _registrable(host)
    return Outlet(
        name.lstrip("@") or site or name, host, url if site and _registrable(_site(url)) == site else ""
    ), ""


def is_same(name: str, outlet: Outlet) -> bool:
    """Whether a name is one of a publisher's own."""
    return name == outlet.name or _known().get(_key(name)) == outlet


def is_shipped_outlet(outlet: Outlet) -> bool:
    """Whether it is one of the publishers that names and domains are listed of."""
    return _known().get(_key(outlet.name)) == outlet


def load_known_outlets() -> tuple[Outlet, ...]:
    """Return the publishers listed in the program."""
    return tuple(dict.fromkeys(_known().values()))


def _of(place: str) -> Outlet | None:
    """Return the known publisher of a host, by its longest known part."""
    known = _known()
    labels = place.split(".")
    return next(
        (known[one] for start in range(len(labels) - 1) if (one := ".".join(labels[start:])) in known), None
    )


def _own_host(host: str) -> str:
    """Return the host without its "www" or "m" prefix; "" for a platform, a URL shortener or an archive."""
    if "/" in host:
        return host
    registrable = _registrable(host)
    if registrable in _elsewhere() or "." not in registrable:
        return ""
    return list_hosts(f"https://{host}/")[0]


def _registrable(host: str) -> str:
    return get_domain(f"https://{host}/") if host else ""


def _domain_in(name: str) -> str:
    """Return the host if a publisher's name is a URL or a domain: "https://www.politifact.com/",
    "politifact.com".
    """
    if "." not in name or " " in name:
        return ""
    addresses, _ = read_addresses(name, LONGEST_ADDRESS)
    return _site(addresses[0]) if len(addresses) == 1 else ""


def _site(url: str) -> str:
    """Return the host of a URL, or of the page it archives, without "www".

    On some platforms, an author's pages (`medium.com/@name`).
    """
    host = _host(url)
    if "archive" in host or "nla.gov.au" in host or "webcitation" in host:
        url = original(url)
        host = _host(url)
    host = host.removeprefix("www.")
    return next(iter(list_hosts(url)), host) if host.removeprefix("m.") in AUTHORS_BY_PATH else host


def _host(url: str) -> str:
    # By hand: `urlsplit` would be a fifth of the time that a record takes.
    _scheme, _, rest = url.partition("://")
    return rest.partition("/")[0].partition("?")[0].partition("#")[0].partition(":")[0].rstrip(".").lower()


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()).lstrip("@").strip()


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Any]:
    return tomllib.loads(
        files("claims.imports.reading.values").joinpath("publishers.toml").read_text("utf-8")
    )


@lru_cache(maxsize=1)
def _known() -> dict[str, Outlet]:
    """Map names, account names, domains and hosts to publishers."""
    return dict(_entries())


def _entries() -> Iterator[tuple[str, Outlet]]:
    for entry in _shipped()["publisher"]:
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
                yield _key(name), outlet


@lru_cache(maxsize=1)
def _elsewhere() -> frozenset[str]:
    return frozenset(_shipped()["elsewhere"]["domains"])
