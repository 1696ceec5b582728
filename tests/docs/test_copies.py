"""What docs/interoperability.md says of changes and downloads is so: parameters, addresses, columns."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from claims.exports.formats.csv import COLUMNS
from claims.public.api.changes import ChangesQuery
from tests.helpers.handbook import rows, section


def test_parameters_of_the_feed_are_those_that_exist() -> None:
    assert rows("Changes").keys() == ChangesQuery.base_filters.keys()


@pytest.mark.parametrize("example", rows("Changes").values())
@pytest.mark.django_db
def test_example_of_every_parameter_is_understood(client: Client, example: str) -> None:
    assert client.get(f"/api/v1/changes/?{example}").status_code == 200


def test_columns_are_those_that_exist_in_their_order() -> None:
    table = section("Downloads").partition("| columns |")[2]
    cells = re.findall(r"^\| (`[^|]+) \|", table, flags=re.MULTILINE)
    assert [name for cell in cells for name in re.findall(r"`(\w+)`", cell)] == list(COLUMNS)


@pytest.mark.django_db
def test_feed_in_the_text_has_the_keys_of_the_one_that_is_served(client: Client) -> None:
    shown = re.findall(r"```json\n(.*?)```", section("Changes"), flags=re.DOTALL)[0]
    served = client.get("/api/v1/changes/").json()
    assert re.findall(r'^\{"(\w+)"|, "(more|house|checkpoint|results)"', shown) == [
        ("next", ""),
        ("", "more"),
        ("", "house"),
        ("", "checkpoint"),
        ("", "results"),
    ]
    assert list(served) == ["next", "more", "house", "checkpoint", "results"]
    assert urlsplit(served["next"]).query == "since=0"
