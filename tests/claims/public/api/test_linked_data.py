"""A claim as JSON-LD: at its own address, and where Accept asks for it."""

import json
from collections.abc import Callable

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from claims.models import Claim, Claimant, Publication
from claims.review import workflow
from tests.helpers.linked_data import violations
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.reader_pages import correct
from tests.helpers.shared_newsroom import checker, claimant, editor, publish, shared_rows

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
LD = "application/ld+json"
URL = "/api/v1/claims"


@pytest.fixture(scope="module")
def claim(publish: Publish, claimant: Claimant) -> Claim:
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False):
        return publish(make_claim("The bridge cost 40 million euros.", claimant=claimant))


def test_claim_is_a_review(client: Client, claim: Claim) -> None:
    response = client.get(f"{URL}/{claim.pk}.jsonld")
    review = response.json()
    assert (response.status_code, response["Content-Type"]) == (200, LD)
    assert (review["@context"], review["@type"]) == ("https://schema.org", "ClaimReview")
    assert review["claimReviewed"] == "The bridge cost 40 million euros."
    assert review["reviewRating"]["alternateName"] == "False"
    assert violations(review) == ""


def test_page_for_readers_has_the_same_markup(client: Client, claim: Claim) -> None:
    page = client.get(Publication.objects.get().document["url"].removeprefix("http://localhost:8000"))
    script = page.content.decode().partition('<script type="application/ld+json"')[2]
    embedded = json.loads(script.partition(">")[2].partition("</script>")[0])
    assert embedded == client.get(f"{URL}/{claim.pk}.jsonld").json()


def test_an_existing_licence_is_stated(client: Client, claim: Claim, settings: Settings) -> None:
    before = client.get(f"{URL}/{claim.pk}.jsonld")
    settings.DATA_LICENSE = "https://creativecommons.org/licenses/by/4.0"
    after = client.get(f"{URL}/{claim.pk}.jsonld")
    assert "sdLicense" not in before.json()
    assert after.json()["sdLicense"] == "https://creativecommons.org/licenses/by/4.0"
    assert before["ETag"] != after["ETag"]


