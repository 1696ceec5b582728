"""Foreign keys that are checked immediately instead of at the end of a transaction.

By default, Django lets PostgreSQL check them when a transaction ends. Until then, a rule would not find a row that was
deleted, and the id could be reused for a different row. So `migrate` makes each statement check them.
"""

from django.db import DEFAULT_DB_ALIAS, connections, transaction

#: Pairs of tables: rows of the first may refer to rows of the second that are stored later in the transaction. The
#: first appearance of a claim is stored after the claim. When a ledger is restored, the claim that another was merged
#: into may be too.
_DEFERRED_REFERENCES = ("claims_claim claims_appearance", "claims_claim claims_claim")

_DEFERRABLE_SQL = """
    SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint
    WHERE contype = 'f' AND condeferrable AND connamespace = 'public'::regnamespace AND conparentid = 0
        AND NOT concat_ws(' ', conrelid::regclass, confrelid::regclass) = ANY (%s)
    ORDER BY 1, 2
"""


def find_deferred_references(alias: str = DEFAULT_DB_ALIAS) -> list[tuple[str, str]]:
    """Return the quoted table and name of each foreign key that is still checked at the end of a transaction."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_DEFERRABLE_SQL, [list(_DEFERRED_REFERENCES)])
        return cursor.fetchall()


def make_references_immediate(alias: str = DEFAULT_DB_ALIAS) -> None:
    """Make every foreign key check immediate. The connection must be the owner's."""
    with transaction.atomic(alias), connections[alias].cursor() as cursor:
        for table, name in find_deferred_references(alias):
            cursor.execute(f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE")
