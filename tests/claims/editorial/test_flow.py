"""From an article to a corrected verdict, by three programs of three people and nothing but the editorial API."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Transition, Verdict
from tests.helpers.newsroom import rating
from tests.helpers.newsroom_tool import Tool, tool

pytestmark = pytest.mark.django_db

TEXT = "Ferries ran late. The minister said the bridge cost 90 million euros. Nobody was surprised."


def made(response: Any) -> str:
    """The address of the created row."""
    assert response.status_code == 201, response.content
    location: str = response["Location"]
    return location


def test_from_an_article_to_a_corrected_verdict(
    client: Client, contributor: User, checker: User, editor: User
) -> None:
    collector, checking, desk = tool(contributor), tool(checker), tool(editor)

    article = collector.post(
        "sources/",
        {"url": "https://news.example/bridge", "title": "The bridge", "text": TEXT, "language": "en"},
    ).json()
    claimant = collector.post("claimants/", {"name": "Mara Lindqvist", "job_title": "Minister"}).json()
    claim = made(
        collector.post(
            "claims/",
            {
                "statement": "The bridge cost 90 million euros.",
                "language": "en",
                "claimant": claimant["id"],
                "claimed_on": "2026-02-28",
            },
        )
    )
    appearance = collector.post(
        f"{claim}appearances/", {"source": article["id"], "exact": "the bridge cost 90 million euros"}
    ).json()
    assert (appearance["anchor"], appearance["start"], appearance["end"]) == ("anchored", 36, 68)
    claim_id = collector.get(claim).json()["id"]
    assert client.get(f"/api/v1/claims/{claim_id}/").status_code == 404

    assert checking.move(claim, "accept", note="Widely shared.").json()["state"] == "accepted"
    verdict = made(
        checking.post(
            "verdicts/",
            {
                "claim": claim_id,
                "rating": rating("false").pk,
                "summary": "It cost 120 million euros.",
                "reviewed_on": "2026-03-01",
            },
        )
    )
    made(
        checking.post(
            f"{verdict}evidence/",
            {
                "source": article["id"],
                "stance": "supports",
                "exact": "bridge cost 90 million",
                "note": "He said so.",
            },
        )
    )
    made(checking.post(f"{verdict}replies/", {"not_asked": "published_words"}))
    assert checking.move(verdict, "submit").json()["state"] == "in_review"
    assert checking.move(verdict, "sign_off").status_code == 403
    assert desk.move(verdict, "sign_off", note="I read the accounts.").json()["state"] == "in_review"
    assert desk.move(verdict, "publish").json()["state"] == "published"

    public = client.get(f"/api/v1/claims/{claim_id}/").json()
    assert public["verdicts"][0]["summary"] == "It cost 120 million euros."
    assert public["appearances"][0]["exact"] == "the bridge cost 90 million euros"

    second = made(
        checking.post(
            "verdicts/",
            {
                "claim": claim_id,
                "summary": "It cost 125 million euros.",
                "correction_kind": "correction",
                "correction_note": "We had left out the approach roads.",
            },
        )
    )
    assert [each["note"] for each in checking.get(second).json()["evidence"]] == ["He said so."]
    for by, action in ((checking, "submit"), (desk, "sign_off"), (desk, "publish")):
        assert by.move(second, action).status_code == 200
    public = client.get(f"/api/v1/claims/{claim_id}/").json()
    assert public["verdicts"][0]["summary"] == "It cost 125 million euros."
    assert [each["note"] for each in public["corrections"]] == ["We had left out the approach roads."]
    assert desk.get(verdict).json()["state"] == "superseded"

    assert desk.move(second, "retract", note="The accounts were forged.").json()["state"] == "retracted"
    assert client.get(f"/api/v1/claims/{claim_id}/").json()["status"] == "retracted"

    moves = [(move["action"], move["actor"]["name"]) for move in desk.get("transitions/").json()["results"]]
    assert moves == [
        ("retract", "Edith"),
        ("supersede", "Edith"),
        ("publish", "Edith"),
        ("sign_off", "Edith"),
        ("submit", "Chris"),
        ("publish", "Edith"),
        ("sign_off", "Edith"),
        ("submit", "Chris"),
        ("accept", "Chris"),
    ]
    assert Transition.objects.count() == len(moves)
    assert Verdict.objects.filter(state="published").count() == 0
    assert Tool().get(verdict).status_code == 401
