"""From an article to a published verdict that readers and API users see, through the doors that people use."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from claims.features.reply import reply_requests
from claims.models import Claim, Evidence, Rating
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import verdict_drafts, workflow
from tests.helpers.newsroom import make_source

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

ARTICLE = """Sundvik loses its ferries

By Ida Lund

The port of Sundvik handled 4.2 million tonnes of cargo in 2023, the most since it opened in 1911.

“The council sold three ships to Norway for 30 million euros,” Harbour Director Ida Berg said on Tuesday.
"""
SHIPS = "The council sold three ships to Norway for 30 million euros."
SUMMARY = "The contract of sale names two ships and 21 million euros."


@pytest.fixture
def imported(settings: Any, tmp_path: Path, contributor: User) -> dict[str, Any]:
    """What the command says about the article that a contributor imports."""
    settings.MEDIA_ROOT = tmp_path / "files"
    path, out = tmp_path / "ferries.txt", io.StringIO()
    path.write_text(ARTICLE, encoding="utf-8")
    stated = [
        "--date",
        "2024-04-03",
        "--publisher",
        "Sundvik Post",
        "--url",
        "https://post.example.org/ferries",
    ]
    call_command("import_article", str(path), *stated, "--by", contributor.username, "--json", stdout=out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def published_claims(client: Client) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/claims/?view=full")
    assert answer.status_code == 200
    claims: list[dict[str, Any]] = json.loads(answer.content)["results"]
    return claims


def page(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_article_to_reader(
    imported: dict[str, Any], contributor: User, checker: User, editor: User, client: Client
) -> None:
    # The article exists with its claims, and the public sees none of it.
    found = next(claim for claim in imported["claims"] if claim["statement"] == SHIPS)
    assert (found["claimant"], found["state"]) == ("Ida Berg", "proposed")
    claim = Claim.objects.get(pk=found["id"])
    assert published_claims(client) == []
    assert client.get(f"/api/v1/claims/{claim.pk}/").status_code == 404
    assert client.get(f"/claims/{claim.pk}/").status_code == 404

    # Triage: a contributor may not, an editor may.
    with pytest.raises(NotAllowed):
        workflow.move(claim, "accept", by=contributor)
    claim = workflow.move(claim, "accept", by=editor, note="The sale is before the council again in May.")
    assert claim.reason == "The sale is before the council again in May."

    # A draft goes nowhere before it is complete.
    false = Rating.objects.get(scale__publisher__is_house=True, code="false")
    verdict = verdict_drafts.create_draft(
        claim,
        author=checker,
        rating=false,
        summary=SUMMARY,
        explanation="The **contract** is public.",
        reviewed_on=date(2024, 4, 9),
    )
    with pytest.raises(NotPossible, match="evidence"):
        workflow.move(verdict, "submit", by=checker)
    contract = make_source(title="Contract of sale 14/2023", url="https://sundvik.example.org/contracts/14")
    Evidence.objects.create(verdict=verdict, source=contract, stance="refutes", note="Names two ships.")
    reply_requests.add_request(
        verdict, by=checker, claimant=verdict.claim.claimant, not_asked="public_record"
    )
    verdict = workflow.move(verdict, "submit", by=checker)

    # Four eyes.
    with pytest.raises(NotAllowed):
        workflow.move(verdict, "sign_off", by=checker)
    with pytest.raises(NotPossible, match="0 of 1"):
        workflow.move(verdict, "publish", by=editor)
    verdict = workflow.move(verdict, "sign_off", by=editor, note="Read the contract.")
    assert published_claims(client) == []
    workflow.move(verdict, "publish", by=editor)

    # Now the public sees it: in the API,
    [public] = published_claims(client)
    assert (public["id"], public["statement"], public["status"]) == (claim.pk, SHIPS, "published")
    assert public["claimant"]["name"] == "Ida Berg"
    assert public["claimed_on"] == "2024-04-03"
    [review] = public["verdicts"]
    assert (review["rating"]["code"], review["summary"]) == ("false", SUMMARY)
    assert [item["source"]["url"] for item in review["evidence"]] == [
        "https://sundvik.example.org/contracts/14"
    ]
    [appearance] = public["appearances"]
    text = imported["snapshot"]["text"]
    assert text[appearance["start"] : appearance["end"]] == appearance["exact"] == found["exact"]
    assert appearance["snapshot"]["text_sha256"] == imported["snapshot"]["text_sha256"]
    assert appearance["source"]["publisher"]["name"] == "Sundvik Post"
    assert json.loads(client.get(f"/api/v1/claims/{claim.pk}/").content)["statement"] == SHIPS

    # on the front page, on its own page and in the article,
    assert SHIPS in page(client, "/")
    reader_page = page(client, f"/claims/{claim.pk}/")
    assert SHIPS in reader_page
    assert SUMMARY in reader_page
    assert "<strong>contract</strong>" in reader_page
    source_page = page(client, f"/sources/{imported['source']['id']}/")
    assert f"/claims/{claim.pk}/" in source_page

    # and no unpublished or internal data.
    other = next(one for one in imported["claims"] if one["id"] != claim.pk)
    assert client.get(f"/claims/{other['id']}/").status_code == 404
    assert f"/claims/{other['id']}/" not in source_page
    for internal in ("The sale is before the council again in May.", "Read the contract."):
        assert internal not in reader_page
        assert internal not in json.dumps(public, ensure_ascii=False)
