"""Every public answer to GET that programs read has an ETag, which is what docs/api.md promises."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.ledger.proofs.checkpoints import sign_ledger
from claims.models import Claim, Claimant, Topic
from claims.review import clusters
from factcheck.routes import build_openapi
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

#: What addresses cannot do without.
QUERIES: dict[str, dict[str, Any]] = {
    "/api/v1/lookup/": {"url": "https://example.org/"},
    "/api/v1/match/": {"text": "The ferry sank."},
    "/api/v1/ledger/proofs/inclusion": {"sequence": 1},
    "/api/v1/ledger/proofs/consistency": {"first": 1, "second": 1},
}
#: Addresses for programs that are no operations of the API.
OTHERS = (
    "/api/v1/",
    "/api/schema/",
    "/api/problems/",
    "/dumps/index.json",
    "/feeds/claims.atom",
    "/feeds/claims.rss",
    "/feeds/claims.json",
    "/feeds/corrections.atom",
    "/robots.txt",
    "/sitemap.xml",
    "/llms.txt",
    "/v1alpha1/claims:search?query=ferry",
)


def read(client: Client, path: str, query: dict[str, Any], **headers: str) -> Any:
    """The answer, read to its end: there are few seats for downloads."""
    answer = client.get(path, query, headers=headers)
    answer.getvalue()
    return answer


def test_every_public_read_has_an_etag(
    client: Client,
    publish: Callable[..., Claim],
    claimant: Claimant,
    topic: Topic,
    editor: User,
    settings: Any,
) -> None:
    settings.ARCHIVE_PUBLIC_COPIES = True
    claim = publish(make_claim(claimant=claimant, topics=[topic]))
    clusters.move(clusters.gather([claim, publish()], by=editor), "published", by=editor)
    sign_ledger()
    lists = ("claims", "verdicts", "sources", "publishers", "claimants", "topics", "ratings", "clusters")
    ids = {name: client.get(f"/api/v1/{name}/").json()["results"][-1]["id"] for name in lists}
    fixed = {"version": 1, "level": 0, "tile": "000.p/2"}
    asked: dict[str, dict[str, Any]] = {path: {} for path in OTHERS}
    for path, operations in build_openapi()["paths"].items():
        if "get" in operations and not path.startswith("/api/v1/editorial/"):
            name = path.removeprefix("/api/v1/").partition("/")[0].partition(".")[0]
            known = fixed | {"id": ids.get(name), "claim_id": ids["claims"]}
            asked[path.format(**known)] = QUERIES.get(path, {})
    found = {path: read(client, path, query) for path, query in asked.items()}
    assert {path: answer.status_code for path, answer in found.items() if answer.status_code != 200} == {}
    assert [path for path, answer in found.items() if "ETag" not in answer] == []
    again = {
        path: read(client, path, asked[path], **{"if-none-match": answer["ETag"]}).status_code
        for path, answer in found.items()
    }
    assert {path: status for path, status in again.items() if status != 304} == {}
