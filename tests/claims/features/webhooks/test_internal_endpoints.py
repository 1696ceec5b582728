"""What a webhook with a token holds to: it ends with the token, and raw SQL gets around none of its rules."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.utils import timezone

from claims.features.webhooks import disabled_endpoints, internal_endpoints
from claims.features.webhooks.models import WebhookEndpoint, WebhookProgress
from claims.features.webhooks.models.endpoint import MAX_ENDPOINTS_PER_OWNER
from claims.models import ApiToken, Claim, Scope
from claims.newsroom import api_tokens
from claims.newsroom.refusals import NotPossible
from tests.claims.features.webhooks.own_webhooks import WEBHOOKS, Agreeing, ours, receiver, verified, work
from tests.helpers.broken_rules import refused
from tests.helpers.newsroom_tool import Tool, tool

__all__ = ["ours", "receiver"]  # fixtures

pytestmark = pytest.mark.django_db


class TestEnding:
    @pytest.fixture
    def path(self, ours: Tool, receiver: Agreeing) -> str:
        return verified(ours, receiver)

    def ends(self, receiver: Agreeing, publish: Callable[..., Claim], reason: str) -> None:
        publish()
        work()
        assert receiver.types == ["webhook.verification"]
        disabled_endpoints.disable_endpoints_without_token()
        row = WebhookEndpoint.objects.get()
        assert (row.active, row.disabled_reason) == (False, reason)

    def test_with_a_revoked_token(
        self, path: str, receiver: Agreeing, publish: Callable[..., Claim], checker: User
    ) -> None:
        api_tokens.revoke_token(ApiToken.objects.get(), by=checker)
        self.ends(receiver, publish, "The token “Test tool”, with which it was set up, was revoked.")

    def test_with_an_expired_token(
        self, path: str, receiver: Agreeing, publish: Callable[..., Claim]
    ) -> None:
        with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
            self.ends(receiver, publish, "The token “Test tool”, with which it was set up, has expired.")

    def test_with_leaving_the_newsroom(
        self, path: str, receiver: Agreeing, publish: Callable[..., Claim], checker: User
    ) -> None:
        User.objects.filter(pk=checker.pk).update(is_active=False)
        self.ends(receiver, publish, "Its owner no longer works at the newsroom.")

    def test_its_owner_is_notified_and_can_continue_with_another_token(
        self, path: str, receiver: Agreeing, publish: Callable[..., Claim], checker: User
    ) -> None:
        User.objects.filter(pk=checker.pk).update(email="checker@example.org")
        api_tokens.revoke_token(ApiToken.objects.get(), by=checker)
        self.ends(receiver, publish, "The token “Test tool”, with which it was set up, was revoked.")
        disabled_endpoints.report_disabled_endpoint(WebhookEndpoint.objects.get())
        [letter] = mail.outbox
        assert letter.to == ["checker@example.org"]
        assert f"/api/v1/editorial/{path}" in letter.body
        assert receiver.secret not in letter.body
        again = tool(checker, WEBHOOKS)
        shown = again.patch(path, {"active": True}).json()
        assert (shown["state"], shown["disabled_reason"]) == ("active", "")
        work()
        assert receiver.types == ["webhook.verification", "claim.published"]


class TestDatabase:
    """What raw SQL cannot do."""

    @pytest.fixture
    def row(self, ours: Tool, receiver: Agreeing) -> WebhookEndpoint:
        verified(ours, receiver)
        return WebhookEndpoint.objects.get()

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "change, rule",
        [
            ("url = 'https://stranger.example.org'", "webhookendpoint_new_address_is_asked"),
            (
                "url = 'https://stranger.example.org', verified_at = now()",
                "webhookendpoint_new_address_is_asked",
            ),
            (
                "url = 'https://stranger.example.org', verified_at = NULL",
                "webhookendpoint_receiver_agreed_before",
            ),
            ("verified_at = NULL", "webhookendpoint_receiver_agreed_before"),
            ("token_id = NULL", "webhookendpoint_owner_has_a_token"),
            ("owner_id = NULL, token_id = NULL", "webhookendpoint_is_its_owners"),
            ("owner_id = owner_id + 1", "webhookendpoint_is_its_owners"),
        ],
    )
    def test_refuses(self, row: WebhookEndpoint, change: str, rule: str) -> None:
        refused(f"UPDATE webhooks_webhookendpoint SET {change}", match=rule)

    @pytest.mark.parametrize("which", ["another's", "another scope", "revoked"])
    def test_refuses_a_token_that_is_not_for_it(
        self, row: WebhookEndpoint, checker: User, editor: User, which: str
    ) -> None:
        person = editor if which == "another's" else checker
        scope = Scope.READ if which == "another scope" else WEBHOOKS
        token, _secret = api_tokens.issue_token(person, name="Other", scopes=[scope], days=1)
        if which == "revoked":
            api_tokens.revoke_token(token, by=person)
        refused(
            "UPDATE webhooks_webhookendpoint SET token_id = %s",
            token.pk,
            match="webhookendpoint_token_is_for_it",
        )


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_pass_the_limit(checker: User) -> None:
    token, _secret = api_tokens.issue_token(checker, name="Tool", scopes=[WEBHOOKS], days=1)
    for number in range(MAX_ENDPOINTS_PER_OWNER - 1):
        internal_endpoints.add_endpoint(token, name=str(number), url="https://example.org/hook")

    def add(name: str) -> str:
        try:
            internal_endpoints.add_endpoint(token, name=name, url="https://example.org/hook")
        except NotPossible:
            return "refused"
        finally:
            connection.close()
        return "added"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, "ab")) == ["added", "refused"]
    assert WebhookProgress.objects.count() == MAX_ENDPOINTS_PER_OWNER
