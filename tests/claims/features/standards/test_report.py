"""The standards report: what it counts and omits, and that drafts do not affect it."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from claims.features.standards.indicators import MAX_NAMED_PARTS, build_indicators
from claims.features.standards.period import InvalidPeriod, Period
from claims.features.standards.published_reviews import load_published_reviews
from claims.models import Claim, Claimant, Evidence, NewsroomPage, Topic
from claims.review import workflow
from sources.models import Publisher, Source
from tests.claims.public.pages import test_head
from tests.helpers.imported_reviews import bring, review
from tests.helpers.newsroom import make_claim, make_draft, make_source
from tests.helpers.reader_pages import page

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def counted(period: Period | None = None) -> dict[str, Any]:
    """Each indicator by its key."""
    period = period or Period.between(None, None)
    return {one.key: one for one in build_indicators(list(load_published_reviews(period)), period)}


def parts(indicator: Any) -> dict[str, int]:
    return {str(part.name): part.count for part in indicator.parts}


def check(claim: Claim, *sources: Source, by: User, and_by: User) -> None:
    """Publish a verdict that rests on these."""
    draft = make_draft(claim, by)
    draft.evidence.all().delete()
    for source in sources:
        Evidence.objects.create(verdict=draft, source=source, stance="refutes")
    for action, person in (("submit", by), ("sign_off", and_by), ("publish", and_by)):
        workflow.move(draft, action, by=person)


def test_an_empty_ledger_has_an_empty_report() -> None:
    found = counted()
    assert found["fact_checks"].value == 0
    assert [key for key, one in found.items() if one.value is None] == [
        "with_a_reason", "two_sources", "both_sides", "linked_evidence", "archived_evidence", "right_of_reply",
        "not_asked_with_a_reason", "replies_received", "signed_off", "days_to_publish", "days_to_correct",
        "complaints_in_time", "working_days_to_answer", "requests_answered",
    ]  # fmt: skip


def test_the_balance_is_that_of_published_claims(publish: Publish, checker: User) -> None:
    claimant = Claimant.objects.create(name="Ada Voss", affiliation="Harbour Party", country="NO")
    topic = Topic.objects.create(name="Tolls", slug="tolls")
    claim = make_claim(claimant=claimant, reason="Half the town repeats it.")
    claim.topics.add(topic)
    publish(claim)
    # Neither drafts nor what others published count.
    secret = Claimant.objects.create(name="Nobody Yet", affiliation="Secret Party")
    make_draft(make_claim("Another thing entirely is so.", claimant=secret), checker)
    bring(review())
    found = counted()
    assert found["fact_checks"].value == 1
    assert parts(found["by_party"]) == {"Harbour Party": 1}
    assert parts(found["by_claimant"]) == {"Ada Voss": 1}
    assert parts(found["by_country"]) == {"NO": 1}
    assert parts(found["by_topic"]) == {"Tolls": 1}
    assert parts(found["by_rating"]) == {"False": 1}
    assert parts(found["how_chosen"]) == {"noted by a colleague": 1}
    assert (found["with_a_reason"].value, found["signed_off"].value) == (100.0, 100.0)
    assert (found["sign_offs"].value, found["people_signing_off"].value) == (1, 1)


def test_sources_of_one_publisher_are_one(checker: User, editor: User) -> None:
    office = Publisher.objects.create(
        name="Office of Tolls", url="https://tolls.example.org/", domain="example.org"
    )
    one, same = (
        make_source(title=name, url=f"https://tolls.example.org/{name}", publisher=office) for name in "ab"
    )
    bare = make_source(title="c", url="https://www.tolls.example.org/c")
    other = make_source(title="d", url="https://harbour.example.net/d")
    for statement, sources in {
        "The toll was raised by half in March.": (one, same, bare),
        "The ferry sails on every Sunday of the year.": (one, other),
    }.items():
        check(make_claim(statement), *sources, by=checker, and_by=editor)
    found = counted()
    assert (found["two_sources"].value, found["two_sources"].total) == (50.0, 2)
    assert (found["linked_evidence"].value, found["archived_evidence"].value) == (100.0, 0.0)


def test_a_correction_counts_in_its_own_period(publish: Publish) -> None:
    claim = publish()
    publish(claim, correction_kind="correction", correction_note="It was ten.")
    found = counted()
    assert found["fact_checks"].value == 1
    assert parts(found["corrections"]) == {"Correction": 1}
    assert found["days_to_correct"].value == 0.0
    past = counted(Period(date(2020, 1, 1), date(2020, 12, 31)))
    assert (past["fact_checks"].value, past["corrections"].value) == (0, 0)


def test_more_parts_than_are_named_are_counted_together(client: Client, publish: Publish) -> None:
    claim = make_claim()
    claim.topics.set(
        [
            Topic.objects.create(name=f"Topic {number}", slug=f"t{number}")
            for number in range(MAX_NAMED_PARTS + 3)
        ]
    )
    publish(claim)
    topics = counted()["by_topic"]
    assert topics.value == MAX_NAMED_PARTS + 1
    assert topics.parts[-1] == type(topics.parts[-1])("3 others", 3)
    section = (
        client.get("/standards/").content.decode().partition('id="by_topic"')[2].partition("</section>")[0]
    )
    assert re.findall(r'max="(\d+)" value="(\d+)"', section) == [("3", "1")] * MAX_NAMED_PARTS + [("3", "3")]


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        (None, None, date(2025, 11, 26), date(2026, 11, 25)),
        (date(2026, 1, 1), None, date(2026, 1, 1), date(2026, 11, 25)),
        (None, date(2024, 2, 29), date(2023, 3, 1), date(2024, 2, 29)),
        (date(2026, 11, 25), date(2030, 1, 1), date(2026, 11, 25), date(2026, 11, 25)),
    ],
)
def test_periods(
    monkeypatch: pytest.MonkeyPatch, since: date | None, until: date | None, first: date, last: date
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 11, 25))
    assert Period.between(since, until) == Period(first, last)


@pytest.mark.parametrize("days", [(date(2026, 2, 1), date(2026, 1, 1)), (date(1200, 1, 1), None)])
def test_no_periods(days: tuple[date, date | None]) -> None:
    with pytest.raises(InvalidPeriod, match="The period"):
        Period.between(*days)


def test_page_api_table_and_command_say_the_same(client: Client, publish: Publish) -> None:
    publish(make_claim(claimant=Claimant.objects.create(name="=Ada", affiliation="Harbour Party")))
    NewsroomPage.objects.create(kind="funding", language="en", title="Funding", text="Readers do.")
    body = client.get("/api/v1/standards/").json()
    said = {one["key"]: one for one in body["indicators"]}
    assert said["fact_checks"]["value"] == 1
    assert said["by_party"]["parts"] == [{"name": "Harbour Party", "count": 1}]
    assert {(article["code"], article["number"]) for article in said["two_sources"]["articles"]} == {
        ("IFCN", "3.3"),
        ("EFCSN", "methodology"),
    }
    assert all(one["articles"] and one["definition"] for one in body["indicators"])
    funding = next(one for one in body["statements"] if one["kind"] == "funding")
    assert [page["text"] for page in funding["pages"]] == ["Readers do."]
    table = list(csv.reader(io.StringIO(client.get("/api/v1/standards.csv").content.decode())))
    assert table[0] == ["indicator", "title", "part", "value", "unit", "total", "articles", "definition"]
    assert [row[2:4] for row in table if row[0] == "by_claimant"] == [["", "1"], ["'=Ada", "1"]]
    out = io.StringIO()
    call_command("standards_report", "--format", "csv", stdout=out)
    assert list(csv.reader(io.StringIO(out.getvalue()))) == table
    page = client.get("/standards/").content.decode()
    assert "Harbour Party" in page
    assert '<a href="/about/funding/">Funding</a>' in page
    assert client.get("/api/v1/standards/").headers["ETag"]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        (
            "since=2026-02-01&until=2026-01-01",
            "`since`: The period ends on 2026-01-01, before it begins on 2026-02-01.",
        ),
        ("since=soon", "give a date such as 2026-05-01."),
        ("from=2026-01-01", "`from` is not a parameter of this address."),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/standards/", "/api/v1/standards.csv"])
def test_days_that_cannot_be(client: Client, path: str, query: str, detail: str) -> None:
    answer = client.get(f"{path}?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert detail in answer.json()["detail"]


def test_impossible_days_are_reported(client: Client) -> None:
    answer = client.get("/standards/?since=2026-02-01&until=2026-01-01")
    assert answer.status_code == 400
    assert "The period ends on 2026-01-01, before it begins on 2026-02-01." in answer.content.decode()
    with pytest.raises(CommandError, match="The period ends"):
        call_command("standards_report", "--since", "2026-02-01", "--until", "2026-01-01")


@pytest.mark.parametrize("number", [1, 3])
def test_it_costs_so_many_queries_however_much_was_published(
    publish: Publish, number: int, django_assert_num_queries: Any
) -> None:
    for count in range(number):
        publish(make_claim(f"Bridge number {count} cost nine million in all."))
    period = Period.between(timezone.localdate() - timedelta(days=7), None)
    with django_assert_num_queries(10):
        build_indicators(list(load_published_reviews(period)), period)


def test_page_is_found_as_a_whole_and_its_periods_are_not(client: Client) -> None:
    test_head.test_other_pages_have_breadcrumbs(client, "/standards/")
    document = page(client, "/standards/?since=2026-01-01")
    assert test_head.robots(document) == "noindex, follow"
    assert (test_head.canonicals(document), test_head.languages(document)) == ([], {})
