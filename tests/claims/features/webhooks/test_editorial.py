"""Webhooks that the owner of a token sets up, from the first request to the last message."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.features.webhooks import internal_endpoints
from claims.features.webhooks.models import WebhookDelivery, WebhookEndpoint
from claims.features.webhooks.models.endpoint import MAX_ENDPOINTS_PER_OWNER
from claims.models import ApiToken, Claim, Scope, StoredAnswer
from claims.newsroom.refusals import NotPossible
from claims.review import workflow
from factcheck.installation.environment import Rate
from tests.claims.features.webhooks.own_webhooks import (
    WEBHOOKS,
    Agreeing,
    added,
    body,
    ours,
    receiver,
    theirs,
    verified,
    work,
)
from tests.helpers.broken_rules import refused
from tests.helpers.newsroom_tool import Tool, pointers, tool
from tests.helpers.webhook_receiver import status

__all__ = ["ours", "receiver", "theirs"]  # fixtures

pytestmark = pytest.mark.django_db


class TestSettingUp:
    def test_shows_the_secret_once(self, ours: Tool, receiver: Agreeing) -> None:
        answer = ours.post(
            "webhooks/", body(receiver, filter="/api/v1/claims/?language=en&rating_class=false")
        )
        row = WebhookEndpoint.objects.get()
        assert answer.json() == {
            "id": row.pk,
            "name": "Our website",
            "url": receiver.url,
            "description": "",
            "filter": "language=en&rating_class=false",
            "events": [],
            "state": "unverified",
            "disabled_reason": "",
            "disabled_at": None,
            "verified_at": None,
            "previous_secret_until": None,
            "token": "Test tool",
            "created_at": answer.json()["created_at"],
            "secret": row.secret,
        }
        for path in ("webhooks/", f"webhooks/{row.pk}/"):
            assert row.secret not in ours.get(path).content.decode()
        assert answer["ETag"] == ours.etag(f"webhooks/{row.pk}/")

    def test_is_done_once_for_a_key(self, ours: Tool, receiver: Agreeing) -> None:
        first, second = (ours.post("webhooks/", body(receiver), Idempotency_Key="a") for _ in range(2))
        assert second.json() == first.json() | {"secret": None}
        assert (second.status_code, second["ETag"], second["Location"]) == (
            first.status_code,
            first["ETag"],
            first["Location"],
        )
        assert WebhookEndpoint.objects.count() == 1

    def test_the_secret_is_shown_once_and_not_stored_with_the_answer(
        self, ours: Tool, receiver: Agreeing
    ) -> None:
        made = ours.post("webhooks/", body(receiver), Idempotency_Key="a")
        again = f"{made['Location']}rotate-secret/"
        replaced, replayed = (ours.post(again, {}, Idempotency_Key="b") for _ in range(2))
        [row] = WebhookEndpoint.objects.all()
        assert (replaced.json()["secret"], row.previous_secret) == (row.secret, made.json()["secret"])
        assert replayed.json() == replaced.json() | {"secret": None}
        assert replayed["Idempotency-Replayed"] == "true"
        assert [json.loads(kept.body)["secret"] for kept in StoredAnswer.objects.order_by("key")] == [
            None,
            None,
        ]
        rotated = ours.post(again, {}).json()["secret"]
        assert rotated not in (None, replaced.json()["secret"])

    def test_sends_nothing_before_the_receiver_agrees(
        self, ours: Tool, receiver: Agreeing, publish: Callable[..., Claim]
    ) -> None:
        path = added(ours, receiver)
        publish()
        work()
        assert ours.post(f"{path}test/").status_code == 409
        switched_on = ours.patch(path, {"active": True})
        assert (switched_on.status_code, receiver.messages) == (409, [])

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "said",
        [
            b"",
            b"ok",
            b"[]",
            b'{"challenge_response": ""}',
            b'{"challenge_response": "bm8="}',
            b'{"challenge": 1}',
            b'{"challenge_response": "\\ud800"}',
            b'{"challenge_response": [1]}',
            b"[" * 999,
        ],
    )
    def test_is_not_believed_without_the_secret(self, ours: Tool, receiver: Agreeing, said: bytes) -> None:
        path = added(ours, receiver)
        receiver.answers = [status(200, said)]
        answer = ours.post(f"{path}verify/")
        assert (answer.status_code, ours.get(path).json()["state"]) == (409, "unverified")

    def test_an_echo_is_no_agreement(self, ours: Tool, receiver: Agreeing) -> None:
        path = added(ours, receiver)

        def echo(request: BaseHTTPRequestHandler) -> None:
            status(200, receiver.messages[-1].body.encode())(request)

        receiver.answers = [echo]
        assert ours.post(f"{path}verify/").status_code == 409
        assert [row["event"] for row in ours.get(f"{path}deliveries/").json()["results"]] == [
            "webhook.verification"
        ]

    @pytest.mark.parametrize(
        "values, status_code, where",
        [
            ({"url": "http://10.0.0.1/"}, 422, ["#/url"]),
            ({"url": "https://user:word@example.org/"}, 422, ["#/url"]),
            ({"url": "https://example.org:22/"}, 422, ["#/url"]),
            ({"url": "ftp://example.org/"}, 422, ["#/url"]),
            ({"filter": "ratting=false"}, 422, ["#/filter"]),
            ({"events": ["claim.eaten"]}, 400, ["#/events/0"]),
            ({"colour": "red"}, 400, ["#/colour"]),
            ({"name": ""}, 400, ["#/name"]),
        ],
    )
    def test_errors_are_reported(
        self, ours: Tool, settings: Any, values: dict[str, Any], status_code: int, where: list[str]
    ) -> None:
        settings.WEBHOOKS_TO_LOOPBACK = False
        given = {"name": "Post", "url": "https://example.org/hook", **values}
        answer = ours.post("webhooks/", given)
        assert (answer.status_code, pointers(answer)) == (status_code, where)

    def test_private_addresses_are_not_spoken_to(self, ours: Tool, settings: Any) -> None:
        settings.WEBHOOKS_TO_LOOPBACK = False
        answer = ours.post("webhooks/", {"name": "Post", "url": "https://localhost/hook"})
        path = f"webhooks/{answer.json()['id']}/"
        asked = ours.post(f"{path}verify/")
        assert asked.status_code == 409
        assert "not an address on the public internet" in asked.json()["detail"]

    def test_names_are_ones_own(self, ours: Tool, theirs: Tool, receiver: Agreeing) -> None:
        added(ours, receiver)
        assert theirs.post("webhooks/", body(receiver)).status_code == 201
        assert ours.post("webhooks/", body(receiver)).status_code == 409

    def test_is_for_tokens_made_for_it(self, checker: User, receiver: Agreeing) -> None:
        others = tool(checker, *(scope for scope in Scope if scope != WEBHOOKS))
        assert others.get("webhooks/").status_code == 403
        assert others.post("webhooks/", body(receiver)).status_code == 403
        assert Tool().get("webhooks/").status_code == 401

    def test_has_a_limit(self, ours: Tool, receiver: Agreeing) -> None:
        for number in range(MAX_ENDPOINTS_PER_OWNER):
            added(ours, receiver, name=f"Number {number}")
        answer = ours.post("webhooks/", body(receiver))
        assert (answer.status_code, WebhookEndpoint.objects.count()) == (409, MAX_ENDPOINTS_PER_OWNER)
        token = ApiToken.objects.get()
        refused(
            "INSERT INTO webhooks_webhookendpoint (name, url, description, filter, event_kinds, active,"
            " disabled_reason, secret, previous_secret, owner_id, token_id) VALUES"
            " ('SQL', 'https://example.org', '', '', '{}', false,"
            " '', %s, '', %s, %s)",
            "whsec_" + "A" * 44,
            token.user_id,
            token.pk,
            match="webhookendpoint_few_per_owner",
        )


def test_sending_costs_much(ours: Tool, receiver: Agreeing, settings: Any) -> None:
    path = added(ours, receiver)
    settings.RATE_LIMIT_TOKEN = Rate(250, 60)
    assert [ours.post(f"{path}verify/").status_code for _ in range(3)] == [409, 409, 429]
    assert len(receiver.messages) == 2
    assert ours.get(path).status_code == 200


class TestTelling:
    def test_reports_what_the_filter_matches(
        self, ours: Tool, receiver: Agreeing, publish: Callable[..., Claim]
    ) -> None:
        path = verified(ours, receiver, filter="rating_class=false", events=["claim.published"])
        publish(code="true")
        claim = publish(code="false")
        work()
        [asked, told] = receiver.messages
        assert (asked.type, told.type, told.version) == (
            "webhook.verification",
            "claim.published",
            (claim.pk, 1),
        )
        assert told.verified(receiver.secret)["data"]["claim"]["id"] == claim.pk
        newest = ours.get(
            f"{path}deliveries/",
        ).json()["results"][0]
        assert (newest["claim_id"], newest["version"], newest["state"]) == (claim.pk, 1, "delivered")
        assert [attempt["status_code"] for attempt in newest["attempts"]] == [204]

    @pytest.mark.parametrize("count", [1, 3])
    def test_list_of_messages_costs_as_much_whatever_its_length(
        self,
        ours: Tool,
        receiver: Agreeing,
        publish: Callable[..., Claim],
        count: int,
        django_assert_num_queries: Any,
    ) -> None:
        path = verified(ours, receiver)
        for _ in range(count):
            publish()
        work()
        ours.get(f"{path}deliveries/")
        with django_assert_num_queries(4):
            found = ours.get(f"{path}deliveries/").json()["results"]
        assert len(found) == count + 1

    @pytest.mark.parametrize("count", [1, 3])
    def test_list_costs_as_much_whatever_its_length(
        self, ours: Tool, receiver: Agreeing, count: int, django_assert_num_queries: Any
    ) -> None:
        for number in range(count):
            added(ours, receiver, name=f"Number {number}")
        ours.get("webhooks/")
        with django_assert_num_queries(2):
            found = ours.get("webhooks/").json()["results"]
        assert len(found) == count

    def test_a_pause_loses_nothing(
        self, ours: Tool, receiver: Agreeing, publish: Callable[..., Claim]
    ) -> None:
        path = verified(ours, receiver)
        assert ours.patch(path, {"active": False}).json()["state"] == "paused"
        publish()
        work()
        assert receiver.types == ["webhook.verification"]
        assert ours.patch(path, {"active": True}).json()["state"] == "active"
        work()
        assert receiver.types == ["webhook.verification", "claim.published"]

    def test_a_test_says_how_it_went(self, ours: Tool, receiver: Agreeing) -> None:
        path = verified(ours, receiver)
        receiver.answers = [status(500, b"out of ink")]
        failed, arrived = ours.post(f"{path}test/").json(), ours.post(f"{path}test/").json()
        assert (failed["state"], failed["attempts"][0]["response"]) == ("failed", "out of ink")
        assert (arrived["state"], arrived["event"]) == ("delivered", "webhook.test")

    def test_a_message_is_sent_again(
        self, ours: Tool, receiver: Agreeing, publish: Callable[..., Claim]
    ) -> None:
        path = verified(ours, receiver)
        publish()
        work()
        one = ours.get(f"{path}deliveries/").json()["results"][0]
        again = ours.post(f"{path}deliveries/{one['id']}/redeliver/")
        assert (again.status_code, again.json()["state"]) == (200, "pending")
        work()
        assert [message.id for message in receiver.messages[1:]] == [one["message_id"]] * 2
        question = ours.get(f"{path}deliveries/?event=webhook.verification").json()["results"][0]
        assert ours.post(f"{path}deliveries/{question['id']}/redeliver/").status_code == 409

    def test_messages_are_replayed_from_a_sequence_as_the_feed_has_them(
        self, ours: Tool, receiver: Agreeing, publish: Callable[..., Claim], client: Client, editor: User
    ) -> None:
        """Also those of the time before the webhook; one that was sent before keeps its id."""
        publish()
        path = verified(ours, receiver)
        workflow.move(publish().verdicts.get(), "retract", by=editor, note="The accounts were forged.")
        work()
        assert ours.post(f"{path}replay/", {"since": -1}).status_code == 400
        assert ours.post(f"{path}replay/", {"since": 0}).status_code == 200
        work()
        sent = receiver.messages[1:]
        assert [[message.id for message in sent].count(one.id) for one in sent[:2]] == [2, 2]
        changes = client.get("/api/v1/changes/").json()["results"]
        without = {"signature", "stored", "salts"}
        expected = {
            change["sequence"]: {name: part for name, part in change.items() if name not in without}
            for change in changes
        }
        body = {data["sequence"]: data for data in (json.loads(message.body)["data"] for message in sent)}
        for each in (*body.values(), *expected.values()):
            each["url"] = each["url"].partition("/api/")[2]
        assert body == expected
        assert {json.loads(message.body)["type"] for message in sent} == {
            change["event"] for change in changes
        }

    def test_a_new_address_is_verified_again(
        self, ours: Tool, receiver: Agreeing, publish: Callable[..., Claim]
    ) -> None:
        path = verified(ours, receiver)
        changed = ours.patch(path, {"url": f"{receiver.url}/other"}).json()
        assert (changed["state"], changed["verified_at"]) == ("unverified", None)
        both = ours.patch(path, {"url": f"{receiver.url}/third", "active": True})
        assert both.status_code == 409
        publish()
        work()
        assert len(receiver.messages) == 1

    def test_an_address_changed_during_verification_is_not_verified(
        self, ours: Tool, receiver: Agreeing
    ) -> None:
        path = added(ours, receiver)
        row = WebhookEndpoint.objects.get()
        receiver.answers = [receiver.agree]
        proof = internal_endpoints.request_proof(row)
        assert proof.is_valid
        assert ours.patch(path, {"url": "http://127.0.0.1:9/stranger"}).status_code == 200
        row = WebhookEndpoint.objects.get()
        with pytest.raises(NotPossible, match="changed during verification"):
            internal_endpoints.activate_endpoint(row, proof, row.token)  # type: ignore[arg-type]  # it has one

    def test_edits_say_which_version_they_are_about(self, ours: Tool, receiver: Agreeing) -> None:
        path = added(ours, receiver)
        assert ours.patch(path, {"name": "New"}, If_Match='"other"').status_code == 412
        assert ours.ask("PATCH", path, {"name": "New"}).status_code == 428
        etag = ours.etag(path)
        assert ours.patch(path, {"name": "New"}, If_Match=etag).json()["name"] == "New"
        assert ours.patch(path, {"name": "Newer"}, If_Match=etag).status_code == 412

    def test_the_secret_is_replaced_with_a_day_to_change_over(self, ours: Tool, receiver: Agreeing) -> None:
        path = verified(ours, receiver)
        old, new = receiver.secret, ours.post(f"{path}rotate-secret/").json()["secret"]
        ours.post(f"{path}test/")
        assert receiver.messages[-1].verified(old) == receiver.messages[-1].verified(new)
        newest = ours.post(f"{path}rotate-secret/", {"immediately": True}).json()
        assert (newest["previous_secret_until"], newest["secret"] in {old, new}) == (None, False)

    def test_is_deleted(self, ours: Tool, receiver: Agreeing) -> None:
        path = verified(ours, receiver)
        assert ours.delete(path).status_code == 204
        assert (WebhookEndpoint.objects.count(), WebhookDelivery.objects.count()) == (0, 0)
