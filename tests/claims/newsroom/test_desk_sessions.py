"""Sessions: noted, followed and ended; and that what ends them ends them at once."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims.models import AuditRecord, DeskSession
from claims.newsroom import desk_sessions
from tests.helpers.broken_rules import sql

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
DESK = "/admin/"


def browser(name: str, password: str = PASSWORD, agent: str = "Firefox") -> Client:
    """A browser in which a person has signed in with a password."""
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR="192.0.2.7")
    client.post(reverse("account_login"), {"login": name, "password": password})
    return client


def works(client: Client) -> bool:
    return client.get(DESK).status_code == 200


def test_a_sign_in_is_noted(checker: User) -> None:
    client = browser("chris")
    session = DeskSession.objects.get()
    assert (session.person, session.session_key) == (checker, client.session.session_key)
    assert (session.way, session.address, session.agent) == ("password", "192.0.2.7", "Firefox")
    assert works(client)


def test_use_is_noted_once_in_a_while(checker: User) -> None:
    client = browser("chris")
    begun = DeskSession.objects.get().last_used_at
    with CaptureQueriesContext(connection) as queries:
        client.get(DESK)
    assert [each["sql"] for each in queries if "desksession" in each["sql"]] == []
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        client.get(DESK, REMOTE_ADDR="192.0.2.8")
        with CaptureQueriesContext(connection) as queries:
            client.get(DESK)
    assert [each["sql"] for each in queries if "desksession" in each["sql"]] == []
    session = DeskSession.objects.get()
    assert timedelta(minutes=10) < session.last_used_at - begun < timedelta(minutes=12)
    assert session.address == "192.0.2.8"


def test_signing_out_ends_it(checker: User) -> None:
    client = browser("chris")
    client.post(reverse("account_logout"))
    assert DeskSession.objects.count() == 0
    assert AuditRecord.objects.filter(kind="signed_out", actor=checker).count() == 1


# What ends all of them ------------------------------------------------------------------------------------------------


def test_closing_an_account_ends_its_sessions_for_good(checker: User) -> None:
    client = browser("chris")
    User.objects.filter(pk=checker.pk).update(is_active=False)
    assert not works(client)
    assert (DeskSession.objects.count(), Session.objects.filter(pk=client.session.session_key).count()) == (
        0,
        0,
    )
    User.objects.filter(pk=checker.pk).update(is_active=True)
    assert not works(client)


def test_by_sql_too(checker: User, colleague: User) -> None:
    client, other = browser("chris"), browser("kim")
    sql("UPDATE auth_user SET is_active = false WHERE id = %s", checker.pk)
    sql("UPDATE auth_user SET is_active = true WHERE id = %s", checker.pk)
    assert (works(client), works(other)) == (False, True)


def test_a_new_password_ends_all_other_sessions(checker: User) -> None:
    here, elsewhere = browser("chris"), browser("chris")
    fields = {
        "oldpassword": PASSWORD,
        "password1": "another horse battery",
        "password2": "another horse battery",
    }
    assert here.post(reverse("account_change_password"), fields).status_code == 302
    assert (works(here), works(elsewhere)) == (True, False)
    assert DeskSession.objects.get().session_key == here.session.session_key


def test_a_password_set_on_the_command_line_ends_all(checker: User) -> None:
    theirs = browser("chris")
    checker.set_password("another horse battery")
    checker.save()
    assert not works(theirs)


def test_losing_the_role_ends_access_to_the_desk_at_once(
    client: Client, administrator: User, checker: User
) -> None:
    theirs = browser("chris")
    client.force_login(administrator)
    fields = {"username": "chris", "is_active": "on", "groups": []}
    client.post(reverse("admin:auth_user_change", args=[checker.pk]), fields)
    assert theirs.get(DESK)["Location"].startswith(reverse("admin:login"))
    assert theirs.post(reverse("admin:claims_claim_add"), {}).status_code == 302


# Ending by hand -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_person_sees_and_ends_their_own(checker: User, colleague: User) -> None:
    here, phone, tablet, other = (
        browser("chris"),
        browser("chris", agent="Phone"),
        browser("chris"),
        browser("kim"),
    )
    page = here.get(reverse("desk-sessions"))
    assert [(each.browser, each.is_here) for each in page.context["sessions"]] == [
        ("Firefox", True),
        ("Firefox", False),
        ("Phone", False),
    ]
    on_phone = DeskSession.objects.get(agent="Phone")
    here.post(reverse("desk-sessions"), {"end": on_phone.pk})
    assert [works(each) for each in (here, phone, tablet, other)] == [True, False, True, True]
    here.post(reverse("desk-sessions"), {"end": "others"})
    assert [works(each) for each in (here, phone, tablet, other)] == [True, False, False, True]
    records = AuditRecord.objects.filter(kind="session_ended").order_by("pk")
    assert list(records.values_list("actor_name", "subject_name", "what")) == [("Chris", "Chris", "1")] * 2


@pytest.mark.parametrize("end", ["", "x", "999999999999999999999", "-1"])
def test_nonsense_ends_nothing(checker: User, colleague: User, end: str) -> None:
    here, _other = browser("chris"), browser("chris")
    here.post(reverse("desk-sessions"), {"end": end})
    assert DeskSession.objects.count() == 2


def test_people_cannot_end_a_colleagues_session_there(checker: User, colleague: User) -> None:
    here, other = browser("chris"), browser("kim")
    theirs = DeskSession.objects.get(person=colleague)
    here.post(reverse("desk-sessions"), {"end": theirs.pk})
    assert works(other)


def end_all(client: Client, somebody: User) -> Any:
    return client.post(reverse("admin:auth_user_end-sessions", args=[somebody.pk]))


@pytest.mark.slow
def test_an_administrator_ends_those_of_others(
    client: Client, administrator: User, checker: User, editor: User
) -> None:
    root = User.objects.create_superuser("root", password=PASSWORD)
    theirs, roots = browser("chris"), browser("root")
    client.force_login(editor)
    assert end_all(client, checker).status_code == 403
    client.force_login(administrator)
    assert end_all(client, root).status_code == 403
    assert (works(theirs), works(roots)) == (True, True)
    assert end_all(client, checker).status_code == 302
    assert works(theirs) is False
    record = AuditRecord.objects.get(kind="session_ended")
    assert (record.actor, record.subject, record.what) == (administrator, checker, "1")


def test_sessions_that_are_over_are_not_shown_and_go(checker: User) -> None:
    client, other = browser("chris"), browser("chris")
    Session.objects.filter(pk=other.session.session_key).update(
        expire_date=timezone.now() - timedelta(days=1)
    )
    assert len(client.get(reverse("desk-sessions")).context["sessions"]) == 1
    desk_sessions.delete_expired_sessions()
    assert list(DeskSession.objects.values_list("session_key", flat=True)) == [client.session.session_key]
