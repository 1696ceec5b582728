"""The log of corrections: what was changed and why, with both wordings, the newest first."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.ledger.queries import correction_filters
from claims.ledger.queries.correction_filters import MonthValue
from claims.models import Claim, Claimant
from claims.review import workflow
from factcheck.api import pagination
from sources.models import Publisher
from tests.helpers.newsroom import make_claim, rating
from tests.helpers.public_lists import get

pytestmark = pytest.mark.django_db

PATH = "/api/v1/corrections/"
Publish = Callable[..., Claim]


def change(publish: Publish, claim: Claim, kind: str = "correction", **content: Any) -> Claim:
    content = {"correction_note": f"Why there is a {kind}."} | content
    return publish(claim, correction_kind=kind, **content)


def listed(client: Client, query: str = "") -> list[tuple[int, str]]:
    return [(entry["claim_id"], entry["kind"]) for entry in get(client, query, PATH)["results"]]


def test_both_wordings_are_listed_side_by_side(client: Client, publish: Publish, settings: Any) -> None:
    claim = publish(make_claim("The bridge cost ninety million euros."))
    change(
        publish,
        claim,
        rating=rating("mostly_false"),
        summary="It cost 120 million euros.",
        explanation="See the accounts.",
    )
    (entry,) = get(client, "view=full", PATH)["results"]
    site = settings.SITE_URL
    assert entry | {"published_at": ""} == {
        "claim_id": claim.pk,
        "version": 2,
        "kind": "correction",
        "note": "Why there is a correction.",
        "status": "published",
        "published_at": "",
        "statement": "The bridge cost ninety million euros.",
        "language": "en",
        "url": f"{site}/claims/{claim.pk}/versions/2/",
        "url_before": f"{site}/claims/{claim.pk}/versions/1/",
        "claim_url": f"{site}/claims/{claim.pk}/",
        "changes": [
            {"part": "rating", "publisher": "Factcheck Newsroom", "before": "False", "after": "Mostly false"},
            {
                "part": "summary",
                "publisher": "Factcheck Newsroom",
                "before": "The accounts show a different sum.",
                "after": "It cost 120 million euros.",
            },
            {
                "part": "explanation",
                "publisher": "Factcheck Newsroom",
                "before": "The **audited** accounts say so.",
                "after": "See the accounts.",
            },
        ],
    }


def test_a_summary_names_the_parts_without_their_words(client: Client, publish: Publish) -> None:
    change(publish, publish(), explanation="See the accounts.")
    (full,) = get(client, "view=full", PATH)["results"]
    changes = [{name: one[name] for name in ("part", "publisher")} for one in full["changes"]]
    assert get(client, path=PATH)["results"] == [full | {"changes": changes}]
    assert [one["part"] for one in changes] == ["explanation"]


def test_a_retraction_has_the_removed_texts(client: Client, publish: Publish, editor: User) -> None:
    claim = publish()
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="It was about another bridge.")
    (entry,) = get(client, "view=full", PATH)["results"]
    assert (entry["kind"], entry["status"], entry["note"]) == (
        "retraction",
        "retracted",
        "It was about another bridge.",
    )
    summary = next(one for one in entry["changes"] if one["part"] == "summary")
    assert (summary["before"], summary["after"]) == ("The accounts show a different sum.", "")


def test_only_public_changes_are_listed_newest_first(client: Client, publish: Publish, editor: User) -> None:
    one, two, never = publish(), publish(), publish()
    change(publish, one, "update")
    change(publish, two, "clarification")
    change(publish, one, "correction")
    workflow.move(two.verdicts.get(state="published"), "retract", by=editor, note="No.")
    assert listed(client) == [
        (two.pk, "retraction"),
        (one.pk, "correction"),
        (two.pk, "clarification"),
        (one.pk, "update"),
    ]
    assert listed(client, "ordering=published")[0] == (one.pk, "update")
    assert listed(client, f"claim={never.pk}") == []
    assert listed(client, f"claim={one.pk}") == [(one.pk, "correction"), (one.pk, "update")]
    assert listed(client, "kind=update,retraction") == [(two.pk, "retraction"), (one.pk, "update")]


def test_months_are_those_of_the_newsrooms_calendar(client: Client, publish: Publish, settings: Any) -> None:
    claim = publish()
    change(publish, claim)
    today = datetime.now(UTC)
    assert listed(client, f"month={today:%Y-%m},{today + timedelta(days=1):%Y-%m}") == [
        (claim.pk, "correction")
    ]
    assert listed(client, "month=2001-02") == []
    settings.TIME_ZONE = "Europe/Berlin"
    begins, ends = MonthValue()("2026-03")
    assert begins == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert ends == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert MonthValue()("2026-12")[1] == datetime(2026, 12, 31, 23, tzinfo=UTC)


def test_the_publisher_is_that_of_a_published_verdict(client: Client, publish: Publish, editor: User) -> None:
    house = Publisher.objects.get_house()
    other = Publisher.objects.create(name="Harbour Check", domain="harbour.example")
    claim = publish()
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="No.")
    assert listed(client, f"publisher={house.pk}") == [(claim.pk, "retraction")]
    assert listed(client, "by=house") == [(claim.pk, "retraction")]
    assert listed(client, f"publisher={other.pk}") == []


@pytest.fixture(params=[0, 1, 2, 4, 500])
def looked_up(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """So many of the newest entries are looked up one by one."""
    monkeypatch.setattr(correction_filters, "_MAX_LOOKED_UP_VERDICTS", request.param)
    pagination._build_statement.cache_clear()
    yield
    pagination._build_statement.cache_clear()


def test_the_publisher_is_found_for_new_and_old_entries(
    client: Client, publish: Publish, editor: User, looked_up: None
) -> None:
    other = Publisher.objects.create(name="Harbour Check", domain="harbour.example")
    ours, theirs = publish(), publish(publisher=other)
    change(publish, ours, "update")
    change(publish, theirs, "update", publisher=other)
    change(publish, ours, "clarification")
    workflow.move(theirs.verdicts.get(state="published"), "retract", by=editor, note="No.")
    workflow.move(ours.verdicts.get(state="published"), "retract", by=editor, note="No.")
    of_ours = [(ours.pk, kind) for kind in ("retraction", "clarification", "update")]
    of_theirs = [(theirs.pk, kind) for kind in ("retraction", "update")]
    house = Publisher.objects.get_house().pk
    for query, expected in {
        "by=house": of_ours,
        f"publisher={house}": of_ours,
        f"publisher={other.pk}": of_theirs,
        f"publisher={other.pk}&by=house": [],
        f"by=house&claim={theirs.pk}": [],
        "by=house&kind=update": of_ours[2:],
        f"publisher={other.pk}&kind=retraction": of_theirs[:1],
        "by=house&ordering=published": of_ours[::-1],
    }.items():
        assert listed(client, query) == expected
        assert get(client, f"{query}&count=exact&page_size=1", PATH)["count"] == len(expected)
        forth, back = walked(client, f"{PATH}?{query}&page_size=1")
        assert forth == expected
        assert back == expected[::-1]


def walked(client: Client, address: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The entries on the pages from this one to the last, and on the way back."""
    found: dict[str, list[tuple[int, str]]] = {"next": [], "previous": []}
    for direction, entries in found.items():
        onwards: str | None = address
        while onwards:
            address = onwards
            page = client.get(address).json()
            entries += [(entry["claim_id"], entry["kind"]) for entry in page["results"]]
            onwards = page[direction]
    return found["next"], found["previous"]


