"""The mail about an endpoint that is switched off is in the language that each reader has chosen."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from claims.features.webhooks import disabled_endpoints
from claims.features.webhooks.models import WebhookEndpoint
from tests.claims.newsroom.test_mail_languages import prefers

pytestmark = pytest.mark.django_db


def test_each_administrator_in_their_own(administrator: User, mailoutbox: list[Any]) -> None:
    german, french = prefers(administrator, "de"), prefers(User.objects.create_superuser("root"), "fr")
    endpoint = WebhookEndpoint.objects.create(
        name="Archive", url="https://example.org/hook", event_kinds=["claim.published"]
    )
    with translation.override("ko"):
        disabled_endpoints.report_disabled_endpoint(endpoint)
    assert {(mail.to[0], mail.subject) for mail in mailoutbox} == {
        (german.email, "[Factcheck] Webhook ausgeschaltet: Archive"),
        (french.email, "[Factcheck] Webhook désactivé\N{NO-BREAK SPACE}: Archive"),
    }
