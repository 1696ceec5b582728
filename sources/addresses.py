"""URLs of articles: their canonical form, and their hosts.

This is our own code on `urllib.parse`, `idna` and `tld` (the public suffix list, offline), because existing
canonicalisers merge different pages or separate spellings of one page: courlan deletes every parameter that contains
`cid`, `uid` or `source`, url-normalize rewrites `//` inside a path, and w3lib sorts the values of a repeated parameter.
These are exactly the places where article ids occur.
"""

import ipaddress
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import idna
import tld

# Parameters that record where a reader came from and never identify the article. Names are compared in lower case.
# `ref`, `source`, `id`, `cid`, `uid` and `s` are absent on purpose: on some sites they choose the article.
TRACKING_PREFIXES = (
    "utm_", "pk_", "mtm_", "piwik_", "itm_", "at_", "ns_", "guce_", "hsa_", "mkt_", "oly_", "vero_",
)  # fmt: skip
TRACKING_NAMES = frozenset(
    [
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid",
        "ttclid", "li_fat_id", "igsh", "igshid", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi",
        "hsctatracking", "xtor", "cmpid", "icid", "ocid", "ncid", "smid", "smtyp", "ref_src", "ref_url",
        "s_kwcid", "wt_mc", "wt_zmc", "sfnsn", "guccounter", "__twitter_impression", "__tn__", "spm",
    ]
)  # fmt: skip

# Platforms that give each author a host and are not in the private part of the public suffix list.
_HOSTING_DOMAINS = frozenset(
    [
        "ghost.io", "medium.com", "over-blog.com", "squarespace.com", "substack.com", "tumblr.com", "typepad.com",
        "wordpress.com",
    ]
)  # fmt: skip

#: Platforms on which an author is the first part of the path.
AUTHORS_BY_PATH = frozenset(
    ["medium.com", "substack.com", "threads.com", "threads.net", "tiktok.com", "youtube.com"]
)
_AUTHOR_PATH = re.compile(r"/(@[^/?#]+)")

# Labels before the registrable domain that choose a layout, not an article.
LAYOUT_LABELS = frozenset({"www", "m", "mobile", "amp"})

_PERCENT_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ASCII_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
# Ordinary URLs, which need no parsing; for speed only.
_PLAIN_URL = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)((?:/[a-zA-Z0-9_~-][a-zA-Z0-9._~-]*)*)/?")
# Google's AMP viewer and the AMP cache carry the publisher's URL in their own path ("s" for https).
_AMP_VIEWER = re.compile(r"/amp/(?:s/)?(?P<address>[^/]+\.[^/]+(?:/.*)?)", re.DOTALL)
_AMP_CACHE = re.compile(r"/[cv]/(?:s/)?(?P<address>[^/]+\.[^/]+(?:/.*)?)", re.DOTALL)


def build_url_key(url: str) -> str:
    """Return the key shared by all spellings of an article's URL, or "" if it is not an http(s) URL.

    The key is itself a readable URL, and the key of a key is the key itself.
    """
    if (match := _PLAIN_URL.fullmatch(url)) and "/amp" not in (lower := url.lower()) and ".amp" not in lower:
        return f"https://{_remove_layout_labels(match[1])}{match[2]}"
    try:
        return _build_key(url)
    except ValueError:  # urlsplit, the port, IDNA and lone surrogates all raise ValueError
        return ""


def get_domain(url: str) -> str:
    """Return the registrable domain of a URL ("bbc.co.uk"), or the whole host if it has none ("localhost").

    Returns "" for anything but an http(s) URL. On platforms that give each author a host ("name.github.io"), each host
    counts as a domain of its own. These platforms are those in the private part of the public suffix list, and a few
    that the list lacks.
    """
    try:
        host = _get_host(url)
    except ValueError:
        return ""
    return _get_registrable_domain(host) or host


def list_hosts(url: str) -> tuple[str, ...]:
    """Return the possible hosts of a URL's owner, nearest first: from its own host to its domain.

    `https://www.facts.example.org/1` → `facts.example.org`, `example.org`; () for anything but an http(s) URL. On a
    platform without a host for each author, the author's path counts as a host: `medium.com/@name`.
    """
    try:
        host = _get_host(url)
        path = urlsplit(url.strip()).path
    except ValueError:
        return ()
    if (platform := _remove_layout_labels(host)) in AUTHORS_BY_PATH and (author := _AUTHOR_PATH.match(path)):
        return (f"{platform}/{author[1].lower()}",)
    own_host, domain = _remove_layout_labels(host), _get_registrable_domain(host) or host
    labels = own_host.removesuffix(domain).rstrip(".").split(".") if own_host != domain else []
    return (*(f"{'.'.join(labels[start:])}.{domain}" for start in range(len(labels))), domain)


def _build_key(url: str) -> str:
    host, parts = _get_host(url), urlsplit(url.strip())
    for _layer in range(5):
        if (original_url := _strip_amp(host, parts.path)) is None:
            break
        url = f"https://{original_url}" + (f"?{parts.query}" if parts.query else "")
        host, parts = _get_host(url), urlsplit(url)
    else:
        raise ValueError("an AMP viewer in an AMP viewer, and so on")

    port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    path = _normalise_path(parts.path)
    query = _normalise_query(parts.query)
    # "#!/story/5" and "#/story/5" choose the article on pages that a script draws; other fragments only scroll.
    fragment = (
        _normalise_escapes(parts.fragment, "/?:@!$&'()*+,;=") if parts.fragment.startswith(("!", "/")) else ""
    )
    return (
        f"https://{_remove_layout_labels(host)}{port}{path}"
        + (f"?{query}" if query else "")
        + (f"#{fragment}" if fragment else "")
    )


