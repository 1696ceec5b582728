"""Versions of a claim, and the claims published at a given time."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim, Publication
from claims.review import workflow
from factcheck.web.site_urls import build_site_etag
from tests.helpers.newsroom import make_claim
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
URL = "/api/v1/claims/"


@pytest.fixture
def history(publish: Publish, editor: User) -> Claim:
    """Published on 1 May, corrected on 3 May, retracted on 5 May, all at noon UTC."""
    claim = make_claim("The bridge cost 40 million euros.")
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False):
        publish(claim, code="true")
    with time_machine.travel("2026-05-03T12:00:00Z", tick=False):
        publish(claim, code="false", correction_kind="correction", correction_note="We misread the accounts.")
    with time_machine.travel("2026-05-05T12:00:00Z", tick=False):
        workflow.move(
            claim.verdicts.get(state="published"), "retract", by=editor, note="The accounts were forged."
        )
    return claim


def codes(client: Client, query: str) -> list[str]:
    response = client.get(f"{URL}?view=full&{query}")
    assert response.status_code == 200, response.content
    return [
        verdict["rating"]["code"] for claim in response.json()["results"] for verdict in claim["verdicts"]
    ]


@sweep(
    "moment, code",
    [
        ("2026-05-01T11:59:59Z", None),
        ("2026-05-01T12:00:00Z", "true"),
        ("2026-05-01", "true"),
        ("2026-05-02", "true"),
        ("2026-05-03T13:59:59%2B02:00", "true"),
        ("2026-05-03T14:00:00+02:00", "false"),
        ("2026-05-03", "false"),
        ("2026-05-05T11:59:59Z", "false"),
        ("2026-05-05T12:00:00Z", None),
        ("2026-05-06", None),
    ],
    undone=True,
)
def test_claims_published_at_a_given_time(
    client: Client, history: Claim, moment: str, code: str | None
) -> None:
    assert codes(client, f"as_of={moment}") == ([code] if code else [])
    detail = client.get(f"{URL}{history.pk}/?as_of={moment}")
    assert detail.status_code == (200 if code else 404)
    if code:
        assert detail.json()["verdicts"][0]["rating"]["code"] == code
        assert detail["Cache-Control"] == "public, max-age=86400, immutable"


def test_filters_look_at_the_past_too(client: Client, history: Claim) -> None:
    assert codes(client, "as_of=2026-05-02&rating=true&q=bridge&has=evidence") == ["true"]
    assert codes(client, "as_of=2026-05-02&rating=false") == []
    assert codes(client, "as_of=2026-05-04&rating=false&has=correction") == ["false"]


def test_claims_withdrawn_at_a_given_time(client: Client, history: Claim) -> None:
    def withdrawn(day: str) -> list[int]:
        page = client.get(f"{URL}?as_of={day}&status=retracted").json()
        return [claim["id"] for claim in page["results"]]

    assert (withdrawn("2026-05-04"), withdrawn("2026-05-05")) == ([], [history.pk])


def test_today_is_now_and_not_kept_for_long(client: Client, publish: Publish) -> None:
    with time_machine.travel("2026-05-07T12:00:00Z", tick=False):
        publish(code="true")
        response = client.get(f"{URL}?as_of=2026-05-07")
    assert (len(response.json()["results"]), response["Cache-Control"]) == (
        1,
        "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600",
    )


def test_versions_are_listed_newest_first(
    client: Client, history: Claim, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        response = client.get(f"{URL}{history.pk}/versions/")
    hashes = [
        hashlib.sha256(entry.served_body).hexdigest() for entry in Publication.objects.order_by("-version")
    ]
    address = f"http://testserver{URL}{history.pk}/versions"
    assert response.json() == {
        "count": None,
        "next": None,
        "previous": None,
        "results": [
            {
                "version": 3,
                "status": "retracted",
                "kind": "retraction",
                "note": "The accounts were forged.",
                "published_at": "2026-05-05T12:00:00.000000Z",
                "superseded_at": None,
                "body_sha256": hashes[0],
                "url": f"{address}/3/",
            },
            {
                "version": 2,
                "status": "published",
                "kind": "correction",
                "note": "We misread the accounts.",
                "published_at": "2026-05-03T12:00:00.000000Z",
                "superseded_at": "2026-05-05T12:00:00.000000Z",
                "body_sha256": hashes[1],
                "url": f"{address}/2/",
            },
            {
                "version": 1,
                "status": "published",
                "kind": "publication",
                "note": "",
                "published_at": "2026-05-01T12:00:00.000000Z",
                "superseded_at": "2026-05-03T12:00:00.000000Z",
                "body_sha256": hashes[2],
                "url": f"{address}/1/",
            },
        ],
    }


def test_versions_have_pages(client: Client, history: Claim) -> None:
    page = client.get(f"{URL}{history.pk}/versions/?page_size=2&ordering=version").json()
    rest = client.get(page["next"]).json()
    assert [entry["version"] for entry in page["results"] + rest["results"]] == [1, 2, 3]


@sweep("version", [1, 2, 3], undone=True)
def test_version_is_the_body_as_it_was(client: Client, history: Claim, version: int) -> None:
    response = client.get(f"{URL}{history.pk}/versions/{version}/")
    entry = Publication.objects.get(claim=history, version=version)
    assert (response.status_code, response.content.decode()) == (200, entry.served_body.decode())
    assert (response["ETag"], response["Cache-Control"]) == (
        f'"{build_site_etag(entry.body_sha256)}"',
        "public, max-age=86400, immutable",
    )


def test_claim_that_was_never_published_has_no_versions(client: Client, history: Claim) -> None:
    draft = make_claim()
    for path in (
        f"{draft.pk}/versions/",
        f"{draft.pk}/versions/1/",
        "999999/versions/",
        f"{history.pk}/versions/4/",
    ):
        assert client.get(f"{URL}{path}").status_code == 404
    for path in (f"{history.pk}/versions/0/", f"{history.pk}/versions/{2**70}/", f"{2**70}/versions/1/"):
        assert client.get(f"{URL}{path}").status_code == 404


def test_merged_claim_keeps_its_versions(client: Client, publish: Publish, editor: User) -> None:
    claim, target = publish(), publish()
    workflow.move(claim, "merge", by=editor, into=target)
    entries = client.get(f"{URL}{claim.pk}/versions/").json()["results"]
    assert [(entry["version"], entry["status"]) for entry in entries] == [(2, "merged"), (1, "published")]
    assert client.get(f"{URL}{claim.pk}/versions/2/").json()["merged_into"] == target.pk
