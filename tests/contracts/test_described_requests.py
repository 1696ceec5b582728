"""What the OpenAPI document says of requests: which keys are needed, and what any request may be answered."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from jsonschema import Draft202012Validator

from claims.models import Claim, Scope
from claims.newsroom import api_tokens
from factcheck.routes import build_openapi
from tests.helpers.newsroom import make_draft

pytestmark = pytest.mark.django_db


def accepts_nothing(document: dict[str, Any], schema: dict[str, Any]) -> bool:
    """Whether the schema takes an empty object."""
    return Draft202012Validator({**schema, "components": document["components"]}).is_valid({})


def test_an_empty_body_is_refused_if_the_document_requires_a_key(
    client: Client, administrator: User, publish: Callable[..., Claim]
) -> None:
    document = build_openapi()
    claim = publish()
    draft = make_draft(claim, administrator, correction_kind="update", correction_note="New accounts.")
    _token, secret = api_tokens.issue_token(administrator, name="Tool", scopes=list(Scope), days=1)
    ids = {"claim_id": claim.pk, "verdict_id": draft.pk}
    differing, described = {}, 0
    for path, item in document["paths"].items():
        body = item.get("post", {}).get("requestBody")
        address = re.sub(r"\{(\w+)\}", lambda found: str(ids.get(found[1], "-")), path)
        if body is None or "-/" in address:
            continue
        described += 1
        answer = client.post(
            address, "{}", content_type="application/json", headers={"authorization": f"Bearer {secret}"}
        )
        is_needed = not accepts_nothing(document, body["content"]["application/json"]["schema"])
        if is_needed is not (answer.status_code == 400) or is_needed is not body.get("required", False):
            differing[path] = (answer.status_code, answer.content, body.get("required"))
    assert differing == {}
    assert described > 10


def test_one_of_several_keys_is_enough() -> None:
    document = build_openapi()
    schemas = document["components"]["schemas"]
    for name, keys in (
        ("RequestBody", {"text": "The ferry sank.", "address": "https://example.org/"}),
        ("SourceBody", {"title": "A report", "text": "The ferry sank."}),
        ("QuoteBody", {"source": 1, "source_url": "https://example.org/"}),
    ):
        others = {"email": "ines@example.org"} if name == "RequestBody" else {}
        validator = Draft202012Validator({**schemas[name], "components": document["components"]})
        assert [validator.is_valid({**others, key: value}) for key, value in keys.items()] == [True, True]
        assert not validator.is_valid(others)
    assert "if" not in schemas["PatchedQuoteBody"]


def test_every_operation_describes_the_general_errors() -> None:
    lacking = {
        (method, path)
        for path, item in build_openapi()["paths"].items()
        for method, operation in item.items()
        if not {"414", "503"} <= operation["responses"].keys()
        or ("requestBody" in operation) is not ("408" in operation["responses"])
    }
    assert lacking == set()


def test_a_form_is_described_by_its_file() -> None:
    document = build_openapi()
    content = document["paths"]["/api/v1/editorial/media/"]["post"]["requestBody"]["content"]
    names = {kind: json.dumps(each["schema"]).rpartition("/")[2][:-2] for kind, each in content.items()}
    assert names == {"application/json": "MediaBody", "multipart/form-data": "MediaForm"}
    schemas = document["components"]["schemas"]
    assert [schemas[name]["required"] for name in names.values()] == [["url"], ["file"]]


def test_required_parameters_are_those_of_the_document(client: Client) -> None:
    differing, described = {}, 0
    for path, item in build_openapi()["paths"].items():
        if "get" not in item or "{" in path or "/editorial/" in path:
            continue
        described += 1
        declared = [each["name"] for each in item["get"].get("parameters", []) if each.get("required")]
        answer = client.get(path)
        refused = answer.json()["errors"] if answer.status_code == 400 else []
        answer.getvalue()  # a download has a seat until it ends
        found = [error["parameter"] for error in refused if error["code"] == "required"]
        if found != declared:
            differing[path] = (declared, found)
    assert differing == {}
    assert described > 20


def test_no_text_of_a_body_may_contain_nul(
    client: Client, administrator: User, publish: Callable[..., Claim]
) -> None:
    document = build_openapi()
    claim = publish()
    draft = make_draft(claim, administrator, correction_kind="update", correction_note="New accounts.")
    _token, secret = api_tokens.issue_token(administrator, name="Tool", scopes=list(Scope), days=1)
    ids = {"claim_id": claim.pk, "verdict_id": draft.pk}
    differing, described = {}, 0
    for path, item in document["paths"].items():
        body = item.get("post", {}).get("requestBody")
        address = re.sub(r"\{(\w+)\}", lambda found: str(ids.get(found[1], "-")), path)
        if body is None or "-/" in address:
            continue
        schema = body["content"]["application/json"]["schema"]
        name = schema.get("$ref", "").rpartition("/")[2]
        for key, described_as in (
            document["components"]["schemas"].get(name, schema).get("properties", {}).items()
        ):
            if described_as.get("type") != "string":
                continue
            described += 1
            answer = client.post(
                address,
                json.dumps({key: "a\0b"}),
                content_type="application/json",
                headers={"authorization": f"Bearer {secret}"},
            )
            places = [error["pointer"] for error in answer.json().get("errors", [])]
            if answer.status_code != 400 or f"#/{key}" not in places:
                differing[path, key] = (answer.status_code, places)
    assert differing == {}
    assert described > 20
