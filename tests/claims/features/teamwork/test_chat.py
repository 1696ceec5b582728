"""Chats: the messages for each channel and their format; neither drafts nor addresses leak."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from claims.features.teamwork import chat, comments
from claims.features.teamwork.chat_messages import MAX_TEXT_LENGTH, ChatText, build_payload
from claims.features.teamwork.models import ChatChannel, ChatMessage
from claims.features.teamwork.notifications import notify_people
from claims.models import Claim, Topic, Verdict
from claims.review import workflow
from sources.http import sent_messages
from tests.claims.features.teamwork.conftest import jobs
from tests.helpers.newsroom import make_claim
from tests.helpers.parallel import served
from tests.helpers.webhook_receiver import Receiver, status

pytestmark = pytest.mark.django_db

SECRET = "T0123/B4567/do-not-tell-anybody-this-long-secret-part"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_LOOPBACK = True
    receiver = Receiver()
    with served(receiver.server):
        yield receiver


def make_channel(receiver: Receiver | None = None, **fields: Any) -> ChatChannel:
    base = receiver.url if receiver else "https://hooks.example"
    name = f"#{ChatChannel.objects.count()}"
    return ChatChannel.objects.create(
        **{"name": name, "shape": "json", "address": f"{base}/{SECRET}"} | fields
    )


def work() -> None:
    """Send each queued message, including later attempts."""
    done = 0
    while len(waiting := jobs(chat.SEND_TASK)) > done:
        for job in waiting[done:]:
            chat.send_message(**job)
        done = len(waiting)


def bodies(receiver: Receiver) -> list[Any]:
    return [json.loads(message.body) for message in receiver.messages]


def test_which_channel_is_notified(claim: Claim, checker: User, topic: Topic) -> None:
    channels = {
        "everything": make_channel(name="everything"),
        "submitted": make_channel(name="submitted", kinds=["submitted", "overdue"]),
        "published": make_channel(name="published", kinds=["published"]),
        "English": make_channel(name="English", languages=["en", "de"]),
        "German": make_channel(name="German", languages=["de"]),
        "off": make_channel(name="off", active=False),
        "transport": make_channel(name="transport"),
        "others": make_channel(name="others"),
    }
    other = Topic.objects.create(name="Health", slug="health")
    channels["transport"].topics.set([topic, other])
    channels["others"].topics.set([other])
    claim.topics.set([topic, Topic.objects.create(name="Bridges", slug="bridges")])
    notify_people("overdue", claim=claim, to=[checker])
    told = ChatMessage.objects.values_list("channel__name", flat=True)
    assert sorted(told) == ["English", "everything", "submitted", "transport"]
    assert len(jobs(chat.SEND_TASK)) == 4
    # Notifications for one person go to no chat.
    notify_people("assigned", claim=claim, to=[checker])
    assert len(jobs(chat.SEND_TASK)) == 4


def test_a_move_is_reported_once_however_many_people_are(
    draft: Verdict, checker: User, colleague: User, editor: User, receiver: Receiver, settings: Any
) -> None:
    settings.SITE_URL = "https://facts.example.org"
    make_channel(receiver)
    workflow.move(draft, "submit", by=checker, note="The minister's own accounts.")
    work()
    assert bodies(receiver) == [
        {
            "kind": "submitted",
            "text": "Chris requests a sign-off",
            "statement": "The bridge cost ninety million euros.",
            "url": f"https://facts.example.org/admin/claims/verdict/{draft.pk}/change/",
        }
    ]
    assert [message.path for message in receiver.messages] == [f"/hook/{SECRET}"]
    work()
    assert len(receiver.messages) == 1


@pytest.mark.slow
@pytest.mark.parametrize("shape", ChatChannel.Shape.values)
def test_comments_are_sent_only_to_channels_that_allow_them(
    shape: str, claim: Claim, draft: Verdict, checker: User, colleague: User, receiver: Receiver
) -> None:
    make_channel(receiver, shape=shape)
    comments.add_comment(claim, "@kim: the secret source", by=checker, verdict=draft)
    workflow.move(draft, "submit", by=checker, note="The secret source")
    work()
    assert len(receiver.messages) == 2
    for message in receiver.messages:
        assert "secret source" not in message.body.lower()
        assert draft.summary not in message.body
    ChatChannel.objects.update(includes_text=True)
    said = comments.add_comment(claim, "Of the secret source", by=colleague).comment
    work()
    assert "Of the secret source" in receiver.messages[2].body
    assert f"#comment-{said.pk}" in receiver.messages[2].body
    comments.withdraw_comment(comments.add_comment(claim, "Oh no", by=colleague).comment, by=colleague)
    work()
    assert "Oh no" not in receiver.messages[3].body


HOSTILE = ChatText(
    kind="published",
    headline="Eve <!channel> *published* this",
    statement="<https://evil.example|Click> [here](https://evil.example) @all & ![x](https://evil.example/x.png)",
    link="https://facts.example.org/admin/claims/claim/1/change/",
    button="Open",
    comment_or_note="x" * 5000,
)


def test_slack_messages_cannot_mention_everyone() -> None:
    body = build_payload("slack", HOSTILE)
    assert body["text"] == (
        "Eve &lt;!channel&gt; *published* this: &lt;https://evil.example|Click&gt; [here](https://evil.example)"
        " @\u200ball &amp; ![x](https://evil.example/x.png) <https://facts.example.org/admin/claims/claim/1/change/>"
    )
    texts = [block["text"] for block in body["blocks"][:3]]
    assert [text["type"] for text in texts] == ["plain_text"] * 3
    assert texts[1]["text"] == HOSTILE.statement
    assert len(texts[2]["text"]) == MAX_TEXT_LENGTH
    assert body["blocks"][3]["elements"] == [{"type": "mrkdwn", "text": f"<{HOSTILE.link}|Open>"}]


def test_teams_shape_is_a_card_without_markdown() -> None:
    body = build_payload("teams", HOSTILE)
    assert body["type"] == "message"
    (attachment,) = body["attachments"]
    card = attachment["content"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert [block["type"] for block in card["body"]] == ["RichTextBlock"] * 3
    assert card["body"][1]["inlines"] == [{"type": "TextRun", "text": HOSTILE.statement}]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open", "url": HOSTILE.link}]


def test_failed_messages_are_retried_and_then_given_up(
    claim: Claim, checker: User, receiver: Receiver, django_assert_num_queries: Any
) -> None:
    channel = make_channel(receiver)
    receiver.answers = [status(500, f"No such hook {receiver.url}/{SECRET}".encode()), status(404)]
    notify_people("overdue", claim=claim, to=[checker])
    chat.send_message(**jobs(chat.SEND_TASK)[0])
    message = ChatMessage.objects.get()
    assert (message.state, message.failures) == ("waiting", 1)
    assert SECRET not in message.failure
    assert message.failure.startswith("HTTP 500: No such hook http://127.0.0.1")
    assert channel.progress.failures == 1
    work()
    assert ChatMessage.objects.get().state == "sent"
    channel.progress.refresh_from_db()
    assert (channel.progress.failures, channel.progress.failure) == (0, "")
    receiver.answers = [status(410)] * 20
    notify_people("overdue", claim=claim, to=[checker])
    work()
    assert len(receiver.messages) == 3 + len(chat.RETRY_DELAYS) + 1
    assert ChatMessage.objects.order_by("pk").values_list("state", "failure").last() == ("failed", "HTTP 410")


def test_messages_for_a_disabled_channel_are_given_up(
    claim: Claim, checker: User, receiver: Receiver
) -> None:
    channel = make_channel(receiver)
    notify_people("overdue", claim=claim, to=[checker])
    ChatChannel.objects.update(active=False)
    work()
    assert receiver.messages == []
    assert ChatMessage.objects.get().state == "failed"
    chat.send_test_message(channel)
    assert [body["kind"] for body in bodies(receiver)] == ["test"]


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example/x",
        "https://user:password@hooks.example/x",
        "https://hooks.example:22/x",
        "https://",
        "ftp://hooks.example",
        "https://hooks.example/a b",
    ],
)
def test_addresses_that_nothing_is_sent_to(address: str) -> None:
    with pytest.raises(ValidationError):
        sent_messages.validate_address(address)


def test_private_addresses_are_not_reached(claim: Claim, checker: User) -> None:
    channel = make_channel(address=f"https://10.0.0.1/{SECRET}")
    with pytest.raises(chat.MessageNotSent, match="not an address on the public internet") as refusal:
        chat.send_test_message(channel)
    assert SECRET not in str(refusal.value)
    # An address that was let through while tests and the demo may talk to this machine.
    own = make_channel(address=f"http://127.0.0.1:1/{SECRET}")
    with pytest.raises(chat.MessageNotSent, match="does not begin with https") as refusal:
        chat.send_test_message(own)
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"https://hooks.slack.com/services/{SECRET}", "https://hooks.slack.com/…part"),
        ("https://hooks.example/short", "https://hooks.example/…"),
        ("https://hooks.example?sig=short", "https://hooks.example/…"),
    ],
)
def test_addresses_are_shown_cut(address: str, shown: str) -> None:
    assert chat.mask_address(address) == shown


def test_an_event_without_channels_costs_one_query(django_assert_num_queries: Any) -> None:
    claim = make_claim()
    with django_assert_num_queries(1):
        chat.queue_chat_messages("published", claim=claim)
    with django_assert_num_queries(0):
        chat.queue_chat_messages("assigned", claim=claim)
