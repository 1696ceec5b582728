"""The desk's pages of removals by law: one administrator proposes, another one looks and confirms."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Removal
from tests.helpers.broken_rules import as_committed
from tests.helpers.newsroom import person

pytestmark = pytest.mark.django_db


def signed_in(name: str, role: str = "Administrator") -> Client:
    client = Client()
    client.force_login(person(name, role))
    return client


def test_it_takes_two_administrators(publish: Any) -> None:
    claim: Claim = publish()
    as_committed()
    first, second, editor = signed_in("ada"), signed_in("abe"), signed_in("eve", "Editor")
    add = reverse("admin:claims_removal_add")
    said = {"claim": claim.pk, "exact": f"{claim.statement}\n", "reason": "court_order", "note": "File 7/26."}
    assert editor.get(add).status_code == 403
    assert "Say what is to be removed." in first.post(add, said | {"exact": " "}).content.decode()
    assert "Too short: abc" in first.post(add, said | {"exact": "abc"}).content.decode()
    repeated = said | {"note": said["exact"].splitlines()[0].upper()}
    assert "The note has words that are to be removed." in first.post(add, repeated).content.decode()
    assert first.post(add, said).status_code == 302
    removal = Removal.objects.get()
    page = reverse("admin:claims_removal_change", args=[removal.pk])
    confirm = reverse("admin:claims_removal_confirm", args=[removal.pk])
    assert "Publications" in second.get(page).content.decode()
    assert [confirm in client.get(page).content.decode() for client in (first, second)] == [False, True]
    assert editor.post(confirm).status_code == 403
    assert "another administrator" in first.post(confirm, follow=True).content.decode()
    assert Claim.objects.get(pk=claim.pk).statement == claim.statement
    assert "Removed from everything" in second.post(confirm, follow=True).content.decode()
    answer = Client().get(f"/api/v1/claims/{claim.pk}/").json()
    assert (answer["statement"], answer["version"]) == ("█" * len(claim.statement), 2)


def test_the_whole_claim_is_proposed_and_withdrawn(publish: Any) -> None:
    claim: Claim = publish()
    as_committed()
    first = signed_in("ada")
    first.post(reverse("admin:claims_removal_add"), {"claim": claim.pk, "whole": "on", "reason": "safety"})
    removal = Removal.objects.get()
    assert claim.statement in removal.words
    first.post(reverse("admin:claims_removal_delete", args=[removal.pk]), {"post": "yes"})
    assert not Removal.objects.exists()
