"""Data no longer public once a claim is withdrawn, and the words of a source since publication."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim, Claimant, Topic
from claims.review import workflow
from factcheck.routes import LIST_RESOURCES
from sources.models import Publisher
from tests.helpers.empty_results import empty
from tests.helpers.newsroom import make_appearance, make_claim, make_snapshot, make_source
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]

SECRET = "Quillfeather"


@pytest.fixture
def public(publish: Publish, claimant: Claimant, topic: Topic) -> Claim:
    claim = make_claim(
        "The ferry sank.", claimant=claimant, topics=[topic], reason=f"Chosen because of {SECRET}.", score=0.5
    )
    source = make_source(
        "He said the ferry sank.",
        notes=f"{SECRET} told us",
        publisher=Publisher.objects.create(name="Gazette"),
    )
    make_appearance(claim, source, "the ferry sank")
    Claimant.objects.filter(pk=claimant.pk).update(notes=f"Ask {SECRET}.")
    return publish(claim)


# A cluster needs two claims; `test_clusters` withdraws one of them.
@sweep("name", [name for name in LIST_RESOURCES if name != "clusters"], undone=True)
def test_rows_mentioned_only_by_a_retracted_claim_are_no_longer_public(
    client: Client, public: Claim, editor: User, name: str
) -> None:
    shown = [item["id"] for item in client.get(f"/api/v1/{name}/").json()["results"]]
    workflow.move(public.verdicts.get(), "retract", by=editor, note="Wrong ferry.")
    assert shown
    assert empty(client, f"/api/v1/{name}/")
    for pk in shown:
        assert client.get(f"/api/v1/{name}/{pk}/").status_code == (200 if name == "claims" else 404)


def test_new_snapshot_of_a_public_source_is_not_shown(client: Client, public: Claim) -> None:
    source = public.appearances.get().source
    make_snapshot(source, f"He said that {SECRET} sank the ferry.")
    found = client.get(f"/api/v1/sources/{source.pk}/").json()
    assert [snapshot["number"] for snapshot in found["snapshots"]] == [1]
