"""The mail about a newsroom that cannot be followed is in the language that each reader has chosen."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from claims.features.federation import alarms
from claims.features.federation.models import PeerNewsroom
from tests.claims.newsroom.test_mail_languages import prefers

pytestmark = pytest.mark.django_db


def test_each_administrator_in_their_own(administrator: User, mailoutbox: list[Any]) -> None:
    german, french = prefers(administrator, "de"), prefers(User.objects.create_superuser("root"), "fr")
    newsroom = PeerNewsroom.objects.create(name="The Post", url="https://post.example", key="k" * 43)
    with translation.override("ko"):
        alarms.send_alarm(newsroom)
    assert {(mail.to[0], mail.subject) for mail in mailoutbox} == {
        (german.email, "[Factcheck] Einer Redaktion kann nicht gefolgt werden: The Post"),
        (french.email, "[Factcheck] Une rédaction ne peut pas être suivie\N{NO-BREAK SPACE}: The Post"),
    }
