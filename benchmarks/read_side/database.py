"""A database of generated claims, created once for each size and kept.

`python -m benchmarks.read_side.database [--claims N] [--data FOLDER]` makes it and prints its DATA_DIR. With that
DATA_DIR, every command of the project uses this database.
"""

import argparse
import hashlib
import multiprocessing
import os
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg
    from django.db.models import Model

    from benchmarks.read_side.cast import Cast
    from benchmarks.read_side.ledger import History

ROOT = Path(__file__).parents[2]
DEFAULT_FOLDER = Path(os.environ.get("DATA_DIR") or ROOT / ".postgres") / "benchmarks"
#: The inputs of the database: a change in any of these files rebuilds it.
_INPUT_PATTERNS = (
    *(f"benchmarks/read_side/{name}.py" for name in ("words", "cast", "ledger", "newsroom", "database")),
    *("sources/migrations/*.py", "claims/migrations/*.py", "claims/newsroom/house_scale.json"),
    *(
        "claims/ledger/entry_builder.py",
        "claims/ledger/document/claim_document.py",
        "claims/ledger/document/markdown.py",
    ),
    *("claims/search/texts.py", "claims/search/texts.py"),
)
_MADE_MARK = "made"


def prepare_database(claims: int, folder: Path) -> Path:
    """Return the DATA_DIR of a database with this many claims, creating it in a separate process if necessary."""
    data_dir = folder.resolve() / f"claims-{claims}-{_compute_digest()}"
    if not (data_dir / _MADE_MARK).exists():
        shutil.rmtree(data_dir, ignore_errors=True)
        process = multiprocessing.get_context("spawn").Process(target=_make_database, args=(claims, data_dir))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"The database with {claims:,} claims could not be made; see above.")
    return data_dir


