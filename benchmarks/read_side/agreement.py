"""Check before measuring that all contestants give the same answers, and that a 304 reads no body."""

import json
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import quote, urlsplit

from django.db import connections
from django.http import HttpResponse
from django.test import Client

from benchmarks.read_side import PAGE_SIZE, datasette_peer
from benchmarks.read_side.contestants import MEASURES, Contestant
from benchmarks.read_side.load import Disagreement, build_requests, fetch_response
from benchmarks.read_side.questions import Questions

_QUERIES_EACH = 20

#: Pages of the table's bodies and search documents that were looked at, in memory or on disk.
_PAGES_OF_BODIES = """
    SELECT toast_blks_read + toast_blks_hit FROM pg_statio_user_tables WHERE relname = 'claims_publication'
"""


def require_agreement(running: Mapping[str, Contestant], questions: Questions) -> None:
    """Send all contestants some questions of each kind.

    Raises:
        Disagreement: the answers differ.
    """
    our_contestant = running["ours"]
    for name, contestant in running.items():
        for measure in [measure for measure in MEASURES if measure in contestant.targets]:
            if (name, measure) == ("datasette", "search"):
                continue  # its ranking is another one; what it finds at all is compared below
            pairs = zip(our_contestant.targets[measure], contestant.targets[measure], strict=True)
            for target, other_target in list(pairs)[:_QUERIES_EACH]:
                _require_equal(
                    target,
                    our_contestant.query_ids(target)[:PAGE_SIZE],
                    name,
                    contestant.query_ids(other_target)[:PAGE_SIZE],
                )
    if "datasette" in running:
        for text, target in list(zip(questions.searches, our_contestant.targets["search"], strict=True))[
            :_QUERIES_EACH
        ]:
            _require_equal(
                target,
                sorted(_list_all_found(our_contestant, target)),
                "datasette",
                sorted(_list_found(running["datasette"], text)),
            )


def _require_equal(target: str, our_ids: list[int], name: str, other_ids: list[int]) -> None:
    if our_ids != other_ids:
        raise Disagreement(
            f"{target}: we answer {len(our_ids)} ids, {our_ids[:5]} …; {name} {len(other_ids)}, {other_ids[:5]} …"
        )
    if not our_ids:
        raise Disagreement(f"{target}: nobody finds anything, which measures nothing.")


def _list_all_found(contestant: Contestant, target: str) -> list[int]:
    """Return the ids on all pages."""
    ids: list[int] = []
    next_target: str | None = f"{target}&page_size=200"
    while next_target:
        body = fetch_response(contestant.address, build_requests([next_target])[0]).partition(b"\r\n\r\n")[2]
        document = json.loads(body)
        ids += [claim["id"] for claim in document["results"]]
        parts = urlsplit(document["next"] or "")
        next_target = f"{parts.path}?{parts.query}" if document["next"] else None
    return ids


def _list_found(datasette: Contestant, text: str) -> list[int]:
    target = (
        f"/{datasette_peer.NAME}/found.json?_shape=arrayfirst&q={quote(datasette_peer.quote_phrase(text))}"
    )
    body = fetch_response(datasette.address, build_requests([target])[0]).partition(b"\r\n\r\n")[2]
    ids: list[int] = json.loads(body)
    return ids


def list_etags(contestant: Contestant, targets: Sequence[str]) -> list[str]:
    """Return, for each target, the `If-None-Match` header line of a reader who has the current response."""
    header_lines = []
    for target in targets:
        head = (
            fetch_response(contestant.address, build_requests([target])[0]).partition(b"\r\n\r\n")[0].decode()
        )
        lines = (line.partition(": ") for line in head.split("\r\n"))
        header_lines.append(
            next(f"If-None-Match: {value}" for name, _, value in lines if name.lower() == "etag")
        )
    return header_lines


def count_bodies_read(targets: Sequence[str]) -> tuple[int, int]:
    """Return how many pages of bodies PostgreSQL reads for these requests, and for conditional versions of them.

    PostgreSQL stores large values in a separate table (TOAST) and counts its pages separately, so every read of a body
    shows.
    """
    client = Client(headers={"host": "localhost"})
    pages_before = _count_body_pages()
    etags = [_get_response(client, target, 200)["ETag"] for target in targets]
    pages_between = _count_body_pages()
    for target, etag in zip(targets, etags, strict=True):
        _get_response(client, target, 304, {"If-None-Match": etag})
    return pages_between - pages_before, _count_body_pages() - pages_between


def _get_response(
    client: Client, target: str, status: int, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    response = client.get(target, headers=headers)
    if response.status_code != status:
        raise Disagreement(f"{target} with {headers} answered {response.status_code}, not {status}.")
    return cast(HttpResponse, response)


def _count_body_pages() -> int:
    for connection in connections.all():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(_PAGES_OF_BODIES)
        pages: int = cursor.fetchone()[0]
        return pages
