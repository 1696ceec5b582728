"""The API as a whole: its root, its documentation, and that no request brings it down."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from claims.models import Claim, Claimant, Topic
from factcheck.routes import LIST_RESOURCES, build_openapi
from tests.helpers.newsroom import make_claim
from tests.helpers.sweeps import sweep

Publish = Callable[..., Claim]


@pytest.mark.django_db
def test_root_lists_everything(client: Client) -> None:
    response = client.get("/api/v1/")
    api, site = "http://testserver/api", "http://testserver"
    v1 = f"{api}/v1"
    assert response.json() == {
        **{name: f"{v1}/{name}/" for name in (*LIST_RESOURCES, "match", "lookup", "corrections", "changes")},
        **{name: f"{v1}/{name}/" for name in ("complaints", "requests", "standards", "editorial")},
        **{name: f"{api}/{name}/" for name in ("schema", "docs", "redoc", "problems")},
        "facets": f"{v1}/claims/facets/",
        "lookup_media": f"{v1}/lookup/media/",
        "downloads": {form: f"{v1}/claims.{form}" for form in ("csv", "jsonl", "json", "jsonld")},
        "dumps": f"{site}/dumps/index.json",
        "feeds": {
            **{form: f"{site}/feeds/claims.{form}" for form in ("atom", "rss", "json")},
            "corrections": f"{site}/feeds/corrections.atom",
        },
        "ledger": {
            **{name: f"{v1}/ledger/{name}" for name in ("checkpoint", "checkpoints", "keys")},
            **{name: f"{v1}/ledger/proofs/{name}" for name in ("inclusion", "consistency")},
        },
        "fact_check_tools": f"{site}/v1alpha1/claims:search",
        "mcp": f"{site}/mcp",
    }
    assert client.get("/api/v1/", headers={"if-none-match": response["ETag"]}).status_code == 304
    only_sent_to = {"lookup_media", "complaints", "requests", "mcp"}
    for name, address in response.json().items():
        for each in address.values() if isinstance(address, dict) else [address]:
            answer: Any = client.get(each)
            answer.getvalue()  # until it is read, a download keeps its seat
            status = answer.status_code
            # Requests without their parameters, addresses that need a token, and resources not yet signed or written.
            assert status in ((405,) if name in only_sent_to else (200, 400, 401, 404)), each


def test_api_leads_to_its_present_version(client: Client) -> None:
    assert client.get("/api/")["Location"] == "/api/v1/"
    assert client.get("/api/v1/claims?page_size=2")["Location"] == "/api/v1/claims/?page_size=2"


@pytest.mark.slow
def test_schema_is_valid_and_complete(tmp_path: Any) -> None:
    """A warning would mean that something is served which the schema does not say."""
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(tmp_path / "openapi.yaml"))
    assert {path for path in build_openapi()["paths"] if not path.startswith("/api/v1/editorial/")} == {
        *(f"/api/v1/{name}/" for name in LIST_RESOURCES),
        *(f"/api/v1/{name}/{{id}}/" for name in LIST_RESOURCES),
        "/api/v1/claims/{claim_id}/versions/",
        "/api/v1/claims/{claim_id}/versions/{version}/",
        "/api/v1/claims/{id}.jsonld",
        "/api/v1/claims/{id}/quotes/",
        *(f"/api/v1/claims.{extension}" for extension in ("csv", "json", "jsonl", "jsonld")),
        "/api/v1/changes/",
        "/api/v1/claims/facets/",
        "/api/v1/lookup/",
        "/api/v1/lookup/media/",
        "/api/v1/match/",
        *("/api/v1/claims/{id}/evidence-pack/", "/api/v1/claims/{id}/links/", "/api/v1/sources/{id}/copies/"),
        *(f"/api/v1/{name}/" for name in ("complaints", "requests", "corrections", "standards")),
        "/api/v1/standards.csv",
        *(f"/api/v1/ledger/{name}" for name in ("checkpoint", "checkpoints", "keys")),
        *(f"/api/v1/ledger/proofs/{name}" for name in ("consistency", "inclusion")),
        *(f"/api/v1/ledger/tile/{name}" for name in ("entries/{tile}", "{level}/{tile}")),
    }


def test_schema_is_served_as_yaml_and_json(client: Client) -> None:
    assert client.get("/api/schema/").content.decode().startswith("openapi: 3.1.1\n")
    response = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    assert response.json()["openapi"] == "3.1.1"


@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_documentation_pages_load_nothing_from_elsewhere(client: Client, page: str) -> None:
    response = client.get(f"/api/{page}/")
    html = response.content.decode()
    loaded = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', html)
    assert loaded
    for address in loaded:
        assert address.startswith("/")
        if address.startswith(settings.STATIC_URL):
            assert finders.find(address.removeprefix(settings.STATIC_URL))
    assert not re.search(r"<script>|javascript:| on\w+=", html)  # which the policy would refuse


def test_only_documentation_pages_may_style_themselves(client: Client) -> None:
    def policy(path: str) -> str:
        return client.get(path)["Content-Security-Policy"]

    for page in ("/api/docs/", "/api/redoc/"):
        assert "style-src 'self' 'unsafe-inline'" in policy(page)
        assert "script-src 'self';" in policy(page) + ";"
    assert "unsafe-inline" not in policy("/api/v1/")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("name", LIST_RESOURCES)
def test_nothing_can_be_written(client: Client, method: str, name: str) -> None:
    for path in (f"/api/v1/{name}/", f"/api/v1/{name}/1/"):
        response = getattr(client, method)(path, "{}", content_type="application/json")
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")


# No request brings it down

PARAMETERS = sorted(
    {name for resource in LIST_RESOURCES.values() for name in resource.list_query.base_filters}
)
PLAUSIBLE = [
    *("1", "0", "-1", "200", "9999999999999999999", "true,false", "2026-01-01", "9999-12-31", "0001-01-01"),
    *(
        "2026-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "en",
        "pt-BR",
        "https://example.org/a?b=c#d",
        "example.org",
    ),
    *(
        "http://[::1",
        "http://é.example",
        '"a phrase',
        "a & b | !c:*",
        "-",
        "or",
        "exact",
        "estimate",
        "relevance",
    ),
    *(
        "-updated",
        "-published",
        "name",
        "retracted",
        "evidence",
        "ส้ม",
        "日本",
        "\ud7ff",
        "\uffff",
        "%",
        "_",
        "\\",
        "'",
    ),
]
values = st.sampled_from(PLAUSIBLE) | st.text(max_size=30)
queries = st.lists(st.tuples(st.sampled_from(PARAMETERS) | st.text(max_size=10), values), max_size=4)


@pytest.mark.slow
@pytest.mark.django_db
@hypothesis_settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.sampled_from(sorted(LIST_RESOURCES)), query=queries)
def test_any_query_string_is_answered_or_refused(
    client: Client, name: str, query: list[tuple[str, str]]
) -> None:
    response = client.get(f"/api/v1/{name}/?{urlencode(query, errors='replace')}")
    assert response.status_code in (200, 400, 404)
    if response.status_code != 200:
        assert response["Content-Type"] == "application/problem+json"
        asked = {key for key, _ in query}
        named = {error["parameter"] for error in response.json()["errors"]}
        assert named
        assert named <= asked


@pytest.mark.django_db
def test_every_filter_meets_every_plausible_value(
    client: Client, publish: Publish, claimant: Claimant, topic: Topic
) -> None:
    publish(make_claim(claimant=claimant, topics=[topic]))
    _ask_every_filter(client)


@sweep("value", PLAUSIBLE)
def _ask_every_filter(client: Client, value: str) -> None:
    for name, resource in LIST_RESOURCES.items():
        for parameter in resource.list_query.base_filters:
            response = client.get(f"/api/v1/{name}/", {parameter: value})
            assert response.status_code in (200, 400, 404), (name, parameter, value)


@pytest.mark.django_db
@sweep(
    "name, number",
    product(
        LIST_RESOURCES, ["0", "00", "1e3", "1.0", "-1", "+1", "9" * 19, "9" * 20, "9" * 5000, "%31", "１"]
    ),
)
def test_odd_ids_are_not_found(client: Client, name: str, number: str) -> None:
    assert client.get(f"/api/v1/{name}/{number}/").status_code == 404
