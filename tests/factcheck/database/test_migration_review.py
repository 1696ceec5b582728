"""PostgreSQL reports how a migration affects simultaneous work, for every kind of operation."""

from collections.abc import Iterator
from typing import Any

import pgtrigger
import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now
from django_pg_migration_tools.operations import SaferAddFieldForeignKey, SaferAddIndexConcurrently
from pgtrigger.migrations import AddTrigger

from factcheck.database.migration_review import ReviewedMigration, review_migration
from factcheck.database.schema_shape import KnownTables
from tests.helpers.tampering import as_owner_of_tables

READ_WHOLE = "reads a whole table, which cannot be written to meanwhile"
WRITTEN_ANEW = "rewrites a whole table, which cannot be used meanwhile"
ROWS_OF_ALL = "changes rows of a whole table in one transaction"


@pytest.fixture(autouse=True)
def as_migrate_does(request: pytest.FixtureRequest) -> Iterator[None]:
    """Migrations are carried out as the owner of the tables."""
    if request.node.get_closest_marker("django_db") is None:
        yield
        return
    request.getfixturevalue("db")
    with as_owner_of_tables():
        yield


@pytest.fixture(scope="module")
def state() -> ProjectState:
    """The models as the migrations leave them; none changes it."""
    return MigrationLoader(None).project_state()


@pytest.fixture(scope="module")
def known(state: ProjectState) -> KnownTables:
    return KnownTables.from_state(state)


def reviewed(
    state: ProjectState, known: KnownTables, *operations: Operation, atomic: bool = True, weighed: Any = None
) -> ReviewedMigration:
    written = {"operations": list(operations), "atomic": atomic, "weighed": weighed or {}}
    migration = type("Migration", (migrations.Migration,), written)("0099_next", "claims")
    return review_migration(migration, state, connection, known_tables=known)[0]


def names(found: ReviewedMigration) -> list[str]:
    return [effect.name for effect in found.objections]


def sql(*statements: str) -> Operation:
    return migrations.RunSQL(list(statements))


def colour(**options: Any) -> Operation:
    return migrations.AddField("topic", "colour", models.CharField(max_length=20, **options))


def refusing_trigger() -> AddTrigger:
    trigger = pgtrigger.Trigger(
        name="no_grey", when=pgtrigger.Before, operation=pgtrigger.Insert, func="RAISE EXCEPTION 'no grey';"
    )
    return AddTrigger("topic", _compiled(trigger))


def _compiled(trigger: pgtrigger.Trigger) -> Any:
    from claims.models import Topic  # noqa: PLC0415  models are there once tests run

    return trigger.compile(Topic)  # type: ignore[arg-type]  # the class is meant


def topics_shouted(apps: Any, editor: Any) -> None:
    apps.get_model("claims", "Topic").objects.update(name=models.functions.Upper("name"))


def topics_read(apps: Any, editor: Any) -> None:
    list(apps.get_model("claims", "Topic").objects.all())


