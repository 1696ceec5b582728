"""Functions of the database find our tables in our schema, despite objects with the same names."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection

from claims.models import Verdict
from claims.review import workflow
from factcheck.database.rules import SEARCH_PATH
from tests.helpers.broken_rules import PUBLISH, SIGN_OFF, refused, sql, write_down
from tests.helpers.newsroom import make_claim
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

#: Functions outside of extensions that are not ours. procrastinate's keep its own tables; pghistory installs one that
#: no trigger of ours calls.
OTHERS = re.compile("procrastinate_.*|_pgh_attach_context")

FUNCTIONS = """
    SELECT proname, prosrc, lanname, prosqlbody IS NOT NULL,
        (SELECT substr(setting, 13) FROM unnest(proconfig) AS setting WHERE starts_with(setting, 'search_path='))
    FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
    WHERE pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""


def test_every_function_of_ours_has_its_search_path() -> None:
    """Or is bound to what it names when it is made, as functions in standard SQL are; those stay as quick as inline."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        ours = [row for row in cursor.fetchall() if not OTHERS.fullmatch(row[0])]
    assert len(ours) > 100
    assert [name for name, _, _, is_bound, path in ours if not is_bound and path != SEARCH_PATH] == []
    assert {language for *_, language, is_bound, _ in ours if not is_bound} == {"plpgsql"}


def test_every_function_of_ours_names_the_schema_of_our_tables_and_functions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        ours = [row for row in cursor.fetchall() if not OTHERS.fullmatch(row[0])]
    unnamed = re.compile(r"(?<![\w.])(?:claims|sources|factcheck)_\w+")
    comments_and_texts = re.compile(r"--.*|'(?:[^']|'')*'")
    assert [
        (name, found)
        for name, text, *_ in ours
        if (found := unnamed.findall(comments_and_texts.sub("", text).replace('"', "")))
    ] == []


def test_our_triggers_call_our_functions_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT proname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE NOT tgisinternal AND tgrelid::regclass::text ~ '^(claims|sources|factcheck)_'"
        )
        assert [name for [name] in cursor.fetchall() if OTHERS.fullmatch(name)] == []


def test_nothing_asks_how_deep_triggers_are_or_for_settings_of_the_session() -> None:
    """Both can be forged. What pghistory notes about who did something is no rule."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        ours = [row for row in cursor.fetchall() if not OTHERS.fullmatch(row[0])]
    forgeable = re.compile(
        r"pg_trigger_depth|current_setting\('(?!transaction_isolation'|pghistory\.context_(?:id|metadata)')",
        re.IGNORECASE,
    )
    assert [name for name, text, *_ in ours if forgeable.search(text)] == []


@sweep("path", ["", "pg_temp, public", "pg_temp", "pg_catalog, pg_temp, public"], undone=True)
def test_temporary_table_does_not_stand_in_for_signoffs(in_review: Verdict, editor: User, path: str) -> None:
    sql(
        "CREATE TEMPORARY TABLE claims_signoff AS SELECT %s::bigint AS verdict_id, %s AS round, %s::bigint AS by_id",
        in_review.pk,
        in_review.review_round,
        editor.pk,
    )
    write_down(in_review, "in_review", "published")
    if path:
        sql(f"SET LOCAL search_path = {path}")
    refused(PUBLISH.replace("claims_", "public.claims_"), in_review.pk, match="verdict_with_four_eyes")


def test_temporary_table_does_not_stand_in_for_verdicts(in_review: Verdict, checker: User) -> None:
    sql("CREATE TEMPORARY TABLE claims_verdict AS SELECT * FROM public.claims_verdict")
    sql("UPDATE pg_temp.claims_verdict SET author_id = NULL, submitted_by_id = NULL")
    refused(SIGN_OFF, in_review.pk, checker.pk, in_review.review_round, match="signoff_by_somebody_else")


def test_temporary_table_does_not_stand_in_for_transitions(in_review: Verdict, checker: User) -> None:
    sql("CREATE TEMPORARY TABLE claims_transition AS SELECT * FROM public.claims_transition")
    sql(
        "INSERT INTO pg_temp.claims_transition (claim_id, verdict_id, before, after, at)"
        " VALUES (%s, %s, 'in_review', 'draft', now())",
        in_review.claim_id,
        in_review.pk,
    )
    refused(
        "UPDATE claims_verdict SET state = 'draft' WHERE id = %s", in_review.pk, match="move_is_written_down"
    )


def test_temporary_table_does_not_take_the_history(published: Verdict) -> None:
    before = published.claim.statement
    sql("CREATE TEMPORARY TABLE claims_claimevent (LIKE public.claims_claimevent INCLUDING ALL)")
    sql("UPDATE claims_claim SET statement = 'Changed by hand.' WHERE id = %s", published.claim_id)
    sql("DROP TABLE pg_temp.claims_claimevent")
    assert list(published.claim.events.values_list("statement", flat=True)) == [before]  # type: ignore[attr-defined]


def test_own_functions_and_operators_do_not_stand_in_for_those_of_the_database(
    in_review: Verdict, checker: User
) -> None:
    """A schema of one's own before pg_catalog, where nothing is too few and every key is the same."""
    sql("CREATE SCHEMA mine")
    sql("CREATE FUNCTION mine.md5(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT repeat('0', 32) $$")
    sql("CREATE FUNCTION mine.lt(bigint, integer) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$")
    sql("CREATE OPERATOR mine.< (FUNCTION = mine.lt, LEFTARG = bigint, RIGHTARG = integer)")
    sql("SET LOCAL search_path = mine, pg_catalog, public")
    keys = {make_claim(statement).statement_key for statement in ("One.", "Two.")}
    assert len(keys) == 2
    write_down(in_review, "in_review", "published")
    refused(PUBLISH, in_review.pk, match="verdict_with_four_eyes")
    workflow.move(in_review, "withdraw", by=checker)
