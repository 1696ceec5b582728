"""Second factors in a real browser: an app with codes, a passkey in Chromium's own virtual authenticator, sessions."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.models import AuditRecord, SecondFactorRule
from factcheck.admin import sign_in_attempts
from tests.helpers.accessibility import in_each_scheme, violations
from tests.helpers.browser import new_context

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse battery"


class Visitor:
    """A browser with a security key in it, which knows its owner's finger."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda line: self.trouble.append(line.text) if line.type == "error" else None)
        self.devices = page.context.new_cdp_session(page)
        self.devices.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
        knows = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
        self.key = self.devices.send("WebAuthn.addVirtualAuthenticator", {"options": options | knows})

    def at(self, path: str) -> None:
        self.page.wait_for_url(f"{self.address}{path}")

    def sign_in(self, name: str) -> None:
        self.page.goto(f"{self.address}/accounts/login/")
        self.page.fill("[name=login]", name)
        self.page.fill("[name=password]", PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def say_again(self) -> None:
        """The password before a change of the account."""
        self.page.fill("[name=password]", PASSWORD)
        self.page.locator("main button[type=submit]").first.click()

    def sign_out(self) -> None:
        self.page.goto(f"{self.address}/accounts/logout/")
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url(lambda url: "logout" not in url)

    def look_closely(self) -> None:
        """Check that the page is readable on a screen and on a phone, in light and in dark."""
        for width, height in ((1440, 900), (390, 800)):
            self.page.set_viewport_size({"width": width, "height": height})
            for scheme in in_each_scheme(self.page):
                assert violations(self.page, scheme) == {}, (self.page.url, width, scheme)
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (self.page.url, width)
        self.page.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture
def visitor(chromium: Browser, live_server: LiveServer) -> Iterator[Visitor]:
    context = new_context(chromium)
    yield Visitor(context.new_page(), live_server.url)
    context.close()


def code_of(secret: str) -> str:
    """The code that an app shows."""
    return str(format_hotp_value(hotp_value(secret, next(totp.yield_hotp_counters_from_time()))))


def test_an_app_with_codes_is_set_up_and_used(visitor: Visitor, checker: User, monkeypatch: Any) -> None:
    # A code is good for half a minute, which may end while it is typed.
    half_minute = next(totp.yield_hotp_counters_from_time())
    monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter([half_minute]))
    SecondFactorRule.objects.filter(role__name="Fact-checker").update(required=True, grace_days=0)
    page = visitor.page
    visitor.sign_in("chris")
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.goto(f"{visitor.address}/admin/")
    visitor.at("/accounts/2fa/")
    visitor.look_closely()
    page.get_by_role("link", name="Set up an app").click()
    visitor.say_again()
    expect(page.locator("#authenticator_secret")).to_be_visible()
    visitor.look_closely()
    secret = page.locator("#authenticator_secret").input_value()
    page.fill("[name=code]", code_of(secret))
    page.locator("main button[type=submit]").first.click()
    visitor.at("/accounts/2fa/recovery-codes/")
    visitor.look_closely()
    recovery = page.locator("#recovery_codes").input_value().split()
    assert len(recovery) == 10
    page.get_by_role("link", name="Desk").first.click()
    visitor.at("/admin/")

    # Half a minute passes, so that the app shows another code.
    visitor.sign_out()
    monkeypatch.setattr(sign_in_attempts, "is_first_use", lambda account, code: True)
    visitor.sign_in("chris")
    visitor.at("/accounts/2fa/authenticate/")
    visitor.look_closely()
    page.fill("[name=code]", recovery[0])
    page.get_by_role("button", name="Sign In", exact=True).click()
    visitor.at("/admin/")
    ways = AuditRecord.objects.filter(kind="signed_in").order_by("pk").values_list("what", flat=True)
    assert list(ways) == ["password", "password, recovery code"]
    assert visitor.trouble == []


def test_a_passkey_is_set_up_and_signs_in_alone(
    visitor: Visitor, administrator: User, chromium: Browser
) -> None:
    page = visitor.page
    visitor.sign_in("ada")
    page.wait_for_url(f"{visitor.address}/accounts/2fa/?next=**")
    expect(page.get_by_role("note")).to_contain_text("until then you can continue working")
    visitor.look_closely()
    page.get_by_role("link", name="Later").click()
    visitor.at("/admin/")
    page.get_by_role("note").get_by_role("link", name="Set up a second factor by").click()
    page.get_by_role("link", name="Add a key").click()
    visitor.say_again()
    expect(page.get_by_label("Sign in with this key alone, without a password")).to_be_checked()
    visitor.look_closely()
    page.get_by_role("button", name="Add").click()
    visitor.at("/accounts/2fa/recovery-codes/")
    page.goto(f"{visitor.address}/accounts/2fa/webauthn/")
    expect(page.locator(".sessions li")).to_contain_text("Passkey")
    visitor.look_closely()
    # The last one stays: an administrator needs it.
    page.get_by_role("link", name="Remove Master key").click()
    visitor.look_closely()
    page.locator("main button[type=submit]").click()
    expect(page.locator(".messages")).to_contain_text("Your role needs a second factor")
    assert Authenticator.objects.filter(type="webauthn").count() == 1

    visitor.sign_out()
    page.goto(f"{visitor.address}/accounts/login/?next=/admin/claims/claim/")
    visitor.look_closely()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(f"{visitor.address}/admin/")
    expect(page.locator(".desk-warning")).to_have_count(0)
    assert AuditRecord.objects.filter(kind="signed_in").latest("pk").what == "passkey"

    # After the password it is the second factor.
    visitor.sign_out()
    visitor.sign_in("ada")
    visitor.at("/accounts/2fa/authenticate/")
    page.get_by_role("button", name="Use a security key").click()
    visitor.at("/admin/")
    assert AuditRecord.objects.filter(kind="signed_in").latest("pk").what == "password, security key"

    # A key that does not know its owner opens nothing.
    visitor.sign_out()
    stays = {"authenticatorId": visitor.key["authenticatorId"]}
    visitor.devices.send("WebAuthn.setUserVerified", stays | {"isUserVerified": False})
    page.goto(f"{visitor.address}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_timeout(500)
    assert AuditRecord.objects.filter(kind="signed_in").count() == 3
    assert [line for line in visitor.trouble if "NotAllowedError" not in line] == []


def test_sessions_are_seen_and_ended(visitor: Visitor, checker: User, chromium: Browser) -> None:
    elsewhere = new_context(chromium)
    other = Visitor(elsewhere.new_page(), visitor.address)
    for each in (other, visitor):
        each.sign_in("chris")
        each.at("/admin/")
    page = visitor.page
    page.goto(f"{visitor.address}/accounts/sessions/")
    expect(page.locator(".sessions li")).to_have_count(2)
    visitor.look_closely()
    page.get_by_role("button", name="End the session").click()
    expect(page.locator(".messages")).to_contain_text("1 session was ended.")
    expect(page.locator(".sessions li")).to_have_count(1)
    other.page.goto(f"{visitor.address}/admin/")
    other.page.wait_for_url("**/accounts/login/**")
    elsewhere.close()
    assert visitor.trouble == []
