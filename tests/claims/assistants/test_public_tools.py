"""What the tools tell that read what is published."""

from collections.abc import Callable

import pytest

from claims.models import Claim, Claimant, Topic
from tests.helpers.mcp_messages import Asked
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

Ask = Callable[..., Asked]
Publish = Callable[..., Claim]
STATEMENT = "The harbour bridge cost 90 million euros."


def test_smoke(ask: Ask, publish: Publish, claimant: Claimant, topic: Topic) -> None:
    claim = publish(make_claim(STATEMENT, claimant=claimant, topics=[topic]))
    for asked in (
        ask("match_text", text=STATEMENT),
        ask("search_claims", query="bridge"),
        ask("search_claims"),
        ask("get_claim", claim_id=claim.pk),
        ask("get_claim", claim_id=claim.pk, as_of="2020-01-01"),
        ask("changes", since=0),
        ask("lookup_url", url="https://example.org/nothing"),
        ask("match_text", text="Bananas are blue on Mondays."),
        ask("get_claim", claim_id=99999),
    ):
        print(asked.text, asked.document)
    assert 0
