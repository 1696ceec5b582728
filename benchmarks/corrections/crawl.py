"""Crawl the site and report each page with a withdrawn verdict that lacks its note."""

import re
from collections import deque
from collections.abc import Callable, Iterable
from urllib.parse import urljoin, urlsplit

from benchmarks.corrections.channels import Action, Case, PageResponse

#: Where to begin: pages, feeds, lists and the ledger's feed of changes.
START_PATHS = (
    *("/", "/claims/?by=all", "/corrections/?by=all", "/sitemap.xml", "/feeds/claims.atom", "/llms.txt"),
    *("/api/v1/claims/?view=full&page_size=200", "/api/v1/verdicts/?view=full&page_size=200"),
    *("/api/v1/changes/?since=0", "/api/v1/claims.csv", "/api/v1/claims.jsonl", "/api/v1/claims.jsonld"),
    *("/dumps/", "/dumps/latest/claims.ndjson", "/dumps/latest/withdrawn.ndjson", "/dumps/latest/claims.csv"),
)
#: What was said on a day stays there as it was said: that is what these addresses are for.
_PAST_VERSIONS = re.compile(r"/api/v1/claims/\d+/versions/\d+/|as_of=|/tile/|/dumps/\d")
#: Not content: files, sign-in, and forms.
_SKIPPED_PATHS = re.compile(
    r"^/(static|admin|accounts|ask|messages|api/docs|api/redoc|api/schema)/|/complain/"
)
_LINKS = re.compile(rb"""(?:href|src)=["']([^"'#]+)|<loc>([^<]+)</loc>""")


def crawl(
    read: Callable[[str], PageResponse], site: str, cases: Iterable[Case], max_pages: int
) -> tuple[int, list[str]]:
    """Return the number of pages read, and the pages with a withdrawn verdict that lacks its note."""
    withdrawn_cases = [case for case in cases if case.action != Action.MERGE]
    waiting_paths, seen_paths, offenders = deque(START_PATHS), set(START_PATHS), []
    page_count = 0
    while waiting_paths and page_count < max_pages:
        path = waiting_paths.popleft()
        response = read(path)
        page_count += 1
        if not _PAST_VERSIONS.search(path):
            offenders += [
                f"{path}: {case.verdict} without {case.note}"
                for case in withdrawn_cases
                if response.has(case.verdict) and not response.has(case.note)
            ]
        for link in _LINKS.finditer(response.content):
            address = urljoin(
                site + path, (link[1] or link[2]).decode(errors="replace").replace("&amp;", "&")
            )
            parts = urlsplit(address)
            linked_path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            if (
                f"{parts.scheme}://{parts.netloc}" == site
                and linked_path not in seen_paths
                and not _SKIPPED_PATHS.match(linked_path)
            ):
                seen_paths.add(linked_path)
                waiting_paths.append(linked_path)
    return page_count, offenders
