"""The Datasette contestant: the same claims in SQLite, with hand-written SQL.

For each measure, a canned query first finds ids in the narrow tables, then fetches only the bodies that are shown. The
bodies are the same JSON texts that our API sends; `_shape=arrayfirst` is Datasette's leanest way to send them.
Summaries are rows of columns, as in a table of claims.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from factcheck.web.site_urls import insert_site_url

NAME = "newsroom"

SCHEMA = """
    CREATE TABLE claim (id INTEGER PRIMARY KEY, published_at TEXT NOT NULL);
    CREATE TABLE body (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
    CREATE TABLE summary (
        id INTEGER PRIMARY KEY, statement TEXT NOT NULL, rating_class TEXT, claimant TEXT, claimed_on TEXT,
        url TEXT NOT NULL
    );
    CREATE TABLE verdict (
        publisher INTEGER NOT NULL, rating INTEGER NOT NULL, reviewed_on TEXT NOT NULL, claim INTEGER NOT NULL
    );
    CREATE VIRTUAL TABLE words USING fts5 (
        statement, names, details, content = '', tokenize = 'unicode61 remove_diacritics 2'
    );
"""

INDEXES = """
    CREATE INDEX claim_newest ON claim (published_at DESC, id DESC);
    CREATE INDEX verdict_by_rating ON verdict (publisher, rating, reviewed_on, claim);
    INSERT INTO words (words) VALUES ('optimize');
    INSERT INTO words (words, rank) VALUES ('rank', 'bm25(4.0, 2.0, 1.0)');
    ANALYZE;
"""

#: By measure. Fifty bodies, the newest first or the best match first. `found` is only for comparing.
QUERIES = {
    "list": """
        SELECT body FROM (SELECT id, published_at FROM claim ORDER BY published_at DESC, id DESC LIMIT 50) AS page
        JOIN body USING (id) ORDER BY published_at DESC, id DESC
    """,
    "summary": """
        SELECT id, statement, rating_class, claimant, claimed_on, url FROM (
            SELECT id, published_at FROM claim ORDER BY published_at DESC, id DESC LIMIT 50
        ) AS page JOIN summary USING (id) ORDER BY published_at DESC, id DESC
    """,
    "detail": "SELECT body FROM body WHERE id = CAST(:id AS INTEGER)",
    "filter": """
        SELECT body FROM (
            SELECT DISTINCT id, published_at FROM verdict JOIN claim ON claim.id = verdict.claim
            WHERE publisher = CAST(:publisher AS INTEGER) AND rating = CAST(:rating AS INTEGER)
            AND reviewed_on BETWEEN :after AND :before
            ORDER BY published_at DESC, id DESC LIMIT 50
        ) AS page JOIN body USING (id) ORDER BY published_at DESC, id DESC
    """,
    "search": """
        SELECT body FROM (SELECT rowid AS id, rank FROM words WHERE words MATCH :q ORDER BY rank LIMIT 50) AS page
        JOIN body USING (id) ORDER BY rank
    """,
    "found": "SELECT rowid FROM words WHERE words MATCH :q",
    "deep": """
        SELECT body FROM (
            SELECT id, published_at FROM claim WHERE (published_at, id) < (:published_at, CAST(:id AS INTEGER))
            ORDER BY published_at DESC, id DESC LIMIT 50
        ) AS page JOIN body USING (id) ORDER BY published_at DESC, id DESC
    """,
}

_CURRENT_SQL = """
    SELECT p.claim_id, to_char(p.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), p.body, p.summary,
        p.search_statement, p.search_names, p.search_text,
        (SELECT json_agg(json_build_array(v.publisher_id, v.rating_id, v.reviewed_on))
         FROM claims_publishedverdict v WHERE v.publication_id = p.id)
    FROM claims_publication p WHERE p.superseded_at IS NULL AND p.status = 'published' ORDER BY p.claim_id
"""


def copy_database(data_dir: Path) -> Path:
    """Return the folder with a SQLite copy of the database and Datasette's configuration."""
    # Another schema is another file: the database in `data_dir` is kept for years.
    folder = data_dir / f"datasette-{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]}"
    folder.mkdir(exist_ok=True)
    file = folder / f"{NAME}.db"
    if not file.exists():
        unfinished_path = folder / "unfinished"
        unfinished_path.unlink(missing_ok=True)
        with sqlite3.connect(unfinished_path) as sqlite:
            _fill(sqlite)
        sqlite.close()
        unfinished_path.rename(file)
    metadata = {"databases": {NAME: {"queries": {name: {"sql": sql} for name, sql in QUERIES.items()}}}}
    (folder / "metadata.json").write_text(json.dumps(metadata))
    return folder


def _fill(sqlite: sqlite3.Connection) -> None:
    sqlite.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;" + SCHEMA
    )
    for claim, published_at, body, summary, *texts, verdicts in _iterate_claims():
        sqlite.execute("INSERT INTO claim VALUES (?, ?)", (claim, published_at))
        sqlite.execute("INSERT INTO body VALUES (?, ?)", (claim, body))
        sqlite.execute("INSERT INTO summary VALUES (?, ?, ?, ?, ?, ?)", _build_columns(summary))
        sqlite.execute(
            "INSERT INTO words (rowid, statement, names, details) VALUES (?, ?, ?, ?)", (claim, *texts)
        )
        sqlite.executemany(
            "INSERT INTO verdict VALUES (?, ?, ?, ?)", [(*verdict, claim) for verdict in verdicts]
        )
    sqlite.executescript(INDEXES)


def _build_columns(summary: str) -> tuple[Any, ...]:
    """Return the values of the columns that a list of results shows for a claim."""
    claim = json.loads(insert_site_url(summary.encode()))
    rating_classes = [verdict["rating"]["rating_class"] for verdict in claim["verdicts"]]
    return (
        claim["id"],
        claim["statement"],
        rating_classes[0] if rating_classes else None,
        (claim["claimant"] or {}).get("name"),
        claim["claimed_on"],
        claim["url"],
    )


def _iterate_claims() -> Iterator[tuple[Any, ...]]:
    from django.db import connection, transaction

    connection.ensure_connection()
    with transaction.atomic(), connection.connection.cursor("claims") as cursor:
        cursor.itersize = 2_000
        cursor.execute(_CURRENT_SQL)
        yield from cursor


def quote_phrase(text: str) -> str:
    """Return the words as an FTS5 query that requires all of them."""
    return " ".join(f'"{word}"' for word in text.split())


SETTINGS = {
    "max_returned_rows": 1_000,
    "sql_time_limit_ms": 20_000,
    "num_sql_threads": 3,
    "cache_size_kb": 131_072,
    "default_cache_ttl": 60,
    "allow_facet": "off",
    "suggest_facets": "off",
    "allow_download": "off",
    "force_https_urls": "off",
}
