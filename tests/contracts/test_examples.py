"""The examples of the OpenAPI document are real answers, and none is missing.

After an intended change, or for a new file with only a summary and a request, write and inspect the responses:

    UPDATE_CONTRACTS=1 .venv/bin/pytest tests/contracts/test_examples.py
"""

import hashlib
import json
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.test import Client
from jsonschema import Draft202012Validator

from claims.features.archiving.models import ArchivedCopy, ArchivedFile, Timestamp
from claims.features.links import watched_links
from claims.features.links.models import LinkState
from claims.ledger.proofs.checkpoints import sign_ledger
from claims.models import Claim
from factcheck import features
from factcheck.api.openapi.examples import ANY_VALUE, FOLDER, Example, iterate_operations, load_examples
from factcheck.installation.environment import Rate
from factcheck.routes import build_openapi
from factcheck.web.throttling import callers, get_limiter
from tests.contracts import test_contracts
from tests.helpers.broken_rules import as_committed
from tests.helpers.rewritten_ledger import CHAIN_ANEW, past_all_rules
from tests.helpers.shared_newsroom import checker, editor, shared_rows
from tests.helpers.tampering import as_owner_of_tables

__all__ = ["checker", "editor", "shared_rows"]  # fixtures
world, retracted, cluster = test_contracts.world, test_contracts.retracted, test_contracts.cluster

pytestmark = pytest.mark.django_db

#: Operations of editors' tools are described in words and by their schemas.
NOT_PUBLIC = "/api/v1/editorial/"

#: Values set by the database's own clock, and their replacements in the example.
DECIDED_BY_THE_DATABASE = {
    ("sources_copies", "captured_at"): "2026-01-20T09:00:00.000000Z",
    ("ledger_checkpoints", "signed_at"): "2026-02-03T09:01:00.000000Z",
    ("ledger_keys", "began_at"): "2026-02-03T09:01:00.000000Z",
}

#: Answers of these types are bytes, which an example holds in base64.
BINARY = {"application/octet-stream"}

#: Operations whose answers cannot be examples, and why. Their errors have examples.
WITHOUT_AN_ANSWER = {
    "claims_evidence_pack": "A ZIP, whose bytes tell a reader nothing: docs/archiving.md lists what is in it.",
}


@pytest.fixture(scope="module")
def same_every_time(shared_rows: None) -> Iterator[None]:
    """Rows are numbered from 1, and found in January 2026."""
    count_from_the_last()
    with time_machine.travel("2026-01-20T09:00:00Z", tick=False):
        yield


def count_from_the_last() -> None:
    """New rows get the number after the last existing one, whatever other tests have rolled back."""
    ours = [apps.get_app_config("claims"), apps.get_app_config("sources"), *features.list_installed()]
    models = [model for config in ours for model in config.get_models()]
    with as_owner_of_tables(), connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


