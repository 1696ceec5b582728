"""Drafts of translations, which no public address shows."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim
from claims.review.workflow import move
from tests.claims.features.discovery.sitemap_site import part_of
from tests.claims.public.pages.test_translated_pages import claim
from tests.helpers.translations import translate

__all__ = ["claim"]  # a fixture

pytestmark = pytest.mark.django_db


def test_drafts_of_translations_are_on_no_page(
    client: Client, claim: Claim, checker: User, editor: User
) -> None:
    # Searched for by one word, which the response repeats, and shown by the other.
    sought, secret = "Xylograph", "Quibbletide"
    both = f"{sought} {secret}"
    draft = translate(claim, checker, "fr", statement=f"{both} un", summary=f"{both} deux", byline=secret)
    move(draft, "submit", by=checker, note=f"{both} trois")
    translate(claim, editor, "de", statement=f"{both} eins", explanation=f"{both} zwei", byline=secret)
    addresses = [
        f"/claims/{claim.pk}/{claim.slug}/",
        f"/claims/{claim.pk}/card/",
        f"/claims/{claim.pk}/versions/1/",
        "/claims/?by=all",
        f"/claims/?q={sought}",
        f"/claims/{claim.pk}/{claim.slug}/history/",
        f"/claims/{claim.pk}/{claim.slug}/index.md",
        f"/fr/claims/{claim.pk}/{claim.slug}/index.md",
        f"/de/claims/index.md?by=all&q={sought}",
        "/widgets/list/?by=all",
        f"/api/v1/claims/?q={sought}",
        f"/api/v1/match/?text={sought}",
        part_of("claims", claim.pk),
        "/feeds/claims.rss",
        "/feeds/claims.json",
        "/api/v1/claims/",
        f"/api/v1/claims/{claim.pk}/",
        f"/api/v1/claims/{claim.pk}/versions/",
        f"/api/v1/claims/{claim.pk}.jsonld",
        "/api/v1/changes/",
        "/api/v1/verdicts/?view=full",
        "/feeds/claims.atom",
    ]
    for address in addresses:
        for language in ("fr", "de", "en"):
            answer = client.get(address, headers={"accept-language": language}, follow=True)
            assert answer.status_code == 200, address
            body = b"".join(answer) if answer.streaming else answer.content
            assert secret not in body.decode(), address
