"""Changes to the ledger by an attacker whom no rule stops: a superuser of the database, who may also have the key."""

from django.db import connection, transaction

from claims.ledger.proofs.checkpoints import sign_ledger
from claims.models.ledger_rules import build_sealed_sha256_sql
from tests.helpers.tampering import as_superuser

#: SQL for the hash of each entry, computed again from its row, in the order of the ledger.
CHAIN_ANEW = f"""
    DO $$
    DECLARE entry record; before text := repeat('0', 64);
    BEGIN
        FOR entry IN SELECT * FROM claims_publication ORDER BY sequence LOOP
            before := encode(sha256(convert_to(
                'factcheck ledger entry 1' || E'\\n' || entry.sequence || E'\\n' || entry.claim_id || E'\\n'
                || entry.version || E'\\n' || entry.status || E'\\n' || entry.kind || E'\\n'
                || to_char(entry.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || E'\\n'
                || coalesce(entry.merged_into_id::text, '-') || E'\\n'
                || {build_sealed_sha256_sql("entry")} || E'\\n'
                || before || E'\\n', 'UTF8')), 'hex');
            UPDATE claims_publication SET chain_sha256 = before, sealed_sha256 = {build_sealed_sha256_sql("entry")}
            WHERE id = entry.id;
        END LOOP;
    END $$
"""


def past_all_rules(*statements: str) -> None:
    """Carry out what no rule allows, with every rule switched off meanwhile."""
    with as_superuser(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def rewritten_and_signed(*statements: str) -> None:
    """The same, then everything that follows from the entries is computed again and signed with the key."""
    past_all_rules(*statements, CHAIN_ANEW, "DELETE FROM claims_checkpoint", "DELETE FROM claims_hashtile")
    sign_ledger()
