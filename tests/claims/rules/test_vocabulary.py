"""The account of public words, which the ledger keeps: it is right after whatever happens, however it is written."""

import random
from collections import Counter
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection

from claims.models import Claim, Publication, SearchLanguage, SearchSpelling, SearchWord
from claims.review import workflow
from tests.helpers.broken_rules import as_committed, refused
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]

WORDS = (
    "harbour",
    "bridge",
    "ferry",
    "volcano",
    "island",
    "school",
    "Brücke",
    "гавань",
    "정부가",
    "2019",
    "橋",
)


def test_the_vocabulary_agrees_with_publications(publish: Publish, editor: User) -> None:
    chance = random.Random(11)  # noqa: S311  not for secrets
    claims: list[Claim] = []
    for _ in range(25):
        about = " ".join(chance.choices(WORDS, k=3))
        step = chance.random()
        if step < 0.5 or not claims:
            language = chance.choice(["en", "de", "ru", "ko"])
            claims.append(publish(make_claim(f"The {about}.", language=language), language=language))
        elif step < 0.75:
            claim = chance.choice(claims)
            publish(claim, summary=about, correction_kind="correction", correction_note="It was wrong.")
        else:
            claim = claims.pop(chance.randrange(len(claims)))
            verdict = claim.verdicts.get(state="published")
            workflow.move(verdict, "retract", by=editor, note="It was wrong.")
        assert_account_is_right()
    assert SearchWord.objects.filter(publications__gt=1).exists()


def test_entries_that_arrive_together_are_counted_together(publish: Publish) -> None:
    """Two claims and two versions of one of them, by one statement of SQL."""
    one, other = (publish(make_claim(f"The {word} is closed.")) for word in ("harbour", "volcano"))
    as_committed()
    columns = [
        field.column or ""
        for field in Publication._meta.concrete_fields
        if field.name
        not in ("id", "sequence", "superseded_at", "version", "search_statement", "search", "search_heading")
    ]
    kept = ", ".join(columns)
    with connection.cursor() as sql:
        sql.execute(
            f"INSERT INTO claims_publication (version, search_statement, {kept})"
            f" SELECT given.version, given.words, {kept} FROM claims_publication AS now"
            " JOIN (VALUES (%s, 2, 'ferry'), (%s, 3, 'island bridge'), (%s, 2, 'island'))"
            " AS given (claim, version, words) ON now.claim_id = given.claim AND now.version = 1"
            " ORDER BY given.claim, given.version",
            [one.pk, one.pk, other.pk],
        )
    assert_account_is_right()
    assert set(
        SearchWord.objects.filter(word__in=["harbour", "ferry", "island", "bridge"]).values_list()
    ) == {
        ("island", 2),
        ("bridge", 1),
    }


@pytest.mark.parametrize(
    "table", ["claims_searchword (word, publications)", "claims_searchlanguage (language, publications)"]
)
def test_words_of_no_publication_are_not_in_the_vocabulary(table: str) -> None:
    refused(f"INSERT INTO {table} VALUES ('no', 0)", match="_is_alive")


def assert_account_is_right() -> None:
    words: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for publication in Publication.objects.current():
        with connection.cursor() as sql:
            sql.execute(
                "SELECT tsvector_to_array(search) FROM claims_publication WHERE id = %s", [publication.pk]
            )
            lexemes = sql.fetchone()[0]
        words.update(word for word in lexemes if ":" not in word and len(word) >= 3 and word != "2019")
        languages.update(publication.search_languages)
    assert dict(SearchWord.objects.values_list("word", "publications")) == words
    assert set(SearchSpelling.objects.values_list("word", flat=True)) == set(words)
    assert dict(SearchLanguage.objects.values_list("language", "publications")) == languages


def test_search_columns_are_computed_from_the_texts_for_any_writer(publish: Publish) -> None:
    publish(make_claim("The harbour is closed."))
    as_committed()
    made = (
        "INSERT INTO claims_publication (claim_id, version, {columns}, search, search_heading)"
        " SELECT claim_id, 2, {columns}, 'volcano'::tsvector, 'volcano'::tsvector FROM claims_publication"
        " RETURNING search, search_heading,"
        " claims_search_heading(search_languages, search_statement, search_names)"
    )
    set_by_the_database = ("id", "claim", "version", "sequence", "superseded_at", "search", "search_heading")
    columns = ", ".join(
        str(field.column)
        for field in Publication._meta.concrete_fields
        if field.name not in set_by_the_database
    )
    with connection.cursor() as sql:
        sql.execute(made.format(columns=columns))
        [(search, heading, expected)] = sql.fetchall()
    assert heading == expected
    assert "'harbour':2A" in heading
    assert "volcano" not in search