@pytest.mark.parametrize(
    "accept, form",
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (LD, LD),
        (f"{LD}, application/json", LD),
        (f"{LD};q=0.5, application/json", "application/json"),
        (f"text/html, {LD};q=0.9", LD),
        ("*/*, application/json;q=0", LD),
    ],
)
def test_accept_chooses_the_form(client: Client, claim: Claim, accept: str, form: str) -> None:
    response = client.get(f"{URL}/{claim.pk}/", headers={"accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, form)
    assert "Accept" in response["Vary"].split(", ")
    assert response["Link"] == f'<{URL}/{claim.pk}.jsonld>; rel="alternate"; type="{LD}"'
    expected = (
        client.get(f"{URL}/{claim.pk}.jsonld").content
        if form == LD
        else Publication.objects.get().served_body
    )
    assert response.content == expected


def test_form_without_accept_is_json(client: Client, claim: Claim) -> None:
    assert client.get(f"{URL}/{claim.pk}/")["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "path, accept, offered",
    [
        ("{id}/", "text/html", "application/json, application/ld+json"),
        ("{id}/", "application/json;q=0", "application/json, application/ld+json"),
        ("{id}.jsonld", "application/json", "application/ld+json"),
        ("", LD, "application/json"),
    ],
)
def test_other_forms_are_not_acceptable(
    client: Client, claim: Claim, path: str, accept: str, offered: str
) -> None:
    response = client.get(f"{URL}/{path.format(id=claim.pk)}", headers={"accept": accept})
    assert (response.status_code, response["Content-Type"]) == (406, "application/problem+json")
    assert response.json()["detail"] == f"Available types: {offered}."


@pytest.mark.parametrize("path", ["/{id}/", "/{id}.jsonld", ".csv", ".jsonl", ".json", ".jsonld"])
@pytest.mark.parametrize("accept", ["*/*", LD, "text/csv", "text/html"])
def test_options_are_returned_as_json_for_every_accept_header(
    client: Client, claim: Claim, path: str, accept: str
) -> None:
    response = client.options(f"{URL}{path.format(id=claim.pk)}", headers={"accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_own_address_leads_back_to_json(client: Client, claim: Claim) -> None:
    response = client.get(f"{URL}/{claim.pk}.jsonld")
    assert response["Link"] == f'<{URL}/{claim.pk}/>; rel="alternate"; type="application/json"'
    assert "Accept" not in response.get("Vary", "").split(", ")


@pytest.mark.parametrize("path", ["{id}.jsonld", "{id}/"])
def test_markup_that_the_reader_has_is_304(client: Client, claim: Claim, path: str) -> None:
    address, accept = f"{URL}/{path.format(id=claim.pk)}", {"accept": LD}
    first = client.get(address, headers=accept)
    assert first["Last-Modified"] == "Fri, 01 May 2026 12:00:00 GMT"
    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"
    by_tag = client.get(address, headers={**accept, "if-none-match": first["ETag"]})
    by_date = client.get(address, headers={**accept, "if-modified-since": first["Last-Modified"]})
    assert [(r.status_code, r.content, r["ETag"]) for r in (by_tag, by_date)] == [
        (304, b"", first["ETag"])
    ] * 2


def test_tag_of_one_form_is_not_that_of_the_other(client: Client, claim: Claim) -> None:
    tag = client.get(f"{URL}/{claim.pk}/")["ETag"]
    response = client.get(f"{URL}/{claim.pk}/", headers={"accept": LD, "if-none-match": tag})
    assert response.status_code == 200
    assert response["ETag"] != tag


def test_retracted_claim_says_so_and_has_no_review(client: Client, claim: Claim, editor: User) -> None:
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="It was another bridge.")
    response = client.get(f"{URL}/{claim.pk}.jsonld")
    page = response.json()
    assert (response.status_code, page["@type"], page["creativeWorkStatus"]) == (200, "WebPage", "retracted")
    assert [entry["text"] for entry in page["correction"]] == ["It was another bridge."]
    assert "ClaimReview" not in response.content.decode()
    assert violations(page) == ""


@pytest.mark.slow
@pytest.mark.parametrize("path, accept", [(".jsonld", "*/*"), ("/", LD)])
def test_merged_claim_leads_to_its_target_in_the_same_form(
    client: Client, claim: Claim, publish: Publish, editor: User, path: str, accept: str
) -> None:
    target = publish()
    workflow.move(claim, "merge", by=editor, into=target)
    response = client.get(f"{URL}/{claim.pk}{path}", headers={"accept": accept})
    assert (response.status_code, response["Location"]) == (301, f"http://testserver{URL}/{target.pk}{path}")
    followed = client.get(response["Location"], headers={"accept": accept})
    assert followed.json()["@type"] == "ClaimReview"


def test_past_states_can_be_requested(client: Client, claim: Claim, checker: User, editor: User) -> None:
    with time_machine.travel("2026-05-03T12:00:00Z", tick=False):
        correct(claim, checker, editor, code="mixed")
    then = client.get(f"{URL}/{claim.pk}.jsonld?as_of=2026-05-02")
    now = client.get(f"{URL}/{claim.pk}.jsonld")
    assert then.json()["reviewRating"]["alternateName"] == "False"
    assert now.json()["reviewRating"]["alternateName"] == "Partly true"
    assert then.json()["@id"] == now.json()["@id"]
    assert then["Cache-Control"] == "public, max-age=86400, immutable"


@pytest.mark.parametrize("path", ["987654.jsonld", "0.jsonld", "x.jsonld", "1.jsonld/", f"{'9' * 30}.jsonld"])
def test_unpublished_rows_are_not_found(client: Client, claim: Claim, path: str) -> None:
    path = path.replace("1.jsonld/", f"{claim.pk}.jsonld/")
    response = client.get(f"{URL}/{path}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_draft_is_not_found(client: Client, checker: User) -> None:
    draft = make_draft(make_claim("Quillfeather did it."), checker)
    response = client.get(f"{URL}/{draft.claim_id}.jsonld")
    assert response.status_code == 404
    assert "Quillfeather" not in response.content.decode()


def test_parts_cannot_be_picked_from_markup(client: Client, claim: Claim) -> None:
    at_own_address = client.get(f"{URL}/{claim.pk}.jsonld?fields=statement")
    negotiated = client.get(f"{URL}/{claim.pk}/?fields=statement", headers={"accept": LD})
    assert (at_own_address.status_code, negotiated.status_code) == (400, 400)
    assert negotiated.json()["errors"][0]["parameter"] == "fields"
    assert client.get(f"{URL}/{claim.pk}/?fields=statement").status_code == 200
