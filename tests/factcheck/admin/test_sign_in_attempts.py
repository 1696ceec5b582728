"""Attempts to sign in: slowed down, shared between processes, and never a way to keep others out."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from factcheck.admin import sign_in_attempts
from factcheck.admin.sign_in import NewsroomAccounts, SecondFactorAgain

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EDITOR, STRANGER, PROXY = "192.0.2.10", "198.51.100.66", "10.0.0.1"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    sign_in_attempts.get_limiter.cache_clear()
    cache.clear()
    yield
    sign_in_attempts.get_limiter.cache_clear()
    cache.clear()


@pytest.fixture
def behind_proxy(settings: Any) -> None:
    settings.TRUST_PROXY, settings.NUM_PROXIES = True, 1


@pytest.fixture
def nora() -> User:
    return User.objects.create_user("nora", "nora@example.org", "correct horse battery")


def sign(client: Client, name: str, password: str, forwarded: str) -> Any:
    return client.post(
        reverse("account_login"),
        {"login": name, "password": password},
        REMOTE_ADDR=PROXY,
        HTTP_X_FORWARDED_FOR=forwarded,
    )


def test_behind_the_proxy_an_attacker_locks_no_one_out(behind_proxy: None, nora: User) -> None:
    stranger = Client()
    answers = [sign(stranger, "nora", f"guess {attempt}", STRANGER) for attempt in range(12)]
    assert "Too many attempts to sign in" in answers[-1].content.decode()
    assert sign(Client(), "nora", "correct horse battery", EDITOR).status_code == 302


def test_forged_addresses_before_the_proxys_own_do_not_help(behind_proxy: None, nora: User) -> None:
    answers = [
        sign(Client(), "nora", "guess", f"203.0.113.{number}, {STRANGER}").content.decode()
        for number in range(12)
    ]
    assert ["Too many attempts" in answer for answer in answers] == [False] * 10 + [True] * 2


def test_without_a_proxy_the_field_counts_for_nothing(nora: User) -> None:
    answers = [
        sign(Client(), "nora", "guess", f"203.0.113.{number}").content.decode() for number in range(11)
    ]
    assert "Too many attempts" in answers[-1]


def test_names_of_one_account_share_its_count(behind_proxy: None, nora: User) -> None:
    names = ["nora", "NORA", "nora@example.org", " Nora@Example.org"] * 3
    answers = [sign(Client(), name, "guess", STRANGER).content.decode() for name in names[:11]]
    assert "Too many attempts" in answers[-1]


def wait(address: str, name: str = "nora", cookie: str = "") -> int:
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    if cookie:
        request.COOKIES[sign_in_attempts.COOKIE_NAME] = cookie
    return sign_in_attempts.count_attempt(request, name)


def test_processes_share_the_count(nora: User) -> None:
    """A new limiter represents another process; it learns from the store within its first tenth."""
    for _attempt in range(10):
        assert wait(STRANGER) == 0
    sign_in_attempts.get_limiter.cache_clear()
    assert [wait(STRANGER) > 0 for _attempt in range(3)] == [False, True, True]


@pytest.fixture
def with_codes(nora: User) -> User:
    """Nora, whose sign-in takes a code of her telephone too."""
    TOTP.activate(nora, SECRET)
    return nora


def begun(page: str = "mfa_authenticate") -> tuple[Client, str]:
    """A browser in which her password was given, and the page that asks for the code."""
    client = Client()
    client.post(reverse("account_login"), {"login": "nora", "password": "correct horse battery"})
    return client, reverse(page)


def test_codes_are_counted_for_all_processes_together(with_codes: User) -> None:
    right = format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))
    wrong = "000000" if right != "000000" else "000001"
    client, page = begun()

    def told(attempts: int) -> list[bool]:
        answers = [client.post(page, {"code": wrong}).content.decode() for _attempt in range(attempts)]
        return ["Too many attempts" in answer for answer in answers]

    assert told(5) == [False] * 5
    # Another process has a memory of its own, in which allauth counts, and learns from the store after one attempt.
    sign_in_attempts.get_limiter.cache_clear()
    cache.clear()
    assert told(3) == [False, True, True]


def test_a_browser_with_an_earlier_sign_in_is_counted_separately_for_codes(with_codes: User) -> None:
    mark = HttpResponse()
    sign_in_attempts.mark_browser(mark, with_codes.pk)
    at_home, abroad = RequestFactory().post("/"), RequestFactory().post("/")
    at_home.COOKIES[sign_in_attempts.COOKIE_NAME] = mark.cookies[sign_in_attempts.COOKIE_NAME].value
    tried = sign_in_attempts.count_code_attempt
    assert [tried(abroad, with_codes.pk) for _attempt in range(6)] == [0] * 5 + [60]
    assert [tried(at_home, with_codes.pk) for _attempt in range(6)] == [0] * 5 + [60]
    assert tried(at_home, with_codes.pk + 1) == 0


def test_the_right_code_signs_in(with_codes: User) -> None:
    client, page = begun()
    right = format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))
    assert client.post(page, {"code": right}).status_code == 302
    assert client.get(reverse("account_email")).status_code == 200
    again = client.post(reverse("mfa_reauthenticate"), {"code": "0"})
    assert (again.status_code, type(again.context["form"])) == (200, SecondFactorAgain)


def test_an_account_that_is_tried_from_everywhere_is_slowed_down_and_its_owner_is_not(nora: User) -> None:
    mark = HttpResponse()
    sign_in_attempts.mark_browser(mark, nora.pk)
    cookie = mark.cookies[sign_in_attempts.COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/accounts/")
    waits = [wait(f"203.0.{number}.1") for number in range(101)]
    assert waits == [0] * 100 + [36]
    assert wait(EDITOR) > 0
    assert wait(EDITOR, cookie=cookie.value) == 0
    # The mark is good for its own account, and as it was made.
    assert wait(EDITOR, cookie=cookie.value + "x") > 0
    other = HttpResponse()
    sign_in_attempts.mark_browser(other, nora.pk + 1)
    assert wait(EDITOR, cookie=other.cookies[sign_in_attempts.COOKIE_NAME].value) > 0
    assert sum(wait(EDITOR, cookie=cookie.value) == 0 for _attempt in range(20)) == 9


@pytest.mark.parametrize("name", ["", "nobody", "\0", "x" * 5000, "%"])
def test_unknown_names_are_counted_like_known_ones(name: str) -> None:
    assert [wait(STRANGER, name) > 0 for _attempt in range(11)] == [False] * 10 + [True]


def test_signing_in_sets_the_cookie(nora: User) -> None:
    client = Client()
    assert sign(client, "nora", "correct horse battery", EDITOR).status_code == 302
    assert sign_in_attempts.COOKIE_NAME in client.cookies


def test_allauth_counts_the_address_that_limits_count(settings: Any) -> None:
    settings.NUM_PROXIES = 2
    request = RequestFactory().get(
        "/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR="1.1.1.1, 192.0.2.10:443, 10.9.9.9"
    )
    assert NewsroomAccounts(request).get_client_ip(request) == "192.0.2.10"


def test_a_code_works_once_in_all_processes(with_codes: User) -> None:
    right = format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))
    (mine, page), (another, _page) = begun(), begun()
    assert mine.post(page, {"code": right}).status_code == 302
    for written in (right, f"{right[:3]} {right[3:]}", f"{right[:3]}-{right[3:]}"):
        cache.clear()  # what allauth remembers is each process's alone
        sign_in_attempts.get_limiter.cache_clear()
        answer = another.post(page, {"code": written})
        assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["code"])


def test_a_code_of_one_account_is_none_of_another() -> None:
    assert sign_in_attempts.is_first_use(1, "123456")
    assert sign_in_attempts.is_first_use(2, "123456")
    assert not sign_in_attempts.is_first_use(1, "123456")
