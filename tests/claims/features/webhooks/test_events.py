"""The events of a claim that an endpoint receives under a filter, and no others."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.features.webhooks import events, ledger_followers
from claims.features.webhooks.models import WebhookDelivery, WebhookEndpoint
from claims.models import Claim, Publication, Verdict
from claims.review import classification, verdict_drafts, workflow
from sources.models import Publisher
from tests.helpers.newsroom import make_claim, make_draft, make_source, rating
from tests.helpers.webhook_receiver import Receiver

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
Work = Callable[[], None]


def list_messages(endpoint: WebhookEndpoint) -> list[tuple[str, int]]:
    """The events and claim versions that the endpoint must receive, in order."""
    ledger_followers.create_new_deliveries()
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("pk")
    return list(rows.values_list("event", "publication__version"))


def correct(
    claim: Claim, checker: User, editor: User, *, kind: str = "correction", code: str = "false"
) -> Verdict:
    """Publish another version of the house's verdict."""
    verdict = make_draft(
        claim, checker, code=code, correction_kind=kind, correction_note="We misread the accounts."
    )
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        verdict = workflow.move(verdict, action, by=by)
    return verdict


def retract(claim: Claim, editor: User) -> None:
    workflow.move(
        claim.verdicts.get(state="published"), "retract", by=editor, note="The accounts were forged."
    )


@pytest.mark.parametrize(
    "kind, expected",
    [("correction", "claim.corrected"), ("update", "claim.updated"), ("clarification", "claim.updated")],
)
def test_publication_and_another_version(
    endpoint: WebhookEndpoint, publish: Publish, checker: User, editor: User, kind: str, expected: str
) -> None:
    correct(publish(), checker, editor, kind=kind)
    assert list_messages(endpoint) == [("claim.published", 1), (expected, 2)]


def test_rating_that_was_made_comparable(endpoint: WebhookEndpoint, publish: Publish, editor: User) -> None:
    publish()
    classification.classify([rating("false")], "misleading", by=editor)
    classification.publish_outdated_classes()
    assert list_messages(endpoint) == [("claim.published", 1), ("claim.updated", 2)]


def test_retraction(endpoint: WebhookEndpoint, publish: Publish, editor: User) -> None:
    retract(publish(), editor)
    assert list_messages(endpoint) == [("claim.published", 1), ("claim.retracted", 2)]


def test_merge_and_its_undoing(endpoint: WebhookEndpoint, publish: Publish, editor: User) -> None:
    claim, target = publish(), publish()
    claim = workflow.move(claim, "merge", by=editor, into=target)
    workflow.move(claim, "unmerge", by=editor)
    ledger_followers.create_new_deliveries()
    rows = WebhookDelivery.objects.order_by("pk").values_list("event", "publication__claim")
    assert list(rows)[2:] == [
        ("claim.merged", claim.pk),
        ("claim.updated", target.pk),
        ("claim.unmerged", claim.pk),
        ("claim.updated", target.pk),
    ]


def test_one_of_two_verdicts_is_retracted(
    endpoint: WebhookEndpoint, publish: Publish, checker: User, editor: User
) -> None:
    """The claim stays public with the other publisher's verdict."""
    claim = publish()
    other = Publisher.objects.create(name="Other Desk", kind="fact_checker")
    verdict = make_draft(claim, checker, publisher=other)
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        verdict = workflow.move(verdict, action, by=by)
    workflow.move(verdict, "retract", by=editor, note="Not ours to judge.")
    assert list_messages(endpoint) == [("claim.published", 1), ("claim.updated", 2), ("claim.corrected", 3)]


