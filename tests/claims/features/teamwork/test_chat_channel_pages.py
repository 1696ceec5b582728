"""Chat channels at the desk: for administrators only, addresses are never shown, failures are."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client
from django.urls import reverse

from claims.features.teamwork import chat
from claims.features.teamwork.models import ChatChannel
from claims.features.teamwork.notifications import notify_people
from tests.helpers.desk import Desk, said
from tests.helpers.newsroom import make_claim
from tests.helpers.parallel import served
from tests.helpers.webhook_receiver import Receiver, status

pytestmark = pytest.mark.django_db

SECRET = "services/T0123/B4567/a-long-part-that-nobody-is-to-know"
ADDRESS = f"https://hooks.slack.com/{SECRET}"


@pytest.fixture
def desk(client: Client, administrator: User) -> Desk:
    return Desk(client).sign_in(administrator)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_LOOPBACK = True
    receiver = Receiver()
    with served(receiver.server):
        yield receiver


def add(client: Client, **changed: str) -> Any:
    form = {
        "name": "#desk",
        "shape": "slack",
        "address": ADDRESS,
        "kinds": ["submitted"],
        "languages": "",
        "active": "on",
    }
    return client.post(reverse("admin:teamwork_chatchannel_add"), form | changed, follow=True)


@pytest.mark.slow
def test_its_address_is_never_shown_again(desk: Desk, administrator: User, client: Client) -> None:
    answer = add(client)
    assert said(answer) == ["Added. Send a test message to check that it arrives."]
    channel = ChatChannel.objects.get()
    assert (channel.address, channel.created_by) == (ADDRESS, administrator)
    pages = [
        desk.page(channel),
        reverse("admin:teamwork_chatchannel_changelist"),
        f"{desk.page(channel)[:-7]}history/",
    ]
    for page in pages:
        text = client.get(page).content.decode()
        assert SECRET not in text
        assert "T0123" not in text
    # Nor in what the page carries for who compares two versions of it.
    assert SECRET not in str(signing.loads(client.get(pages[0]).context["base"], salt="desk.base"))
    assert "hooks.slack.com/…know" in client.get(pages[0]).content.decode()
    # Left empty it stays; a wrong one is refused without being shown.
    desk.save(channel, name="#news")
    refused = desk.save(channel, address="http://hooks.slack.com/other-secret")
    assert "does not begin with https://" in refused.content.decode()
    channel.refresh_from_db()
    assert (channel.name, channel.address) == ("#news", ADDRESS)
    desk.save(channel, address="https://hooks.slack.com/services/new")
    channel.refresh_from_db()
    assert channel.address == "https://hooks.slack.com/services/new"
    history = client.get(pages[2]).content.decode()
    assert "Address replaced." in history
    assert SECRET not in history
    assert not LogEntry.objects.filter(change_message__contains=SECRET).exists()


def test_its_address_is_not_guessed_letter_by_letter(desk: Desk, client: Client) -> None:
    add(client)
    page = reverse("admin:teamwork_chatchannel_changelist")
    for asked in ({"address__startswith": ADDRESS[:30]}, {"address": ADDRESS}, {"address__regex": "T01"}):
        assert client.get(page, asked).status_code == 400
    assert len(client.get(page, {"q": SECRET[:8]}).context["cl"].result_list) == 0


def test_an_address_is_needed(desk: Desk, client: Client) -> None:
    assert add(client, address="").context["adminform"].form.errors["address"] == ["Enter the address."]
    assert not ChatChannel.objects.exists()


def test_a_test_message_reports_its_result(desk: Desk, client: Client, receiver: Receiver) -> None:
    channel = ChatChannel.objects.create(name="#desk", shape="slack", address=f"{receiver.url}/{SECRET}")
    page = reverse("admin:teamwork_chatchannel_send-test", args=[channel.pk])
    assert said(client.post(page, follow=True)) == ["Test message sent. Look for it in the channel."]
    receiver.answers = [status(404, b"no_service")]
    answer = client.post(page, follow=True)
    assert said(answer) == ["The test message did not arrive: HTTP 404: no_service"]
    text = answer.content.decode()
    assert "The last message did not arrive: HTTP 404: no_service" in text
    assert SECRET not in text
    assert "Failing" in client.get(reverse("admin:teamwork_chatchannel_changelist")).content.decode()
    # Sending changed nothing that people decide: a page that was open is no stale one.
    form = desk.form(channel)
    chat.record_channel_failure(channel, "HTTP 500")
    desk.save(channel, form, name="#other", address="https://hooks.slack.com/services/new")
    channel.refresh_from_db()
    assert channel.name == "#other"
    assert channel.progress.failures == 0


def test_sent_messages_are_listed(desk: Desk, client: Client, checker: User) -> None:
    channel = ChatChannel.objects.create(name="#desk", shape="slack", address=ADDRESS)
    notify_people("overdue", claim=make_claim("The tower leans."), to=[checker])
    text = desk.text(channel)
    assert "This is overdue" in text
    assert "The tower leans." in text
    gone = client.get(reverse("admin:teamwork_chatchannel_delete", args=[channel.pk])).content.decode()
    assert "1 message in the log" in gone


@pytest.mark.parametrize("role", ["contributor", "checker", "editor"])
def test_for_administrators_only(role: str, request: pytest.FixtureRequest, client: Client) -> None:
    channel = ChatChannel.objects.create(name="#desk", shape="slack", address=ADDRESS)
    client.force_login(request.getfixturevalue(role))
    for page in ("changelist", "add"):
        assert client.get(reverse(f"admin:teamwork_chatchannel_{page}")).status_code == 403
    for page in ("change", "send-test", "delete"):
        address = reverse(f"admin:teamwork_chatchannel_{page}", args=[channel.pk])
        assert client.post(address, {"post": "yes"}).status_code == 403
    assert ChatChannel.objects.exists()
