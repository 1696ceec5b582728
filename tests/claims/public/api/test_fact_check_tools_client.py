"""Google's own client for Python, pointed at us and otherwise unchanged."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from pytest_django.live_server_helper import LiveServer

from claims.models import Claim, Claimant
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db(transaction=True)

Publish = Callable[..., Claim]


@pytest.fixture
def service(live_server: LiveServer) -> Iterator[Any]:
    with build(
        "factchecktools",
        "v1alpha1",
        developerKey="x",
        client_options={"api_endpoint": live_server.url},
        static_discovery=True,
    ) as client:
        yield client


@pytest.fixture
def bridges(publish: Publish, claimant: Claimant) -> list[str]:
    """Five claims, those reviewed last first."""
    statements = [f"Bridge {number} cost 40 million euros." for number in range(1, 6)]
    for day, statement in enumerate(statements, start=1):
        claim = make_claim(statement, claimant=claimant, claimed_on=date(2026, 1, day))
        publish(claim, reviewed_on=date(2026, 2, day))
    return statements[::-1]


def test_search_answers(service: Any, bridges: list[str]) -> None:
    answer = (
        service.claims()
        .search(query="40 million", languageCode="en-US", maxAgeDays=36500, pageSize=5)
        .execute()
    )
    assert sorted(claim["text"] for claim in answer["claims"]) == sorted(bridges)
    assert "nextPageToken" not in answer
    (claim,) = service.claims().search(query='"bridge 3"').execute()["claims"]
    assert (claim["claimant"], claim["claimDate"]) == ("Mara Lindqvist", "2026-01-03T00:00:00Z")
    assert claim["claimReview"][0]["reviewDate"] == "2026-02-03T00:00:00Z"
    assert service.claims().search(query="volcano").execute() == {}


def test_search_next_walks_through_all_pages(service: Any, bridges: list[str]) -> None:
    request = service.claims().search(reviewPublisherSiteFilter="localhost", pageSize=2)
    pages = []
    while request is not None:
        answer = request.execute()
        pages.append([claim["text"] for claim in answer["claims"]])
        request = service.claims().search_next(request, answer)
    assert pages == [bridges[:2], bridges[2:4], bridges[4:]]


def test_standard_parameters_of_the_client(service: Any, bridges: list[str]) -> None:
    answer = (
        service.claims()
        .search(
            query='"bridge 3"',
            offset=0,
            fields="claims(text)",
            prettyPrint=False,
            quotaUser="desk",
            x__xgafv="2",
            access_token="x",
            upload_protocol="raw",
        )
        .execute()
    )
    assert answer == {"claims": [{"text": bridges[2]}]}


def test_errors_are_those_that_the_client_knows(service: Any) -> None:
    with pytest.raises(HttpError) as caught:
        service.claims().search(pageSize=3).execute()
    assert (caught.value.status_code, caught.value.reason) == (
        400,
        "Give a `query`, or a `reviewPublisherSiteFilter`.",
    )
    assert caught.value.error_details[0]["fieldViolations"][0]["field"] == "query"
    with pytest.raises(HttpError) as caught:
        service.claims().imageSearch(imageUri="http://127.0.0.1/a.png").execute()
    assert caught.value.status_code == 400
    assert caught.value.error_details[0]["fieldViolations"][0]["field"] == "image_uri"
    with pytest.raises(HttpError) as caught:
        service.pages().create(body={"pageUrl": "https://example.org/"}).execute()
    assert caught.value.status_code == 501


def test_a_query_too_long_for_an_address_is_posted_and_answered(service: Any, bridges: list[str]) -> None:
    """The client posts what would be an address of over 2,048 characters, and says that a GET is meant."""
    words = " or ".join(["fähre"] * 190)  # each ä takes six characters of an address
    answer = service.claims().search(query=f'"bridge 3" or {words}').execute()
    assert [claim["text"] for claim in answer["claims"]] == [bridges[2]]


def test_example_in_the_documentation(
    live_server: LiveServer, bridges: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = (settings.BASE_DIR / "docs" / "interoperability.md").read_text()
    (example,) = re.findall(r"```python\n(from googleapiclient.*?)```", text, flags=re.DOTALL)
    example = example.replace("http://localhost:8000", live_server.url).replace("missile", "bridge")
    exec(example, {})  # noqa: S102  our own text
    printed = capsys.readouterr().out.splitlines()
    assert sorted(printed) == [f"{statement} False" for statement in sorted(bridges)]