FINE: dict[str, list[Operation]] = {
    "a column that may be null": [colour(null=True)],
    "a column with a default of the database": [colour(db_default="")],
    "a default that is the same for all rows": [
        migrations.AddField("topic", "since", models.DateTimeField(db_default=Now()))
    ],
    "a table of its own": [
        migrations.CreateModel(
            "Tint", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]
        )
    ],
    "rows that are only read": [migrations.RunPython(topics_read)],
    "a check of what is written already": [sql("SELECT count(*) FROM claims_topic")],
    "a trigger that refuses nothing": [
        sql(
            "CREATE FUNCTION public.looks_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            "CREATE TRIGGER looks_on AFTER INSERT ON claims_topic FOR EACH ROW EXECUTE FUNCTION looks_on()",
        )
    ],
}
REFUSED: dict[str, tuple[list[Operation], list[str]]] = {
    "a default that only Django knows": ([colour(default="")], ["value required: claims_topic.colour"]),
    "a default that differs by row": (
        [sql("ALTER TABLE claims_topic ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()")],
        [f"{WRITTEN_ANEW}: claims_topic"],
    ),
    "an index that nobody can write beside": (
        [migrations.AddIndex("topic", models.Index(name="topic_by_description", fields=["description"]))],
        [f"{READ_WHOLE}: claims_topic"],
    ),
    "an index in raw SQL": (
        [sql("-- by name\nCREATE INDEX topic_by_what ON claims_topic (description)")],
        [f"{READ_WHOLE}: claims_topic"],
    ),
    "a unique index": (
        [sql("CREATE UNIQUE INDEX topic_once ON claims_topic (description)")],
        [f"{READ_WHOLE}: claims_topic", "rule added: claims_topic.topic_once"],
    ),
    "a column that is gone": (
        [migrations.RemoveField("topic", "description")],
        ["column gone: claims_topic.description"],
    ),
    "a column with another name": (
        [migrations.RenameField("topic", "description", "words")],
        ["column gone: claims_topic.description", "value required: claims_topic.words"],
    ),
    "another type": (
        [sql("ALTER TABLE claims_topic ALTER COLUMN description TYPE varchar(10)")],
        [f"{WRITTEN_ANEW}: claims_topic", "type changed: claims_topic.description"],
    ),
    "a rule that is checked against all rows": (
        [
            migrations.AddConstraint(
                "topic", models.CheckConstraint(name="topic_is_not_grey", condition=~models.Q(name="grey"))
            )
        ],
        [f"{READ_WHOLE}: claims_topic", "rule added: claims_topic.topic_is_not_grey"],
    ),
    "a trigger that refuses": (
        [refusing_trigger()],
        ["rule added: claims_topic.pgtrigger_no_grey_823bd"],
    ),
    "rows changed in Python": ([migrations.RunPython(topics_shouted)], [f"{ROWS_OF_ALL}: claims_topic"]),
    "a function with other arguments": (
        [sql("DROP FUNCTION public.claims_search_word")],
        ["function gone: claims_search_word(text,text)"],
    ),
}


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("operations", [pytest.param(found, id=name) for name, found in FINE.items()])
def test_harmless_operations_pass(
    state: ProjectState, known: KnownTables, operations: list[Operation]
) -> None:
    assert reviewed(state, known, *operations) == ReviewedMigration(
        "claims.0099_next", objections=[], unused_justifications=[]
    )


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    "operations, expected", [pytest.param(*found, id=name) for name, found in REFUSED.items()]
)
def test_operations_that_affect_others_are_named(
    state: ProjectState, known: KnownTables, operations: list[Operation], expected: list[str]
) -> None:
    assert names(reviewed(state, known, *operations)) == expected


@pytest.mark.django_db
def test_a_column_that_the_version_before_does_not_know_may_go(
    state: ProjectState, known: KnownTables
) -> None:
    forgotten = known._replace(columns=known.columns - {("claims_topic", "description")})
    assert names(reviewed(state, forgotten, migrations.RemoveField("topic", "description"))) == []


@pytest.mark.django_db
def test_without_a_reason_nothing_is_weighed(state: ProjectState, known: KnownTables) -> None:
    effect = "column gone: claims_topic.description"
    gone = migrations.RemoveField("topic", "description")
    assert names(reviewed(state, known, gone, weighed={effect: " "})) == [effect]


@pytest.mark.django_db
def test_a_finding_with_a_reason_passes(state: ProjectState, known: KnownTables) -> None:
    effect = "column gone: claims_topic.description"
    gone = migrations.RemoveField("topic", "description")
    found = reviewed(state, known, gone, weighed={effect: "No version since 1.2 reads it."})
    assert found == ReviewedMigration("claims.0099_next", objections=[], unused_justifications=[])


@pytest.mark.django_db
def test_a_reason_without_a_finding_is_refused(state: ProjectState, known: KnownTables) -> None:
    found = reviewed(
        state, known, colour(null=True), weighed={"column gone: claims_topic.name": "It is not."}
    )
    assert found == ReviewedMigration(
        "claims.0099_next", objections=[], unused_justifications=["column gone: claims_topic.name"]
    )


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_each_statement_is_looked_at(state: ProjectState, known: KnownTables) -> None:
    index = models.Index(name="topic_by_description", fields=["description"])
    assert names(reviewed(state, known, SaferAddIndexConcurrently("topic", index), atomic=False)) == []
    again = [AddIndexConcurrently("topic", models.Index(name="topic_by_same_as", fields=["slug", "name"]))]
    assert names(reviewed(state, known, *again, atomic=False)) == [
        "stays half-built when interrupted: topic_by_same_as"
    ]
    author = models.ForeignKey("auth.User", models.SET_NULL, null=True, related_name="+")
    safe = SaferAddFieldForeignKey("topic", "author", author)
    assert names(reviewed(state, known, safe, atomic=False)) == [
        "rule added: claims_topic.claims_topic_author_id_fk"
    ]
    for plain in (
        sql("CREATE INDEX topic_by_what ON claims_topic (description)", "ANALYZE claims_topic"),
        sql("SET lock_timeout = 0; CREATE INDEX topic_by_slug ON claims_topic (slug); SET lock_timeout = 0"),
    ):
        assert names(reviewed(state, known, plain, atomic=False)) == [f"{READ_WHOLE}: claims_topic"]
