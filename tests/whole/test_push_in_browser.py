"""A reader's browser starts, gets and stops notifications. What a browser's maker answers is made up here."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from claims.features.push.encryption import get_public_key
from claims.features.push.models import PushSubscription
from claims.models import Claim
from tests.claims.features.push.push_service import Browser
from tests.helpers.accessibility import violations
from tests.helpers.browser import new_context
from tests.helpers.newsroom import make_claim
from tests.helpers.shared_newsroom import checker, editor, publish
from tests.helpers.shared_site import shared_rows, site

__all__ = ["checker", "editor", "publish", "shared_rows", "site"]  # fixtures

pytestmark = pytest.mark.browser

ENDPOINT = "https://push.example/abc"
SERVICE = """
  const subscription = {toJSON: () => (%s)};
  PushManager.prototype.subscribe = async (options) => {
    window.asked = options.applicationServerKey;
    return subscription;
  };
  PushManager.prototype.getSubscription = async () => subscription;
"""
#: A browser without windows shows no notifications: in the service worker, they are noted instead.
NOTED = """() => {
  self.noted = new Promise((note) => {
    registration.showNotification = async (title, { body, tag, data }) => note([title, body, tag, data]);
  });
}"""


def test_reader_starts_gets_and_stops_notifications(
    site: str, chromium: Chromium, publish: Callable[..., Claim]
) -> None:
    claim = publish(make_claim("The ferry sank."))
    keys = Browser().keys
    with new_context(chromium, permissions=["notifications"]) as context:
        context.add_init_script(SERVICE % json.dumps({"endpoint": ENDPOINT, "keys": keys}))
        page = context.new_page()
        page.goto(f"{site}/claims/{claim.pk}/push/")
        assert violations(page) == {}
        page.get_by_role("button", name="Start notifications").click()
        expect(page.get_by_role("status")).to_have_text("Notifications are on.")
        assert page.evaluate("asked") == get_public_key()
        stored = PushSubscription.objects.values("claim", "endpoint", "p256dh", "auth", "language")
        assert list(stored) == [{"claim": claim.pk, "endpoint": ENDPOINT, **keys, "language": "en"}]

        registrations: list[str] = []
        devtools = context.new_cdp_session(page)
        devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: registrations.extend(each["registrationId"] for each in event["registrations"]),
        )
        devtools.send("ServiceWorker.enable")
        (worker,) = context.service_workers
        worker.evaluate(NOTED)
        message = {"title": "Correction", "body": claim.statement, "url": f"{site}/claims/", "tag": "claim-1"}
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": site, "registrationId": registrations[0], "data": json.dumps(message)},
        )
        assert worker.evaluate("noted") == ["Correction", claim.statement, "claim-1", f"{site}/claims/"]
        # Other pages of the site have nothing to do with it.
        assert page.evaluate("navigator.serviceWorker.controller") is None

        page.get_by_role("button", name="Stop notifications").click()
        expect(page.get_by_role("status")).to_have_text("Notifications are off.")
        assert not PushSubscription.objects.exists()