def test_unchanged_values_are_not_changes(client: Client, publish: Publish, claimant: Claimant) -> None:
    claim = publish(make_claim(claimant=claimant))
    change(publish, claim, "update", summary="Something else.")
    parts = {one["part"] for one in get(client, path=PATH)["results"][0]["changes"]}
    assert parts == {"summary"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("kind=merge", "give one of clarification, correction, update, retraction"),
        ("month=2026-13", "give a month such as 2026-03"),
        ("month=0000-01", "give a month such as 2026-03"),
        ("month=march", "give a month such as 2026-03"),
        ("claim=x", "whole number"),
        ("kinds=update", "is not a parameter of this address. Did you mean kind?"),
    ],
)
def test_bad_parameters_are_refused(client: Client, query: str, sentence: str) -> None:
    refusal = client.get(f"{PATH}?{query}")
    assert refusal.status_code == 400
    assert sentence in refusal.content.decode()


def test_made_up_cursor_leads_nowhere(client: Client) -> None:
    assert client.get(f"{PATH}?cursor=made-up").status_code == 400


def test_pages_follow_each_other(client: Client, publish: Publish) -> None:
    claim = publish()
    for kind in ("update", "clarification", "correction"):
        change(publish, claim, kind)
    first = get(client, "page_size=2", PATH)
    assert [entry["kind"] for entry in first["results"]] == ["correction", "clarification"]
    second = client.get(first["next"]).json()
    assert [entry["kind"] for entry in second["results"]] == ["update"]
    assert second["next"] is None
    assert [entry["kind"] for entry in client.get(second["previous"]).json()["results"]] == [
        "correction",
        "clarification",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_two_queries_whatever_its_length(
    client: Client, publish: Publish, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        change(publish, publish())
    with django_assert_num_queries(2):
        assert len(get(client, path=PATH)["results"]) == count


def test_a_current_copy_returns_304_without_comparing_versions(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    change(publish, publish())
    etag = client.get(PATH)["ETag"]
    with django_assert_num_queries(1):
        assert client.get(PATH, headers={"If-None-Match": etag}).status_code == 304
    change(publish, publish())
    assert client.get(PATH, headers={"If-None-Match": etag}).status_code == 200