def set_up(data_dir: Path) -> None:
    """Set Django up on the database in `data_dir`. Import the project's modules only afterwards."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": "",
        "FACTCHECK_DEMO": "1",
        "LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()


def _compute_digest() -> str:
    digest = hashlib.sha256()
    for pattern in _INPUT_PATTERNS:
        for path in sorted(path for path in ROOT.glob(pattern) if path.is_file()):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:8]


def _make_database(claims: int, data_dir: Path) -> None:
    set_up(data_dir)
    from django.core.management import call_command
    from django.db import connections

    from factcheck.database import embedded

    started_at = time.perf_counter()
    with embedded.run_server(data_dir):
        call_command("migrate", verbosity=0)
        fill(claims)
        connections.close_all()
        (data_dir / _MADE_MARK).touch()
    print(f"made {claims:,} claims in {time.perf_counter() - started_at:.0f} s", file=sys.stderr)


def fill(claims: int, *, processes: int = 0) -> None:
    """Fill the migrated database with this many claims.

    Only one trigger fires. What the others would add (numbers and chain of the ledger, mentions) is added here.
    """
    from benchmarks.read_side.cast import make_cast
    from benchmarks.read_side.ledger import make_histories

    cast = make_cast(claims)
    all_histories = make_histories(claims)
    with _suspend_indexes(), make_searchable():
        _copy_chunks(all_histories, cast, processes or os.cpu_count() or 1)
        finish_tables()
        with _connect() as server:
            server.execute("VACUUM FULL claims_publication")  # each of its rows was written a second time
    with _connect() as server:
        server.execute("VACUUM ANALYZE")
        server.execute("ALTER SYSTEM RESET autovacuum")
        server.execute("SELECT pg_reload_conf()")


# Rows -----------------------------------------------------------------------------------------------------------------


def _copy_chunks(all_histories: "list[History]", cast: "Cast", processes: int) -> None:
    """Create and store all chunks, in the given number of processes."""
    from django.db import connections
    from rich.console import Console
    from rich.progress import track

    from benchmarks.read_side.ledger import CHUNK_SIZE

    global _work  # noqa: PLW0603  what the forked processes inherit
    _work = all_histories, cast
    numbers = range(-(-len(all_histories) // CHUNK_SIZE))
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(min(processes, len(numbers))) as pool:
        finished_chunks = pool.imap_unordered(_store_chunk, numbers)
        for _ in track(finished_chunks, "claims", len(numbers), console=Console(stderr=True)):
            pass


_work: "tuple[list[History], Cast]"


def _store_chunk(number: int) -> None:
    from benchmarks.read_side.ledger import CHUNK_SIZE
    from benchmarks.read_side.newsroom import Chunk

    all_histories, cast = _work
    store(Chunk(number, all_histories[number * CHUNK_SIZE : (number + 1) * CHUNK_SIZE], cast).rows())


def store(rows: "Iterator[Model]") -> None:
    """Write rows of any models with COPY. Only triggers that are always enabled fire."""
    rows_by_model: dict[type[Model], list[Model]] = defaultdict(list)
    for row in rows:
        rows_by_model[type(row)].append(row)
    with _connect() as connection, connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL synchronous_commit = off")
        for model, model_rows in rows_by_model.items():
            _copy_rows(connection, model, model_rows)


#: A trigger fills the summary; the salts and what follows from them are set when the ledger is chained (`_CHAIN_SQL`).
_FIELDS_SET_LATER = {f"claims.Publication.{name}" for name in ("summary", "salts", "sealed_sha256")}


def _copy_rows(connection: "psycopg.Connection[Any]", model: "type[Model]", rows: "list[Model]") -> None:
    from django.contrib.postgres.search import SearchVectorField
    from django.db.models.expressions import DatabaseDefault
    from psycopg import sql

    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated
        and not isinstance(field, SearchVectorField)
        and str(field) not in _FIELDS_SET_LATER
    ]
    names = [field.attname for field in fields]
    for name in names:
        if isinstance(getattr(rows[0], name), DatabaseDefault):
            raise TypeError(f"{model.__name__}.{name} has no value: COPY knows no defaults of the database.")
    columns = sql.SQL(",").join([sql.Identifier(str(field.column)) for field in fields])
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([getattr(row, name) for name in names])


def _connect() -> "psycopg.Connection[Any]":
    from benchmarks.superuser import connect_as_superuser

    return connect_as_superuser()


# What surrounds the rows ----------------------------------------------------------------------------------------------

_INDEXES_SQL = """
    SELECT format('DROP INDEX %I', c.relname), pg_get_indexdef(i.indexrelid) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relnamespace = 'public'::regnamespace AND t.relname ~ '^(claims|sources)_'
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
    ORDER BY c.relname <> 'publication_search', t.relpages DESC
"""

_FILL_TRIGGERS_SQL = """
    SELECT quote_ident(tgname) FROM pg_trigger
    WHERE tgrelid = 'claims_publication'::regclass AND tgname ~ 'publication_(is_searchable|has_a_summary)'
"""

#: As the triggers of the ledger count.
_MENTIONS_SQL = """
    INSERT INTO claims_mention (kind, thing_id, publications)
    SELECT mentioned.kind, thing_id, count(DISTINCT id) FROM claims_publication, LATERAL (
        SELECT 'claimant' AS kind, claimant_id AS thing_id WHERE claimant_id IS NOT NULL
        UNION ALL SELECT 'topic', unnest(topic_ids)
        UNION ALL SELECT 'source', unnest(source_ids)
        UNION ALL SELECT 'publisher', unnest(publisher_ids)
        UNION ALL SELECT 'rating', unnest(rating_ids)
    ) AS mentioned
    WHERE superseded_at IS NULL AND status = 'published' GROUP BY mentioned.kind, thing_id
