"""Writing by assistants: proposals and drafts of the token's owner, never public text."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.features.assistants import findings, internal_requests
from claims.features.assistants.mcp_server import TOOLS
from claims.features.assistants.tool_arguments import build_schema
from claims.models import Claim, Evidence, Publication, Scope, SignOff, Transition, Verdict
from claims.newsroom import api_tokens
from claims.newsroom.refusals import NotAllowed
from claims.review import workflow
from factcheck.installation.environment import Rate
from factcheck.web.throttling import get_limiter
from tests.claims.features.assistants.mcp_messages import Asked, message, post
from tests.helpers.hostile_words import HOSTILE
from tests.helpers.newsroom import make_claim, make_draft, make_source, person, rating

pytestmark = pytest.mark.django_db

Ask = Callable[..., Asked]
STATEMENT = "The harbour bridge cost 90 million euros."


def secret_of(owner: User, *scopes: str) -> str:
    return api_tokens.issue_token(owner, name="Assistant", scopes=scopes or Scope.values, days=1)[1]


def test_a_claim_is_proposed_by_the_owner_of_the_token(ask: Ask, contributor: User) -> None:
    asked = ask(
        "propose_claim",
        token=secret_of(contributor, Scope.WRITE),
        statement=STATEMENT,
        language="en",
        claimed_on="2026-02-28",
        context="In parliament.",
    )
    claim = Claim.objects.get()
    assert (claim.statement, claim.state, claim.created_by) == (STATEMENT, "proposed", contributor)
    assert asked.document == {
        "outcome": "kept",
        "meaning": findings.WRITTEN_MESSAGE,
        "kind": "claim",
        "id": claim.pk,
        "claim_id": claim.pk,
        "verdict_id": None,
        "state": "proposed",
        "address": f"/api/v1/editorial/claims/{claim.pk}/",
        "replayed": False,
    }
    assert not Publication.objects.exists()


def test_a_draft_with_evidence_is_the_owners(ask: Ask, checker: User) -> None:
    secret = secret_of(checker, Scope.VERDICTS)
    claim = make_claim(STATEMENT)
    asked = ask(
        "draft_verdict",
        token=secret,
        claim_id=claim.pk,
        rating="false",
        summary="It cost 120 million.",
        reviewed_on="2026-03-01",
    )
    verdict = Verdict.objects.get()
    assert (verdict.state, verdict.author, verdict.rating and verdict.rating.code) == (
        "draft",
        checker,
        "false",
    )
    assert asked.document["verdict_id"] == verdict.pk
    source = make_source("The accounts show 120 million euros in all.")
    asked = ask(
        "add_evidence",
        token=secret,
        verdict_id=verdict.pk,
        source=source.pk,
        stance="refutes",
        exact="120 million euros",
        note="Page 3.",
    )
    item = Evidence.objects.get()
    assert (item.verdict, item.exact, item.stance) == (verdict, "120 million euros", "refutes")
    assert (asked.document["kind"], asked.document["id"]) == ("evidence", item.pk)


def test_four_eyes_hold(ask: Ask, editor: User, checker: User) -> None:
    """The user of an assistant is the author of the draft, and cannot sign it off."""
    claim = make_claim(STATEMENT)
    asked = ask("draft_verdict", token=secret_of(editor), claim_id=claim.pk)
    verdict = Verdict.objects.get(pk=asked.document["id"])
    make_draft_complete(verdict)
    verdict = workflow.move(verdict, "submit", by=editor)
    with pytest.raises(NotAllowed):
        workflow.move(verdict, "sign_off", by=editor)


def make_draft_complete(verdict: Verdict) -> None:
    verdict.rating, verdict.summary, verdict.reviewed_on = rating(), "It cost more.", "2026-03-01"
    verdict.save()
    Evidence.objects.create(verdict=verdict, source=make_source(), stance="refutes", note="The accounts.")


def test_a_repeated_request_with_a_key_is_carried_out_once(ask: Ask, contributor: User) -> None:
    secret = secret_of(contributor)
    once = ask("propose_claim", token=secret, statement=STATEMENT, language="en", idempotency_key="one")
    twice = ask("propose_claim", token=secret, statement=STATEMENT, language="en", idempotency_key="one")
    assert (once.document["id"], twice.document["id"]) == (Claim.objects.get().pk,) * 2
    assert (once.document["replayed"], twice.document["replayed"]) == (False, True)
    other = ask("propose_claim", token=secret, statement="Another.", language="en", idempotency_key="one")
    assert other.is_error
    assert "Use a new key" in other.text
    bad = ask("propose_claim", token=secret, statement="Another.", language="en", idempotency_key="ü")
    assert bad.is_error
    assert Claim.objects.count() == 1


@pytest.mark.parametrize(
    "name, arguments, told",
    [
        ("draft_verdict", {"claim_id": 99_999}, "Refused (422)"),
        ("draft_verdict", {"claim_id": 1, "rating": "nonsense"}, "`rating`: there is no such rating"),
        ("draft_verdict", {"claim_id": 1, "publisher": 5}, 'There is no argument "publisher".'),
        ("draft_verdict", {"claim_id": 1, "state": "published"}, 'There is no argument "state".'),
        ("draft_verdict", {"claim_id": 1, "action": "publish"}, 'There is no argument "action".'),
        ("draft_verdict", {"claim_id": "1/moves/"}, "`claim_id`: give a whole number"),
        ("add_evidence", {"verdict_id": 99_999, "stance": "refutes", "source": 1}, "Refused (422)"),
        ("add_evidence", {"verdict_id": 1, "stance": "wrong"}, "`stance`: give one of"),
        ("propose_claim", {"statement": "x"}, "`language`: it is required."),
        ("propose_claim", {"statement": "x", "language": "no language"}, "Refused (400)"),
        ("propose_claim", {"statement": "x", "language": "en", "state": "accepted"}, "There is no argument"),
        ("propose_claim", {"statement": "x", "language": "en", "claimant": 99_999}, "Refused (422)"),
    ],
)
def test_errors_are_reported_and_nothing_is_written(
    ask: Ask, checker: User, name: str, arguments: dict[str, Any], told: str
) -> None:
    asked = ask(name, token=secret_of(checker), **arguments)
    assert asked.is_error
    assert told in asked.text
    assert [model.objects.count() for model in (Claim, Verdict, Evidence)] == [0, 0, 0]


def test_roles_apply_as_everywhere(ask: Ask, contributor: User, checker: User) -> None:
    claim = make_claim(STATEMENT, created_by=contributor)
    asked = ask("draft_verdict", token=secret_of(contributor), claim_id=claim.pk)
    assert asked.is_error
    assert "Refused (403)" in asked.text
    other = make_draft(claim, checker)
    colleague = person("cleo", "Fact-checker")
    asked = ask(
        "add_evidence",
        token=secret_of(colleague),
        verdict_id=other.pk,
        source=make_source().pk,
        stance="refutes",
    )
    assert asked.is_error
    assert other.evidence.count() == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://169.254.169.254/latest/", "file:///etc/passwd"]
)
def test_no_private_address_is_fetched_for_evidence(ask: Ask, checker: User, url: str) -> None:
    secret = secret_of(checker)
    draft = ask("draft_verdict", token=secret, claim_id=make_claim(STATEMENT).pk).document["id"]
    asked = ask("add_evidence", token=secret, verdict_id=draft, source_url=url, stance="refutes")
    assert asked.is_error
    assert "Refused (4" in asked.text
    assert not Evidence.objects.exists()


def test_verdicts_in_review_or_published_accept_no_evidence(
    ask: Ask, checker: User, publish: Callable[..., Claim]
) -> None:
    live = publish(make_claim(STATEMENT)).verdicts.get()
    asked = ask(
        "add_evidence",
        token=secret_of(checker),
        verdict_id=live.pk,
        source=make_source().pk,
        stance="supports",
    )
    assert asked.is_error
    assert live.evidence.count() == 1


def test_no_tool_moves_or_publishes(
    ask: Ask, client: Client, editor: User, publish: Callable[..., Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request makes a move or an entry, even with a token with all scopes of a person with all permissions."""
    claim = publish(make_claim(STATEMENT))
    before = (Transition.objects.count(), SignOff.objects.count(), Publication.objects.count())
    reached: list[str] = []
    posted = internal_requests.post_request

    def noted(path: str, *arguments: Any, **named: Any) -> Any:
        reached.append(path)
        return posted(path, *arguments, **named)

    monkeypatch.setattr("claims.features.assistants.writing_tools.post_request", noted)
    secret = secret_of(editor)
    draft = ask("draft_verdict", token=secret, claim_id=claim.pk, summary="Publish this.").document["id"]
    for words in HOSTILE:
        ask("propose_claim", token=secret, statement=words.replace("\x00", ""), language="en")
        ask(
            "add_evidence",
            token=secret,
            verdict_id=draft,
            source=make_source().pk,
            stance="context",
            note=words,
        )
    for name in (
        "publish", "sign_off", "submit", "retract", "accept", "moves", "editorial", "verdicts/1/moves",
        "match_text/../publish", "DRAFT_VERDICT", "claims.review.workflow.move", "",
    ):  # fmt: skip
        refused = post(client, message("tools/call", {"name": name, "arguments": {}}), token=secret)
        assert "error" in refused.json()
    assert (Transition.objects.count(), SignOff.objects.count(), Publication.objects.count()) == before
    assert Verdict.objects.get(pk=draft).state == "draft"
    assert {path.rstrip("/").rpartition("/")[2] for path in reached} == {"claims", "verdicts", "evidence"}
    assert not [path for path in reached if "moves" in path]


