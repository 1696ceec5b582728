"""The server stores unsaved text: only for its author, only the newest version, until it is saved."""

import json
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.admin.claim import ClaimAdmin
from claims.admin.unsaved import list_unsaved
from claims.models import Claim, UnsavedForm
from claims.newsroom.desk_sessions import SESSION_KEY
from tests.helpers.desk import Desk
from tests.helpers.newsroom import make_claim
from tests.helpers.unsaved_writer import NOBODYS, WORDS, Writer, kept

pytestmark = pytest.mark.django_db


def test_typed_text_is_restored_on_any_device(checker: User) -> None:
    laptop, phone = Writer(checker), Writer(checker)
    assert laptop.write() == (200, True)
    [draft] = phone.drafts()["drafts"]
    assert draft.pop("age") >= 0
    # The previous value of the field is not shown.
    assert draft == {
        "writer": laptop.name,
        "sequence": 1,
        "form": "claim_form",
        "version": "v",
        "values": WORDS,
    }
    assert phone.drafts(page="/admin/claims/verdict/add/") == {"drafts": [], "closed": {}}


def test_a_request_that_was_overtaken_changes_nothing(checker: User) -> None:
    writer = Writer(checker)
    late = writer.message({"context": "Ha"})
    assert writer.write({"context": "Half"}) == (200, True)
    assert writer.post("desk-autosave", late).json() == {"is_stored": False}
    assert kept() == [{"context": "Half"}]


def test_two_tabs_never_write_over_each_other(checker: User) -> None:
    one, other = Writer(checker), Writer(checker)
    one.write({"context": "one"})
    other.write({"context": "other"})
    assert one.values() == [{"context": "other"}, {"context": "one"}]
    # Older text, written offline, comes second, whichever device sends it.
    one.write({"context": "old"}, age=3600)
    other.write({"context": "new"}, age=60)
    assert one.values() == [{"context": "new"}, {"context": "old"}]


def test_adopted_text_is_stored_once_unless_it_was_edited_further(checker: User) -> None:
    one, other = Writer(checker), Writer(checker)
    one.write({"context": "one"})
    other.write({"context": "one and other"}, replaces={one.name: 1})
    assert other.values() == [{"context": "one and other"}]
    # The first tab is still open: it continues under another name.
    assert one.write({"context": "one more"}) == (200, False)
    third = Writer(checker)
    third.write({"context": "third"}, replaces={other.name: 0})
    assert third.values() == [{"context": "third"}, {"context": "one and other"}]


@pytest.mark.parametrize("late", [False, True])
def test_it_is_deleted_in_the_transaction_that_saves_it(checker: User, desk: Desk, late: bool) -> None:
    claim = make_claim()
    writer = Writer(checker, desk.page(claim))
    if not late:
        writer.write()
    on_its_way = writer.message({"context": "Half a thou"})
    desk.sign_in(checker).save(
        claim, context="Half a thought", _autosave=[f"{writer.name}:{writer.sequence}"]
    )
    claim.refresh_from_db()
    assert claim.context == "Half a thought"
    assert kept() == []
    # A late request does not restore it.
    assert writer.post("desk-autosave", on_its_way).json() == {"is_stored": False}
    assert kept() == []
    assert writer.drafts(writer=writer.name)["closed"] == {writer.name: 2 - (late is True)}


def test_it_stays_if_saving_fails(checker: User, desk: Desk) -> None:
    claim = make_claim()
    writer = Writer(checker, desk.page(claim))
    writer.write()
    desk.sign_in(checker)
    form = desk.form(claim) | {"_autosave": f"{writer.name}:1"}
    with patch.object(ClaimAdmin, "log_change", side_effect=IntegrityError):
        desk.save(claim, form, context="x")
    desk.save(claim, form, statement="")
    desk.save(claim, form | {"_version": "old"}, context="x")
    claim.refresh_from_db()
    assert (claim.context, kept()) == ("", [WORDS])


def test_words_that_went_on_after_they_were_sent_stay(checker: User, desk: Desk) -> None:
    claim = make_claim()
    writer = Writer(checker, desk.page(claim))
    writer.write()
    writer.write({"context": "Half a thought more"})
    desk.sign_in(checker).save(claim, context="Half a thought", _autosave=f"{writer.name}:1")
    assert kept() == [{"context": "Half a thought more"}]


@pytest.mark.parametrize(
    "named", ["", "x", ":", "x:1", f"{NOBODYS}:x", f"{NOBODYS}:-1", f"{NOBODYS}:{'9' * 40}", "\0"]
)
def test_an_invalid_list_of_writers_does_not_prevent_saving(checker: User, desk: Desk, named: str) -> None:
    claim = make_claim()
    desk.sign_in(checker).save(claim, context="Saved", _autosave=named)
    claim.refresh_from_db()
    assert claim.context == "Saved"


# Only its author ------------------------------------------------------------------------------------------------------


def test_other_peoples_unsaved_text_cannot_be_read_changed_or_deleted(
    checker: User, administrator: User, desk: Desk
) -> None:
    claim = make_claim()
    own, other = Writer(checker, desk.page(claim)), Writer(administrator, desk.page(claim))
    own.write()
    other.name = own.name
    assert other.drafts(writer=own.name) == {"drafts": [], "closed": {}}
    assert other.write({"context": "not yours"}, sequence=100) == (200, True)
    other.post("desk-discard-autosave", {"person": administrator.pk, "writers": {own.name: 1000}})
    desk.sign_in(administrator).save(claim, context="x", _autosave=f"{own.name}:1000")
    other.client.post(reverse("desk-unsaved"), {"writer": own.name})
    assert own.values() == [WORDS]
    assert [each.typed_texts for each in list_unsaved(checker)] == [(("context", "Half a thought"),)]
    assert list_unsaved(administrator) == []