class TestFilter:
    def test_claims_that_do_not_match_are_not_reported(
        self, endpoint: WebhookEndpoint, publish: Publish
    ) -> None:
        WebhookEndpoint.objects.update(filter="rating=true")
        publish(code="false")
        assert list_messages(endpoint) == []

    def test_claim_that_begins_to_match(
        self, endpoint: WebhookEndpoint, publish: Publish, checker: User, editor: User
    ) -> None:
        WebhookEndpoint.objects.update(filter="rating=true")
        correct(publish(code="false"), checker, editor, code="true")
        assert list_messages(endpoint) == [("claim.corrected", 2)]

    def test_claim_that_no_longer_matches(
        self, endpoint: WebhookEndpoint, publish: Publish, checker: User, editor: User
    ) -> None:
        WebhookEndpoint.objects.update(filter="rating=false")
        claim = publish(code="false")
        correct(claim, checker, editor, code="true")
        correct(claim, checker, editor, code="mixed")  # no longer matches its filter
        assert list_messages(endpoint) == [("claim.published", 1), ("claim.left_filter", 2)]

    def test_retracted_claim_has_no_verdict_to_match_and_is_reported_all_the_same(
        self, endpoint: WebhookEndpoint, publish: Publish, editor: User
    ) -> None:
        WebhookEndpoint.objects.update(
            filter="rating=false&reviewed_after=2026-01-01&publisher_kind=fact_checker"
        )
        retract(publish(code="false"), editor)
        assert list_messages(endpoint) == [("claim.published", 1), ("claim.retracted", 2)]

    def test_retraction_of_a_claim_that_never_matched_is_not_reported(
        self, endpoint: WebhookEndpoint, publish: Publish, editor: User
    ) -> None:
        WebhookEndpoint.objects.update(filter="rating=true")
        retract(publish(code="false"), editor)
        assert list_messages(endpoint) == []

    def test_the_filter_is_applied_to_each_version(
        self, endpoint: WebhookEndpoint, publish: Publish, checker: User, editor: User
    ) -> None:
        """Although the ledger has gone on meanwhile, and only the newest version is current."""
        WebhookEndpoint.objects.update(filter="has=correction")
        claim = publish()
        for _version in range(2):
            correct(claim, checker, editor)
        assert list_messages(endpoint) == [("claim.corrected", 2), ("claim.corrected", 3)]

    @pytest.mark.parametrize(
        "words, found", [("bridge", 1), ('"cost million"', 0), ("bridg ferry", 0), ("brigde", 0)]
    )
    def test_search_words(self, endpoint: WebhookEndpoint, publish: Publish, words: str, found: int) -> None:
        WebhookEndpoint.objects.update(filter=f"q={words}")
        publish()
        assert len(list_messages(endpoint)) == found

    def test_conditions_on_verdicts_hold_for_one_verdict(
        self, endpoint: WebhookEndpoint, publish: Publish
    ) -> None:
        other = Publisher.objects.create(name="Other Desk", kind="fact_checker", url="https://other.example")
        WebhookEndpoint.objects.update(filter=f"rating=false&publisher={other.pk}")
        publish(code="false")
        assert list_messages(endpoint) == []

    def test_filter_that_is_no_longer_understood_switches_the_endpoint_off(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
    ) -> None:
        other = WebhookEndpoint.objects.create(name="Another", url=receiver.url)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(filter="colour=red")
        publish()
        assert list_messages(endpoint) == []
        endpoint.refresh_from_db()
        assert not endpoint.active
        assert endpoint.disabled_reason.startswith("The filter is not valid: `colour` is not a parameter")
        assert list_messages(other) == [("claim.published", 1)]


def test_chosen_events_only(endpoint: WebhookEndpoint, publish: Publish, checker: User, editor: User) -> None:
    WebhookEndpoint.objects.update(event_kinds=["claim.corrected", "claim.retracted"])
    claim = publish()
    correct(claim, checker, editor)
    retract(claim, editor)
    assert list_messages(endpoint) == [("claim.corrected", 2), ("claim.retracted", 3)]


