"""An archive for desk measurements, with as many rows as years of work produce, made in a minute or two.

The database itself makes the rows from given sentences. Triggers do not fire; constraints hold. Published bodies only
have a realistic length, because the desk lists ledger entries but never reads their text.
"""

import random
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from benchmarks.read_side.words import LANGUAGES, get_lexicon
from benchmarks.superuser import use_superuser
from claims.features.webhooks.models import WebhookEndpoint
from factcheck.database import embedded

#: The signed-in user.
USERNAME = "bench"
#: A second database of the same server, in which pages must take as many statements.
SMALL_DATABASE = "small_archive"
SMALL_SIZE = 5_000
ROWS_SQL_PATH = Path(__file__).with_name("rows.sql")
#: Words of the longest article.
MAX_ARTICLE_LENGTH = 100_000


def prepare_archives(claims: int) -> None:
    """Fill the large database and a small one, unless they exist."""
    if User.objects.filter(username=USERNAME).exists():
        return
    large_database = connection.settings_dict["NAME"]
    embedded.ensure_database(settings.DATA_DIR, SMALL_DATABASE)
    switch_database(SMALL_DATABASE)
    call_command("migrate", verbosity=0)
    with use_superuser():
        _fill(SMALL_SIZE)
    switch_database(large_database)
    with use_superuser():
        _fill(claims)


def switch_database(database: str) -> None:
    """Switch to another database of the server."""
    connection.close()
    connection.settings_dict["NAME"] = database


def _fill(claims: int) -> None:
    started_at = time.perf_counter()
    person = User.objects.create_superuser(USERNAME, "bench@example.org")
    person.groups.add(Group.objects.get(name="Administrator"))
    WebhookEndpoint.objects.create(name="Receiver", url="https://receiver.example/hook")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("CREATE TEMP TABLE said (id int, language text, words text, name text)")
        with cursor.copy("COPY said FROM STDIN") as rows:
            for row in _iterate_sentences(claims):
                rows.write_row(row)
        cursor.execute("CREATE INDEX ON said (id); ANALYZE said")
        cursor.execute(
            "CREATE TEMP TABLE size AS SELECT %s::int AS claims, %s::int AS person, %s::text AS article",
            [claims, person.pk, _make_article()],
        )
        for statement in _iterate_statements():
            cursor.execute(statement)
    with connection.cursor() as cursor:
        _advance_sequences(cursor)
        cursor.execute("VACUUM ANALYZE")
    print(f"{claims:,} claims made in {time.perf_counter() - started_at:.0f} s", flush=True)


def _iterate_sentences(count: int) -> Iterator[tuple[int, str, str, str]]:
    """Yield sentences and names, in languages chosen by frequency."""
    rng = random.Random("desk_at_scale")  # noqa: S311  nothing to protect here
    shares = [language.share for language in LANGUAGES]
    for number in range(1, count + 1):
        lexicon = get_lexicon(rng.choices(LANGUAGES, weights=shares)[0].tag)
        yield number, lexicon.language.tag, lexicon.draw_statement(rng), lexicon.draw_name(rng)


def _make_article() -> str:
    rng, lexicon = random.Random("article"), get_lexicon("en")  # noqa: S311  nothing to protect here
    return " ".join(lexicon.draw_sentence(rng, 20) for _ in range(MAX_ARTICLE_LENGTH // 20))


def _iterate_statements() -> Iterator[str]:
    for statement in ROWS_SQL_PATH.read_text().split(";\n"):
        if statement.strip():
            yield statement


def _advance_sequences(cursor: object) -> None:
    """Advance the sequences past the existing ids."""
    from django.apps import apps

    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    for statement in connection.ops.sequence_reset_sql(no_style(), models):
        cursor.execute(statement)  # type: ignore[attr-defined]  # a cursor of Django
