"""How the public's answers are read: on connections that are replaced when they die, in SQL made once per shape."""

import os
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from claims.models import Topic
from factcheck.api.pagination import build_both_orderings, make_id_key, read_template_page
from factcheck.database.cached_sql import Slot, Statement, Template
from factcheck.database.locks import lock_exclusively
from factcheck.database.read_connections import fetch_rows
from factcheck.installation.environment import read_several_postgresql
from tests.helpers.database import administration
from tests.helpers.transaction_pooler import pooled

__all__ = ["pooled"]  # fixtures


def end_the_connection() -> None:
    """From outside, as a server that is restarted ends them all."""
    [(pid,)] = fetch_rows("SELECT pg_backend_pid()")
    with administration(connection.settings_dict["NAME"]) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 120000)", [pid]).fetchone() == (True,)


@pytest.mark.django_db
def test_texts_come_as_bytes_and_everything_else_as_python_has_it(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        [row] = fetch_rows("SELECT %s::text, %s::bigint, 'word'::varchar, NULL::text", ["Zürich 日本", 7])
    assert row == ("Zürich 日本".encode(), 7, "word", None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("allowed, prepare, kept", [(True, True, 1), (True, False, 0), (False, True, 0)])
def test_a_plan_is_kept_on_request(allowed: bool, prepare: bool, kept: int, settings: Any) -> None:
    settings.PREPARED_STATEMENTS = allowed
    end_the_connection()
    for number in range(3):
        fetch_rows("SELECT %s::int + 4711", [number], prepare=prepare)
    assert fetch_rows("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%4711'") == [
        (kept,)
    ]


def test_plan_is_kept_through_a_pooler(pooled: None) -> None:
    """Each of these queries may use another connection, while another thread uses the previous one."""
    for number in range(10):
        assert fetch_rows("SELECT %s::int + 4712", [number], prepare=True) == [(number + 4712,)]
        with lock_exclusively(f"a connection {number % 2}"):
            assert fetch_rows("SELECT %s::int + 4712", [number], prepare=True) == [(number + 4712,)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("prepare", [True, False])
def test_connection_that_died_is_replaced(prepare: bool) -> None:
    for _ in range(2):
        end_the_connection()
        assert fetch_rows("SELECT %s::int", [1], prepare=prepare) == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_question_is_not_asked_again_in_a_transaction() -> None:
    """Earlier queries on the dead connection belonged to the same transaction, and are lost."""

    def ask_twice() -> None:
        with transaction.atomic():
            end_the_connection()
            fetch_rows("SELECT 1")

    with pytest.raises(OperationalError):
        ask_twice()


@pytest.mark.django_db
def test_an_invalid_query_is_run_once(django_assert_num_queries: Any) -> None:
    def ask() -> None:
        with transaction.atomic():
            fetch_rows("SELECT 1/0")

    with django_assert_num_queries(4), pytest.raises(Exception, match="division by zero"):
        ask()


def test_replicas_are_addresses_separated_by_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "DATABASE_REPLICA_URLS", "postgresql://a.example.org/facts  postgresql://b.example.org:6000/facts"
    )
    first, second = read_several_postgresql("DATABASE_REPLICA_URLS")
    assert (first["HOST"], first["NAME"], second["HOST"], second["PORT"]) == (
        "a.example.org",
        "facts",
        "b.example.org",
        "6000",
    )
    monkeypatch.delenv("DATABASE_REPLICA_URLS")
    assert read_several_postgresql("DATABASE_REPLICA_URLS") == []


def test_public_reads_go_to_known_databases() -> None:
    assert (settings.READING_DATABASE, settings.REPLICA_DATABASES) == ("default", [])
    assert "DATABASE_REPLICA_URLS" not in os.environ


# SQL that is made once


def named(names: list[str]) -> Template:
    slot = Slot("names", "text[]")
    return Template("named", lambda: Topic.objects.filter(name__any_of=slot), {"names": names})


@pytest.mark.django_db
def test_values_differ_and_the_statement_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        Topic.objects.create(name=name, slug=name)
    made: list[Statement] = []
    make = Statement.from_rows

    def watched(rows: Any) -> Statement:
        made.append(make(rows))
        return made[-1]

    monkeypatch.setattr(Statement, "from_rows", watched)
    ordering = build_both_orderings("id", make_id_key("id"))[1]
    pages = [
        read_template_page(named(names), ["slug"], ordering=ordering, size=2, cursor="")
        for names in (["a", "c"], ["b"], [], ["x"])
    ]
    assert [[row[0] for row in page.rows] for page in pages] == [["a", "c"], ["b"], [], []]
    assert [[bytes(row[0], "utf-8") for row in named([n]).fetch("slug")] for n in "ab"] == [[b"a"], [b"b"]]
    assert len(made) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("names", [["a"], ["a", "b"], [], ["'; DROP TABLE x; --", "a"]])
def test_any_of_is_in(names: list[str]) -> None:
    for name in "abc":
        Topic.objects.create(name=name, slug=name)
    assert list(Topic.objects.filter(name__any_of=names)) == list(Topic.objects.filter(name__in=names))