class TestMessage:
    def test_holds_the_entry_as_it_was_published(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, settings: Any
    ) -> None:
        claim = publish(make_claim("The bridge cost 90 million euros. Müller 橋"))
        work()
        (message,) = receiver.messages
        entry = Publication.objects.get(claim=claim)
        assert message.verified(endpoint.secret) == {
            "type": "claim.published",
            "timestamp": entry.document["updated_at"],
            "data": {
                "sequence": entry.sequence,
                "event": "claim.published",
                "claim_id": claim.pk,
                "version": 1,
                "kind": "publication",
                "status": "published",
                "note": "",
                "published_at": entry.document["updated_at"],
                "merged_into": None,
                "url": f"{settings.SITE_URL}/api/v1/claims/{claim.pk}/versions/1/",
                "body_sha256": hashlib.sha256(entry.served_body).hexdigest(),
                "sealed_sha256": entry.sealed_sha256,
                "chain_sha256": entry.chain_sha256,
                "claim": entry.document,
            },
        }
        assert message.headers["content-type"] == "application/json"

    def test_address_in_it_answers_with_the_same_claim(
        self, receiver: Receiver, publish: Publish, work: Work, client: Any, settings: Any
    ) -> None:
        publish()
        work()
        message = receiver.messages[0].payload["data"]
        assert client.get(message["url"].removeprefix(settings.SITE_URL)).json() == message["claim"]

    def test_a_retraction_has_the_reason_and_no_claim(
        self, receiver: Receiver, publish: Publish, work: Work, editor: User
    ) -> None:
        retract(publish(), editor)
        work()
        message = receiver.messages[1].payload["data"]
        assert (message["status"], message["note"], message["claim"]) == (
            "retracted",
            "The accounts were forged.",
            None,
        )

    def test_that_would_be_too_long_leaves_the_claim_out(
        self, receiver: Receiver, publish: Publish, work: Work
    ) -> None:
        publish(explanation="橋" * 22_000)
        work()
        (message,) = receiver.messages
        assert len(message.body.encode()) < 1000
        assert message.payload["data"]["claim"] is None
        assert message.payload["data"]["version"] == 1

    def test_just_short_enough_is_whole(self, receiver: Receiver, publish: Publish, work: Work) -> None:
        publish()
        delivery_body = lambda: len(receiver.messages[-1].body.encode())  # noqa: E731  read after each message
        work()
        room = events.MAX_MESSAGE_BYTES - delivery_body()
        # The explanation occurs twice in a claim: as Markdown, and as HTML in a paragraph.
        publish(explanation="x" * ((room - 200) // 2))
        work()
        assert events.MAX_MESSAGE_BYTES - 400 < delivery_body() <= events.MAX_MESSAGE_BYTES
        assert receiver.messages[-1].payload["data"]["claim"]["verdicts"]

    def test_contains_no_unpublished_data(
        self, receiver: Receiver, publish: Publish, work: Work, checker: User, editor: User
    ) -> None:
        """A draft beside the published verdict, notes, edits that wait, and claims that are not public."""
        claim = publish()
        Claim.objects.filter(pk=claim.pk).update(statement="SECRET edit", reason="SECRET reason")
        draft = verdict_drafts.create_draft(claim, author=checker)
        Verdict.objects.filter(pk=draft.pk).update(
            summary="SECRET summary", explanation="SECRET explanation", rating=rating("true")
        )
        make_draft(make_claim("SECRET claim"), checker, summary="SECRET")
        make_source("SECRET text", title="SECRET source")
        work()
        assert [message.version for message in receiver.messages] == [(claim.pk, 1)]
        assert "SECRET" not in json.dumps([message.body for message in receiver.messages])


def test_message_names_the_present_address_of_the_site(settings: Any, publish: Publish) -> None:
    claim = publish()
    endpoint = WebhookEndpoint.objects.create(name="Partner", url="https://partner.example/hook")
    delivery = WebhookDelivery(
        endpoint=endpoint, publication=claim.publications.get(), event="claim.published"
    )
    settings.SITE_URL = "https://facts.example.org"
    message = events.build_message(delivery)
    assert "localhost" not in message
    assert f'"url":"https://facts.example.org/claims/{claim.pk}/{claim.slug}/"' in message
