"""Who tries what the documentation shows on the demonstration data finds something."""

import itertools
import json
import re
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from claims.management.demo.demo_newsroom import load
from factcheck.routes import LIST_RESOURCES
from tests.docs.test_api import curls
from tests.helpers.database import replace_database
from tests.helpers.handbook import rows
from tests.helpers.tampering import as_owner_of_tables

#: What no data that was loaded a moment ago can answer, or only where something was imported.
_WITHOUT = ("as_of=", "published_before=", "review_url=", "has=media", "publisher_kind=news")


def _examples() -> Iterator[tuple[str, dict[str, str], str]]:
    """Each example as its address, its headers and its body."""
    for name in LIST_RESOURCES:
        for example in rows(name.capitalize()).values():
            parameter, _, value = example.partition("=")
            yield f"/api/v1/{name}/?{parameter}={quote(value)}", {}, ""
    for command in curls():
        _program, *arguments = shlex.split(command)
        address = urlsplit(arguments.pop())
        given = dict(itertools.pairwise(arguments))
        header, _, value = given.get("-H", "").partition(": ")
        yield (
            f"{address.path}?{address.query}",
            {header: value} if header else {},
            given.get("-d", ""),
        )


EXAMPLES = [each for each in _examples() if not any(word in each[0] for word in _WITHOUT)]


@pytest.fixture
def demo(transactional_db: None) -> None:
    """The demonstration data as `make demo` has it: the first of everything is number 1."""
    replace_database()
    assert load()
    with as_owner_of_tables(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def found(content: bytes, media_type: str) -> int:
    """How much an answer holds."""
    if "json" not in media_type or "ndjson" in media_type:
        return len(content.splitlines())
    answer = json.loads(content)
    for name in ("results", "claims", "items", "dataFeedElement"):
        if name in answer:
            return len(answer[name])
    return len(answer)


@pytest.mark.django_db(transaction=True)
def test_the_demo_answers_every_example(demo: None, client: Client) -> None:
    """All in one test, because loading takes longer than asking."""
    nothing = []
    for address, headers, body in EXAMPLES:
        response: Any = (
            client.post(address, body, content_type="application/json")
            if body
            else client.get(address, headers=headers | {"host": "localhost:8000"}, follow=True)
        )
        content = response.getvalue()
        if response.status_code != 200 or not found(content, response["Content-Type"]):
            nothing.append((response.status_code, address))
    assert nothing == []
    assert len(EXAMPLES) > 80

    # README.md shows three values of an answer, one a line.
    readme = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    address, shown = re.findall(r"```console\n\$ curl -s '(\S+)' \| jq [^\n]*\n(.*?)```", readme, re.DOTALL)[
        0
    ]
    claim = client.get(urlsplit(address).path + "?" + urlsplit(address).query).json()["results"][0]
    verdict = claim["verdicts"][0]
    assert shown.splitlines() == [claim["statement"], verdict["rating"]["label"], verdict["summary"]]
