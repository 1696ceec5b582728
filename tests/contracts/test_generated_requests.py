"""Generated requests to every operation of the OpenAPI document: each answer is one that the document describes."""

import os
from collections.abc import Callable, Iterable
from itertools import count, product
from math import ceil
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test.client import ClientHandler
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

from claims.models import Claim, Scope
from claims.newsroom import api_tokens
from factcheck.routes import build_openapi
from tests.helpers.newsroom import make_draft

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
described = pytest.importorskip("schemathesis.specs.openapi.checks")
modes = pytest.importorskip("schemathesis.generation").GenerationMode

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:::schemathesis", "ignore:::jsonschema_rs"),
    # `make test` generates the usual number, `make acceptance` sets a larger one.
    *([pytest.mark.acceptance] if "GENERATED_REQUESTS" in os.environ else []),
]

#: How many requests to generate at least, for all operations together: the same ones each time, except with
#: `--hypothesis-profile=fuzz` (and `--hypothesis-seed`).
CASES = int(os.environ.get("GENERATED_REQUESTS", "200"))


def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer within the transaction of the test."""
    response: Any = ClientHandler(enforce_csrf_checks=False)(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [b"".join(response)]


def leave_lengths_to_patterns(document: dict[str, Any]) -> None:
    """Drop the longest length of parameters with a pattern.

    Both are compiled into one expression, which takes up to a third of a second, for each operation again. That too
    long a text is refused is checked with parameters that have no pattern.
    """
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                text = parameter["schema"].get("items", parameter["schema"])
                if "pattern" in text:
                    text.pop("maxLength", None)


def test_generated_requests_are_answered_as_described(
    administrator: User, publish: Callable[..., Claim]
) -> None:
    claim = publish()
    draft = make_draft(claim, administrator, correction_kind="update", correction_note="New accounts.")
    _token, secret = api_tokens.issue_token(administrator, name="Tool", scopes=list(Scope), days=1)
    known = {"id": claim.pk, "claim_id": claim.pk, "verdict_id": draft.pk, "version": 1}
    headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}
    document = build_openapi()
    leave_lengths_to_patterns(document)
    schema = schemathesis.openapi.from_dict(document)
    schema.app = serve
    checks = [
        schemathesis.checks.not_a_server_error,
        described.status_code_conformance,
        described.content_type_conformance,
        described.response_headers_conformance,
        described.response_schema_conformance,
    ]
    operations = [found.ok() for found in schema.get_all_operations()]
    each, sent = ceil(CASES / len(operations) / 2), count()
    failures: dict[str, str] = {}

    def send(case: Any) -> None:
        if next(sent) % 2:
            case.path_parameters.update(
                {name: known[name] for name in known.keys() & case.path_parameters.keys()}
            )
        with transaction.atomic():
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(answer, checks=checks)

    for operation, mode in product(operations, (modes.POSITIVE, modes.NEGATIVE)):
        run = settings(
            max_examples=each,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )(given(operation.as_strategy(mode))(send))
        try:
            run()
        except Unsatisfiable:  # an operation whose every request is valid
            continue
        except Exception as failure:  # noqa: BLE001  reported below
            parts = failure.exceptions if isinstance(failure, ExceptionGroup) else [failure]
            failures[f"{mode.name} {operation.label}"] = "\n".join(map(str, parts))
    if failures:
        pytest.fail("\n\n".join(f"{name}\n{why}" for name, why in failures.items()), pytrace=False)
