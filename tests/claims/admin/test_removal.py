"""The desk's pages of removals by law: one administrator proposes, another one looks and confirms."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Claim, Removal
from claims.review import removal_search
from tests.factcheck.backups.test_generations import generation
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
    said: dict[str, Any] = {
        "claim": claim.pk,
        "exact": f"{claim.statement}\n",
        "reason": "court_order",
        "note": "File 7/26.",
    }
    assert editor.get(add).status_code == 403
    assert "Enter the words to be removed." in first.post(add, said | {"exact": " "}).content.decode()
    assert "Too short: abc" in first.post(add, said | {"exact": "abc"}).content.decode()
    repeated = said | {"note": said["exact"].splitlines()[0].upper()}
    assert "The note contains words to be removed." in first.post(add, repeated).content.decode()
    assert first.post(add, said).status_code == 302
    removal = Removal.objects.get()
    page = reverse("admin:claims_removal_change", args=[removal.pk])
    confirm = reverse("admin:claims_removal_confirm", args=[removal.pk])
    # Only after a search of everything that is stored, in the background.
    assert "The search is running" in second.get(page).content.decode()
    assert confirm not in second.get(page).content.decode()
    assert "Wait until the search has finished." in second.post(confirm, follow=True).content.decode()
    removal_search.search(removal.pk)
    with CaptureQueriesContext(connection) as queries:
        shown = second.get(page).content.decode()
    assert ("Publications" in shown, "bridgehead" in shown) == (True, False)
    assert not [query for query in queries if "claims_find" in query["sql"]]
    again = reverse("admin:claims_removal_search", args=[removal.pk])
    assert editor.post(again).status_code == 403
    assert "The search is running" in second.post(again, follow=True).content.decode()
    removal_search.search(removal.pk)
    assert [confirm in client.get(page).content.decode() for client in (first, second)] == [False, True]
    assert editor.post(confirm).status_code == 403
    assert "an administrator other than" in first.post(confirm, follow=True).content.decode()
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


def test_backups_are_listed_until_they_expire(publish: Any, settings: Any, tmp_path: Any) -> None:
    claim: Claim = publish()
    settings.BACKUP_DIR, settings.BACKUP_DAYS = tmp_path, 14
    made = [generation(1, 20), generation(2, 18, generation(1, 20).name), generation(3, 1)]
    for one in made:
        folder = tmp_path / "generations" / one.name
        folder.mkdir(parents=True)
        folder.joinpath("backup.json").write_text(json.dumps(asdict(one), default=datetime.isoformat))
    first = signed_in("ada")
    first.post(reverse("admin:claims_removal_add"), {"claim": claim.pk, "whole": "on", "reason": "safety"})
    page = first.get(reverse("admin:claims_removal_change", args=[Removal.objects.get().pk]))
    listed = page.context["backups"]
    assert [one["finished_at"] for one in listed] == [one.finished_at for one in made]
    # The first two are needed until the third is as old as the oldest moment that can be restored.
    assert [one["expires_at"] for one in listed[:2]] == [made[2].finished_at + timedelta(days=14)] * 2
    assert "Backups that contain the words" in page.content.decode()