@pytest.fixture
def busy(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A client at the address of the test's client has used up its rate limit."""
    monkeypatch.setattr(callers, "PostgresStore", lambda: None)
    settings.RATE_LIMIT_ANONYMOUS = Rate(600, 60)
    monkeypatch.setattr(get_limiter(), "clock", lambda: 0.0)
    get_limiter().admit("127.0.0.1", "anonymous", 600)
    yield
    get_limiter.cache_clear()


@pytest.fixture
def signed(settings: Any, world: dict[str, Any], retracted: Claim) -> None:
    """Publications so far is signed, by the key of the examples."""
    settings.SIGNING_KEY = "the examples are signed with this key, and nothing else is"
    as_committed()
    # Salts are drawn at random; the examples have always the same.
    past_all_rules("UPDATE claims_publication SET salts = md5(sequence::text)", CHAIN_ANEW)
    sign_ledger()


@pytest.fixture
def archived(world: dict[str, Any]) -> None:
    """The article was archived, and an authority signed when."""
    address = world["article"].url
    copy = ArchivedCopy.objects.create(
        source=world["article"], address=address, final_address=address, http_status=200, reason="desk"
    )
    digest = hashlib.sha256(b"WARC/1.1").hexdigest()
    ArchivedFile.objects.create(
        copy=copy, role="warc", sha256=digest, size=48211, media_type="application/warc"
    )
    Timestamp.objects.create(
        sha256=digest,
        authority="https://timestamps.example.org/",
        token=b"token",
        stamped_at=datetime(2026, 1, 20, 9, 0, 7, tzinfo=UTC),
    )


@pytest.fixture
def moved_away(world: dict[str, Any]) -> None:
    """The article is gone from where it was; everything else was not looked at yet."""
    watched_links.update_watched_links()
    on = {name: datetime(2026, 2, 20, 4, tzinfo=UTC) for name in ("since", "checked_at", "written_at")}
    LinkState.objects.filter(pk=world["article"].pk).update(
        outcome="gone", http_status=410, moved_to="", **on
    )


#: The rows that an operation needs to have something to return.
NEEDED = {
    "changes_": "signed",
    "claims_links": "moved_away",
    "clusters_": "cluster",
    "ledger_": "signed",
    "sources_copies": "archived",
}


def served(client: Client, example: Example) -> dict[str, Any]:
    """The answer to the request of an example, as the example's file holds it."""
    request = example.content["request"]
    query = {
        name: ",".join(map(str, value)) if isinstance(value, list) else value
        for name, value in request.get("query", {}).items()
    }
    with time_machine.travel("2026-03-01T09:00:00Z", tick=False):
        response: Any = client.generic(
            request["method"],
            request["path"],
            json.dumps(request["body"]) if "body" in request else "",
            "application/json" if "body" in request else "application/octet-stream",
            query_params=query,
            headers={"host": "localhost:8000", **request.get("headers", {})},
        )
        content = b"".join(response)
    if request["method"] == "GET" and response.status_code == 200:
        assert response.has_header("ETag")
    media_type = response.headers["Content-Type"].partition(";")[0]
    body = b64encode(content).decode() if media_type in BINARY else content.decode()
    for (operation, member), value in DECIDED_BY_THE_DATABASE.items():
        if operation == example.operation:
            body = re.sub(rf'("{member}": ?)"[^"]*"', rf'\1"{value}"', body)
    is_json = re.search(r"\bjson$", media_type)
    return {
        "status": response.status_code,
        "media_type": media_type,
        "body": json.loads(body) if is_json else body,
    }


@pytest.mark.parametrize("example", load_examples(), ids=lambda example: example.path.stem)
def test_examples_equal_the_served_answers(
    same_every_time: None,
    client: Client,
    world: dict[str, Any],
    retracted: Claim,
    example: Example,
    request: pytest.FixtureRequest,
) -> None:
    expected = example.content.get("response", {})
    if expected.get("status") == 429:
        request.getfixturevalue("busy")
    for operation, fixture in NEEDED.items():
        if example.operation.startswith(operation):
            count_from_the_last()
            request.getfixturevalue(fixture)
    answer = served(client, example)
    if os.environ.get("UPDATE_CONTRACTS"):
        text = json.dumps(example.content | {"response": answer}, indent=2, ensure_ascii=False)
        example.path.write_text(text + "\n")
        expected = answer
    assert answer == expected


@pytest.mark.parametrize("example", load_examples(), ids=lambda example: example.path.stem)
def test_example_is_attached_and_as_its_schema_says(example: Example) -> None:
    answer = example.content.get("response")
    assert answer, "Write the answer with UPDATE_CONTRACTS=1."
    attached = 0
    for _template, operation in iterate_operations(build_openapi()):
        if example.operation not in (ANY_VALUE, operation["operationId"]):
            continue
        content = content_of(operation, str(answer["status"]), answer["media_type"])
        if example.operation == ANY_VALUE and example.name not in content.get("examples", {}):
            continue
        assert example.name in content["examples"]
        validate(answer["body"], content["schema"])
        attached += 1
        if "body" in example.content["request"] and answer["status"] < 400:
            described = operation["requestBody"]["content"]["application/json"]
            validate(example.content["request"]["body"], described["schema"])
    assert attached


def content_of(operation: dict[str, Any], status: str, media_type: str) -> dict[str, Any]:
    """How the operation describes an answer of this kind; nothing where it does not."""
    content: dict[str, Any] = operation["responses"].get(status, {}).get("content", {}).get(media_type, {})
    return content


def validate(value: Any, schema: dict[str, Any]) -> None:
    document = {"components": build_openapi()["components"], **schema}
    Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


def public() -> list[tuple[str, dict[str, Any]]]:
    return [
        (path, operation)
        for path, operation in iterate_operations(build_openapi())
        if not path.startswith(NOT_PUBLIC)
    ]


@pytest.mark.parametrize("operation", [operation["operationId"] for _, operation in public()])
def test_every_public_operation_has_an_example(operation: str) -> None:
    (described,) = (found for _, found in public() if found["operationId"] == operation)
    media_types = [
        media_type
        for status, response in described["responses"].items()
        if status.startswith("2")
        for media_type, content in response.get("content", {}).items()
        if content.get("examples")
    ]
    assert bool(media_types) != (operation in WITHOUT_AN_ANSWER), (
        f"Add {FOLDER.name}/{operation}.json with a summary and a request."
    )


@pytest.mark.parametrize(
    "template, operation", public(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_value_in_an_address_has_an_example(template: str, operation: dict[str, Any]) -> None:
    in_path = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == "path"]
    assert [parameter["name"] for parameter in in_path if "example" not in parameter] == []
    for parameter in operation.get("parameters", []):
        if "example" in parameter:
            validate(parameter["example"], parameter["schema"])


def test_errors_have_examples_everywhere() -> None:
    for template, operation in iterate_operations(build_openapi()):
        for status in ("400", "404", "406", "429"):
            if content := content_of(operation, status, "application/problem+json"):
                assert content.get("examples"), (template, status)


def test_every_file_belongs_to_an_operation() -> None:
    known = {operation["operationId"] for _, operation in iterate_operations(build_openapi())} | {ANY_VALUE}
    assert {example.operation for example in load_examples()} <= known
