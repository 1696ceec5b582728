"""Notifications at the desk: only one's own; polling by the header is cheap and does not extend the session."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.features.teamwork import comments, mails, preferences
from claims.features.teamwork.models import Notification, NotificationPreference
from claims.features.teamwork.notifications import notify_people
from claims.models import Claim, MailSchedule
from claims.review import verdict_drafts
from tests.helpers.desk import Desk, said
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

LIST = "/admin/teamwork/notification/"
UNREAD, READ, PREFERENCES = f"{LIST}unread/", f"{LIST}read/", f"{LIST}preferences/"


@pytest.fixture
def claim(db: None) -> Claim:
    return make_claim()


def test_own_notifications_with_unread_ones_first(
    claim: Claim, checker: User, colleague: User, desk: Desk, editor: User, client: Client
) -> None:
    for kind in ("accepted", "overdue", "declined"):
        notify_people(kind, claim=claim, to=[editor, colleague])
    client.get(f"{LIST}{Notification.objects.filter(person=editor).latest('pk').pk}/open/")
    shown = client.get(LIST).context["cl"].result_list
    assert [(row.kind, row.person) for row in shown] == [
        ("overdue", editor),
        ("accepted", editor),
        ("declined", editor),
    ]
    assert [row.kind for row in client.get(LIST, {"read": "no"}).context["cl"].result_list] == [
        "overdue",
        "accepted",
    ]
    others = Notification.objects.filter(person=colleague).first()
    assert others is not None
    assert client.get(f"{LIST}{others.pk}/open/").status_code == 404
    assert (
        client.get(desk.page(others)).status_code == 302
    )  # to the desk: there is no such notification for them
    client.post(LIST, {"action": "mark_selected_read", "_selected_action": [others.pk, shown[0].pk]})
    assert client.get(READ).status_code == 302
    assert [row.kind for row in Notification.objects.filter(person=editor).unread()] == ["accepted"]
    assert said(client.post(READ, follow=True))[-1:] == ["1 notification marked as read."]
    assert Notification.objects.unread().count() == 3
    assert set(Notification.objects.unread().values_list("person", flat=True)) == {colleague.pk}


def test_a_superuser_does_not_see_others(claim: Claim, checker: User, client: Client) -> None:
    notify_people("accepted", claim=claim, to=[checker])
    client.force_login(User.objects.create_superuser("root"))
    assert list(client.get(LIST).context["cl"].result_list) == []
    assert client.get(UNREAD).json()["unread"] == 0


def test_each_leads_to_its_place(
    claim: Claim, checker: User, colleague: User, editor: User, client: Client
) -> None:
    own = Desk(client).sign_in(editor)
    draft = verdict_drafts.create_draft(claim, author=checker)
    said_of_it = comments.add_comment(claim, "@edith", by=checker).comment
    notify_people("submitted", claim=claim, verdict=draft, to=[editor])
    notify_people("overdue", claim=claim, to=[editor])
    places = [
        client.get(f"{LIST}{row.pk}/open/").headers["Location"] for row in Notification.objects.order_by("pk")
    ]
    assert places == [f"{own.page(claim)}#comment-{said_of_it.pk}", own.page(draft), own.page(claim)]
    assert not Notification.objects.unread().exists()


def test_unreadable_notifications_are_not_counted(
    publish: Any, checker: User, contributor: User, client: Client
) -> None:
    public = publish()
    Notification.objects.all().delete()
    version = verdict_drafts.create_draft(public, author=checker)
    notify_people("accepted", claim=public, to=[contributor])
    Notification.objects.create(
        person=contributor, kind="submitted", claim=public, verdict=version, mail="never"
    )
    Notification.objects.create(person=contributor, kind="overdue", claim=make_claim("Hush."), mail="never")
    client.force_login(contributor)
    assert client.get(UNREAD).json()["unread"] == 1
    text = client.get(LIST).content.decode()
    assert "Hush" not in text
    assert "sign-off</a>" not in text


def test_nothing_new_is_not_said_again(
    claim: Claim, editor: User, desk: Desk, client: Client, django_assert_num_queries: Any
) -> None:
    first = client.get(UNREAD)
    assert first.json() == {"unread": 0, "most": 100}
    assert client.get(UNREAD, headers={"If-None-Match": first["ETag"]}).status_code == 304
    notify_people("accepted", claim=claim, to=[editor])
    # The session, the person, what they may read (twice), and one that counts.
    with django_assert_num_queries(5):
        second = client.get(UNREAD, headers={"If-None-Match": first["ETag"]})
    assert second.json()["unread"] == 1
    assert client.get(UNREAD, headers={"If-None-Match": second["ETag"]}).content == b""
    Notification.objects.bulk_create(
        Notification(person=editor, kind="accepted", claim=claim, mail="never") for _each in range(150)
    )
    assert client.get(UNREAD).json() == {"unread": 100, "most": 100}


def test_polling_does_not_extend_the_session(desk: Desk, client: Client, time_machine: Any) -> None:
    before = Session.objects.get()
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    answer = client.get(UNREAD)
    assert answer.status_code == 200
    assert not answer.cookies
    after = Session.objects.get()
    assert (after.expire_date, after.session_data) == (before.expire_date, before.session_data)


def test_signed_out_people_are_not_redirected(client: Client) -> None:
    answer = client.get(UNREAD)
    assert (answer.status_code, answer.content) == (401, b"")
    client.force_login(User.objects.create_user("olga"))
    assert client.get(UNREAD).status_code == 401
    for page in (LIST, PREFERENCES):
        assert client.get(page).status_code in (302, 403)
    assert client.post(READ).status_code in (302, 403)


def test_each_chooses_for_themselves(desk: Desk, editor: User, checker: User, client: Client) -> None:
    preferences.store_preferences(
        checker, preferences.load_choices(checker) | {"overdue": "never"}, hour=5, time_zone="", language=""
    )
    form = client.get(PREFERENCES).context["form"]
    assert form.initial["overdue"] == "at_once"
    sent = {name: form[name].value() for name in form.fields}
    chosen = {
        "overdue": "digest",
        "hour": "7",
        "time_zone": "Asia/Seoul",
        "language": "ko",
        "person": checker.pk,
    }
    assert client.post(PREFERENCES, sent | chosen).status_code == 302
    assert set(NotificationPreference.objects.values_list("person__username", "kind", "mail")) == {
        ("chris", "overdue", "never"),
        ("edith", "overdue", "digest"),
    }
    schedule = MailSchedule.objects.get(person=editor)
    assert (schedule.hour, schedule.time_zone, schedule.language) == (7, "Asia/Seoul", "ko")
    # A choice equal to the default is not stored.
    client.post(PREFERENCES, sent)
    assert not NotificationPreference.objects.filter(person=editor).exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [
        {"hour": "24"},
        {"hour": ""},
        {"time_zone": "Mars/Olympus"},
        {"language": "xx"},
        {"overdue": "hourly"},
        {"overdue": ""},
    ],
)
def test_invalid_choices(wrong: dict[str, str], desk: Desk, client: Client) -> None:
    form = client.get(PREFERENCES).context["form"]
    answer = client.post(PREFERENCES, {name: form[name].value() for name in form.fields} | wrong)
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == set(wrong)
    assert not MailSchedule.objects.exists()


def test_mails_are_stopped_by_a_click(editor: User, client: Client) -> None:
    page = reverse(
        "admin:teamwork_notification_stop_mail", args=[mails.build_unsubscribe_token(editor, "overdue")]
    )
    strict = Client(enforce_csrf_checks=True)
    # A link that a program looks at ahead stops nothing.
    assert strict.get(page).headers["Location"] == PREFERENCES
    assert not NotificationPreference.objects.exists()
    assert strict.post(page, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert list(NotificationPreference.objects.values_list("person", "kind", "mail")) == [
        (editor.pk, "overdue", "never")
    ]
    digest = reverse(
        "admin:teamwork_notification_stop_mail", args=[mails.build_unsubscribe_token(editor, "digest")]
    )
    assert strict.post(digest).status_code == 200
    chosen = preferences.load_choices(editor)
    assert "digest" not in chosen.values()
    assert chosen["mentioned"] == "at_once"
    assert strict.post(reverse("admin:teamwork_notification_stop_mail", args=["made:up"])).status_code == 404
    editor.delete()
    assert strict.post(page).status_code == 404


def test_the_bell_is_on_every_page_and_costs_it_nothing(
    claim: Claim, desk: Desk, editor: User, client: Client, django_assert_num_queries: Any
) -> None:
    page = client.get(reverse("admin:claims_topic_changelist")).content.decode()
    assert page.count(f'data-unread="{UNREAD}"') == 1
    assert "desk/bell.js" in page
    assert f'href="{PREFERENCES}"' in page
    popup = client.get(reverse("admin:claims_topic_changelist"), {"_popup": "1"}).content.decode()
    assert "data-unread" not in popup
