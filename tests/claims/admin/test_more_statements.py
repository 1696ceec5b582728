"""Importing an article from the desk, and asking for more of its statements."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from lxml import html

from claims.models import Claim
from sources.models import Source
from tests.helpers.newsroom import make_source

pytestmark = pytest.mark.django_db

LONG = "\n\n".join(
    f"In 20{number:02} the port of Sundvik sold {number} of its ships to Norway for {number * 3} million euros."
    for number in range(10, 40)
)


def asked_for_more(client: Client, source: Source) -> list[str]:
    """What the desk says to it."""
    address = reverse("admin:claims_claim_propose_more", args=[source.pk])
    page = client.post(address, follow=True)
    assert page.redirect_chain == [(reverse("admin:sources_source_change", args=[source.pk]), 302)]
    return [str(message) for message in page.context["messages"]]


def test_the_page_after_an_import_says_why_and_offers_the_next(client: Client, contributor: User) -> None:
    client.force_login(contributor)
    sent = {"text": LONG, "title": "Ships", "language": "en"}
    page = client.post(reverse("admin:claims_claim_import"), sent, follow=True)
    document = html.document_fromstring(page.content.decode())
    assert len(document.cssselect("ol.desk-list li")) == 13
    first = document.cssselect("ol.desk-list li")[0]
    assert "quantity" in first.text_content()
    [button] = [one.text_content() for one in document.cssselect("form[action*=propose-more] button")]
    assert button == "Propose the next 10 statements"
    assert [str(message) for message in page.context["messages"]] == [
        "Imported: 13 claims are waiting for triage.",
        "17 more statements may be worth a check.",
    ]


def test_more_statements_are_proposed_until_there_are_none(client: Client, contributor: User) -> None:
    client.force_login(contributor)
    sent = {"text": LONG, "title": "Ships", "language": "en"}
    client.post(reverse("admin:claims_claim_import"), sent, follow=True)
    source = Source.objects.get()
    assert asked_for_more(client, source) == ["10 more claims are waiting for triage."]
    assert asked_for_more(client, source) == ["7 more claims are waiting for triage."]
    assert asked_for_more(client, source) == ["The text has no more statements that are worth a check."]
    assert Claim.objects.filter(state="proposed", created_by=contributor).count() == 30


def test_more_is_posted_by_who_may_import_and_of_a_text_that_there_is(
    client: Client, contributor: User, django_user_model: type[User]
) -> None:
    source = make_source(LONG)
    address = reverse("admin:claims_claim_propose_more", args=[source.pk])
    client.force_login(django_user_model.objects.create_user("looks-on", is_staff=True))
    assert client.post(address).status_code == 403
    client.force_login(contributor)
    assert client.get(address).status_code == 404
    without = make_source("", title="Without a text")
    assert client.post(reverse("admin:claims_claim_propose_more", args=[without.pk])).status_code == 404
    assert Claim.objects.count() == 0


def test_the_button_stands_on_the_page_of_a_source_with_a_text(client: Client, contributor: User) -> None:
    client.force_login(contributor)
    for source, expected in ((make_source(LONG), 1), (make_source("", title="Without a text"), 0)):
        page = client.get(reverse("admin:sources_source_change", args=[source.pk]))
        document = html.document_fromstring(page.content.decode())
        assert len(document.cssselect("form[action*=propose-more]")) == expected
