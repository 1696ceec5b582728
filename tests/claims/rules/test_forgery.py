"""Attacks over the connection of the serving role: publishing unsigned, rewriting, and ending signing.

Each attempt is a few statements in one transaction, up to where it would commit. It must be refused, or leave
everything that was published, signed and recorded unchanged. One test names all that are not.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from claims.ledger.proofs import checkpoints
from claims.ledger.proofs.checkpoints import sign_ledger, sign_reviews
from claims.ledger.verification.verification_run import verify
from claims.models import Checkpoint, Publication, SignOff, Verdict
from claims.models.signoff_digests import CLAIM_SHA256_SQL, SIGNED_ROWS_SQL, VERDICT_SHA256_SQL
from claims.review import workflow
from factcheck.database import embedded
from sources.models import Publisher
from tests.helpers.database import connect, replace_database
from tests.helpers.forgeries import ATTEMPTS, filled, listed, next_entry, said
from tests.helpers.newsroom import make_claim, make_draft, person, publishing, rating, rating_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not settings.EMBEDDED_DATABASE, reason="This server has no roles of ours."),
]

Server = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def newsroom(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    """What attempts name: two published verdicts, one in review, one of another newsroom; all of it signed."""
    with django_db_blocker.unblock():
        replace_database()
        chris, edith = person("chris", "Fact-checker"), person("edith", "Editor")
        publish = publishing(chris, edith)
        other = Publisher.objects.create(name="The Other Desk")
        first, second = publish(make_claim("The lake froze in June.")), publish(code="true")
        waiting = workflow.move(make_draft(make_claim(), chris), "submit", by=chris)
        draft = make_draft(make_claim(), chris)
        sign_ledger()
        sign_reviews()
        words = {
            "house": Publisher.objects.get_house().pk,
            "other": other.pk,
            "others_rating": rating_of(other, "true").pk,
            "true": rating("true").pk,
            "false": rating("false").pk,
            "scale": rating("true").scale_id,
            "author": chris.pk,
            "editor": edith.pk,
            "claim": first.pk,
            "second": second.pk,
            "verdict": first.verdicts.get().pk,
            "waiting": waiting.pk,
            "waiting_claim": waiting.claim_id,
            "draft": draft.pk,
            "draft_claim": draft.claim_id,
            "entry": Publication.objects.get(claim=first).pk,
        }
        connections.close_all()
        yield words
        replace_database()


@pytest.fixture
def serving(newsroom: dict[str, Any]) -> Iterator[Server]:
    with connect(connection.settings_dict["NAME"], embedded.RUNTIME) as server:
        yield server


#: Tables that no attempt may change. Drafts, names and the like may change in ordinary work.
KEPT = (
    "SELECT to_jsonb(e) FROM claims_publication AS e ORDER BY id",
    "SELECT to_jsonb(e) FROM claims_publishedverdict AS e ORDER BY id",
    (
        f"SELECT signed.id, signed.state, {CLAIM_SHA256_SQL}, {VERDICT_SHA256_SQL} FROM {SIGNED_ROWS_SQL}"
        " WHERE signed.state <> 'draft' ORDER BY 1"
    ),
    "SELECT to_jsonb(e) FROM claims_signoff AS e ORDER BY id",
    "SELECT to_jsonb(e) FROM claims_transition AS e ORDER BY id",
    "SELECT to_jsonb(e) FROM claims_signingkey AS e ORDER BY id",
    "SELECT to_jsonb(e) FROM claims_checkpoint AS e ORDER BY id",
    "SELECT level, number, hashes FROM claims_hashtile ORDER BY 1, 2",
    "SELECT to_jsonb(e) FROM claims_reviewlink AS e ORDER BY number",
    "SELECT id, is_house FROM sources_publisher ORDER BY id",
    "SELECT id, username FROM auth_user ORDER BY id",
    "SELECT id, scale_id, code, label FROM claims_rating ORDER BY id",
    "SELECT to_jsonb(e) FROM claims_auditrecord AS e ORDER BY id",
    "SELECT tgrelid, tgname, tgenabled FROM pg_trigger ORDER BY 1, 2",
    "SELECT conrelid, conname, condeferrable FROM pg_constraint ORDER BY 1, 2",
    "SELECT oid, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT oid, prosrc, proacl::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
    (
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND sequencename IN"
        " ('claims_signingkey_id_seq', 'claims_hashtile_id_seq') ORDER BY 1"
    ),
)


def kept(server: Server) -> list[Any]:
    return [server.execute(query).fetchall() for query in KEPT]


#: How attempts are refused: by a grant, a rule, a constraint, a reference; an invalid body, a missing
#: id, a reference that cannot be deferred.
REFUSED = {"42501", "23000", "23514", "23503", "23505", "22P02", "0A000"}


def outcome(server: Server, statements: str, before: list[Any]) -> str:
    """The result of an attempt: "refused", "nothing" if it changed none of these tables, or its effect."""
    try:
        with server.transaction(force_rollback=True):
            server.execute(statements)
            server.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what would be asked at the end
            after = kept(server)
    except psycopg.Error as refusal:
        is_meant = refusal.sqlstate in REFUSED
        return "refused" if is_meant else f"fails for another reason: {refusal.sqlstate} {refusal}"
    changed = [query for query, was, now in zip(KEPT, before, after, strict=True) if was != now]
    return f"changes {changed}" if changed else "nothing"


def test_no_attempt_publishes_rewrites_or_ends_signing(serving: Server, newsroom: dict[str, Any]) -> None:
    assert len(ATTEMPTS) == len(set(ATTEMPTS)) >= 200
    before = kept(serving)
    outcomes = {each: outcome(serving, filled(each, newsroom), before) for each in ATTEMPTS}
    assert {each: end for each, end in outcomes.items() if end not in ("refused", "nothing")} == {}
    assert [each for each, end in outcomes.items() if end == "nothing"] == []


def test_no_id_can_be_chosen_or_changed(serving: Server) -> None:
    keys = serving.execute(
        "SELECT relname, has_column_privilege(indrelid, attnum, 'UPDATE'), (attidentity <> ''"
        " OR pg_get_expr(adbin, adrelid) ~ '^nextval') AND has_column_privilege(indrelid, attnum, 'INSERT')"
        " FROM pg_index JOIN pg_class ON pg_class.oid = indrelid"
        " JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)"
        " LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)"
        " WHERE indisprimary AND relnamespace = 'public'::regnamespace ORDER BY relname"
    ).fetchall()
    assert len(keys) > 100
    assert [table for table, is_changed, _ in keys if is_changed] == []
    assert [table for table, _, is_chosen in keys if is_chosen] == [
        # Of which a rule asks that the id was reserved (`ids_are_reserved`).
        *("claims_appearance", "claims_claim", "claims_claimant", "claims_publication", "claims_verdict"),
        "sources_source",
    ]


def test_no_reference_can_be_put_off(serving: Server) -> None:
    deferrable = (
        "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f' AND condeferrable ORDER BY 1, 2"
    )
    assert serving.execute(deferrable).fetchall() == [
        ("claims_claim", "claims_appearance"),
        ("claims_claim", "claims_claim"),
    ]


def test_unchanged_entries_can_be_repeated(serving: Server, newsroom: dict[str, Any]) -> None:
    """So that the attempts above fail for what they change."""
    for statements in (next_entry("body"), next_entry(said("topics", value="[]")), listed("body", "body")):
        with serving.transaction(force_rollback=True):
            serving.execute(filled(statements, newsroom))


def test_a_forged_checkpoint_does_not_end_signing(
    serving: Server,
    newsroom: dict[str, Any],
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database cannot check signatures. It accepts the row, so the signer skips it and verification finds it."""
    serving.execute(
        "INSERT INTO claims_checkpoint (log, tree_size, root_sha256, note, key_id)"
        " SELECT log, tree_size, root_sha256, note || 'x', key_id FROM claims_checkpoint WHERE log = 'ledger'"
    )
    monkeypatch.setattr(checkpoints, "RENEWAL_INTERVAL", timedelta(0))
    with django_db_blocker.unblock():
        forged = Checkpoint.objects.of_ledger().newest()
        assert sign_ledger() is not None
        assert forged is not None
        assert [str(found) for found in verify()] == [
            (
                f"Checkpoint {forged.pk} (ledger, 2 entries): Checkpoint 2 of ledger: It is not a signed note: a text, "
                "an empty line, and lines of signatures."
            )
        ]
        connections.close_all()


def test_a_sign_off_is_of_the_current_text(
    newsroom: dict[str, Any], django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        digests = f"{CLAIM_SHA256_SQL}, {VERDICT_SHA256_SQL}"
        query = f"SELECT signed.id, {digests} FROM {SIGNED_ROWS_SQL} WHERE signed.id = %s"
        [row] = Verdict.objects.raw("SELECT * FROM claims_verdict WHERE id = %s", [newsroom["verdict"]])
        with connection.cursor() as cursor:
            cursor.execute(query, [row.pk])
            signed = cursor.fetchone()
        assert list(
            SignOff.objects.filter(verdict=row.pk).values_list("verdict", "claim_sha256", "verdict_sha256")
        ) == [signed]
        connections.close_all()
