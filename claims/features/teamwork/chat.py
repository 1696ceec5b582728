"""Send messages about claims to chat channels, in the worker.

A channel's URL is secret, because anyone who knows it can write to the channel. No message or error contains the URL.
"""

import json
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from procrastinate.contrib.django import app

from claims.features.teamwork.activity_text import describe_event
from claims.features.teamwork.chat_messages import ChatText, build_payload
from claims.features.teamwork.models import ChatChannel, ChatMessage, ChatProgress, Comment
from claims.features.teamwork.models.chat_channel import CHAT_KINDS
from claims.models import Claim, Verdict
from claims.newsroom.people import get_display_name
from factcheck.database.deferred_jobs import defer
from sources.http import sent_messages

#: The task that sends one message.
SEND_TASK = "claims.features.teamwork.chat.send_message"
QUEUE_NAME = "webhooks"

#: The pauses between attempts in seconds, about a day in total.
RETRY_DELAYS = (10, 60, 300, 1800, 7200, 21600, 43200)


#: The end of a longer URL may be shown, because the rest of it cannot be guessed.
MAX_FULLY_MASKED_LENGTH = 60


class MessageNotSent(Exception):
    """The message was not sent; `str()` explains why, without revealing the URL."""


def queue_chat_messages(
    kind: str,
    *,
    claim: Claim,
    by: User | None = None,
    verdict: Verdict | None = None,
    note: str = "",
    comment: Comment | None = None,
) -> None:
    """Queue a message about an event, in this transaction, for each channel that receives such events."""
    if kind not in CHAT_KINDS:
        return
    channels = ChatChannel.objects.active().filter(
        Q(kinds=[]) | Q(kinds__contains=[kind]), Q(languages=[]) | Q(languages__contains=[claim.language])
    )
    topics = Q(topics=None) | Q(topics__claims=claim)
    messages = ChatMessage.objects.bulk_create(
        ChatMessage(
            channel=channel,
            kind=kind,
            claim=claim,
            verdict=verdict,
            comment=comment,
            actor_name=get_display_name(by)[:200] if by else "",
            note=note,
        )
        for channel in channels.filter(topics).distinct()
    )
    defer(SEND_TASK, *({"message_id": message.pk, "attempt": 1} for message in messages), queue=QUEUE_NAME)


def mask_address(address: str) -> str:
    """Return the URL with its secret part masked and its host visible."""
    parts = urlsplit(address)
    visible_end = address[-4:] if len(address) > MAX_FULLY_MASKED_LENGTH else ""
    return f"{parts.scheme}://{parts.netloc}/…{visible_end}"


# Sending --------------------------------------------------------------------------------------------------------------


@app.task(name=SEND_TASK, queue=QUEUE_NAME)
@transaction.atomic
def send_message(*, message_id: int, attempt: int) -> None:
    """Send one message; retry failures for up to a day.

    The message is locked while it is sent, so that two workers do not send it twice.
    """
    unsent_messages = ChatMessage.objects.filter(
        pk=message_id, state=ChatMessage.State.WAITING, failures=attempt - 1
    ).select_related("channel", "claim", "comment")
    message = unsent_messages.select_for_update(of=("self",), skip_locked=True).first()
    if message is None:
        return
    try:
        if not message.channel.active:
            raise MessageNotSent(_("The channel was switched off."))
        post_text(message.channel, build_text(message))
    except MessageNotSent as failure:
        _record_message_failure(message, attempt, str(failure))
    else:
        message.state, message.failure = ChatMessage.State.SENT, ""
        message.save(update_fields=["state", "failure"])
        record_success(message.channel)


def send_test_message(channel: ChatChannel) -> None:
    """Send a test message now, even to a channel that is switched off.

    Raises:
        MessageNotSent: the message did not arrive.
    """
    text = ChatText(
        kind="test",
        headline=_("Test message from %s") % settings.NEWSROOM_NAME,
        statement=_("If you can read this, the channel will receive news about claims."),
        link=f"{settings.SITE_URL}{reverse('admin:index')}",
        button=_("Open the desk"),
    )
    try:
        post_text(channel, text)
    except MessageNotSent as failure:
        record_channel_failure(channel, str(failure))
        raise
    record_success(channel)


def build_text(message: ChatMessage) -> ChatText:
    """Return the message's text. The text contains notes and comments only if the channel's settings allow them."""
    note = ""
    if message.channel.includes_text:
        note = message.comment.text if message.comment else message.note
    with translation.override(settings.LANGUAGE_CODE):
        return ChatText(
            kind=message.kind,
            headline=describe_event(message.kind, message.actor_name),
            statement=message.claim.statement,
            link=f"{settings.SITE_URL}{_build_page_path(message)}",
            button=pgettext("button", "Open"),
            comment_or_note=note,
        )


def post_text(channel: ChatChannel, text: ChatText) -> None:
    """Post the text. Raises MessageNotSent if the chat tool rejects it."""
    body = json.dumps(build_payload(channel.shape, text)).encode()
    headers = {"Content-Type": "application/json"}
    try:
        response = sent_messages.post(
            channel.address, body, headers, allow_loopback=settings.WEBHOOKS_TO_LOOPBACK
        )
    except sent_messages.PostError as failure:
        raise MessageNotSent(str(failure).replace(channel.address, mask_address(channel.address))) from None
    if not 200 <= response.status < 300:
        response_text = response.beginning.replace(channel.address, mask_address(channel.address)).strip()
        raise MessageNotSent(
            f"HTTP {response.status}: {response_text[:300]}" if response_text else f"HTTP {response.status}"
        )


def record_success(channel: ChatChannel) -> None:
    """Record a successful delivery."""
    ChatProgress.objects.filter(pk=channel.pk).update(failures=0, failure="", sent_at=timezone.now())


def clear_failures(channel: ChatChannel) -> None:
    """Clear the channel's failures, after a person has fixed the cause."""
    ChatProgress.objects.filter(pk=channel.pk).update(failures=0, failure="")


def record_channel_failure(channel: ChatChannel, failure: str) -> None:
    """Record a failed delivery."""
    ChatProgress.objects.filter(pk=channel.pk).update(failures=F("failures") + 1, failure=failure)


def _record_message_failure(message: ChatMessage, attempt: int, failure: str) -> None:
    is_final = attempt > len(RETRY_DELAYS) or not message.channel.active
    message.state = ChatMessage.State.FAILED if is_final else ChatMessage.State.WAITING
    message.failures, message.failure = attempt, failure
    message.save(update_fields=["state", "failures", "failure"])
    if message.channel.active:
        record_channel_failure(message.channel, failure)
    if not is_final:
        retry_at = timezone.now() + timedelta(seconds=RETRY_DELAYS[attempt - 1])
        defer(
            SEND_TASK,
            {"message_id": message.pk, "attempt": attempt + 1},
            queue=QUEUE_NAME,
            scheduled_at=retry_at,
        )


def _build_page_path(message: ChatMessage) -> str:
    if message.verdict_id and not message.comment_id:
        return reverse("admin:claims_verdict_change", args=[message.verdict_id])
    page = reverse("admin:claims_claim_change", args=[message.claim_id])
    return f"{page}#comment-{message.comment_id}" if message.comment_id else page