def test_no_argument_names_a_state_a_publisher_or_a_person() -> None:
    forbidden = {
        "state",
        "action",
        "publisher",
        "author",
        "by",
        "signoffs",
        "origin",
        "published_at",
        "token",
    }
    for tool in TOOLS.values():
        if not tool.is_read_only:
            assert not forbidden & build_schema(tool.arguments)["properties"].keys()


def test_drafts_and_proposals_are_not_reported(ask: Ask, editor: User) -> None:
    """Not even for the token that created them: these tools return only public data."""
    secret = secret_of(editor)
    proposed = ask("propose_claim", token=secret, statement=STATEMENT, language="en").document["id"]
    ask("draft_verdict", token=secret, claim_id=proposed, summary="Secret.")
    assert ask("get_claim", token=secret, claim_id=proposed).is_error
    for asked in (
        ask("match_text", token=secret, text=STATEMENT),
        ask("search_claims", token=secret, query="harbour bridge"),
    ):
        assert "Secret" not in asked.text
        assert STATEMENT not in asked.text
        assert "othing" in asked.text


def test_writing_requests_count_towards_the_limit_of_the_editorial_api(
    client: Client, contributor: User, settings: Any
) -> None:
    settings.RATE_LIMIT_TOKEN = Rate(100, 60)
    get_limiter.cache_clear()
    secret = secret_of(contributor, Scope.WRITE)
    given = {"statement": STATEMENT, "language": "en"}
    asked = message("tools/call", {"name": "propose_claim", "arguments": given})
    first, second = (
        int(post(client, asked, token=secret)["RateLimit"].partition("r=")[2].partition(";")[0])
        for _ in range(2)
    )
    assert first - second == 2
    get_limiter.cache_clear()
