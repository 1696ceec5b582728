"""The made-up newsroom of the benchmark: its entries equal those of real publications of the same rows."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model

from benchmarks.read_side import database
from benchmarks.read_side.cast import make_cast
from benchmarks.read_side.ledger import make_histories
from benchmarks.read_side.ledger_disagreements import find_disagreements
from benchmarks.read_side.newsroom import Chunk
from benchmarks.read_side.words import LANGUAGES, get_lexicon
from claims.models import (
    Claim,
    Mention,
    Publication,
    PublishedVerdict,
    SearchLanguage,
    SearchSpelling,
    SearchWord,
)
from factcheck.database import database_roles, embedded
from tests.helpers.tampering import as_superuser

pytestmark = pytest.mark.slow

#: Enough for every fate to be met.
CLAIMS = 200


def chunk() -> Chunk:
    return Chunk(0, make_histories(CLAIMS), make_cast(CLAIMS))


@pytest.fixture
def newsroom(transactional_db: None) -> Iterator[None]:
    with database.make_searchable():
        database.store(chunk().rows())
        database.finish_tables()
        yield


def test_every_entry_equals_one_built_by_publishing(newsroom: None) -> None:
    kinds = Counter(Publication.objects.values_list("kind", flat=True))
    assert kinds["publication"] == CLAIMS
    assert set(kinds) == set(Publication.Kind.values) - {
        "unmerge",
        "classification",
        "translation",
        "removal",
    }
    with as_superuser():
        found = {claim: columns for claim in range(1, CLAIMS + 1) if (columns := find_disagreements(claim))}
    assert found == {}


def kept_by_triggers() -> list[list[Any]]:
    """The columns that the ledger adds to its entries, and its counts of public rows."""
    return [
        list(
            Publication.objects.order_by("id").values_list("id", "sequence", "chain_sha256", "superseded_at")
        ),
        list(PublishedVerdict.objects.order_by("id").values_list("id", "published_at", "superseded_at")),
        list(Mention.objects.values_list("kind", "thing_id", "publications")),
        list(SearchWord.objects.values_list("word", "publications")),
        list(SearchSpelling.objects.values_list("word")),
        list(SearchLanguage.objects.values_list("language", "publications")),
    ]


#: What triggers set, whatever a row says.
SET_BY_TRIGGERS = {
    Publication: {"chain_sha256", "superseded_at", "search", "search_heading", "summary", "sealed_sha256"},
    PublishedVerdict: {"published_at", "superseded_at"},
}


def given_columns(model: type[Model]) -> str:
    return ", ".join(
        connection.ops.quote_name(str(field.column))
        for field in model._meta.concrete_fields
        if field.name not in SET_BY_TRIGGERS[model]
    )


def test_rows_stored_without_triggers_equal_those_made_by_triggers(newsroom: None) -> None:
    """The ledger is emptied and written again, entry after entry, with its triggers."""
    stored = kept_by_triggers()
    entries, verdicts = given_columns(Publication), given_columns(PublishedVerdict)
    with as_superuser(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("CREATE TEMP TABLE entry ON COMMIT DROP AS SELECT * FROM claims_publication")
        cursor.execute("CREATE TEMP TABLE shown ON COMMIT DROP AS SELECT * FROM claims_publishedverdict")
        for model in (PublishedVerdict, Publication, Mention, SearchWord, SearchSpelling, SearchLanguage):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
        # Claims that were retracted later were public at first.
        cursor.execute("UPDATE claims_verdict SET state = 'published' WHERE state = 'retracted'")
        cursor.execute("SET LOCAL session_replication_role = origin")
        # The owner of the tables may keep the salts of an entry; for others the database draws new ones.
        cursor.execute("GRANT SELECT ON entry, shown TO PUBLIC")
        if database_roles.is_separated():
            cursor.execute(f"SET LOCAL ROLE {embedded.OWNER}")
        cursor.execute("SELECT id FROM entry ORDER BY sequence")
        for entry in cursor.fetchall():
            cursor.execute(
                f"INSERT INTO claims_publication ({entries}) SELECT {entries} FROM entry WHERE id = %s", entry
            )
            cursor.execute(
                f"INSERT INTO claims_publishedverdict ({verdicts})"
                f" SELECT {verdicts} FROM shown WHERE publication_id = %s",
                entry,
            )
        written = kept_by_triggers()
        transaction.set_rollback(True)
    assert written == stored
    assert all(stored)


def test_quotes_are_at_their_stated_positions(newsroom: None) -> None:
    with connection.cursor() as cursor:
        for table in ("claims_appearance", "claims_evidence"):
            cursor.execute(
                "SELECT count(*), count(*) FILTER (WHERE substr(s.text, a.start + 1, a.end - a.start) = a.exact)"
                f" FROM {table} a JOIN sources_snapshot s ON s.id = a.snapshot_id AND s.source_id = a.source_id"
                " WHERE a.start IS NOT NULL"
            )
            quotes, true_quotes = cursor.fetchone()
            assert quotes == true_quotes > 0


def test_two_machines_measure_the_same_texts(db: None) -> None:
    claims = {row.pk: row for row in chunk().rows() if isinstance(row, Claim)}
    assert claims[7].statement == (
        "Im Jahr 1997 stieg zetschwöng schaupfepaur um 7647 Prozent pfotsul sich in glürt ein"
    )


def test_words_are_as_many_as_promised() -> None:
    words = {word for language in LANGUAGES for word in get_lexicon(language.tag).words}
    assert len(words) > 100_000
