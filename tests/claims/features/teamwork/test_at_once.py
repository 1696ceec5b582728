"""Simultaneous requests: a comment sent twice is stored once, mailed once, and withdrawn for good."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from claims.features.teamwork import chat, comments, mails
from claims.features.teamwork.models import ChatChannel, Comment, Notification
from claims.features.teamwork.notifications import notify_people
from claims.newsroom.refusals import NotPossible
from tests.claims.features.teamwork.conftest import jobs
from tests.helpers.newsroom import make_claim
from tests.helpers.two_connections import alone, one_after_the_other

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_click_comments_once(checker: User, colleague: User) -> None:
    write = partial(comments.add_comment, make_claim(), "Look, @kim.", by=checker, key=uuid4())
    assert one_after_the_other(write, write) == ""
    assert Comment.objects.count() == Notification.objects.count() == 1


def test_a_reply_to_a_thread_that_is_being_resolved_reopens_it(checker: User, colleague: User) -> None:
    claim = make_claim()
    thread = comments.add_comment(claim, "Which year?", by=checker).comment
    answer = partial(comments.add_comment, claim, "2019", by=colleague, reply_to=thread)
    assert one_after_the_other(partial(comments.resolve_thread, thread, by=checker), answer) == ""
    assert Comment.objects.get(pk=thread.pk).resolved_at is None


def test_a_withdrawn_comment_cannot_be_edited(checker: User) -> None:
    said = comments.add_comment(make_claim(), "Oops", by=checker).comment
    edit = partial(comments.edit_comment, said, "Oops!", by=checker)
    with pytest.raises(NotPossible):
        one_after_the_other(partial(comments.withdraw_comment, said, by=checker), edit)
    assert Comment.objects.get().text == ""


def test_two_workers_send_one_mail(checker: User, mailoutbox: Any) -> None:
    notify_people("overdue", claim=make_claim(), to=[checker])
    send = partial(mails.mail_notification, notification_id=Notification.objects.get().pk)
    assert one_after_the_other(send, send) == ""
    assert len(mailoutbox) == 1


def test_two_workers_send_one_message(checker: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ChatChannel.objects.create(name="#desk", shape="json", address="https://hooks.example/x")
    notify_people("overdue", claim=make_claim(), to=[checker])
    (job,) = jobs(chat.SEND_TASK)
    sent: list[str] = []
    twice = []

    def post(channel: ChatChannel, text: Any) -> None:
        sent.append(text.statement)
        if len(sent) == 1:  # meanwhile another worker has taken it up
            with ThreadPoolExecutor(1) as other:
                twice.append(other.submit(alone, partial(chat.send_message, **job)).result())

    monkeypatch.setattr(chat, "post_text", post)
    chat.send_message(**job)
    assert (len(sent), twice) == (1, [""])