"""

#: As the trigger chains entries (`claims.models.ledger_rules`).
_CHAIN_SQL = r"""
    DO $$
    DECLARE entry record; before text := repeat('0', 64);
    BEGIN
        SET LOCAL session_replication_role = replica;
        UPDATE claims_publication SET salts = md5(id::text) WHERE salts = '';
        UPDATE claims_publication AS unsealed SET sealed_sha256 = <sealed> WHERE sealed_sha256 = '';
        FOR entry IN
            SELECT id, sequence, claim_id, version, status, kind, published_at, merged_into_id, sealed_sha256
            FROM claims_publication ORDER BY sequence
        LOOP
            before := encode(sha256(convert_to(
                'factcheck ledger entry 1' || E'\n' || entry.sequence || E'\n' || entry.claim_id || E'\n'
                || entry.version || E'\n' || entry.status || E'\n' || entry.kind || E'\n'
                || to_char(entry.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || E'\n'
                || coalesce(entry.merged_into_id::text, '-') || E'\n'
                || entry.sealed_sha256 || E'\n'
                || before || E'\n', 'UTF8')), 'hex');
            UPDATE claims_publication SET chain_sha256 = before WHERE id = entry.id;
        END LOOP;
    END $$
"""

_CURRENT_SQL = "FROM claims_publication WHERE superseded_at IS NULL AND status = 'published'"
#: As the trigger that keeps account of words counts.
_WORDS_SQL = (
    f"""
    INSERT INTO claims_searchword (word, publications)
    SELECT word, ndoc FROM ts_stat($$ SELECT search {_CURRENT_SQL} $$)
    WHERE strpos(word, ':') = 0 AND claims_search_spellable(word)
    """,  # noqa: S608  constants
    "INSERT INTO claims_searchspelling (word) SELECT word FROM claims_searchword",
    f"""
    INSERT INTO claims_searchlanguage (language, publications)
    SELECT language, count(*) FROM (SELECT unnest(search_languages) AS language {_CURRENT_SQL}) AS entries
    GROUP BY language
    """,  # noqa: S608
)


@contextmanager
def _suspend_indexes() -> Iterator[None]:
    """Drop indexes and rebuild them afterwards, which is much faster."""
    with _connect() as server:
        indexes = server.execute(_INDEXES_SQL).fetchall()
        server.execute("ALTER SYSTEM SET autovacuum = off")
        server.execute("SELECT pg_reload_conf()")
        for drop, _create in indexes:
            server.execute(drop)
    yield
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(_build_index, (create for _drop, create in indexes)))


@contextmanager
def make_searchable() -> Iterator[None]:
    """Let the triggers that fill search and list columns fire for `store` as well."""
    with _connect() as server:
        names = [name for (name,) in server.execute(_FILL_TRIGGERS_SQL)]
        for name in names:
            server.execute(f"ALTER TABLE claims_publication ENABLE ALWAYS TRIGGER {name}")
        try:
            yield
        finally:
            for name in names:
                server.execute(f"ALTER TABLE claims_publication ENABLE TRIGGER {name}")


def _build_index(index_sql: str) -> None:
    with _connect() as server:
        server.execute("SET maintenance_work_mem = '1GB'")
        server.execute(index_sql)


def finish_tables() -> None:
    """Do the work of triggers and counters that were off during the fill."""
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection

    from claims.models.ledger_rules import build_sealed_sha256_sql

    models = [
        model
        for app in ("sources", "claims")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    with _connect() as server:
        # Past the rules that only triggers write to these tables.
        server.execute("SET session_replication_role = replica")
        chain = _CHAIN_SQL.replace("<sealed>", build_sealed_sha256_sql("unsealed"))
        counters = connection.ops.sequence_reset_sql(no_style(), models)
        for statement in (chain, _MENTIONS_SQL, *_WORDS_SQL, *counters):
            server.execute(statement)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.read_side.database", description=__doc__)
    parser.add_argument("--claims", type=int, default=200_000)
    parser.add_argument("--data", type=Path, default=DEFAULT_FOLDER, metavar="FOLDER")
    options = parser.parse_args()
    print(prepare_database(options.claims, options.data))


if __name__ == "__main__":
    main()
