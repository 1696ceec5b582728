"""Removal by law on every channel: each had the name before, and none has it after."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from claims.features.embeds.share_pictures import claim_picture
from claims.features.federation.peer_edits import follow_newsroom
from claims.features.webhooks import deliveries, ledger_followers
from claims.features.webhooks.models import WebhookEndpoint
from claims.models import Claim, Claimant, Publication
from claims.review import removals
from tests.claims.features.assistants.mcp_messages import asking
from tests.claims.features.federation.peer_site import PeerSite, peer, turn
from tests.claims.features.webhooks.conftest import receiver
from tests.helpers.broken_rules import as_committed
from tests.helpers.newsroom import make_appearance, make_claim, make_source, person
from tests.helpers.webhook_receiver import Receiver

__all__ = ["peer", "receiver"]
pytestmark = pytest.mark.django_db

NAME = "Mara Lindqvist"
#: The name as any channel may spell it.
TRACES = ("lindqvist", b"Lindqvist".hex())
SAID = f"{NAME} sold the harbour bridge for three million euros."


def read_channels(client: Client, claim: Claim) -> dict[str, str]:
    """What each channel says of the claim."""
    one = f"/claims/{claim.pk}"
    page = client.get(f"{one}/", follow=True).redirect_chain[-1][0]
    addresses = [
        *(f"/{code}{page}" for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE),
        *(page, f"{page}index.md", f"{page}history/", f"{one}/versions/1/", f"{one}/card/", "/widgets/list/"),
        *(f"/oembed/?url={settings.SITE_URL}{one}/", "/claims/", f"/claimants/{claim.claimant_id}/"),
        *("/feeds/claims.atom", "/feeds/claims.rss", "/feeds/claims.json", "/feeds/corrections.atom"),
        *("/sitemap.xml", "/sitemap-claims-1.xml", "/sitemap-news.xml", "/llms.txt"),
        *(f"/api/v1{one}/", f"/api/v1{one}.jsonld", f"/api/v1{one}/versions/1/", f"/api/v1{one}/quotes/"),
        *(
            "/api/v1/claims/?q=harbour",
            "/api/v1/claims.csv",
            "/api/v1/claims.jsonl",
            "/api/v1/claims.jsonld",
        ),
        *(
            "/api/v1/changes/?since=0&embed=claim",
            "/api/v1/changes/?since=0&embed=stored",
            "/api/v1/verdicts/",
        ),
        *("/api/v1/claimants/", "/api/v1/sources/", "/api/v1/corrections/"),
        *(
            "/v1alpha1/claims:search?query=harbour+bridge",
            "/api/v1/lookup/?url=https://herald.example/bridge",
        ),
    ]
    said: dict[str, str] = {}
    for address in addresses:
        answer: Any = client.get(address, follow=True)
        assert answer.status_code == 200, (address, answer.status_code)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        said[address] = content.decode()
    sought = {"text": "She sold the harbour bridge for three million euros."}
    said["check"] = client.post("/check/answer/", sought).content.decode()
    said["match"] = client.post("/api/v1/match/", sought, content_type="application/json").content.decode()
    ask = asking(client)
    said["MCP get_claim"] = json.dumps(ask("get_claim", claim_id=claim.pk).document)
    said["MCP search_claims"] = json.dumps(ask("search_claims", query="harbour bridge").document)
    said["MCP match_text"] = json.dumps(ask("match_text", text=sought["text"]).document)
    document = Publication.objects.newest().get(claim=claim).document
    said["share picture"] = claim_picture.build_alternative_text(document)
    said["share picture, drawn"] = client.get(f"{one}/image.png", follow=True).content.hex()
    return said


def find_name(said: dict[str, str]) -> set[str]:
    return {channel for channel, text in said.items() if any(one in text.casefold() for one in TRACES)}


def test_the_name_leaves_every_channel(
    publish: Any, client: Client, peer: PeerSite, receiver: Receiver
) -> None:
    source = make_source(
        f"News. {SAID} It rained.", url="https://herald.example/bridge", title=f"{NAME} sells"
    )
    claim = make_claim(SAID, claimant=Claimant.objects.create(name=NAME))
    make_appearance(claim, source, SAID)
    publish(claim, summary=f"Mara **Lindqvist** never owned it. {NAME} denied it.")
    as_committed()
    endpoint = WebhookEndpoint.objects.create(name="The Harbour Post", url=receiver.url)
    before = read_channels(client, claim)
    silent = set(before) - find_name(before)
    # A delivery that was queued before is sent after it, and a newsroom follows.
    ledger_followers.create_new_deliveries()
    peer.record()
    newsroom = follow_newsroom(peer.signer)
    turn(newsroom)
    assert NAME in newsroom.claims.get().statement

    first, second = person("ada", "Administrator"), person("abe", "Administrator")
    removal = removals.propose(claim, [NAME], reason="court_order", note="", by=first)
    removals.confirm(removal, by=second)
    as_committed()
    after = read_channels(client, claim)
    assert find_name(after) == set()
    # Each of the others had the name; nothing was corrected before, and these have no words of a claim.
    assert silent == {
        *("/api/v1/corrections/", "/feeds/corrections.atom", "/sitemap.xml", "/llms.txt"),
        "share picture, drawn",
    }
    assert before["share picture, drawn"] != after["share picture, drawn"]
    ledger_followers.create_new_deliveries()
    deliveries.send_due_deliveries(endpoint.pk)
    assert receiver.messages[-1].type == "claim.redacted"
    assert not [message for message in receiver.messages if "lindqvist" in message.body.casefold()]
    peer.record()
    assert turn(newsroom).failure == ""
    taken = newsroom.claims.get()
    assert not [value for value in vars(taken).values() if "lindqvist" in str(value).casefold()]
