"""`q` in the API and on reader pages: which search is run, the order of results, and the notices."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.models import Claim, Claimant, Publication
from claims.search.queries import MAX_LENGTH
from claims.search.word_frequencies import get_frequencies
from factcheck.api.pagination import _build_statement
from factcheck.database.cached_sql import Slot, Statement
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
CLAIMS = "/api/v1/claims/"


def ask(client: Client, **query: Any) -> Any:
    response = client.get(CLAIMS, query)
    assert response.status_code == 200, response.content
    return response.json()


def ids(page: Any) -> list[int]:
    return [claim["id"] for claim in page["results"]]


def test_a_search_names_the_query_that_was_run(client: Client, publish: Publish) -> None:
    claim = publish(make_claim("Die Brücken sind gesperrt.", language="de"))
    page = ask(client, q="brücke")
    assert ids(page) == [claim.pk]
    assert page["search"] == {
        "asked": "brücke",
        "answered": "brücke",
        "is_corrected": False,
        "is_matched": False,
        "ordering": "relevance",
    }
    assert "highlights" not in page
    assert "search" not in ask(client)


def test_a_misspelt_search_is_corrected_with_a_notice(client: Client, publish: Publish) -> None:
    claim = publish(make_claim("The harbour is closed."))
    publish(make_claim("The bridge is closed."))
    page = ask(client, q="hrabour -slow", highlight="true")
    assert ids(page) == [claim.pk]
    assert page["search"] == {
        "asked": "hrabour -slow",
        "answered": "harbour -slow",
        "is_corrected": True,
        "is_matched": False,
        "ordering": "relevance",
    }
    assert page["highlights"] == {
        str(claim.pk): [
            {"pointer": "/statement", "start": 0, "text": "The harbour is closed.", "marks": [[4, 11]]}
        ]
    }


def test_spelling_is_forgiven_under_the_same_filters_or_not_at_all(client: Client, publish: Publish) -> None:
    publish(make_claim("The harbour is closed."))
    german = publish(make_claim("Harbour heißt Hafen.", language="de"), language="de")
    page = ask(client, q="hrabour", language="de")
    assert (ids(page), page["search"]["answered"]) == ([german.pk], "harbour")
    page = ask(client, q="hrabour", language="fr")
    assert (ids(page), page["search"]["answered"]) == ([], "hrabour")
    page = ask(client, q="hrabour", spelling="exact")
    assert (ids(page), page["search"]["answered"]) == ([], "hrabour")


def test_drafts_are_no_answer_to_a_misspelt_search(client: Client, publish: Publish, checker: Any) -> None:
    publish(make_claim("The harbour is closed."))
    make_draft(make_claim("The whistleblower is Ostrowski."), checker)
    page = ask(client, q="Ostrovski")
    assert page["results"] == []
    assert page["search"]["answered"] == "Ostrovski"


@pytest.mark.parametrize(("asked", "answered"), [("bridge", "bridge"), ("brigde", "bridge")])
def test_pages_of_a_search_are_stable_both_ways(
    client: Client, publish: Publish, asked: str, answered: str
) -> None:
    for number in range(7):
        publish(make_claim(f"The bridge {'and another bridge ' * (number % 3)}is {number}."))
    whole = ids(ask(client, q=answered))
    seen, last, address = [], {}, f"{CLAIMS}?q={asked}&page_size=2"
    back: list[int] = []
    while address:
        page = client.get(address).json()
        assert page["search"]["answered"] == answered
        seen += ids(page)
        last, address = page, page["next"] and urlsplit(page["next"])._replace(scheme="", netloc="").geturl()
    assert seen == whole
    while last["previous"]:
        last = client.get(urlsplit(last["previous"])._replace(scheme="", netloc="").geturl()).json()
        back = ids(last) + back
    assert back == whole[: len(back)]
    assert len(back) == 6


@pytest.fixture
def said_and_explained(publish: Publish) -> list[str]:
    """Statements about a bridge and of claims that are explained by one, in the order in which they are found."""
    explained = [publish(make_claim(f"A ferry, {n}."), explanation="The bridge is shut.") for n in range(2)]
    long = publish(make_claim("The bridge has a name that goes on for many more words."))
    short = publish(make_claim("The bridge is closed."))
    explained += [publish(make_claim(f"A tunnel, {n}."), explanation="Bridges!") for n in range(2)]
    publish(make_claim("A harbour."))
    return [claim.statement for claim in (short, long, *reversed(explained))]


@sweep(
    "address, size",
    itertools.product(
        [f"{CLAIMS}?q=bridge&page_size={{}}", "/v1alpha1/claims:search?query=bridge&pageSize={}"],
        [1, 2, 3, 4, 7],
    ),
)
def test_matches_in_the_statement_come_before_those_in_the_explanation(
    client: Client, said_and_explained: list[str], address: str, size: int
) -> None:
    """Whatever the pages are: of the first only, of both, of the others only."""
    seen: list[str] = []
    following: str | None = address.format(size)
    while following:
        page = client.get(following).json()
        seen += [claim.get("statement") or claim["text"] for claim in page.get("results", page.get("claims"))]
        if token := page.get("nextPageToken"):
            following = f"{address.format(size)}&pageToken={token}"
        else:
            following = page.get("next") and urlsplit(page["next"])._replace(scheme="", netloc="").geturl()
    assert seen == said_and_explained


def test_matches_in_the_explanation_are_not_read_if_others_fill_the_page(
    publish: Publish,
) -> None:
    for number in range(3):
        publish(make_claim(f"Bridge {number} is closed."), explanation="Said the bridge.")
        publish(make_claim(f"Ferry {number} is late."), explanation="Said the bridge.")
    assert _read(page_size=2) == {"first": 3, "others": 0}
    # One more row than the page has is requested, to find out whether there is another page.
    assert _read(page_size=5) == {"first": 3, "others": 3}


@pytest.mark.parametrize(
    ("asked", "is_told_apart"),
    [
        ("bridge", True),
        ("bridge or ferry", True),
        ("o'neil", False),
        ("bridge ferry", False),
        ("bridge -ferry", False),
    ],
)
def test_only_one_word_is_looked_for_twice(publish: Publish, asked: str, is_told_apart: bool) -> None:
    publish(make_claim("The bridge is closed."))
    statement, _values = _statement_of(asked, page_size=2)
    assert statement.sql.startswith("WITH first") == is_told_apart


def _statement_of(asked: str, *, page_size: int) -> tuple[Statement, Mapping[str, Any]]:
    given = QueryDict(mutable=True)
    given.update({"q": asked, "page_size": str(page_size)})
    query = ClaimListQuery(given, Publication.objects.all(), request=RequestFactory().get("/"))
    template = query.template
    return _build_statement(template, ("id",), query.ordering, None, page_size + 1), template.values


def _read(page_size: int) -> dict[str, int]:
    """How many rows the statement of a page is given by each of its parts."""
    statement, values = _statement_of("bridge", page_size=page_size)
    bound = [values[part.name] if isinstance(part, Slot) else part for part in statement.parameters]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.sql}", bound)
        [(plan,)] = cursor.fetchall()
    begun, continued = (
        next(child["Actual Rows"] for child in node["Plans"] if child["Node Type"] == "Sort")
        for node in _nodes(plan[0]["Plan"])
        if node["Node Type"] == "Limit"
    )
    return {"first": begun, "others": continued}


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def test_a_query_that_matches_nearly_all_is_sorted_by_date(
    client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.ledger.queries.search_query.RANKED_MATCHES", -1)
    said_twice, *others = [
        publish(make_claim(text))
        for text in (
            "The bridge, the bridge.",
            "The bridge is closed.",
            "A ferry.",
            "A bridge with a very long name.",
        )
    ]
    page = ask(client, q="bridge", page_size=2)
    assert page["search"]["ordering"] == "-updated"
    assert ids(page) == [others[2].pk, others[0].pk]
    following = client.get(page["next"]).json()
    assert ids(following) == [said_twice.pk]
    # A page that follows keeps the order, although fewer match now than may be ranked.
    monkeypatch.setattr("claims.ledger.queries.search_query.RANKED_MATCHES", 1000)
    assert ids(client.get(page["next"]).json()) == [said_twice.pk]
    assert ids(ask(client, q="bridge"))[0] == said_twice.pk
    assert ask(client, q="-ferry")["search"]["ordering"] == "-updated"


def test_highlights_are_those_of_the_page(client: Client, publish: Publish) -> None:
    first, second = (publish(make_claim(f"Die Brücke {n} ist gesperrt.", language="de")) for n in "ab")
    page = ask(client, q="brücken", highlight="true", page_size=1)
    assert ids(page) == [second.pk]
    assert list(page["highlights"]) == [str(second.pk)]
    assert page["highlights"][str(second.pk)][0]["marks"] == [[4, 10]]
    assert "highlights" not in ask(client, highlight="true")
    assert "highlights" not in ask(client, q="brücken", highlight="false")
    assert first.pk in ids(ask(client, q="brücken"))


def test_highlights_have_an_etag_of_their_own(client: Client, publish: Publish) -> None:
    publish(make_claim("The bridge is closed."))
    plain = client.get(CLAIMS, {"q": "bridge"})
    shown = client.get(CLAIMS, {"q": "bridge", "highlight": "true"})
    assert plain["ETag"] != shown["ETag"]
    again = client.get(CLAIMS, {"q": "bridge", "highlight": "true"}, headers={"If-None-Match": shown["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "query",
    [{"spelling": "loose", "q": "bridge"}, {"highlight": "yes", "q": "bridge"}, {"highlights": "true"}],
)
def test_invalid_queries_are_refused(client: Client, query: dict[str, str]) -> None:
    response = client.get(CLAIMS, query)
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == next(iter(query))


_SENTENCE = (
    "The “{0}rd minister” said – or so we hear – that harbour {0} cost {0},000 euros (a long-term sum)…"
)
LONG = {
    "latin": " ".join(_SENTENCE.format(number) for number in range(3, 30))[:MAX_LENGTH].strip(),
    "unspaced": "".join(chr(0x4E00 + number * 7) for number in range(MAX_LENGTH)),
}


@pytest.mark.parametrize("script", LONG)
def test_a_long_statement_finds_itself_when_it_is_pasted(
    client: Client, publish: Publish, claimant: Claimant, script: str
) -> None:
    statement = LONG[script]
    assert MAX_LENGTH - 20 <= len(statement) <= MAX_LENGTH
    claim = publish(make_claim(statement, claimant=claimant, claimed_on=date(2026, 1, 1)))
    publish(make_claim("The minister is long gone."))
    page = ask(client, q=statement, highlight="true", count="exact")
    assert (ids(page), page["count"], page["search"]["is_corrected"]) == ([claim.pk], 1, False)
    answer = client.get("/v1alpha1/claims:search", {"query": statement}).json()
    assert [found["text"] for found in answer["claims"]] == [statement]
    assert statement[:40] in client.get("/claims/", {"q": statement}).content.decode()


@pytest.mark.parametrize(
    "address, name", [(CLAIMS, "q"), ("/api/v1/verdicts/", "q"), ("/v1alpha1/claims:search", "query")]
)
def test_a_search_has_a_limit_that_is_reported(client: Client, address: str, name: str) -> None:
    assert client.get(address, {name: "x" * MAX_LENGTH}).status_code == 200
    refused = client.get(address, {name: "x" * (MAX_LENGTH + 1)})
    assert refused.status_code == 400
    assert "it has 2001 characters; the limit is 2000." in refused.content.decode()
    assert client.get("/claims/", {"q": "x" * (MAX_LENGTH + 1)}).status_code == 404


def test_verdicts_are_searched_in_the_language_of_their_claim(client: Client, publish: Publish) -> None:
    claim = publish(make_claim("Die Brücken sind gesperrt.", language="de"))
    publish(make_claim("The harbour is closed."))
    page = client.get("/api/v1/verdicts/", {"q": "brücke"}).json()
    assert [verdict["claim"]["id"] for verdict in page["results"]] == [claim.pk]


@pytest.mark.parametrize("count", [1, 3])
def test_a_search_costs_two_queries_whatever_its_length(
    client: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    """How the words are read, and the page."""
    for number in range(count):
        publish(make_claim(f"Bridge {number} is closed."))
    get_frequencies()  # which a process knows
    with django_assert_num_queries(2):
        assert len(ask(client, q="bridge")["results"]) == count
    with django_assert_num_queries(3):
        assert len(ask(client, q="bridge", highlight="true")["highlights"]) == count
    # Twice: how the words are read, and whether anything matches. Which words were meant. The page.
    with django_assert_num_queries(6):
        assert len(ask(client, q="brigde")["results"]) == count


def test_readers_see_which_search_is_answered(client: Client, publish: Publish) -> None:
    publish(make_claim("The harbour is closed."))
    html = client.get("/claims/", {"q": "hrabour <>"}).content.decode()
    assert "No results for “hrabour &lt;&gt;”." in html
    assert 'href="/claims/?q=harbour+%3C%3E"' in html
    assert "The harbour is closed." in html
    assert "Showing results for" not in client.get("/claims/", {"q": "harbour"}).content.decode()
    assert "Showing results for" not in client.get("/claims/", {"q": "volcano"}).content.decode()


def test_readers_see_the_corrected_search(client: Client, publish: Publish) -> None:
    publish(make_claim("Gretta Thunberg sails."))
    for number in range(11):
        publish(make_claim(f"Greta Thunberg sails to port {number}."))
    html = client.get("/claims/", {"q": "gretta thunberg"}).content.decode()
    assert "Few results for “gretta thunberg”." in html
    assert "gretta thunberg or greta thunberg</a>" in html
    assert "Nothing matches" not in html
