from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import etree
from pytest_django import DjangoAssertNumQueries

from claims import workflow
from claims.models import Claim, Publication, Topic
from tests.newsroom import make_claim

pytestmark = pytest.mark.django_db

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def feed(client: Client) -> etree._Element:
    response = client.get("/feeds/claims.atom")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return etree.fromstring(response.content)


@pytest.mark.parametrize("count", [1, 3])
def test_feed_costs_one_query_whatever_its_length(
    client: Client,
    publish: Callable[..., Claim],
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for number in range(count):
        publish(make_claim(f"Tunnel {number} is closed."))
    with django_assert_num_queries(1):
        entries = feed(client).xpath("a:entry/a:title/text()", namespaces=ATOM)
    assert entries == [f"False: Tunnel {number} is closed." for number in reversed(range(count))]


def test_entry_is_the_published_claim(client: Client, publish: Callable[..., Claim], topic: Topic) -> None:
    claim = publish(make_claim("The tunnel is safe.", topics=[topic]))
    document = Publication.objects.get().document
    (entry,) = feed(client).xpath("a:entry", namespaces=ATOM)
    told = {etree.QName(element).localname: element for element in entry}
    assert told["title"].text == "False: The tunnel is safe."
    assert told["id"].text == f"http://localhost:8000/claims/{claim.pk}/"
    assert told["link"].get("href") == document["url"]
    assert told["summary"].text == "The accounts show a different sum."
    assert told["category"].get("term") == "Transport"
    assert told["author"].findtext("a:name", namespaces=ATOM) == "Factcheck Newsroom"


def test_retracted_claim_leaves_the_feed(client: Client, publish: Callable[..., Claim], editor: User) -> None:
    claim = publish()
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    assert feed(client).xpath("a:entry", namespaces=ATOM) == []
