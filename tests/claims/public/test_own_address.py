"""Publications keeps no address of ours: every answer names the one where this site is now."""

import hashlib
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from claims.ledger.publishing import restate
from claims.models import Claim, Publication, PublishedVerdict
from sources.models import Publisher
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.reader_pages import bring_out, correct
from tests.helpers.shared_newsroom import checker, editor, shared_rows

__all__ = ["checker", "editor", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db

OLD, NEW = "http://localhost:8000", "https://facts.example.org"

#: A statement by an attacker who knows how addresses are stored.
HOSTILE = 'It says "url":\t"/claims/1/" and \\t"/ and \\u0000/claims/ and "\\/.'


@pytest.fixture(scope="module")
def claim(checker: User, editor: User) -> Claim:
    """Published and corrected by the house, seen in a source."""
    claim = make_claim(HOSTILE)
    make_appearance(claim, make_source("The bridge is long."), "bridge")
    bring_out(make_draft(claim, checker), checker, editor)
    correct(claim, checker, editor)
    return claim


#: Each kind of answer with the address of a claim, `{id}` and `{source}` filled in.
ANSWERS = [
    "/api/v1/claims/",
    "/api/v1/claims/?q=says&highlight=true",
    "/api/v1/claims/?fields=url,verdicts.publisher",
    "/api/v1/claims/{id}/",
    "/api/v1/claims/{id}/?fields=url",
    "/api/v1/claims/{id}.jsonld",
    "/api/v1/claims/{id}/versions/1/",
    "/api/v1/changes/",
    "/api/v1/verdicts/?view=full",
    "/api/v1/verdicts/{verdict}/",
    "/api/v1/publishers/{house}/",
    "/api/v1/ratings/?view=full",
    "/api/v1/sources/{source}/",
    "/api/v1/lookup/?url={address}",
    "/api/v1/claims.jsonl",
    "/api/v1/claims.csv",
    "/api/v1/claims.jsonld",
    "/v1alpha1/claims:search?query=says",
    "/feeds/claims.atom",
    "/feeds/claims.rss",
    "/feeds/claims.json",
    "/claims/{id}/claim/",
    "/claims/{id}/claim/history/",
]


def filled(path: str, claim: Claim, settings: Settings) -> str:
    appearance = claim.appearances.select_related("source").get()
    return path.format(
        id=claim.pk,
        site=settings.SITE_URL,
        source=appearance.source_id,
        address=appearance.source.url,
        house=Publisher.objects.get_house().pk,
        verdict=PublishedVerdict.objects.current().get().verdict_id,
    )


def read(client: Client, path: str) -> tuple[str, str]:
    """The answer at a path, and its ETag."""
    response: Any = client.get(path, follow=True)
    assert response.status_code == 200, path
    return response.getvalue().decode(), response.headers.get("ETag", "")


def test_stored_data_do_not_contain_the_address_of_the_site(claim: Claim) -> None:
    kept = [*Publication.objects.values_list("body", flat=True)]
    kept += PublishedVerdict.objects.values_list("body", flat=True)
    assert len(kept) == 4
    assert [text for text in kept if "localhost" in text] == []
    assert Publisher.objects.get_house().url == Publisher.objects.get_house().domain == ""


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_has_the_present_address_of_the_site(
    client: Client, claim: Claim, settings: Settings, path: str
) -> None:
    before, etag_before = read(client, filled(path, claim, settings))
    settings.SITE_URL = NEW
    after, etag_after = read(client, filled(path, claim, settings))
    assert OLD in before
    assert OLD not in after
    assert after.count(NEW) == before.count(OLD)
    assert etag_before != etag_after or not etag_before


def test_a_statement_cannot_pass_for_an_address(client: Client, claim: Claim) -> None:
    found = client.get("/api/v1/claims/").json()["results"]
    assert client.get(f"/api/v1/claims/{claim.pk}/").json()["url"] == f"{OLD}/claims/{claim.pk}/{claim.slug}/"
    assert [(each["statement"], each["url"]) for each in found] == [(HOSTILE, f"{OLD}/claims/{claim.pk}/")]


def test_hashes_are_those_of_the_answer(client: Client, claim: Claim, settings: Settings) -> None:
    """Checked as a mirror does (docs/examples/mirror.py), at either address."""
    for site in (OLD, NEW):
        settings.SITE_URL = site
        versions = client.get(f"/api/v1/claims/{claim.pk}/versions/").json()["results"]
        changes = client.get("/api/v1/changes/?embed=none").json()["results"]
        answered = {
            each["version"]: hashlib.sha256(client.get(each["url"]).content).hexdigest() for each in versions
        }
        assert len(answered) == 2
        assert {each["version"]: each["body_sha256"] for each in versions} == answered
        assert {each["version"]: each["body_sha256"] for each in changes} == answered


def test_a_rating_made_comparable_later_keeps_the_mark(claim: Claim) -> None:
    """Another writer of the ledger: it says again what an entry says."""
    restate([Publication.objects.newest().get()], "classification", lambda body: None)
    bodies = list(Publication.objects.order_by("version").values_list("body", flat=True))
    marked = [re.findall(r'"url":\t"([^"]*)"', body) for body in bodies]
    assert marked == [[f"/claims/{claim.pk}/{claim.slug}/", ""]] * 3
