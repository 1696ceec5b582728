"""Look-ups: what is published about the addresses of articles."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Evidence
from claims.public.api import lookup
from claims.review import workflow
from sources.models import Source
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.reader_pages import correct

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
URL = "/api/v1/lookup/"
ARTICLE = "https://news.example.net/story/1"
TEXT = "The ferry sank, he said. Later he said: the bridge was dear. Nobody laughed."


def post(client: Client, body: Any, **more: Any) -> Any:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(URL, content, **({"content_type": "application/json"} | more))


def look_up(client: Client, *urls: str) -> Any:
    response = post(client, {"urls": urls})
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json"
    return response.json()["results"]


@pytest.fixture
def article(db: None) -> Source:
    return make_source(TEXT, url=ARTICLE, title="A speech at the harbour")


@pytest.fixture
def bridge(publish: Publish, article: Source) -> Claim:
    """A claim that appears in the article, and whose verdict does not cite it."""
    claim = make_claim("The bridge was dear.")
    make_appearance(claim, article, "the bridge was dear")
    return publish(claim, summary="It was cheap.")


def publish_citing(claim: Claim, source: Source, checker: User, editor: User) -> Claim:
    """Publish a claim whose verdict cites the source."""
    verdict = make_draft(claim, checker)
    snapshot = source.snapshots.get()
    Evidence.objects.create(
        verdict=verdict,
        source=source,
        snapshot=snapshot,
        stance="supports",
        note="He said so.",
        exact="Nobody laughed",
        prefix="dear. ",
        suffix=".",
        start=TEXT.index("Nobody"),
        end=TEXT.index("Nobody") + 14,
    )
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        verdict = workflow.move(verdict, action, by=by)
    return claim


# What is found


def test_claim_is_found_with_its_place_and_verdict(client: Client, bridge: Claim, article: Source) -> None:
    whole = client.get(f"/api/v1/claims/{bridge.pk}/").json()
    (appearance,) = whole["appearances"]
    (verdict,) = whole["verdicts"]
    assert look_up(client, ARTICLE) == [
        {
            "url": ARTICLE,
            "error": None,
            "source": {"id": article.pk, "title": "A speech at the harbour", "url": ARTICLE},
            "claims": [
                {
                    "id": bridge.pk,
                    "url": whole["url"],
                    "statement": "The bridge was dear.",
                    "language": "en",
                    "verdicts": [
                        {
                            "id": verdict["id"],
                            "publisher": verdict["publisher"],
                            "rating": verdict["rating"],
                            "summary": "It was cheap.",
                            "language": "en",
                            "reviewed_on": "2026-03-01",
                            "url": "",
                        }
                    ],
                    "appearances": [
                        {
                            "id": appearance["id"],
                            "is_first": False,
                            "anchor": "anchored",
                            "exact": "the bridge was dear",
                            "prefix": TEXT[8:40],
                            "suffix": ". Nobody laughed.",
                            "start": 40,
                            "end": 59,
                            "snapshot": appearance["snapshot"],
                        }
                    ],
                    "evidence": [],
                    "reviews": [],
                }
            ],
            "more": None,
        }
    ]
    assert appearance["snapshot"]["text_sha256"] == article.snapshots.get().text_sha256


def test_claim_that_cites_the_article_is_told_apart(
    client: Client, bridge: Claim, article: Source, checker: User, editor: User
) -> None:
    tunnel = publish_citing(make_claim("The tunnel leaks."), article, checker, editor)
    (found,) = look_up(client, ARTICLE)
    assert [claim["id"] for claim in found["claims"]] == [bridge.pk, tunnel.pk]
    cited = found["claims"][1]
    assert cited["appearances"] == []
    (evidence,) = cited["evidence"]
    assert evidence["verdict"] == cited["verdicts"][0]["id"]
    assert {key: evidence[key] for key in ("stance", "note", "exact", "start", "end")} == {
        "stance": "supports",
        "note": "He said so.",
        "exact": "Nobody laughed",
        "start": 61,
        "end": 75,
    }


def test_claims_stand_in_the_order_of_the_text(
    client: Client, bridge: Claim, article: Source, publish: Publish
) -> None:
    ferry = make_claim("The ferry sank.")
    make_appearance(ferry, article, "The ferry sank")
    publish(ferry)
    assert [claim["id"] for claim in look_up(client, ARTICLE)[0]["claims"]] == [ferry.pk, bridge.pk]


@pytest.mark.parametrize(
    "spelling",
    [
        "http://news.example.net/story/1",
        "https://www.news.example.net/story/1/",
        "https://NEWS.example.net/story/1?utm_source=feed&fbclid=x",
        "https://news.example.net/amp/story/1",
        "https://news-example-net.cdn.ampproject.org/c/s/news.example.net/story/1",
        " https://news.example.net:443/story/1#top ",
    ],
)
def test_spelling_makes_no_difference(client: Client, bridge: Claim, spelling: str) -> None:
    (found,) = look_up(client, spelling)
    assert found["url"] == spelling
    assert [claim["id"] for claim in found["claims"]] == [bridge.pk]


def test_answers_come_in_the_order_of_the_questions(client: Client, bridge: Claim, publish: Publish) -> None:
    other = make_source("The tunnel leaks.", url="https://example.org/tunnel")
    tunnel = make_claim("The tunnel leaks.")
    make_appearance(tunnel, other, "The tunnel leaks.")
    publish(tunnel)
    urls = ["https://example.org/nothing", other.url, ARTICLE, "ferry", other.url]
    results = look_up(client, *urls)
    assert [result["url"] for result in results] == urls
    assert [[c["id"] for c in result["claims"]] for result in results] == [
        [],
        [tunnel.pk],
        [bridge.pk],
        [],
        [tunnel.pk],
    ]
    assert [bool(result["error"]) for result in results] == [False, False, False, True, False]


def test_nothing_known_looks_like_nothing_published(
    client: Client, article: Source, checker: User, publish: Publish
) -> None:
    """A source that only drafts know, with a claim that is only a draft."""
    claim = make_claim("The ferry sank.")
    make_appearance(claim, article, "The ferry sank")
    make_draft(claim, checker)
    unknown: Any = {"error": None, "source": None, "claims": [], "more": None}
    assert look_up(client, ARTICLE, "https://example.org/x") == [
        {"url": ARTICLE, **unknown},
        {"url": "https://example.org/x", **unknown},
    ]


def test_draft_of_another_appearance_is_not_shown(client: Client, bridge: Claim, article: Source) -> None:
    before = look_up(client, ARTICLE)
    make_appearance(bridge, article, "Nobody laughed")
    article.title = "Secret"
    article.save()
    assert look_up(client, ARTICLE) == before


def test_withdrawn_claim_is_not_found(client: Client, bridge: Claim, editor: User) -> None:
    workflow.move(bridge.verdicts.get(), "retract", by=editor, note="It was dear.")
    assert look_up(client, ARTICLE)[0]["claims"] == []


def test_more_claims_than_are_told_are_in_the_list(
    client: Client,
    bridge: Claim,
    article: Source,
    checker: User,
    editor: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lookup, "CLAIM_LIMIT", 2)
    lookup._statement.cache_clear()
    try:
        publish_citing(make_claim("One."), article, checker, editor)
        assert look_up(client, ARTICLE)[0]["more"] is None
        newest = publish_citing(make_claim("Two."), article, checker, editor)
        (found,) = look_up(client, ARTICLE)
        assert [claim["id"] for claim in found["claims"]] == [bridge.pk, newest.pk]
        assert found["more"] == f"http://testserver/api/v1/claims/?source={article.pk}"
        assert len(client.get(found["more"]).json()["results"]) == 3
    finally:
        lookup._statement.cache_clear()


def test_lookup_by_get_answers_the_same(client: Client, bridge: Claim) -> None:
    urls = [ARTICLE, "https://example.org/a?b=1,2&c=3", "ferry"]
    response = client.get(f"{URL}?{urlencode({'url': urls}, doseq=True)}")
    assert response.json()["results"] == look_up(client, *urls)
    assert response["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"
    again = client.get(
        f"{URL}?{urlencode({'url': urls}, doseq=True)}", headers={"if-none-match": response["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert post(client, {"urls": urls})["Cache-Control"] == "no-store"


@pytest.mark.parametrize("count", [1, 100])
def test_one_query_however_many_addresses(
    client: Client,
    bridge: Claim,
    publish: Publish,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    claim = publish(make_claim("Cites many."))
    for url in claim.verdicts.get().evidence.values_list("source__url", flat=True):
        assert look_up(client, url)[0]["claims"][0]["id"] == claim.pk
    urls = [ARTICLE, *(f"https://example.org/report/{number}" for number in range(count - 1))]
    with django_assert_num_queries(1):
        assert len(look_up(client, *urls)) == count


# Bad input


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "ferry",
        "ftp://example.org/",
        "javascript:alert(1)",
        "https://",
        "https://[::1",
        "https://a b/",
        "https://example.org/" + "x" * 2000,
        "https://exam\0ple.org/",
        "//example.org/",
        "mailto:a@example.org",
    ],
)
def test_what_is_no_address_has_an_error_in_its_place(client: Client, bridge: Claim, url: str) -> None:
    first, wrong, last = look_up(client, ARTICLE, url, ARTICLE)
    assert first == last
    assert first["claims"]
    assert wrong["url"] == url
    assert wrong["error"]["code"] == "invalid"
    assert (wrong["source"], wrong["claims"], wrong["more"]) == (None, [], None)


@pytest.mark.parametrize(
    "body, pointers",
    [
        ([], ["#"]),
        (ARTICLE.join('""'), ["#"]),
        (None, ["#"]),
        ({}, ["#/urls"]),
        ({"urls": None}, ["#/urls"]),
        ({"urls": ARTICLE}, ["#/urls"]),
        ({"urls": {}}, ["#/urls"]),
        ({"urls": []}, ["#/urls"]),
        ({"urls": [ARTICLE] * 101}, ["#/urls"]),
        ({"urls": [ARTICLE, 7, None, [ARTICLE]]}, ["#/urls/1", "#/urls/2", "#/urls/3"]),
        ({"urls": [ARTICLE], "url": ARTICLE}, ["#/url"]),
        ({"a/b": 1}, ["#/a~1b", "#/urls"]),
    ],
)
def test_body_that_is_built_wrongly_is_a_problem(client: Client, body: Any, pointers: list[str]) -> None:
    response = post(client, body if isinstance(body, str) else json.dumps(body))
    problem = response.json()
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert problem["detail"] == " ".join(error["detail"] for error in problem["errors"])


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        '{"urls": NaN}',
        "[" * 100_000,
        '{"urls": ["\\ud800"]}',
        b'{"urls": ["\xff"]}',
        "9" * 10_000,
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_json_is_a_problem(client: Client, body: Any) -> None:
    response = post(client, body)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"]
)
def test_other_media_types_are_not_read(client: Client, content_type: str) -> None:
    response = post(client, {"urls": [ARTICLE]}, content_type=content_type)
    assert (response.status_code, response["Content-Type"]) == (415, "application/problem+json")


def test_body_has_a_size(client: Client) -> None:
    response = post(client, '{"urls": ["' + "x" * 1_500_000 + '"]}')
    assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")
    assert "1500000 bytes" in response.json()["detail"]


@pytest.mark.parametrize(
    "query, code",
    [("", "empty"), ("url=", "empty"), ("uri=https://example.org/", "unknown"), ("url=x&" * 101, "repeated")],
)
def test_bad_query_is_a_problem(client: Client, query: str, code: str) -> None:
    response = client.get(f"{URL}?{query.strip('&')}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == code


def test_posted_query_takes_no_parameters(client: Client) -> None:
    response = client.post(f"{URL}?url={ARTICLE}", '{"urls": ["x"]}', content_type="application/json")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "unknown")


def test_other_methods_are_not_allowed(client: Client) -> None:
    for method in (client.put, client.patch, client.delete):
        response = method(URL)
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_pages_of_other_sites_may_ask(client: Client) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    response = client.options(URL, headers={"origin": "https://example.net", **asked})
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert "content-type" in response["Access-Control-Allow-Headers"]
    assert response["Access-Control-Allow-Origin"] == "*"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda parts: st.lists(parts, max_size=3),
)


@pytest.mark.slow
@given(
    body=st.binary(max_size=50)
    | st.builds(lambda urls: json.dumps({"urls": urls}), _JSON | st.lists(st.text()))
)
@hypothesis_settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_body_brings_it_down(client: Client, body: Any) -> None:
    assert post(client, body).status_code in (200, 400)


# What an address is


REVIEW = "https://checks.example.net/2026/bridge"


@pytest.fixture
def reviewed(publish: Publish, article: Source) -> Claim:
    """A claim that was seen in the article, with a review elsewhere."""
    claim = make_claim("The bridge fell.")
    make_appearance(claim, article, "the bridge was dear")
    return publish(claim, url=REVIEW)


def roles(claim: Any) -> dict[str, list[int]]:
    return {
        "appearances": [each["id"] for each in claim["appearances"]],
        "evidence": [each["verdict"] for each in claim["evidence"]],
        "reviews": [each["verdict"] for each in claim["reviews"]],
    }


@pytest.mark.parametrize(
    "address", [REVIEW, "http://www.checks.example.net/2026/bridge/?utm_source=feed#top", REVIEW + "/amp/"]
)
def test_review_is_found_by_its_own_address(client: Client, reviewed: Claim, address: str) -> None:
    (found,) = look_up(client, address)
    (claim,) = found["claims"]
    verdict = reviewed.verdicts.get()
    assert (found["source"], found["more"], claim["id"]) == (None, None, reviewed.pk)
    assert roles(claim) == {"appearances": [], "evidence": [], "reviews": [verdict.pk]}


def test_each_claim_says_what_it_is_found_by(
    client: Client,
    reviewed: Claim,
    bridge: Claim,
    article: Source,
    checker: User,
    editor: User,
    publish: Publish,
) -> None:
    """One page in all three roles: an article that states a claim, is cited, and is itself a review."""
    cited = publish_citing(make_claim("Nobody laughed."), article, checker, editor)
    there = publish(url=ARTICLE)
    both = make_claim("The ferry sank.")
    make_appearance(both, article, "The ferry sank")
    publish(both, url=ARTICLE)
    found = look_up(client, ARTICLE)[0]
    assert found["source"]["id"] == article.pk
    told = {claim["id"]: {role for role, ids in roles(claim).items() if ids} for claim in found["claims"]}
    assert told == {
        reviewed.pk: {"appearances"},
        bridge.pk: {"appearances"},
        both.pk: {"appearances", "reviews"},
        cited.pk: {"evidence"},
        there.pk: {"reviews"},
    }
    assert list(told) == [both.pk, *sorted([reviewed.pk, bridge.pk]), cited.pk, there.pk]


def test_reviews_are_listed_by_their_address(client: Client, reviewed: Claim, bridge: Claim) -> None:
    for path in ("claims", "verdicts", "claims/facets"):
        asked = client.get(
            f"/api/v1/{path}/?"
            + urlencode(
                {"review_url": f"{REVIEW}?utm_medium=x", "count": "exact"}
                if "facets" not in path
                else {"review_url": REVIEW}
            )
        ).json()
        assert asked["count"] == 1
    assert client.get(f"/api/v1/claims/?review_url={ARTICLE}").json()["results"] == []
    assert client.get("/api/v1/claims/?review_url=story").status_code == 400


def test_review_that_was_replaced_is_not_found_where_it_was(
    client: Client, reviewed: Claim, checker: User, editor: User
) -> None:

    correct(reviewed, checker, editor, url="https://checks.example.net/2026/moved")
    assert look_up(client, REVIEW)[0]["claims"] == []
    assert [
        claim["id"] for claim in look_up(client, "https://checks.example.net/2026/moved")[0]["claims"]
    ] == [reviewed.pk]


def test_more_reviews_than_are_told_have_a_list(
    client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "CLAIM_LIMIT", 2)
    lookup._statement.cache_clear()
    claims = [publish(url=REVIEW) for _ in range(3)]
    (found,) = look_up(client, REVIEW)
    assert [claim["id"] for claim in found["claims"]] == [claim.pk for claim in claims[1:]]
    listed = client.get(found["more"]).json()["results"]
    lookup._statement.cache_clear()
    assert [claim["id"] for claim in listed] == [claim.pk for claim in reversed(claims)]


@pytest.mark.parametrize("count", [1, 3])
def test_reviews_cost_one_query(
    client: Client, publish: Publish, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    addresses = [f"{REVIEW}/{number}" for number in range(count)]
    for address in addresses:
        publish(url=address)
    with django_assert_num_queries(1):
        assert [len(found["claims"]) for found in look_up(client, *addresses)] == [1] * count
