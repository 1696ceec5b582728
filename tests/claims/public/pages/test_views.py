"""The list of claims: what it shows, how it is searched, and what it costs."""

from collections.abc import Callable
from datetime import date
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import html
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Claimant, Topic
from claims.search.word_frequencies import get_frequencies
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_pages import correct, page, statements, words

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def test_list_of_an_empty_newsroom(client):
    assert words(page(client, "/claims/").cssselect(".empty")[0]) == (
        "Nothing has been published yet. See what others have checked"
    )


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_seven_queries_whatever_its_length(
    client: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    published = [publish(make_claim(f"Tunnel {number} is closed.")) for number in range(count)]
    # The newsroom, the page, the position of the ledger, whether it is long, two counts (publishers are counted among
    # all), and names.
    with django_assert_num_queries(7):
        document = page(client, "/claims/")
    assert statements(document) == [claim.statement for claim in reversed(published)]


def test_card_says_who_claimed_what_and_how_we_rate_it(
    client: Client, publish: Publish, claimant: Claimant
) -> None:
    publish(make_claim("The tunnel is safe.", claimant=claimant, claimed_on=date(2026, 2, 14)))
    (card,) = page(client, "/claims/").cssselect(".card")
    assert words(card) == (
        "Rated False The tunnel is safe. Mara Lindqvist, Minister of Transport, 14 February 2026 "
        "The accounts show a different sum. Factcheck NewsroomReviewed 1 March 2026"
    )


def test_card_marks_a_correction(client: Client, publish: Publish, checker: User, editor: User) -> None:
    correct(publish(), checker, editor)
    (marker,) = page(client, "/claims/").cssselect(".corrected")
    assert words(marker).startswith("Correction, ")


def follow(client: Client, path: str, direction: str) -> list[tuple[str, html.HtmlElement]]:
    """The page at an address, and those that its links of one direction lead to."""
    pages = []
    while path:
        document = page(client, path)
        pages.append((path, document))
        path = next((link.get("href") for link in document.cssselect(f"a[rel={direction}]")), "")
    return pages


def test_pages_lead_through_all_claims_and_back(
    client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.public.pages.listed_claims.CLAIMS_PER_PAGE", 2)
    for number in range(5):
        publish(make_claim(f"Tunnel {number} is closed."))
    onwards = follow(client, "/claims/", "next")
    expected = [[f"Tunnel {number} is closed." for number in pair] for pair in ([4, 3], [2, 1], [0])]
    assert [statements(document) for _, document in onwards] == expected
    back = follow(client, onwards[-1][0], "prev")
    assert [statements(document) for _, document in back] == expected[::-1]


def test_search_pages_lead_from_the_best_match_to_the_others(
    client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.public.pages.listed_claims.CLAIMS_PER_PAGE", 1)
    publish(make_claim("A canal and a canal: the canal is deep."))
    publish(make_claim("The river is deep."), summary="The canal was measured.")
    publish(make_claim("The canal is deep."))
    onwards = follow(client, "/claims/?q=canal", "next")
    expected = [["A canal and a canal: the canal is deep."], ["The canal is deep."], ["The river is deep."]]
    assert [statements(document) for _, document in onwards] == expected
    back = follow(client, onwards[-1][0], "prev")
    assert [statements(document) for _, document in back] == expected[::-1]


@pytest.mark.parametrize(
    "query, found",
    [
        ("harbours", ["The harbour is deep."]),
        ('"is deep" -harbour', ["The lake is deep."]),
        ("harbour or lake", ["The lake is deep.", "The harbour is deep."]),
        ("HARBOUR", ["The harbour is deep."]),
        ("measured", ["The lake is deep.", "The harbour is deep."]),
        ("volcano", []),
    ],
)  # fmt: skip
def test_search_in_web_search_syntax(client: Client, publish: Publish, query: str, found: list[str]) -> None:
    for statement in ("The harbour is deep.", "The lake is deep."):
        publish(make_claim(statement), summary="It was measured.")
    document = page(client, f"/claims/?q={quote(query)}")
    assert sorted(statements(document)) == sorted(found)
    assert (
        words(document.cssselect(".result-count strong")[0]) == f"{len(found)} claim{'s' * (len(found) != 1)}"
    )
    assert document.cssselect("input[name=q]")[0].value == query


@pytest.mark.parametrize("count", [1, 3])
def test_search_costs_seven_queries_whatever_its_length(
    client: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        publish(make_claim(f"Tunnel {number} is closed."))
    get_frequencies()  # which a process knows
    # Parsing the words, the page, the position of the ledger, whether it is long, two counts and names.
    with django_assert_num_queries(7):
        document = page(client, "/claims/?q=tunnel&rating=false")
    assert len(statements(document)) == count


def test_search_without_result_says_what_to_try(client: Client, publish: Publish) -> None:
    publish()
    advice = page(client, "/claims/?q=volcano&rating=false").cssselect(".empty")[0]
    assert words(advice).startswith("No published claim matches. Try fewer or more general words")
    assert [a.get("href") for a in advice.cssselect("a")] == ["/claims/?q=volcano"]


def test_list_narrows_by_rating_topic_and_claimant(
    client: Client, publish: Publish, claimant: Claimant, topic: Topic
) -> None:
    publish(make_claim("One is short."), code="true")
    publish(make_claim("Two is wide.", claimant=claimant))
    publish(make_claim("Three is tall.", topics=[topic]))
    assert statements(page(client, "/claims/?rating=true")) == ["One is short."]
    by_claimant = page(client, f"/claims/?claimant={claimant.pk}")
    assert statements(by_claimant) == ["Two is wide."]
    assert words(by_claimant.cssselect("h1")[0]) == "Claims by Mara Lindqvist"
    by_topic = page(client, f"/claims/?topic={topic.pk}")
    assert statements(by_topic) == ["Three is tall."]
    assert words(by_topic.cssselect("h1")[0]) == "Transport"
    assert statements(page(client, f"/claims/?rating=true&topic={topic.pk}")) == []
    choices = {
        words(a): a.get("href") for a in page(client, "/claims/?rating=true&by=house").cssselect(".choice")
    }
    assert choices["True 1"] == "/claims/?by=house"
    assert choices["False 2"] == "/claims/?rating=false&by=house"
    chosen = page(client, f"/claims/?q=x&rating=true&topic={topic.pk}").cssselect(".active-filters a")
    assert [(words(a), a.get("href"), a.get("rel")) for a in chosen] == [
        ("Remove: Rating True", f"/claims/?q=x&topic={topic.pk}", "nofollow"),
        ("Remove: Topic Transport", "/claims/?q=x&rating=true", "nofollow"),
    ]


@pytest.mark.parametrize(
    "query",
    ["rating=nonsense", "topic=x", "topic=-1", f"topic={10**30}", "claimant=0", "cursor=1", "cursor=x-2", "q=%00",
     f"cursor={'9' * 2001}", f"q={'a' * 2001}"],
)  # fmt: skip
def test_addresses_that_cannot_be_are_not_found(client: Client, query: str) -> None:
    assert client.get(f"/claims/?{query}").status_code == 404


def test_unknown_parameters_do_no_harm(client: Client, publish: Publish) -> None:
    claim = publish()
    assert statements(page(client, "/claims/?utm_source=letter")) == [claim.statement]


@pytest.mark.parametrize(
    "query", ["'", '"', "-", "or", "\\", "%", "a:*&|!()<->", "🜨", "ʼ", "¬", "한국 경제", "x" * 2000]
)
def test_search_takes_any_words(client: Client, query: str) -> None:
    assert client.get("/claims/", {"q": query}).status_code == 200
