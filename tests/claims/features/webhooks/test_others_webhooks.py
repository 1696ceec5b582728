"""A user's own webhooks are hidden from colleagues and administrators."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.features.webhooks.models import WebhookEndpoint
from tests.claims.features.webhooks.own_webhooks import Agreeing, added, ours, receiver, theirs, verified
from tests.helpers.desk import Desk
from tests.helpers.newsroom_tool import Tool

__all__ = ["ours", "receiver", "theirs"]  # fixtures

pytestmark = pytest.mark.django_db


class TestOthers:
    def test_find_nothing(self, ours: Tool, theirs: Tool, receiver: Agreeing) -> None:
        path = verified(ours, receiver)
        message = ours.get(f"{path}deliveries/").json()["results"][0]["id"]
        assert theirs.get("webhooks/").json()["results"] == []
        answers = [
            theirs.get(path),
            theirs.get(f"{path}deliveries/"),
            theirs.get(f"{path}deliveries/{message}/"),
            theirs.patch(path, {"name": "Mine"}, If_Match="*"),
            theirs.delete(path, If_Match="*"),
            theirs.post(f"{path}verify/"),
            theirs.post(f"{path}test/"),
            theirs.post(f"{path}rotate-secret/"),
            theirs.post(f"{path}deliveries/{message}/redeliver/"),
        ]
        assert [answer.status_code for answer in answers] == [404] * 9
        assert not any(receiver.secret in answer.content.decode() for answer in answers)
        assert len(receiver.messages) == 1

    def test_mine_reach_no_others_message(self, ours: Tool, theirs: Tool, receiver: Agreeing) -> None:
        path = verified(ours, receiver)
        message = ours.get(f"{path}deliveries/").json()["results"][0]["id"]
        mine = added(theirs, receiver)
        assert theirs.get(f"{mine}deliveries/{message}/").status_code == 404

    def test_the_newsrooms_own_are_the_desks(self, ours: Tool) -> None:
        row = WebhookEndpoint.objects.create(name="The Harbour Post", url="https://example.org/hook")
        assert ours.get(f"webhooks/{row.pk}/").status_code == 404
        assert ours.get("webhooks/").json()["results"] == []

    def test_administrators_are_not_shown_the_secret(
        self, client: Client, administrator: User, ours: Tool, receiver: Agreeing
    ) -> None:
        verified(ours, receiver)
        row = WebhookEndpoint.objects.get()
        desk = Desk(client).sign_in(administrator)
        for name in ("show-secret", "rotate-secret", "send-test"):
            answer = desk.client.post(f"/admin/webhooks/webhookendpoint/{row.pk}/{name}/")
            assert (answer.status_code, row.secret in answer.content.decode()) == (403, False)
        assert row.secret not in desk.text(row)
        assert WebhookEndpoint.objects.get().secret == row.secret

    def test_may_have_the_name_of_the_newsrooms(
        self, client: Client, administrator: User, ours: Tool, receiver: Agreeing
    ) -> None:
        added(ours, receiver, name="The Harbour Post")
        desk = Desk(client).sign_in(administrator)
        form = {"name": "The Harbour Post", "url": receiver.url, "active": "on"}
        answers = [desk.client.post("/admin/webhooks/webhookendpoint/add/", form) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [302, 200]
        assert "There is already a webhook with this name." in answers[1].content.decode()
        assert WebhookEndpoint.objects.count() == 2

    def test_an_address_changed_by_an_administrator_switches_the_webhook_off(
        self, client: Client, administrator: User, ours: Tool, receiver: Agreeing
    ) -> None:
        verified(ours, receiver)
        row = WebhookEndpoint.objects.get()
        desk = Desk(client).sign_in(administrator)
        desk.save(row, url="https://stranger.example.org/hook")
        row.refresh_from_db()
        assert (row.url, row.active, row.verified_at) == ("https://stranger.example.org/hook", False, None)
