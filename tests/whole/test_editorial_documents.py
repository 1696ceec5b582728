"""Every document of the editorial API, those of features too, is what its schema says."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from jsonschema import Draft202012Validator

from claims.features.reply.models import ReplyRequest
from claims.features.webhooks import internal_endpoints
from claims.features.webhooks.models import WebhookDelivery
from claims.models import ApiToken, Verdict
from factcheck.routes import build_openapi
from tests.claims.editorial.conftest import archive
from tests.claims.editorial.test_lists_and_documents import Fill, fill
from tests.helpers.newsroom import make_claim
from tests.helpers.newsroom_tool import tool
from tests.helpers.translations import translate

__all__ = ["archive", "fill"]  # fixtures

pytestmark = pytest.mark.django_db


def test_every_document_matches_the_schema_exactly(editor: User, fill: Fill, checker: User) -> None:
    (claim,) = fill(1)
    make_claim(state="proposed")  # and one with as little as possible
    draft = Verdict.objects.get(claim=claim, state="draft")
    place = {
        "claim_id": claim.pk,
        "verdict_id": draft.pk,
        "source_id": claim.appearances.get().source_id,
        "number": 1,
    }
    asking, seen, others = tool(editor), 0, []
    token = ApiToken.objects.get()
    webhook = internal_endpoints.add_endpoint(token, name="Post", url="https://example.org/hook")
    entry = claim.publications.get()
    message = WebhookDelivery.objects.create(endpoint=webhook, publication=entry, event="claim.published")
    place["webhook_id"] = webhook.pk
    ids = {
        "claims": claim.pk,
        "verdicts": draft.pk,
        "appearances": claim.appearances.get().pk,
        "evidence": draft.evidence.get().pk,
        "replies": ReplyRequest.objects.create(verdict=draft, party="The builder", not_asked="no_way").pk,
        "media": claim.media.get().media_id,
        "evidence-pack": claim.pk,
        "deliveries": message.pk,
        "translations": translate(claim, checker, "fr").pk,
    }
    for path, methods in build_openapi()["paths"].items():
        if not path.startswith("/api/v1/editorial/") or "get" not in methods:
            continue
        kind = path.removesuffix("moves/").rstrip("/").removesuffix("/{id}").rsplit("/", 1)[-1]
        key = ids.get(kind) or (asking.get(f"{kind}/").json()["results"][0]["id"] if "{id}" in path else 0)
        answer = asking.get(path.format(id=key, **place))
        assert answer.status_code == 200, (path, answer.content)
        ((media_type, described),) = methods["get"]["responses"]["200"]["content"].items()
        assert answer["Content-Type"] == media_type, path
        if media_type == "application/json":
            assert_described(answer.json(), described["schema"], path)
        else:
            assert answer.getvalue()
            others.append(path)
        seen += 1
    assert others == ["/api/v1/editorial/claims/{id}/evidence-pack/"]
    assert seen == 37  # addresses that are read


def assert_described(document: Any, schema: dict[str, Any], path: str) -> None:
    """The document has exactly the keys of its schema, everywhere."""
    components = build_openapi()["components"]["schemas"]
    closed = {
        name: {"additionalProperties": False} | each
        for name, each in components.items()
        if each.get("type") == "object"
    }
    whole = {**schema, "components": {"schemas": components | closed}}
    errors = [error.message for error in Draft202012Validator(whole).iter_errors(document)]
    assert errors == [], path