def test_a_page_of_the_previous_user_stores_nothing_for_the_present_one(
    checker: User, colleague: User
) -> None:
    writer = Writer(checker)
    writer.client.force_login(colleague)
    assert writer.write() == (409, None)
    assert writer.post("desk-discard-autosave", {"person": checker.pk, "writers": {}}).status_code == 409
    assert not UnsavedForm.objects.exists()


def test_people_without_access_to_the_desk_are_refused(client: Client, checker: User) -> None:
    reader = User.objects.create(username="reader")
    former = Writer(checker)
    User.objects.filter(pk=checker.pk).update(is_staff=False)
    assert former.write() == (401, None)
    for person in (None, reader):
        if person:
            client.force_login(person)
        assert client.get(reverse("desk-autosave")).status_code == 401
        assert client.post(reverse("desk-autosave")).status_code == 401
        assert client.post(reverse("desk-discard-autosave")).status_code == 401
        assert client.get(reverse("desk-unsaved")).status_code == 302
    assert not UnsavedForm.objects.exists()


def test_a_page_of_another_site_keeps_nothing(checker: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(checker)
    body = Writer(checker).message()
    assert client.post(reverse("desk-autosave"), body, content_type="application/json").status_code == 403
    assert (
        client.post(reverse("desk-discard-autosave"), {}, content_type="application/json").status_code == 403
    )
    assert not UnsavedForm.objects.exists()


def test_people_who_lost_access_to_a_row_find_only_their_own_text(
    contributor: User, checker: User, client: Client
) -> None:
    claim = make_claim("The secret bridge.", state="proposed", created_by=contributor)
    page = Desk(client).page(claim)
    Writer(contributor, page).write(started={"context": "What a colleague knows."})
    client.force_login(contributor)
    listed = reverse("desk-unsaved")
    assert "The secret bridge." in client.get(listed).content.decode()
    Claim.objects.update(created_by=checker)
    body = client.get(listed).content.decode()
    assert "Half a thought" in body
    assert "secret" not in body
    assert "colleague knows" not in body
    assert page not in body
    assert "colleague knows" not in json.dumps(Writer(contributor, page).drafts())


def test_neither_typing_nor_asking_prolongs_a_session(checker: User) -> None:
    writer = Writer(checker)
    before = Session.objects.get()
    writer.write()
    writer.drafts()
    assert Session.objects.get().expire_date == before.expire_date
    assert all("sessionid" not in name for name in writer.client.get(reverse("desk-autosave")).cookies)


# The list -------------------------------------------------------------------------------------------------------------


def test_the_list_shows_texts_with_their_page_and_discards_them(checker: User, client: Client) -> None:
    claim = make_claim("The bridge cost 4 million euros.")
    writers = [
        Writer(checker, Desk(client).page(claim)),
        Writer(checker, "/admin/claims/claim/add/"),
        Writer(checker, "/admin/nowhere/"),
    ]
    for number, writer in enumerate(writers):
        writer.write({"context": f"Thought {number}", "evidence-0-note": "", "evidence-TOTAL_FORMS": "1"})
    found = list_unsaved(checker)
    assert [(each.page_title, each.can_continue, each.beginning) for each in found] == [
        ("A page that no longer exists", False, "Thought 2"),
        ("Claim, new", True, "Thought 1"),
        ("Claim: The bridge cost 4 million euros.", True, "Thought 0"),
    ]
    client.force_login(checker)
    for garbage in ("", "x", "\0", str(uuid4())):
        client.post(reverse("desk-unsaved"), {"writer": garbage})
    client.post(reverse("desk-unsaved"), {"writer": writers[0].name})
    assert [each.beginning for each in list_unsaved(checker)] == ["Thought 2", "Thought 1"]


def test_the_list_of_a_page_costs_one_statement(checker: User, django_assert_num_queries: Any) -> None:
    for count in (1, 3):
        for _each in range(count):
            Writer(checker).write()
        # The session, the person, the stored forms, the closed writers.
        writer = Writer(checker)
        with django_assert_num_queries(3):
            writer.drafts()
        with django_assert_num_queries(4):
            writer.drafts(writer=writer.name)


def test_a_page_that_is_only_open_keeps_no_session_alive(checker: User) -> None:
    """Session activity is recorded only for requests that a person makes."""
    client = Client()
    client.login(username=checker.username, password="correct horse battery")
    page, session = reverse("admin:index"), client.session
    client.get(page)
    key, _noted = session[SESSION_KEY]
    session[SESSION_KEY] = [key, 0]
    session.save()
    Session.objects.update(expire_date=timezone.now() + timedelta(days=1))
    before = Session.objects.get().expire_date
    presence = {"person": checker.pk, "page": "/admin/"}
    for ask in (
        lambda: client.get(reverse("desk-autosave"), {"page": page}),
        lambda: client.get(reverse("desk-session")),
        lambda: client.post(reverse("desk-presence"), presence, content_type="application/json"),
        lambda: client.get(reverse("admin:teamwork_notification_unread")),
    ):
        ask()
        assert Session.objects.get().expire_date == before
    client.get(page)
    assert Session.objects.get().expire_date > before
