"""Crawl the site and report each page with a withdrawn verdict that lacks its note."""

import re
from collections import deque
from collections.abc import Callable, Iterable
from urllib.parse import urljoin, urlsplit

from benchmarks.corrections.channels import Action, Answer, Case

#: Where to begin: pages, feeds, lists and the ledger's feed of changes.
STARTS = (
    *("/", "/claims/?by=all", "/corrections/?by=all", "/sitemap.xml", "/feeds/claims.atom", "/llms.txt"),
    *("/api/v1/claims/?view=full&page_size=200", "/api/v1/verdicts/?view=full&page_size=200"),
    *("/api/v1/changes/?since=0", "/api/v1/claims.csv", "/api/v1/claims.jsonl", "/api/v1/claims.jsonld"),
    *("/dumps/", "/dumps/latest/claims.ndjson", "/dumps/latest/withdrawn.ndjson", "/dumps/latest/claims.csv"),
)
#: What was said on a day stays there as it was said: that is what these addresses are for.
_OF_THE_PAST = re.compile(r"/api/v1/claims/\d+/versions/\d+/|as_of=|/tile/|/dumps/\d")
#: Not content: files, sign-in, and forms.
_SKIPPED = re.compile(r"^/(static|admin|accounts|ask|messages|api/docs|api/redoc|api/schema)/|/complain/")
_LINKS = re.compile(rb"""(?:href|src)=["']([^"'#]+)|<loc>([^<]+)</loc>""")


def crawl(
    read: Callable[[str], Answer], site: str, cases: Iterable[Case], most: int
) -> tuple[int, list[str]]:
    """Return the number of pages read, and the pages with a withdrawn verdict that lacks its note."""
    withdrawn = [case for case in cases if case.action != Action.MERGE]
    waiting, seen, offenders = deque(STARTS), set(STARTS), []
    count = 0
    while waiting and count < most:
        path = waiting.popleft()
        answer = read(path)
        count += 1
        if not _OF_THE_PAST.search(path):
            offenders += [
                f"{path}: {case.verdict} without {case.note}"
                for case in withdrawn
                if answer.has(case.verdict) and not answer.has(case.note)
            ]
        for found in _LINKS.finditer(answer.content):
            address = urljoin(
                site + path, (found[1] or found[2]).decode(errors="replace").replace("&amp;", "&")
            )
            parts = urlsplit(address)
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            if (
                f"{parts.scheme}://{parts.netloc}" == site
                and target not in seen
                and not _SKIPPED.match(target)
            ):
                seen.add(target)
                waiting.append(target)
    return count, offenders
