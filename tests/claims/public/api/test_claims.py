"""The API's list of claims, and one claim: what they show, filtered, sorted, searched and paged."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from time_machine import travel

from claims.models import Claim, Claimant, Publication
from claims.review import workflow
from factcheck.api.field_selection import build_parts, pick_parts
from factcheck.web.site_urls import build_site_etag
from tests.helpers.newsroom import make_claim
from tests.helpers.public_lists import CLAIMS, get, ids

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


#: What a summary has of a claim, in its order.
SUMMARY = (
    *("id", "url", "statement", "language", "claimant.name", "claimed_on"),
    *("verdicts.publisher.name", "verdicts.rating.label", "verdicts.rating.rating_class"),
    "verdicts.reviewed_on",
)


def body(claim: Claim) -> str:
    return Publication.objects.newest().get(claim=claim).served_body.decode()


def summary(claim: Claim) -> str:
    """The parts of the body, with the short address of the claim."""
    short = re.sub(r'(/claims/\d+/)[^/"]+/"', r'\1"', body(claim), count=1)
    return pick_parts(short.encode(), build_parts(SUMMARY)).decode()


# Bodies


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_one_query_whatever_its_length(
    client: Client, publish: Publish, count: int, django_assert_num_queries: Any
) -> None:
    claims = [publish() for _ in range(count)]
    with django_assert_num_queries(1):
        response = client.get(CLAIMS)
    texts = ",".join(summary(claim) for claim in reversed(claims))
    assert response.content.decode() == f'{{"count":null,"next":null,"previous":null,"results":[{texts}]}}'
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_a_list_shows_summaries_unless_more_is_requested(
    client: Client, publish: Publish, claimant: Claimant, editor: User
) -> None:
    """The database writes them: they are parts of the body, whatever is in it and whatever became of the claim."""
    statement = 'Bridge "Ære" \\ cost\n€40m \U0001f600 <b>\x7f.'
    full = publish(make_claim(statement, claimant=claimant, claimed_on=date(2026, 1, 15)))
    withdrawn = publish()
    workflow.move(withdrawn.verdicts.get(), "retract", by=editor, note="It was another bridge.")
    shown = client.get(f"{CLAIMS}?status=published,retracted&ordering=updated").content.decode()
    assert shown.partition('"results":')[2] == f"[{summary(full)},{summary(withdrawn)}]}}"
    asked = {view: client.get(f"{CLAIMS}?view={view}").json()["results"] for view in ("full", "summary")}
    assert asked == {"full": [json.loads(body(full))], "summary": [json.loads(summary(full))]}
    parts = client.get(f"{CLAIMS}?fields=context,verdicts.summary").json()["results"]
    assert [sorted(result) for result in parts] == [["context", "verdicts"]]
    for address in (CLAIMS, f"{CLAIMS}?view=full"):
        etag = client.get(address)["ETag"]
        again = client.get(address, headers={"if-none-match": etag})
        changed = client.get(address, headers={"if-none-match": '"other"'})
        assert (again.status_code, changed.content) == (304, client.get(address).content)
    assert len(summary(full).encode()) <= 400
    page = client.get(json.loads(summary(full))["url"])
    assert (page.status_code, page["Location"]) == (301, urlsplit(json.loads(body(full))["url"]).path)


def test_detail_is_the_body_as_it_was_published(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    claim = publish()
    with django_assert_num_queries(1):
        response = client.get(f"{CLAIMS}{claim.pk}/")
    assert (response.status_code, response.content.decode()) == (200, body(claim))
    assert response["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"


def test_head_has_the_headers_of_get(client: Client, publish: Publish) -> None:
    path = f"{CLAIMS}{publish().pk}/"
    asked = {"x-request-id": "asked"}
    got, head = client.get(path, headers=asked), client.head(path, headers=asked)
    assert (head.status_code, head.content, dict(head.headers)) == (200, b"", dict(got.headers))


def test_answers_are_the_same_for_everyone(client: Client, publish: Publish, administrator: User) -> None:
    for _ in range(4):  # fewer are too little to compress
        publish()
    asked = {"origin": "https://reader.example", "x-request-id": "asked"}
    anonymous = client.get(CLAIMS, headers=asked | {"accept-language": "de"})
    client.force_login(administrator)
    known = client.get(CLAIMS, headers=asked | {"accept-language": "ar"})
    assert (known.content, dict(known.headers)) == (anonymous.content, dict(anonymous.headers))
    assert known["Vary"] == "Accept-Encoding"
    assert known["Access-Control-Allow-Origin"] == "*"


def test_preflight_allows_reading_from_other_sites(client: Client) -> None:
    headers = {"origin": "https://reader.example", "access-control-request-method": "GET"}
    response = client.options(CLAIMS, headers=headers)
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (204, "*")
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST"


def test_retracted_claim_says_so_with_the_public_note(client: Client, publish: Publish, editor: User) -> None:
    claim = publish()
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="The accounts were forged.")
    found = get(client, path=f"{CLAIMS}{claim.pk}/")
    assert (found["status"], found["verdicts"]) == ("retracted", [])
    assert [(note["kind"], note["note"]) for note in found["corrections"]] == [
        ("retraction", "The accounts were forged.")
    ]
    assert ids(client) == []
    assert ids(client, "status=retracted") == [claim.pk]


def test_merged_claim_leads_to_its_target(client: Client, publish: Publish, editor: User) -> None:
    claim, target = publish(), publish()
    workflow.move(claim, "merge", by=editor, into=target)
    response = client.get(f"{CLAIMS}{claim.pk}/")
    assert (response.status_code, response["Location"]) == (301, f"http://testserver{CLAIMS}{target.pk}/")
    # No longer than the claim itself: a merge can be undone.
    assert response["Cache-Control"] == client.get(f"{CLAIMS}{target.pk}/")["Cache-Control"]
    assert ids(client) == [target.pk]
    assert ids(client, "status=merged") == [claim.pk]
    assert ids(client, "status=merged,published") == [target.pk, claim.pk]


# Copies that readers have already


def test_unchanged_claim_is_304_and_its_body_is_not_read(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    claim = publish()
    path = f"{CLAIMS}{claim.pk}/"
    etag = client.get(path)["ETag"]
    assert etag == f'"{build_site_etag(Publication.objects.get().body_sha256)}"'
    with django_assert_num_queries(1) as queries:
        response = client.get(path, headers={"if-none-match": etag})
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    assert '"body"' not in queries[0]["sql"]


def test_unchanged_list_is_304_and_no_body_is_read(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    publish()
    etag = client.get(CLAIMS)["ETag"]
    with django_assert_num_queries(1) as queries:
        response = client.get(CLAIMS, headers={"if-none-match": etag})
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    assert '"body"' not in queries[0]["sql"]


def test_a_changed_claim_is_sent_to_clients_with_an_older_copy(client: Client, publish: Publish) -> None:
    claim = publish()
    path = f"{CLAIMS}{claim.pk}/"
    old = {address: client.get(address)["ETag"] for address in (path, CLAIMS)}
    publish(claim, correction_kind="correction", correction_note="A digit was wrong.")
    for address, etag in old.items():
        response = client.get(address, headers={"if-none-match": etag})
        fresh = client.get(address)
        assert (response.status_code, response.content, response["ETag"]) == (
            200,
            fresh.content,
            fresh["ETag"],
        )
        assert response["ETag"] != etag


def test_not_modified_since(client: Client, publish: Publish) -> None:
    with travel("2026-05-01T12:00:00Z", tick=False):
        claim = publish()
    for path in (f"{CLAIMS}{claim.pk}/", CLAIMS):
        modified = client.get(path)["Last-Modified"]
        assert client.get(path, headers={"if-modified-since": modified}).status_code == 304
        assert (
            client.get(path, headers={"if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"}).status_code
            == 200
        )


def test_claim_that_leaves_a_list_modifies_it(client: Client, publish: Publish, editor: User) -> None:
    with travel("2026-05-01T12:00:00Z", tick=False):
        claims = [publish(), publish()]
    before = client.get(CLAIMS)
    with travel("2026-05-01T12:00:20Z", tick=False):
        workflow.move(claims[1].verdicts.get(), "retract", by=editor, note="It was never said.")
    after = client.get(CLAIMS, headers={"if-modified-since": before["Last-Modified"]})
    assert after.status_code == 200
    assert [claim["id"] for claim in after.json()["results"]] == [claims[0].pk]
    assert before["Last-Modified"] == "Fri, 01 May 2026 12:00:00 GMT"
    assert after["Last-Modified"] == "Fri, 01 May 2026 12:00:20 GMT"


def test_claims_published_in_this_second_have_no_last_modified(client: Client, publish: Publish) -> None:
    """Something else may be published in the same second; by its date it would look like what the reader has."""
    claim = publish()
    for path in (f"{CLAIMS}{claim.pk}/", CLAIMS):
        assert "Last-Modified" not in client.get(path)


# Pages


def test_pages_lead_through_all_claims_and_back(client: Client, publish: Publish) -> None:
    expected = [publish().pk for _ in range(5)][::-1]
    first = client.get(f"{CLAIMS}?page_size=2&status=published")
    pages, response = [], first
    while True:
        page = response.json()
        pages.append([claim["id"] for claim in page["results"]])
        if not page["next"]:
            break
        assert f'<{page["next"]}>; rel="next"' in response["Link"]
        response = client.get(page["next"])
    assert pages == [expected[:2], expected[2:4], expected[4:]]
    files = (
        ("csv", "text/csv"),
        ("jsonl", "application/x-ndjson"),
        ("json", "application/json"),
        ("jsonld", "application/ld+json"),
    )
    assert response["Link"] == ", ".join(
        [f'<{page["previous"]}>; rel="prev"']
        + [
            f'<http://localhost:8000/api/v1/claims.{form}?status=published>; rel="alternate"; type="{kind}"'
            for form, kind in files
        ]
    )
    second = client.get(page["previous"]).json()
    assert [claim["id"] for claim in second["results"]] == expected[2:4]
    again = client.get(second["previous"]).json()
    assert (again["results"], again["previous"]) == (first.json()["results"], None)
    assert "status=published" in again["next"]


@pytest.mark.parametrize("how, count", [("none", None), ("exact", 2)])
def test_rows_are_counted_only_on_request(
    client: Client, publish: Publish, how: str, count: int | None
) -> None:
    publish(code="true")
    for _ in range(2):
        publish()
    assert get(client, f"count={how}&page_size=1&rating=false")["count"] == count


@pytest.mark.parametrize("counted", [0, 2, 3, 10_000])
def test_an_estimate_counts_small_lists_and_uses_the_planner_for_large_ones(
    client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    for _ in range(3):
        publish()
    monkeypatch.setattr("factcheck.api.resources.EXACT_COUNT_LIMIT", counted)
    monkeypatch.setattr("factcheck.api.resources.read_planned_rows", lambda rows: 70)
    assert get(client, "count=estimate")["count"] == (3 if counted >= 3 else 70)
    assert get(client, "count=estimate&language=en&q=bridge")["count"] == (3 if counted >= 3 else 70)
    assert get(client, "count=estimate&q=nothing")["count"] == (0 if counted >= 0 else 70)


def test_estimate_is_a_whole_number_from_the_planner(
    client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    publish()
    with django_assert_num_queries(2):
        assert get(client, "count=estimate")["count"] == 1
    monkeypatch.setattr("factcheck.api.resources.EXACT_COUNT_LIMIT", 0)
    with django_assert_num_queries(3) as queries:
        page = get(client, "count=estimate")
    assert type(page["count"]) is int
    assert queries[2]["sql"].startswith("EXPLAIN")


@pytest.mark.parametrize("parameter, value", [("as_of", "2099-01-01"), ("cursor", "x")])
def test_place_that_cannot_be_meant_is_refused(client: Client, parameter: str, value: str) -> None:
    response = client.get(f"{CLAIMS}?{parameter}={value}")
    assert response.status_code == 400
    assert [(e["parameter"], e["code"]) for e in response.json()["errors"]] == [(parameter, "invalid")]


def test_cursor_of_another_order_leads_nowhere(client: Client, publish: Publish) -> None:
    for _ in range(2):
        publish()
    following = get(client, "page_size=1&ordering=published")["next"]
    response = client.get(following.replace("ordering=published", "ordering=claimed"))
    assert response.status_code == 400
    assert "the cursor belongs to a different order from `claimed`" in response.json()["detail"]


def test_detail_knows_only_its_own_parameters(client: Client, publish: Publish) -> None:
    response = client.get(f"{CLAIMS}{publish().pk}/?q=bridge")
    assert response.status_code == 400
    assert response.json()["detail"] == "`q` is not a parameter of this address. Valid names: as_of, fields."
