"""The audit log: its records, that they cannot be changed, and their removal."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from claims.models import AuditKind, AuditRecord
from claims.newsroom import audit
from tests.helpers.broken_rules import refused, sql
from tests.helpers.desk import Desk
from tests.helpers.tampering import as_owner_of_tables

pytestmark = pytest.mark.django_db


def list_records(since: int = 0) -> list[tuple[str, str, str, str]]:
    """The records after the record with this id, oldest first."""
    rows = AuditRecord.objects.filter(pk__gt=since).order_by("pk")
    return list(rows.values_list("kind", "actor_name", "subject_name", "what"))


@pytest.fixture
def ended(db: None) -> int:
    """The newest record so far."""
    return newest()


def newest() -> int:
    return AuditRecord.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def test_a_download_is_recorded_with_person_and_address(editor: User) -> None:
    request = RequestFactory().get(
        "/admin/claims/claim/", HTTP_USER_AGENT="Fire\nfox" + "x" * 500, REMOTE_ADDR="2001:db8::7"
    )
    request.user = editor
    row = audit.record_event(AuditKind.DOWNLOADED, request=request, subject_text="Claims", rows=12)
    row.refresh_from_db()
    assert (row.kind, row.actor, row.actor_name, row.what) == ("downloaded", editor, "Edith", "Claims")
    assert (row.address, row.agent, row.detail) == ("2001:db8::/64", "Firefox" + "x" * 193, {"rows": 12})


def test_a_list_that_was_refused_is_not(client: Client, editor: User) -> None:
    client.force_login(editor)
    assert client.get(reverse("admin:claims_auditrecord_download", args=["csv"])).status_code == 403
    assert AuditRecord.objects.filter(kind="downloaded").count() == 0


# Written by the database ----------------------------------------------------------------------------------------------


def test_changes_by_sql_are_recorded_too(ended: int, checker: User) -> None:
    role = Group.objects.get(name="Administrator")
    start = newest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        [database_role] = cursor.fetchone()
    sql("INSERT INTO auth_user_groups (user_id, group_id) VALUES (%s, %s)", checker.pk, role.pk)
    sql("UPDATE auth_user SET is_superuser = true, email = 'new@example.org' WHERE id = %s", checker.pk)
    sql("UPDATE auth_user SET password = 'x' WHERE id = %s", checker.pk)
    sql("UPDATE auth_user SET last_login = now() WHERE id = %s", checker.pk)
    sql("DELETE FROM auth_user_groups WHERE user_id = %s AND group_id = %s", checker.pk, role.pk)
    assert list_records(start) == [
        ("role_given", "", "Chris", "Administrator"),
        ("person_changed", "", "Chris", "email, is_superuser"),
        ("password_changed", "", "Chris", ""),
        ("role_taken", "", "Chris", "Administrator"),
    ]
    changed = AuditRecord.objects.get(kind="person_changed", pk__gt=start)
    assert changed.detail == {
        "email": ["chris@example.org", "new@example.org"],
        "is_superuser": [False, True],
        "database role": database_role,
    }
    assert "x" not in str(AuditRecord.objects.get(kind="password_changed", pk__gt=start).detail)


def test_the_permissions_of_a_role_are_recorded(ended: int, checker: User) -> None:
    role, permission = Group.objects.get(name="Editor"), Permission.objects.get(codename="add_user")
    role.permissions.add(permission)
    role.permissions.remove(permission)
    checker.user_permissions.add(permission)
    Group.objects.filter(pk=role.pk).update(name="Chief")
    assert list_records(ended)[-4:] == [
        ("permission_given", "", "", "Editor: auth.add_user"),
        ("permission_taken", "", "", "Editor: auth.add_user"),
        ("permission_given", "", "Chris", "auth.add_user"),
        ("role_renamed", "", "", "Editor → Chief"),
    ]


def test_changes_at_the_desk_name_the_person_and_the_address(
    client: Client, administrator: User, checker: User
) -> None:
    client.force_login(administrator)
    start = newest()
    form = {"username": "chris", "first_name": "Chris", "last_name": "", "email": "c@example.org"}
    client.post(
        reverse("admin:auth_user_change", args=[checker.pk]),
        form | {"is_active": "on", "groups": [Group.objects.get(name="Editor").pk]},
        REMOTE_ADDR="192.0.2.7",
        HTTP_USER_AGENT="Firefox",
    )
    assert sorted(list_records(start)) == [
        ("person_changed", "Ada", "Chris", "email"),
        ("role_given", "Ada", "Chris", "Editor"),
        ("role_taken", "Ada", "Chris", "Fact-checker"),
    ]
    assert set(AuditRecord.objects.filter(pk__gt=start).values_list("address", "agent")) == {
        ("192.0.2.7", "Firefox")
    }


def test_the_history_of_rows_keeps_no_addresses(client: Client, editor: User, topic: Any) -> None:
    desk = Desk(client).sign_in(editor)
    desk.save(topic, name="Trains")
    [event] = topic.events.all()
    assert event.pgh_context == {"user": editor.pk, "url": desk.page(topic)}


def test_second_factors_are_recorded_without_their_secret(ended: int, checker: User) -> None:
    TOTP.activate(checker, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    Authenticator.objects.filter(user=checker).delete()
    rows = AuditRecord.objects.filter(kind__startswith="factor_")
    assert list(rows.order_by("pk").values_list("kind", "subject_name", "what")) == [
        ("factor_added", "Chris", "totp"),
        ("factor_removed", "Chris", "totp"),
    ]
    assert not any("JBSWY" in str(row.detail) for row in rows)


def test_a_record_outlives_the_account(ended: int) -> None:
    person = User.objects.create_user("nora", first_name="Nora", last_name="Berg")
    key = person.pk
    audit.record_event(AuditKind.DOWNLOADED, by=person, subject_text="Claims")
    person.delete()
    assert list_records(ended) == [
        ("person_added", "", "Nora Berg", "nora"),
        ("downloaded", "Nora Berg", "", "Claims"),
        ("person_deleted", "", "Nora Berg", "nora"),
    ]
    assert AuditRecord.objects.about(key).count() == 3


# Records cannot be changed
# ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table", ["auth_user", "auth_user_groups", "auth_group_permissions", "mfa_authenticator"]
)
def test_no_table_is_emptied_past_the_log(table: str) -> None:
    refused(f"TRUNCATE {table} CASCADE", match="_no_truncate")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE claims_auditrecord SET actor_name = 'Somebody else'",
        "DELETE FROM claims_auditrecord",
        "TRUNCATE claims_auditrecord",
    ],
)
def test_records_cannot_be_changed_or_deleted(editor: User, statement: str) -> None:
    audit.record_event(AuditKind.DOWNLOADED, by=editor, subject_text="Claims")
    refused(statement, match="auditrecord_append_only")


def test_the_database_sets_the_time(editor: User) -> None:
    row = AuditRecord.objects.create(kind="signed_in", at=timezone.now() - timedelta(days=900))
    row.refresh_from_db()
    assert timezone.now() - row.at < timedelta(minutes=1)


# Forgetting -----------------------------------------------------------------------------------------------------------


def aged(days: int, kind: str = "signed_in") -> AuditRecord:
    """A record from so long ago, as only who owns the table can make one."""
    row = AuditRecord.objects.create(kind=kind)
    trigger = next(each for each in AuditRecord._meta.triggers if each.name == "auditrecord_no_update")  # type: ignore[attr-defined]
    name = trigger.get_pgid(AuditRecord)
    sql(f"ALTER TABLE claims_auditrecord DISABLE TRIGGER {name}")
    with as_owner_of_tables():
        AuditRecord.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=days))
    sql(f"ALTER TABLE claims_auditrecord ENABLE TRIGGER {name}")
    return row


def test_old_records_are_deleted_and_the_deletion_is_recorded() -> None:
    old, young = aged(401), aged(399)
    start = newest()
    assert audit.delete_old_records(400) == 1
    assert list(AuditRecord.objects.filter(pk__in=[old.pk, young.pk])) == [young]
    assert list_records(start) == [("shortened", "", "", "1")]
    assert audit.delete_old_records(400) == 0
    assert list_records(start) == [("shortened", "", "", "1")]


def test_old_records_cannot_be_deleted_without_a_record() -> None:
    old = aged(401)
    refused("DELETE FROM claims_auditrecord WHERE id = %s", old.pk, match="auditrecord_append_only")


def test_recent_records_can_never_be_deleted() -> None:
    young, shortened = aged(89), aged(401, "shortened")
    audit.record_event(AuditKind.SHORTENED, until=timezone.now().isoformat())
    for row in (young, shortened):
        refused("DELETE FROM claims_auditrecord WHERE id = %s", row.pk, match="auditrecord_append_only")


def test_a_record_of_another_transaction_does_not_count() -> None:
    old = aged(401)
    sql(
        "INSERT INTO claims_auditrecord (kind, actor_name, subject_name, what, address, agent, detail)"
        " VALUES ('signed_in', '', '', '', '', '',"
        " jsonb_build_object('until', now(), 'transaction', pg_current_xact_id()::text))"
    )
    refused("DELETE FROM claims_auditrecord WHERE id = %s", old.pk, match="auditrecord_append_only")


def test_an_unknown_name_is_not_stored() -> None:
    signs = {audit.hash_unknown_name(typed) for typed in ("Secret horse", " secret horse ")}
    assert len(signs) == 1
    assert audit.hash_unknown_name("other") not in signs
    assert "horse" not in "".join(signs)