def _get_host(url: str) -> str:
    """Return the host in lower case and ASCII (IPv6 in brackets). Raises ValueError if the URL is not http(s)."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https"):
        raise ValueError("not an http(s) address")
    name = (parts.hostname or "").removesuffix(".")
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name)}]"
    if _ASCII_HOST.fullmatch(name):
        return name
    ascii_name = idna.encode(name, uts46=True).decode("ascii").lower()
    if not _ASCII_HOST.fullmatch(ascii_name):
        raise ValueError("not a host name")
    return ascii_name


@lru_cache(maxsize=4096)
def _get_registrable_domain(host: str) -> str:
    registrable = tld.get_fld(f"https://{host}/", fail_silently=True, search_private=True) or ""
    if host != registrable and (registrable in _HOSTING_DOMAINS or registrable.startswith("blogspot.")):
        author = host.removesuffix(f".{registrable}").rpartition(".")[2]
        return registrable if author in LAYOUT_LABELS else f"{author}.{registrable}"
    return registrable


@lru_cache(maxsize=4096)
def _remove_layout_labels(host: str) -> str:
    """Remove labels that select a layout: `en.m.example.org` → `en.example.org`; `www.gov.uk` stays."""
    registrable = _get_registrable_domain(host)
    if not registrable or not host.endswith(registrable):
        return host
    labels = host.removesuffix(registrable).rstrip(".").split(".")
    return ".".join([label for label in labels if label and label not in LAYOUT_LABELS] + [registrable])


def _strip_amp(host: str, path: str) -> str | None:
    if host.endswith(".cdn.ampproject.org") or host == "cdn.ampproject.org":
        match = _AMP_CACHE.fullmatch(path)
    elif host in ("google.com", "www.google.com"):
        match = _AMP_VIEWER.fullmatch(path)
    else:
        return None
    return match["address"] if match else None


def _normalise_path(path: str) -> str:
    segments: list[str] = []
    for segment in _normalise_escapes(path, "/:@!$&'()*+,;=").rstrip("/").split("/"):
        # RFC 3986, 5.2.4; the empty segment before the first slash stays.
        if segment == ".." and len(segments) > 1:
            segments.pop()
        elif segment not in (".", ".."):
            segments.append(segment)
    while len(segments) > 2 and segments[1].lower() == "amp":
        del segments[1]
    while len(segments) > 2 and segments[-1].lower() in ("amp", "amp.html"):
        del segments[-1]
    segments[-1] = re.sub(r"(?:\.amp)+(?=\.html?$|$)", "", segments[-1], flags=re.IGNORECASE) or segments[-1]
    return "/".join(segments).rstrip("/")


def _normalise_query(query: str) -> str:
    pairs = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True, errors="strict")
        if not _is_tracking(name.lower(), value.lower())
    ]
    # The sort is stable and looks at names only: of two values under one name the order may decide the article.
    return urlencode(sorted(pairs, key=lambda pair: pair[0]))


def _is_tracking(name: str, value: str) -> bool:
    return (
        name in TRACKING_NAMES
        or name.startswith(TRACKING_PREFIXES)
        or (name == "amp" and value in ("", "1", "true", "yes"))
        or (name == "outputtype" and value == "amp")
    )


def _normalise_escapes(url_part: str, safe: str) -> str:
    """Normalise percent-encoding (RFC 3986, 6.2.2): unreserved characters bare, hex digits in upper case."""

    def unescape(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    bare_percent_encoded = re.sub("%(?![0-9A-Fa-f]{2})", "%25", url_part)
    return _PERCENT_ESCAPE.sub(unescape, quote(bare_percent_encoded, safe=f"%{safe}"))


#: A media fragment in seconds: part of a recording (`t=12.5,17`), or all of it from a moment on (`t=12.5`).
FRAGMENT_PATTERN = r"^t=[0-9]{1,6}(\.[0-9]{1,3})?(,[0-9]{1,6}(\.[0-9]{1,3})?)?$"

#: A cue as stored in a snapshot: the offset of its first character, and its start and end in seconds.
CueRow = tuple[int, float, float]


def build_fragment(cues: Sequence[CueRow], start: int, end: int) -> str:
    """Return a fragment such as `t=12.5,17` for the characters from `start` to `end`; "" if they have no times.

    The times are those of the cues that contain the characters; nothing more exact is known.
    """
    beginnings = [position for position, _, _ in cues]
    first_cue = bisect_right(beginnings, start) - 1
    last_cue = bisect_right(beginnings, max(start, end - 1)) - 1
    if first_cue < 0:
        return ""
    begins, ends = cues[first_cue][1], max(cue[2] for cue in cues[first_cue : last_cue + 1])
    return f"t={_format(begins)},{_format(ends)}" if ends > begins else f"t={_format(begins)}"


def parse_fragment(fragment: str) -> tuple[float, float | None]:
    """Return the start and the end (None if open) in seconds of a fragment in the form of `FRAGMENT_PATTERN`."""
    begins, _comma, ends = fragment.removeprefix("t=").partition(",")
    return float(begins), float(ends) if ends else None


def _format(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


_ADDRESS_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_address(text: str) -> bool:
    """Return whether a text is a URL; otherwise it is the path of a file."""
    return bool(_ADDRESS_PATTERN.match(text.strip()))
