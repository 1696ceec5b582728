"""The audit log at the desk: who reads it, how it is searched, and what a page of it costs."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims.models import AuditKind, AuditRecord
from claims.newsroom import audit
from tests.helpers.broken_rules import sql

pytestmark = pytest.mark.django_db

LIST = reverse("admin:claims_auditrecord_changelist")


def found(client: Client, **asked: str) -> list[str]:
    """The words of the records that are shown."""
    return [each.what for each in client.get(LIST, asked).context["cl"].result_list]


@pytest.fixture
def log(client: Client, administrator: User, checker: User, editor: User) -> Client:
    """An administrator's browser; three downloads from three people."""
    client.force_login(administrator)
    for person in (checker, editor, administrator):
        audit.record_event(AuditKind.DOWNLOADED, by=person, subject_text=person.get_username())
    sql(
        "INSERT INTO claims_auditrecord (kind, actor_name, subject_name, what, detail, address, agent)"
        " VALUES ('sign_in_failed', '', '', 'abroad', '{}', '198.51.100.7', '')"
    )
    return client


def test_people_addresses_and_kinds_are_found(log: Client, checker: User) -> None:
    downloads = {"kind__exact": "downloaded"}
    assert found(log, **downloads) == ["ada", "edith", "chris"]
    assert found(log, q="CHRIS", **downloads) == ["chris"]
    assert found(log, q="edith@example.org", **downloads) == ["edith"]
    assert found(log, q="198.51.100.7") == ["abroad"]
    assert found(log, q="198.51.100") == []
    assert found(log, actor__id__exact=str(checker.pk), **downloads) == ["chris"]
    with time_machine.travel(timezone.now() + timedelta(days=5)):
        assert found(log, days="7", **downloads) == ["ada", "edith", "chris"]
        assert found(log, days="1", **downloads) == []
        assert found(log, days="x", **downloads) == ["ada", "edith", "chris"]


def test_a_page_costs_the_same_however_long_the_log(log: Client) -> None:
    log.get(LIST)
    costs = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as queries:
            log.get(LIST)
        costs.append(len(queries))
        for _row in range(3):
            audit.record_event(AuditKind.DOWNLOADED, subject_text="more")
    assert costs == [8, 8]


def test_pages_are_found_by_an_index_and_never_counted_to_the_end(log: Client, checker: User) -> None:
    """Queries of ten million records read only the rows of a page."""
    with CaptureQueriesContext(connection) as queries:
        log.get(LIST, {"kind__exact": "downloaded"})
    asked = [each["sql"] for each in queries if 'FROM "claims_auditrecord"' in each["sql"]]
    assert len(asked) == 2
    assert "LIMIT" in asked[0]
    sql("SET LOCAL enable_seqscan = off")
    for statement in (
        "SELECT id FROM claims_auditrecord WHERE kind = 'downloaded' ORDER BY id DESC LIMIT 50",
        f"SELECT id FROM claims_auditrecord WHERE actor_id = {checker.pk} ORDER BY id DESC LIMIT 50",
        f"SELECT id FROM claims_auditrecord WHERE subject_id = {checker.pk} ORDER BY id DESC LIMIT 50",
        "SELECT id FROM claims_auditrecord WHERE address = '192.0.2.7' ORDER BY id DESC LIMIT 50",
        "SELECT id FROM claims_auditrecord WHERE at > now()",
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}")
            plan = " ".join(line for [line] in cursor.fetchall())
        assert "auditrecord_by_" in plan, statement
        assert "Sort" not in plan, statement


@pytest.mark.parametrize("role", ["contributor", "checker", "editor"])
def test_others_do_not_read_it(role: str, client: Client, request: Any, db: None) -> None:
    client.force_login(request.getfixturevalue(role))
    record = AuditRecord.objects.latest("pk")
    assert client.get(LIST).status_code == 403
    assert client.get(reverse("admin:claims_auditrecord_change", args=[record.pk])).status_code == 403


def test_it_cannot_be_written_at_the_desk(log: Client, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root"))
    record = AuditRecord.objects.latest("pk")
    for page in ("change", "delete"):
        address = reverse(f"admin:claims_auditrecord_{page}", args=[record.pk])
        assert client.post(address, {"post": "yes"}).status_code == 403
    assert client.post(reverse("admin:claims_auditrecord_add"), {}).status_code == 403


def test_sign_ins_and_failures_are_recorded(client: Client, checker: User) -> None:
    start = AuditRecord.objects.latest("pk").pk
    typed: list[tuple[str, str]] = [
        ("chris", "wrong"),
        ("CHRIS@example.org", "wrong"),
        ("my secret password", "x"),
        ("chris", "correct horse battery"),
    ]
    for name, password in typed:
        client.post(reverse("account_login"), {"login": name, "password": password}, REMOTE_ADDR="192.0.2.7")
    client.post(reverse("account_logout"))
    rows = AuditRecord.objects.filter(pk__gt=start).order_by("pk")
    unknown = audit.hash_unknown_name("my secret password")
    assert list(rows.values_list("kind", "actor_name", "subject_name", "what", "address")) == [
        ("sign_in_failed", "", "Chris", "", "192.0.2.7"),
        ("sign_in_failed", "", "Chris", "", "192.0.2.7"),
        ("sign_in_failed", "", "", unknown, "192.0.2.7"),
        ("signed_in", "Chris", "", "password", "192.0.2.7"),
        ("signed_out", "Chris", "", "", "127.0.0.1"),
    ]
    stored = str(list(rows.values()))
    assert not any(word in stored for word in ("secret", "horse", "wrong"))


@pytest.mark.parametrize("garbage", ["\0", "\ud800", "%s" * 200, "x" * 5000])
def test_every_failed_sign_in_is_recorded(client: Client, db: None, garbage: str) -> None:
    start = AuditRecord.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    name = garbage.encode("utf-8", "replace").decode()
    client.post(
        reverse("account_login"),
        {"login": name, "password": "x"},
        HTTP_USER_AGENT=garbage[:10].replace("\ud800", "?"),
    )
    assert AuditRecord.objects.filter(pk__gt=start, kind="sign_in_failed").count() <= 1


@pytest.mark.parametrize(
    "sent",
    ["", "null", "[]", "{}", '{"response": null}', '{"response": {"userHandle": "eA"}}', '"x"', "7", "{"],
)
def test_an_invalid_passkey_does_not_sign_in(client: Client, db: None, sent: str) -> None:
    address = reverse("mfa_login_webauthn")
    client.get(address, HTTP_X_REQUESTED_WITH="XMLHttpRequest")
    assert client.post(address, {"credential": sent}).status_code == 302
    assert "_auth_user_id" not in client.session
