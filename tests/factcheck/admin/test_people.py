"""People at the desk, the content security policy, and the pages around sign-in."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.newsroom.invitations import build_invitation_link, send_invitation
from factcheck.web.differences import highlight_difference
from tests.helpers.sweeps import sweep


def directives(response: object) -> dict[str, str]:
    header = response.headers["Content-Security-Policy"]  # type: ignore[attr-defined]  # a test response
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


def test_only_the_desk_may_evaluate_and_style_inline(client: Client, editor: User) -> None:
    assert not {"script-src", "style-src"} & set(directives(client.get(reverse("account_login"))))
    client.force_login(editor)
    desk = directives(client.get(reverse("admin:index")))
    assert (desk["script-src"], desk["style-src"]) == ("'self' 'unsafe-eval'", "'self' 'unsafe-inline'")
    assert desk["default-src"] == "'self'"
    assert not {"script-src", "style-src"} & set(directives(client.get(reverse("mfa_index"))))


def test_the_desk_is_entered_through_the_common_door(client: Client, db: None) -> None:
    response = client.get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    page = response.content.decode()
    assert "Sign in" in page
    assert "sign up" not in page.lower()


@pytest.mark.parametrize("page", ["account_login", "account_reset_password"])
def test_pages_before_sign_in_open(page: str, client: Client, db: None) -> None:
    assert client.get(reverse(page)).status_code == 200


@pytest.mark.parametrize("page", ["account_change_password", "account_logout", "mfa_index"])
def test_pages_of_ones_own_account_open(page: str, client: Client, editor: User) -> None:
    client.force_login(editor)
    assert client.get(reverse(page)).status_code == 200


def form_of(person: User, **changed: object) -> dict[str, object]:
    own = {"username": person.username, "first_name": "", "last_name": "", "email": "", "is_active": "on"}
    return own | {"groups": [group.pk for group in person.groups.all()]} | changed


def test_a_role_gives_access_to_the_desk_and_losing_it_ends_access(
    client: Client, administrator: User
) -> None:
    client.force_login(administrator)
    fields = {
        "username": "nora",
        "email": "nora@example.org",
        "groups": [Group.objects.get(name="Fact-checker").pk],
    }
    client.post(reverse("admin:auth_user_add"), fields)
    nora = User.objects.get(username="nora")
    assert (nora.is_staff, nora.is_superuser) == (True, False)
    assert nora.has_perm("claims.triage_claim")
    client.post(reverse("admin:auth_user_change", args=[nora.pk]), form_of(nora, groups=[]))
    nora.refresh_from_db()
    assert nora.is_staff is False


def test_invited_people_choose_a_password_with_a_link_that_works_once(
    client: Client, administrator: User, settings: Any, mailoutbox: list[Any]
) -> None:
    client.force_login(administrator)
    add = reverse("admin:auth_user_add")
    form = client.get(add).content.decode()
    assert "password1" not in form
    assert "edit more user options" not in form
    assert ("Invite a person" in form, "Send the invitation" in form) == (True, True)
    assert "Fact-checker: also decides what is checked" in form
    roles = ["Contributor:", "Fact-checker:", "Editor:", "Administrator:"]
    assert sorted(roles, key=form.index) == roles
    client.post(add, {"username": "nora"})
    assert User.objects.filter(username="nora").count() == 0  # no address, no invitation
    role = Group.objects.get(name="Fact-checker").pk
    client.post(add, {"username": "nora", "email": "nora@example.org", "groups": [role]})
    nora = User.objects.get(username="nora")
    assert nora.has_usable_password() is False
    job = ProcrastinateJob.objects.get(task_name="claims.newsroom.invitations.send_invitation")
    assert job.args == {"person_id": nora.pk, "by_id": administrator.pk}
    send_invitation(**job.args)
    (mail,) = mailoutbox
    assert (mail.to, "Your role: Fact-checker." in mail.body) == (["nora@example.org"], True)
    link = mail.body.rpartition(settings.SITE_URL)[2]
    guest = Client()
    page = guest.get(link, follow=True)
    assert "Choose a password" in page.content.decode()
    chosen = {"password1": "another horse battery", "password2": "another horse battery"}
    guest.post(page.redirect_chain[-1][0], chosen)
    nora.refresh_from_db()
    assert nora.check_password("another horse battery")
    used = Client().get(link)
    assert (used.context["token_fail"], "This link no longer works" in used.content.decode()) == (True, True)
    client.post(reverse("admin:auth_user_invite", args=[nora.pk]))
    assert (
        ProcrastinateJob.objects.filter(task_name="claims.newsroom.invitations.send_invitation").count() == 1
    )


def test_an_invitation_expires(client: Client, administrator: User, time_machine: Any) -> None:
    nora = User.objects.create_user("nora", "nora@example.org")
    link = build_invitation_link(nora).partition("/accounts/")[2]
    time_machine.move_to(timezone.now() + timedelta(days=4))
    assert client.get(f"/accounts/{link}").context["token_fail"] is True


def test_a_person_chooses_a_new_password_and_no_administrator_types_one(
    client: Client, administrator: User, mailoutbox: list[Any]
) -> None:
    nora = User.objects.create_user("nora", "nora@example.org", "correct horse battery")
    client.force_login(administrator)
    page = client.get(reverse("admin:auth_user_change", args=[nora.pk])).content.decode()
    assert ("Send a link to choose a new password" in page, 'name="password' in page) == (True, False)
    assert client.get(f"/admin/auth/user/{nora.pk}/password/").status_code in (302, 404)
    client.post(reverse("admin:auth_user_invite", args=[nora.pk]))
    assert [(mail.to, "/accounts/password/reset/key/" in mail.body) for mail in mailoutbox] == [
        (["nora@example.org"], True)
    ]
    nora.refresh_from_db()
    assert nora.check_password("correct horse battery")


def test_an_administrator_makes_no_superuser(client: Client, administrator: User, checker: User) -> None:
    client.force_login(administrator)
    for person in (checker, administrator):
        address = reverse("admin:auth_user_change", args=[person.pk])
        client.post(address, form_of(person, is_superuser="on", user_permissions=[1]))
        person.refresh_from_db()
        assert (person.is_superuser, person.user_permissions.count()) == (False, 0)


def test_an_administrator_cannot_touch_a_superuser(client: Client, administrator: User) -> None:
    root = User.objects.create_superuser("root", "root@example.org", "correct horse battery")
    client.force_login(administrator)
    address = reverse("admin:auth_user_change", args=[root.pk])
    assert client.post(address, form_of(root, username="mine")).status_code == 403
    assert client.post(reverse("admin:auth_user_invite", args=[root.pk])).status_code == 403
    root.refresh_from_db()
    assert root.username == "root"
    assert root.check_password("correct horse battery")


def test_editors_do_not_see_people(client: Client, editor: User) -> None:
    client.force_login(editor)
    assert client.get(reverse("admin:auth_user_changelist")).status_code == 403


@sweep(
    ("before", "after", "expected"),
    [
        ("", "", ("", "")),
        ("90 million", "95 million", ("<del>90</del> million", "<ins>95</ins> million")),
        ("a < b", "a > b", ("a <del>&lt;</del> b", "a <ins>&gt;</ins> b")),
        ("", "new", ("", "<ins>new</ins>")),
    ],
)
def test_a_difference_marks_whole_words(before: str, after: str, expected: tuple[str, str]) -> None:
    assert highlight_difference(before, after) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_loses_no_words_and_lets_no_markup_through(before: str, after: str) -> None:
    old, new = highlight_difference(before, after)
    for marked, tag, text in ((old, "del", before), (new, "ins", after)):
        plain = marked.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
        assert "<" not in plain
        assert unescape(plain) == text


# A session that ends --------------------------------------------------------------------------------------------------


def test_a_form_without_its_token_hands_the_words_back(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    typed = {
        "statement": "The tunnel <b>cost</b> a lot.",
        "language": "en",
        "password": "correct horse battery",
        "csrfmiddlewaretoken": "x y",
        "_version": "a b",
    }
    answer = client.post("/admin/claims/claim/7/change/?_popup=1", typed)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "Not saved yet" in page
    assert 'href="/admin/claims/claim/7/change/?_popup=1"' in page
    assert answer.context["words"] == [("Statement", "The tunnel <b>cost</b> a lot.")]
    assert "The tunnel &lt;b&gt;cost&lt;/b&gt; a lot." in page
    assert "correct horse" not in page


def test_a_page_can_query_the_person_of_the_session(client: Client, editor: User) -> None:
    def answered() -> Any:
        answer = client.get("/admin/session/")
        assert "no-store" in answer["Cache-Control"]
        return answer.json()

    assert answered() == {"person": None, "token": ""}
    client.force_login(editor)
    assert answered()["person"] == editor.pk
    client.force_login(User.objects.create_user("reader"))  # without access to the desk
    assert answered()["person"] is None


def test_a_late_answer_puts_no_cookie_back_that_a_sign_in_replaced(client: Client, editor: User) -> None:
    def sets_cookie() -> bool:
        return settings.CSRF_COOKIE_NAME in client.get("/admin/session/").cookies

    assert not sets_cookie()
    client.force_login(editor)
    assert [sets_cookie(), sets_cookie()] == [True, False]
