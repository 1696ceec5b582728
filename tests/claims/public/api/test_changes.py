"""The feed of changes: its order, its pages and its end."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from jsonschema import Draft202012Validator
from pytest_django import DjangoAssertNumQueries

from claims.ledger.house_signature import build_signed_text, get_public_key, is_signed_by
from claims.models import Claim, Publication
from claims.review import workflow
from factcheck.routes import build_openapi
from tests.contracts.test_contracts import undescribed
from tests.helpers.reader_pages import correct
from tests.helpers.shared_newsroom import checker, editor, publish, shared_rows

Publish = Callable[..., Claim]
URL = "/api/v1/changes/"


__all__ = ["checker", "editor", "publish", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db


@dataclass
class History:
    """One claim corrected, one retracted, one merged into the first and taken out again."""

    corrected: Claim
    retracted: Claim
    merged: Claim
    #: The number of the first entry, less one.
    start: int

    def numbers(self, response: Any) -> list[int]:
        return [change["sequence"] - self.start for change in response.json()["results"]]


@pytest.fixture(scope="module")
def history(publish: Publish, checker: User, editor: User) -> History:
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False):
        claims = [publish() for _ in range(3)]
        start = Publication.objects.earliest("sequence").sequence - 1
    with time_machine.travel("2026-05-02T12:00:00Z", tick=False):
        correct(claims[0], checker, editor, code="mixed")
        workflow.move(claims[1].verdicts.get(), "retract", by=editor, note="It was another ship.")
    with time_machine.travel("2026-05-03T12:00:00Z", tick=False):
        workflow.move(claims[2], "merge", by=editor, into=claims[0])
    with time_machine.travel("2026-05-04T12:00:00Z", tick=False):
        workflow.move(claims[2], "unmerge", by=editor)
    corrected, retracted, merged = claims
    return History(corrected, retracted, merged, start)


@pytest.mark.slow
def test_every_change_in_its_order(client: Client, history: History) -> None:
    changes = client.get(URL).json()["results"]
    corrected, retracted, merged = history.corrected.pk, history.retracted.pk, history.merged.pk
    assert [(c["sequence"] - history.start, c["claim_id"], c["version"], c["kind"]) for c in changes] == [
        (1, corrected, 1, "publication"),
        (2, retracted, 1, "publication"),
        (3, merged, 1, "publication"),
        (4, corrected, 2, "correction"),
        (5, retracted, 2, "retraction"),
        (6, merged, 2, "merge"),
        (7, corrected, 3, "merge"),
        (8, merged, 3, "unmerge"),
        (9, corrected, 4, "unmerge"),
    ]
    assert [c["merged_into"] for c in changes] == [None] * 5 + [corrected] + [None] * 3


def test_change_whole(client: Client, history: History) -> None:
    change = client.get(URL, {"since": history.start + 3}).json()["results"][0]
    entry = Publication.objects.get(claim=history.corrected, version=2)
    assert change == {
        "sequence": history.start + 4,
        "event": "claim.corrected",
        "claim_id": history.corrected.pk,
        "version": 2,
        "kind": "correction",
        "status": "published",
        "note": "A new audit.",
        "published_at": "2026-05-02T12:00:00.000000Z",
        "merged_into": None,
        "url": f"http://testserver/api/v1/claims/{history.corrected.pk}/versions/2/",
        "body_sha256": hashlib.sha256(entry.served_body).hexdigest(),
        "sealed_sha256": entry.sealed_sha256,
        "chain_sha256": entry.chain_sha256,
        "signature": None,
        "salts": None,
        "stored": None,
        "claim": entry.document,
    }
    assert client.get(change["url"]).json() == change["claim"]


def test_withdrawn_claim_is_a_tombstone(client: Client, history: History) -> None:
    retraction, merge = client.get(URL, {"since": history.start + 4, "page_size": 2}).json()["results"]
    assert (retraction["status"], retraction["claim"], retraction["note"]) == (
        "retracted",
        None,
        "It was another ship.",
    )
    assert (merge["status"], merge["claim"], merge["merged_into"]) == ("merged", None, history.corrected.pk)


def test_it_contains_claims_byte_for_byte(client: Client, history: History) -> None:
    text = client.get(URL).content.decode()
    for entry in Publication.objects.filter(status="published"):
        assert f'"claim":{entry.served_body.decode()}}}' in text


def test_each_change_is_signed_on_request(client: Client, history: History, settings: Any) -> None:
    place = {"since": str(history.start + 3), "page_size": "2"}
    asked = place | {"signed": "true"}
    signed = client.get(URL, asked)
    page = signed.json()
    assert page["house"] == {
        "name": settings.NEWSROOM_NAME,
        "url": settings.SITE_URL,
        "key": get_public_key(),
    }
    for change in page["results"]:
        signature = change.pop("signature")
        del change["claim"], change["stored"], change["salts"]
        assert is_signed_by(get_public_key(), build_signed_text(change), signature)
        assert not is_signed_by(
            get_public_key(), build_signed_text(change | {"note": "Something else."}), signature
        )
        assert not is_signed_by(get_public_key(), build_signed_text(change | {"sequence": 1}), signature)
    plain = client.get(URL, place)
    assert plain.json()["house"] is None
    assert signed["ETag"] != plain["ETag"]
    settings.SIGNING_KEY = "another"
    again = client.get(URL, asked, headers={"If-None-Match": signed["ETag"]})
    assert (again.status_code, again.json()["house"]["key"]) == (200, get_public_key())


def test_pages_follow_each_other_to_the_end(client: Client, history: History) -> None:
    first = client.get(URL, {"page_size": 4})
    second = client.get(first.json()["next"])
    third = client.get(second.json()["next"])
    after = client.get(third.json()["next"])
    assert [history.numbers(page) for page in (first, second, third, after)] == [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
        [9],
        [],
    ]
    assert [page.json()["more"] for page in (first, second, third, after)] == [True, True, False, False]
    assert third.json()["next"] == after.json()["next"]


def test_the_last_page_of_the_feed_has_no_more(client: Client, history: History) -> None:
    response = client.get(URL, {"page_size": 9})
    assert (history.numbers(response), response.json()["more"]) == ([1, 2, 3, 4, 5, 6, 7, 8, 9], False)


def test_later_publications_follow_next(client: Client, history: History, publish: Publish) -> None:
    end = client.get(URL).json()["next"]
    claim = publish()
    assert [change["claim_id"] for change in client.get(end).json()["results"]] == [claim.pk]


def test_newest_entries_alone(client: Client, history: History) -> None:
    response = client.get(f"{URL}?entries=newest&page_size=2")
    assert history.numbers(response) == [5, 8]
    assert response.json()["more"]
    rest = client.get(response.json()["next"])
    assert (history.numbers(rest), rest.json()["more"]) == ([9], False)
    assert "entries=newest" in rest.json()["next"]


def test_changes_without_claims(client: Client, history: History) -> None:
    response = client.get(URL, {"embed": "none"})
    assert history.numbers(response) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert {change["claim"] for change in response.json()["results"]} == {None}
    assert "embed=none" in response.json()["next"]


@pytest.mark.parametrize(
    "since, first",
    [
        ("2020-01-01", 1),
        ("2026-05-01T12:00:00Z", 1),
        ("2026-05-01T12:00:00.000001Z", 4),
        ("2026-05-02", 4),
        ("2026-05-02T14:00:00+02:00", 4),
        ("2026-05-03", 6),
        ("2026-05-05", None),
    ],
)
def test_since_a_moment(client: Client, history: History, since: str, first: int | None) -> None:
    response = client.get(URL, {"since": since})
    assert history.numbers(response) == (list(range(first, 10)) if first else [])
    # From there on it is the number that counts.
    assert response.json()["next"] == f"http://testserver{URL}?since={history.start + 9}"


@pytest.mark.parametrize(
    "query, status, detail",
    [
        ("since=-1", 400, "`since`: “-1”: give a position in the feed"),
        ("since=yesterday", 400, "`since`: “yesterday”: give a position in the feed"),
        ("since=99999999999999999999", 400, "give a position in the feed"),
        ("since=", 400, "`since`: the value is empty"),
        ("since=1&since=2", 400, "`since`: give this parameter once, not 2 times."),
        ("since=9223372036854775807", 404, "`since`: the feed ends at "),
        ("since=2999-01-01", 400, "`since`: this time is in the future."),
        ("page_size=0", 400, "`page_size`: “0”: give a whole number from 1 to 1000."),
        ("page_size=1001", 400, "`page_size`: “1001”: give a whole number from 1 to 1000."),
        ("entries=old", 400, "`entries`: “old”: give one of all, newest."),
        ("embed=all", 400, "`embed`: “all”: give one of claim, stored, none."),
        ("cursor=x", 400, "`cursor` is not a parameter of this address."),
        ("ordering=sequence", 400, "`ordering` is not a parameter of this address."),
    ],
)
def test_odd_questions_are_refused(
    client: Client, history: History, query: str, status: int, detail: str
) -> None:
    response = client.get(f"{URL}?{query}")
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert detail in response.json()["detail"]
    assert [error["parameter"] for error in response.json()["errors"]] == [query.partition("=")[0]]


def test_end_itself_is_no_place_behind_the_end(client: Client, history: History) -> None:
    assert client.get(URL, {"since": history.start + 9}).status_code == 200
    assert client.get(URL, {"since": history.start + 10}).status_code == 404


# Copies


def test_full_page_of_the_past_is_kept_for_long_and_the_end_is_not(client: Client, history: History) -> None:
    past, long = client.get(URL, {"page_size": 4}), "public, max-age=86400, immutable"
    assert past["Cache-Control"] == long
    assert past["Link"] == f'<{past.json()["next"]}>; rel="next"'
    for query in ("", "page_size=9", "page_size=1&entries=newest"):
        assert client.get(f"{URL}?{query}")["Cache-Control"] == "public, max-age=10"
    assert "Link" not in client.get(URL)


def test_past_page_stays_the_same(client: Client, history: History, publish: Publish, editor: User) -> None:
    before = client.get(URL, {"page_size": 4}).content
    workflow.move(
        history.corrected.verdicts.get(state="published"), "retract", by=editor, note="Wrong bridge."
    )
    publish()
    assert client.get(URL, {"page_size": 4}).content == before


@pytest.mark.parametrize("query", ["", "page_size=2", "embed=none", "entries=newest", "since=2026-05-02"])
def test_same_page_again_is_304(client: Client, history: History, query: str) -> None:
    first = client.get(f"{URL}?{query}")
    again = client.get(f"{URL}?{query}", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    other = client.get(f"{URL}?{query}", headers={"if-none-match": '"other"'})
    assert other.content == first.content


def test_end_has_another_etag_after_a_change(client: Client, history: History, publish: Publish) -> None:
    end = client.get(URL).json()["next"]
    etag = client.get(end)["ETag"]
    publish()
    assert client.get(end, headers={"if-none-match": etag}).status_code == 200


def test_unchanged_page_reads_no_body(
    client: Client, history: History, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    etag = client.get(URL)["ETag"]
    with django_assert_num_queries(2) as asked:  # the page, and the newest checkpoint
        client.get(URL, headers={"if-none-match": etag})
    assert '"claims_publication"."body"' not in asked[0]["sql"].replace("body_sha256", "")


@pytest.mark.parametrize("entries, index", [("all", "sequence"), ("newest", "sequence")])
def test_page_is_read_by_index(client: Client, history: History, entries: str, index: str) -> None:
    with connection.cursor() as sql:
        sql.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    rows = Publication.objects.newest() if entries == "newest" else Publication.objects.all()
    plan = rows.filter(sequence__gt=history.start).order_by("sequence")[:5].explain()
    assert "Index Scan" in plan
    assert index in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("query", ["", "embed=none", "since=9223372036854775807"])
def test_answer_is_as_the_schema_says(client: Client, history: History, query: str) -> None:
    response = client.get(f"{URL}?{query}")
    described = build_openapi()["paths"][URL]["get"]["responses"][str(response.status_code)]
    schema = described["content"][response["Content-Type"]]["schema"]
    document = {"components": build_openapi()["components"], **schema}
    Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        response.json()
    )
    assert list(undescribed(response.json(), schema)) == []
