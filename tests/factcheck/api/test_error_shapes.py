"""Whatever is refused, wherever programs read: the error has the shape of that place, and no page in HTML."""

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Scope
from claims.newsroom import api_tokens
from factcheck.api.problem_codes import CODES
from factcheck.installation.environment import Rate
from factcheck.web.throttling.enforcement import MAX_URL_LENGTH

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"
#: One address of each kind that programs read, and what errors are there.
DOORS = {
    "/api/": PROBLEM,
    "/api/schema/": PROBLEM,
    "/api/v1/": PROBLEM,
    "/api/v1/claims/": PROBLEM,
    "/api/v1/claims/1/": PROBLEM,
    "/api/v1/claims/1.jsonld": PROBLEM,
    "/api/v1/claims.csv": PROBLEM,
    "/api/v1/claims/1/evidence-pack/": PROBLEM,
    "/api/v1/lookup/media/": PROBLEM,
    "/api/v1/match/": PROBLEM,
    "/api/v1/complaints/": PROBLEM,
    "/api/v1/requests/": PROBLEM,
    "/api/v1/editorial/": PROBLEM,
    "/api/v1/editorial/verdicts/1/moves/": PROBLEM,
    "/api/v1/ledger/checkpoint": PROBLEM,
    "/api/v1/ledger/proofs/inclusion": PROBLEM,
    "/api/v1/ledger/tile/0/000": PROBLEM,
    "/feeds/claims.rss": PROBLEM,
    "/feeds/corrections.atom": PROBLEM,
    "/dumps/index.json": PROBLEM,
    "/dumps/2026-01-01/claims.parquet": PROBLEM,
    "/sitemap.xml": PROBLEM,
    "/sitemap-claims-1.xml": PROBLEM,
    "/robots.txt": PROBLEM,
    "/llms.txt": PROBLEM,
    "/topics/index.md": PROBLEM,
    "/oembed/": PROBLEM,
    "/widget.js": PROBLEM,
    "/media/none.png": PROBLEM,
    "/v1alpha1/claims:search": "application/json; charset=UTF-8",  # as Google's APIs
    "/mcp": "application/json",  # JSON-RPC; but what HTTP refuses is a problem
    "/mcp/": "application/json",
}
#: What HTTP refuses before anything is read.
OF_HTTP = (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.REQUEST_URI_TOO_LONG, HTTPStatus.TOO_MANY_REQUESTS)
#: How each door can be knocked at the wrong way.
REQUESTS: dict[str, Callable[[Client, str], Any]] = {
    "another method": lambda client, path: client.generic("PROPFIND", path),
    "DELETE": lambda client, path: client.delete(path),
    "NUL in the path": lambda client, path: client.get(f"{path.rstrip('/')}/%00/"),
    "NUL in the query": lambda client, path: client.get(f"{path}?q=a%00b&%00=1"),
    "an unknown parameter": lambda client, path: client.get(f"{path}?lanugage=en"),
    "a long address": lambda client, path: client.get(f"{path}?q={'a' * MAX_URL_LENGTH}"),
    "another media type": lambda client, path: client.get(path, headers={"accept": "image/webp"}),
    "no JSON": lambda client, path: client.post(path, b"{", content_type="application/json"),
    "a form": lambda client, path: client.post(path, {"q": "x"}),
}
#: These prefixes have only pages, so a missing address is a missing page.
LEADING_TO_PAGES = {
    ("NUL in the path", path) for path in DOORS if path.endswith((".xml", ".txt", ".md", "/mcp", "/mcp/"))
}


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def errors(client: Client) -> Iterator[tuple[str, str, Any]]:
    for path in DOORS:
        for name, ask in REQUESTS.items():
            response = ask(client, path)
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                yield name, path, response


def shape_of(path: str, response: Any) -> str:
    """What an error is at a door."""
    return PROBLEM if path.startswith("/mcp") and response.status_code in OF_HTTP else DOORS[path]


def is_problem(response: Any) -> bool:
    """Whether it has the status of the answer, a code of that status, and a type that leads to the code's paragraph."""
    found = response.json()
    known = CODES[found["code"]].status == response.status_code == found["status"]
    return known and found["type"] == f"http://localhost:8000/api/problems/#{found['code']}"


def test_the_page_of_problems_has_a_paragraph_for_each_code(client: Client) -> None:
    page = client.get("/api/problems/").content.decode()
    assert re.findall(r'<dt id="(\w+)">', page) == list(CODES)


@pytest.mark.slow
def test_every_refusal_has_the_shape_of_its_place(client: Client) -> None:
    refused = [each for each in errors(client) if each[:2] not in LEADING_TO_PAGES]
    assert {path for _name, path, _response in refused} == DOORS.keys()
    wrong = [
        (name, path, response.status_code, response["Content-Type"])
        for name, path, response in refused
        if response["Content-Type"] != shape_of(path, response)
        or (shape_of(path, response) == PROBLEM and not is_problem(response))
        or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    ]
    assert wrong == []


def test_long_addresses_are_refused_everywhere(client: Client) -> None:
    found = {path: REQUESTS["a long address"](client, path).status_code for path in DOORS}
    assert {path: status for path, status in found.items() if status != 414} == {}
    longest = f"/api/v1/claims/?q={'a' * (MAX_URL_LENGTH - len('/api/v1/claims/') - 2)}"
    assert client.get(longest).status_code == 400  # too long a search in an address that is read


def test_a_method_that_is_not_allowed_is_named_beside_those_that_are(client: Client) -> None:
    # Authentication is checked first; and at /api/ a form could be sent, if there were any.
    open_to_all = [path for path in DOORS if "editorial" not in path and path != "/api/"]
    answers = {path: client.generic("PROPFIND", path) for path in open_to_all}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 405} == {}
    wrong = [path for path, answer in answers.items() if "PROPFIND" not in answer.content.decode()]
    assert wrong == []
    assert [path for path, answer in answers.items() if not answer.get("Allow")] == []
    assert answers["/feeds/claims.rss"].json() == {
        "type": "http://localhost:8000/api/problems/#method_not_allowed",
        "title": "Method Not Allowed",
        "status": 405,
        "code": "method_not_allowed",
        "detail": 'Method "PROPFIND" not allowed.',
        "instance": "/feeds/claims.rss",
    }


def test_a_caller_over_the_limit_is_refused_in_the_shape_of_the_place(
    client: Client, settings: Any, editor: User
) -> None:
    for tier in ("ANONYMOUS", "PAGES", "TOKEN", "SUBMISSIONS"):
        setattr(settings, f"RATE_LIMIT_{tier}", Rate(1, 3600))
    _token, secret = api_tokens.issue_token(editor, name="Tool", scopes=[Scope.READ], days=1)
    bearer = {"authorization": f"Bearer {secret}"}
    limited = {}
    for path in DOORS:
        answers = [client.get(path, headers=bearer if "editorial" in path else {}) for _ in range(3)]
        if answers[-1].status_code == HTTPStatus.TOO_MANY_REQUESTS:
            limited[path] = answers[-1]
    assert {path: answer["Content-Type"] for path, answer in limited.items()} == {
        path: shape_of(path, answer) for path, answer in limited.items()
    }
    assert [path for path, answer in limited.items() if int(answer["Retry-After"]) < 1] == []
    assert set(DOORS) - set(limited) == {"/robots.txt", "/widget.js"}  # so cheap that it is not counted
