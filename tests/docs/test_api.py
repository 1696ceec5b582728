"""The handbook of the API is true: its examples run, and it names every address, filter and order, and no other."""

import json
import re
import shlex
from collections.abc import Callable
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim, Claimant, Topic
from claims.public.api.claims import VersionResource
from claims.review import clusters
from factcheck.api.resources import PublicResource
from factcheck.routes import LIST_RESOURCES, build_openapi
from tests.helpers.handbook import TEXT, rows, section
from tests.helpers.newsroom import make_claim
from tests.helpers.sweeps import sweep

PAGING = {"page_size", "cursor", "count", "ordering", "view"}


def curls() -> list[str]:
    return [
        line
        for block in re.findall(r"```console\n(.*?)```", TEXT, flags=re.DOTALL)
        for line in block.splitlines()
    ]


def test_it_is_one_page() -> None:
    assert len((settings.BASE_DIR / "docs" / "api.md").read_text().split()) <= 2_500


def test_addresses_are_those_that_exist() -> None:
    documented = re.findall(r"`((?:GET|POST) /api/v1/\S+)`", TEXT)
    public = [
        (path, operation)
        for path, operation in build_openapi()["paths"].items()
        if not path.startswith("/api/v1/editorial/")
    ]
    served = {
        f"{method.upper()} {path.replace('{claim_id}', '{id}')}"
        for path, operation in public
        for method in ("get", "post")
        if method in operation
    }
    assert sorted(documented) == sorted(served)


@sweep("name", LIST_RESOURCES)
def test_filters_are_those_that_exist(name: str) -> None:
    assert rows(name.capitalize()).keys() == LIST_RESOURCES[name].list_query.base_filters.keys() - PAGING


def test_paging_parameters_are_those_that_exist() -> None:
    assert rows("Pages").keys() == PAGING


@sweep("name, resource", [*LIST_RESOURCES.items(), ("versions", VersionResource)])
def test_orders_are_those_that_exist(name: str, resource: type[PublicResource]) -> None:
    (sentence,) = re.findall(r"Orders: ([^.]*)\.", section(name.capitalize()))
    assert re.findall(r"`([^`]+)`", sentence) == [ordering.name for ordering in resource.list_query.orderings]


@sweep(
    "name, example",
    [(name, example) for name in LIST_RESOURCES for example in rows(name.capitalize()).values()]
    + [("claims", example) for example in rows("Pages").values() if example],
)
def _is_understood(client: Client, name: str, example: str) -> None:
    parameter, _, value = example.partition("=")
    response = client.get(f"/api/v1/{name}/?{parameter}={quote(value)}")
    assert response.status_code == 200, response.content


@pytest.mark.django_db
def test_example_of_every_filter_is_understood(client: Client) -> None:
    _is_understood(client)


@pytest.mark.django_db
def test_commands_answer(
    client: Client, publish: Callable[..., Claim], claimant: Claimant, topic: Topic, editor: User
) -> None:
    published = [publish(make_claim(claimant=claimant, topics=[topic])) for _number in range(2)]
    cluster = clusters.gather(published, by=editor)
    clusters.move(cluster, "published", by=editor)
    _answers(client)


@sweep("command", curls(), undone=True)
def _answers(client: Client, command: str) -> None:
    program, *arguments = shlex.split(command)
    address = urlsplit(arguments.pop())
    headers = {}
    if "-H" in arguments:
        name, _, value = arguments[arguments.index("-H") + 1].partition(": ")
        headers[name] = value
    assert (program, f"{address.scheme}://{address.netloc}") == ("curl", "http://localhost:8000")

    def existing(match: re.Match[str]) -> str:
        return f"/{match[1]}/{client.get(f'/api/v1/{match[1]}/').json()['results'][0]['id']}/"

    path = re.sub(r"/(?!versions)(\w+)/1/", existing, f"{address.path}?{address.query}", count=1)
    if "-d" in arguments:
        body = arguments[arguments.index("-d") + 1]
        response = client.post(path, body, content_type=headers["Content-Type"])
    else:
        response = client.get(path, headers=headers)
    assert response.status_code == 200, response.content
    assert response.getvalue()


def test_problem_in_the_text_is_the_one_that_is_served(client: Client) -> None:
    shown = json.loads(re.findall(r"```json\n(.*?)```", section("Errors"), flags=re.DOTALL)[0])
    assert client.get("/api/v1/claims/?page_size=0").json() == shown
