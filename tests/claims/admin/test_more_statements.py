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


def test_the_page_after_an_import_shows_bands_and_other_statements(client: Client, contributor: User) -> None:
    client.force_login(contributor)
    sent = {"text": f"{LONG}\n\nThe ships are blue.", "title": "Ships", "language": "en"}
    page = client.post(reverse("admin:claims_claim_import"), sent, follow=True)
    document = html.document_fromstring(page.content.decode())
    assert [heading.text_content() for heading in document.cssselect("h3")] == ["Check first (13)"]
    assert "a number: 30 million euros" in document.cssselect("ol.desk-list li")[0].text_content()
    rest, fold = document.cssselect("details.desk-fold")
    assert rest.cssselect("summary")[0].text_content() == "Other proposals (17)"
    assert len(rest.cssselect("li")) == 17
    assert [line.text_content() for line in fold.cssselect("summary, li, button")] == [
        "Other claims in the text (1)",
        "The ships are blue.",
        "Propose these claims too",
    ]
    source = Source.objects.get()
    assert asked_for_more(client, source) == ["1 more claim is waiting for triage."]
    assert asked_for_more(client, source) == ["Every claim in the text has already been proposed."]
    assert Claim.objects.filter(state="proposed", created_by=contributor).count() == 31


def test_more_statements_need_permission_to_import_and_an_existing_text(
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


def test_the_page_of_a_source_with_a_text_has_the_button(client: Client, contributor: User) -> None:
    client.force_login(contributor)
    for source, expected in ((make_source(LONG), 1), (make_source("", title="Without a text"), 0)):
        page = client.get(reverse("admin:sources_source_change", args=[source.pk]))
        document = html.document_fromstring(page.content.decode())
        assert len(document.cssselect("form[action*=propose-more]")) == expected
