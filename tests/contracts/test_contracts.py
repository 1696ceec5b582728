"""What readers of the API build on: the bodies and the OpenAPI document, word for word.

A failure here means that the contract changed. If that is intended, write the files again, check the difference, and
commit them together with the change:

    UPDATE_CONTRACTS=1 .venv/bin/pytest tests/contracts
"""

import difflib
import json
import os
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from claims.features.reply.models import ReplyRequest
from claims.models import Claim, Claimant, Cluster, Evidence, Topic, Verdict
from claims.review import clusters, verdict_drafts, workflow
from factcheck.api.pagination import Position, encode_cursor
from factcheck.api.query_strings import ListQuery
from factcheck.routes import build_openapi
from sources.models import Publisher
from tests.helpers.newsroom import make_appearance, make_claim, make_snapshot, make_source, rating
from tests.helpers.shared_newsroom import checker, editor, shared_rows

__all__ = ["checker", "editor", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db

CONTRACTS = Path(__file__).parent


def assert_unchanged(name: str, text: str) -> None:
    """The file in this folder holds exactly this text."""
    path = CONTRACTS / name
    if os.environ.get("UPDATE_CONTRACTS"):
        path.write_text(text)
    kept = path.read_text() if path.exists() else ""
    if kept != text:
        changes = difflib.unified_diff(
            kept.splitlines(), text.splitlines(), f"contracts/{name}", "what is served now", lineterm=""
        )
        pytest.fail(
            "\n".join(["The contract changed; see the docstring of this file.", *changes]), pytrace=False
        )


# Bodies


@pytest.fixture(scope="module")
def world(checker: User, editor: User) -> dict[str, Any]:
    """One claim with everything, corrected once, and one that was retracted."""
    gazette = Publisher.objects.create(
        name="Harbour Gazette", kind="news", url="https://gazette.example.org/", country="NO", language="en"
    )
    minister = Claimant.objects.create(
        name="Mara Lindqvist",
        job_title="Minister of Transport",
        country="SE",
        same_as=["https://www.wikidata.org/wiki/Q0"],
    )
    article = make_source(
        title="Minister defends bridge",
        url="https://gazette.example.org/bridge",
        archived_url="https://archive.example.org/bridge",
        byline="Ida Holm",
        published_on=date(2026, 1, 16),
        publisher=gazette,
    )
    captured = {"captured_at": datetime(2026, 1, 20, 9, tzinfo=UTC)}
    make_snapshot(
        article, "“It cost 40 million euros”, the minister said of the bridge. She smiled.", **captured
    )
    accounts = make_source(
        title="Accounts of the bridge authority", url="https://accounts.example.org/2025", kind="report"
    )
    make_snapshot(accounts, "The bridge: 52 million euros.", **captured)
    claim = make_claim(
        "The harbour bridge cost 40 million euros.",
        claimant=minister,
        claimed_on=date(2026, 1, 15),
        context="The minister spoke at the opening.",
        created_at=datetime(2026, 1, 20, 10, tzinfo=UTC),
        topics=[Topic.objects.create(name="Transport", slug="transport")],
    )
    claim.first_appearance = make_appearance(claim, article, "It cost 40 million euros")
    claim.save()

    def published(**content: Any) -> None:
        verdict = verdict_drafts.create_draft(claim, author=checker, **content)
        if not verdict.evidence.exists():
            Evidence.objects.create(
                verdict=verdict,
                source=accounts,
                snapshot=accounts.snapshots.get(),
                stance="refutes",
                note="The final sum.",
                exact="52 million euros",
                prefix="The bridge: ",
                suffix=".",
                start=12,
                end=28,
            )
        if not verdict.reply_requests.exists():
            answered(verdict)
        for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
            verdict = workflow.move(verdict, action, by=by)

    with time_machine.travel("2026-02-01T09:00:00Z", tick=False):
        published(
            rating=rating("mostly_false"),
            summary="It cost 52 million.",
            explanation="The *accounts* say so.",
            byline="Chris",
            reviewed_on=date(2026, 2, 1),
            valid_as_of=date(2026, 1, 31),
            recheck_on=date(2027, 1, 31),
        )
    with time_machine.travel("2026-02-03T09:00:00Z", tick=False):
        published(
            rating=rating("false"), correction_kind="correction", correction_note="We rated too mildly."
        )
    withdrawn = make_claim("The ferry sank.", created_at=datetime(2026, 1, 30, 10, tzinfo=UTC))
    return {
        "claim": claim,
        "article": article,
        "withdrawn": withdrawn,
        "claimant": minister,
        "publisher": gazette,
    }


def answered(verdict: Verdict) -> ReplyRequest:
    """The minister was asked before it was published, and has answered; the builder cannot be asked."""
    ReplyRequest.objects.create(verdict=verdict, party="Pontis Bridge Builders", not_asked="no_way")
    return ReplyRequest.objects.create(
        verdict=verdict,
        claimant=verdict.claim.claimant,
        channel="email",
        language="en",
        subject="Your words on the harbour bridge",
        text="You said that the bridge cost 40 million euros. What does it rest on?",
        sent_at=datetime(2026, 1, 28, 9, tzinfo=UTC),
        answer_by=datetime(2026, 1, 30, 16, tzinfo=UTC),
        answered_at=datetime(2026, 1, 29, 14, tzinfo=UTC),
        answer_recorded_at=datetime(2026, 1, 29, 14, tzinfo=UTC),
        answer_channel="email",
        answer="Thank you for asking. I spoke of the contract, without the ramps. Kind regards",
        answer_display="excerpt",
        excerpt="I spoke of the contract, without the ramps.",
    )


@pytest.fixture(scope="module")
def retracted(world: dict[str, Any], checker: User, editor: User) -> Claim:
    claim: Claim = world["withdrawn"]
    verdict = verdict_drafts.create_draft(
        claim, author=checker, rating=rating("true"), summary="It sank.", reviewed_on=date(2026, 2, 1)
    )
    Evidence.objects.create(verdict=verdict, source=world["article"], stance="supports")
    moves = (("submit", checker), ("sign_off", editor), ("publish", editor), ("retract", editor))
    with time_machine.travel("2026-02-02T09:00:00Z", tick=False):
        for action, by in moves:
            note = "It was another ship." if action == "retract" else ""
            verdict = workflow.move(verdict, action, by=by, note=note)
    return claim


@pytest.fixture
def cluster(world: dict[str, Any], retracted: Claim, checker: User, editor: User) -> Cluster:
    """A cluster of the claim, of one that says the same in another language, and of the one that was retracted."""
    retold = make_claim("Der Hafen zahlte 40 Millionen.", language="de", claimed_on=date(2026, 1, 20))
    with time_machine.travel("2026-02-04T09:00:00Z", tick=False):
        verdict = verdict_drafts.create_draft(
            retold,
            author=checker,
            rating=rating("false"),
            summary="Er zahlte 52 Millionen.",
            language="de",
            reviewed_on=date(2026, 2, 2),
        )
        Evidence.objects.create(verdict=verdict, source=world["article"], stance="refutes")
        for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
            verdict = workflow.move(verdict, action, by=by)
        made = Cluster.objects.create(
            title="The bridge at 40 million",
            description="The sum is told in two languages.",
            language="en",
        )
        clusters.add(made, [world["claim"], retold, retracted], by=editor)
        return clusters.move(made, "published", by=editor)


def steady(value: Any, key: str = "") -> Any:
    """The body with what differs from run to run replaced by its name: ids, capture times, hashes of bodies."""
    if isinstance(value, dict):
        return {name: steady(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [steady(part, key) for part in value]
    if (key == "id" or key.endswith("_id")) and isinstance(value, int):
        return "ID"
    if key in ("captured_at", "body_sha256", "claim_sha256", "verdict_sha256"):
        return key.upper()
    if isinstance(value, str):
        return re.sub(r"/\d+/", "/ID/", re.sub(r"cursor=\w+", "cursor=CURSOR", value))
    return value


BODIES = {
    "root": "/api/v1/",
    "claims": "/api/v1/claims/?page_size=1&count=exact",
    "claim": "/api/v1/claims/{claim}/",
    "claim_retracted": "/api/v1/claims/{withdrawn}/",
    "versions": "/api/v1/claims/{claim}/versions/?page_size=1",
    "version": "/api/v1/claims/{claim}/versions/1/",
    "verdict": "/api/v1/verdicts/{verdict}/",
    "source": "/api/v1/sources/{article}/",
    "publisher": "/api/v1/publishers/{publisher}/",
    "claimant": "/api/v1/claimants/{claimant}/",
    "topic": "/api/v1/topics/{topic}/",
    "rating": "/api/v1/ratings/{rating}/",
    "problem_not_found": "/api/v1/claims/987654/",
    "problem_parameters": "/api/v1/claims/?ratign=false&page_size=0",
}


def addressed(path: str, world: dict[str, Any]) -> str:
    claim = world["claim"]
    ids = {name: row.pk for name, row in world.items()}
    verdict = claim.verdicts.get(state="published")
    return path.format(**ids, verdict=verdict.pk, topic=claim.topics.get().pk, rating=verdict.rating_id)


@pytest.mark.parametrize("name", BODIES)
def test_body(client: Client, world: dict[str, Any], retracted: Claim, name: str) -> None:
    body = client.get(addressed(BODIES[name], world)).json()
    assert_unchanged(f"{name}.json", json.dumps(steady(body), indent=2, ensure_ascii=False) + "\n")


CLUSTERS = {"clusters": "/api/v1/clusters/", "cluster": "/api/v1/clusters/{cluster}/"}


@pytest.mark.parametrize("name", CLUSTERS)
def test_body_of_clusters(client: Client, cluster: Cluster, name: str) -> None:
    body = client.get(CLUSTERS[name].format(cluster=cluster.pk)).json()
    assert_unchanged(f"{name}.json", json.dumps(steady(body), indent=2, ensure_ascii=False) + "\n")


# The OpenAPI document


def test_openapi_document(tmp_path: Path) -> None:
    call_command("spectacular", file=str(tmp_path / "openapi.yaml"))
    assert_unchanged("openapi.yaml", (tmp_path / "openapi.yaml").read_text())


def test_state_is_for_work_and_status_for_readers() -> None:
    schemas = build_openapi()["components"]["schemas"].items()
    having = {
        word: {name for name, schema in schemas if word in schema.get("properties", {})}
        for word in ("state", "status")
    }
    problems = {"Problem", "RefusedBody", "RefusedQuery", "RefusedWriting"}
    messages_of_readers, webhooks = (
        {"ReceivedMessage", "RequestResults"},
        {"Webhook", "WebhookDelivery", "WebhookWithSecret"},
    )
    desk = {
        f"Editorial{kind}{form}" for kind in ("Claim", "Translation", "Verdict") for form in ("", "Summary")
    }
    assert having["state"] == desk | {"MentionedVerdict", "Moves"} | webhooks | messages_of_readers
    publications = {"Change", "Claim", "CorrectionEntry", "CorrectionEntrySummary", "PartialClaim"}
    publications |= {"Version", "WebhookEntry"}
    assert having["status"] == publications | problems


DESCRIBED = {
    "claims": ("/api/v1/claims/", "/api/v1/claims/"),
    "claim": ("/api/v1/claims/{claim}/", "/api/v1/claims/{id}/"),
    "claim_retracted": ("/api/v1/claims/{withdrawn}/", "/api/v1/claims/{id}/"),
    "versions": ("/api/v1/claims/{claim}/versions/", "/api/v1/claims/{claim_id}/versions/"),
    "version": ("/api/v1/claims/{claim}/versions/1/", "/api/v1/claims/{claim_id}/versions/{version}/"),
    "verdict": ("/api/v1/verdicts/{verdict}/", "/api/v1/verdicts/{id}/"),
    "source": ("/api/v1/sources/{article}/", "/api/v1/sources/{id}/"),
    "publisher": ("/api/v1/publishers/{publisher}/", "/api/v1/publishers/{id}/"),
    "claimant": ("/api/v1/claimants/{claimant}/", "/api/v1/claimants/{id}/"),
    "topic": ("/api/v1/topics/{topic}/", "/api/v1/topics/{id}/"),
    "rating": ("/api/v1/ratings/{rating}/", "/api/v1/ratings/{id}/"),
    "problem_parameters": ("/api/v1/claims/?page_size=0", "/api/v1/claims/"),
    "problem_not_found": ("/api/v1/topics/987654/", "/api/v1/topics/{id}/"),
}


@pytest.mark.parametrize("name", DESCRIBED)
def test_openapi_document_describes_the_served_bodies(
    client: Client, world: dict[str, Any], retracted: Claim, name: str
) -> None:
    path, operation = DESCRIBED[name]
    assert_described(client, addressed(path, world), operation)


@pytest.mark.parametrize("name", CLUSTERS)
def test_openapi_document_describes_clusters(client: Client, cluster: Cluster, name: str) -> None:
    operation = CLUSTERS[name].replace("{cluster}", "{id}")
    assert_described(client, CLUSTERS[name].format(cluster=cluster.pk), operation)


def assert_described(client: Client, address: str, operation: str) -> None:
    """The answer is as the operation says it, key by key."""
    response = client.get(address)
    described = build_openapi()["paths"][operation]["get"]["responses"][str(response.status_code)]
    schema = described["content"][response["Content-Type"]]["schema"]
    document = {"components": build_openapi()["components"], **schema}
    Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        response.json()
    )
    assert [place for place in undescribed(response.json(), schema) if not place.startswith(BESIDE)] == []


#: Members of a list besides its results, returned only on request.
BESIDE = (".search", ".highlights")


def undescribed(value: Any, schema: dict[str, Any], place: str = "") -> Iterator[str]:
    """Where keys of the value and of its schema differ. JSON Schema lets both pass: additional keys, optional keys."""
    schema = resolved(schema)
    if isinstance(value, list):
        for part in value:
            yield from undescribed(part, schema["items"], f"{place}[]")
    if isinstance(value, dict) and "properties" in schema:
        yield from (f"{place}.{name}" for name in value.keys() ^ schema["properties"].keys())
        yield from (
            f"{place}.{name} is optional" for name in schema["properties"].keys() ^ set(schema["required"])
        )
        for name in value.keys() & schema["properties"].keys():
            yield from undescribed(value[name], schema["properties"][name], f"{place}.{name}")


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference; of alternatives with null, the other one."""
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            return resolved(next(part for part in schema[key] if "$ref" in part))
    if "$ref" in schema:
        found: dict[str, Any] = build_openapi()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return resolved(found)
    return schema


def test_names_of_lists_in_cursors_never_change() -> None:
    """Mirrors and tools keep cursors: a class may be renamed, its list may not."""
    names = {kind.list_name: kind for kind in reversed([*_kinds_of_lists(ListQuery)])}
    assert sorted(names) == sorted(LISTS)
    decodes = json.loads(
        urlsafe_b64decode(encode_cursor(Position((3,)), names["ratings"].orderings[0]) + "==")
    )
    assert decodes == ["ratings", names["ratings"].orderings[0].name, "after", 3]


def _kinds_of_lists(base: type[ListQuery]) -> Iterator[type[ListQuery]]:
    """All lists of the project that have an order."""
    for kind in base.__subclasses__():
        if kind.orderings and not kind.__module__.startswith("tests."):
            yield kind
        yield from _kinds_of_lists(kind)


LISTS = [
    *(
        "claims",
        "claimants",
        "clusters",
        "corrections",
        "publishers",
        "ratings",
        "sources",
        "topics",
        "verdicts",
    ),
    *("versions", "editorial/claims", "editorial/deliveries", "editorial/media", "editorial/parts"),
    *("editorial/snapshots", "editorial/transitions", "editorial/translations", "editorial/verdicts"),
    "editorial/webhooks",
]
