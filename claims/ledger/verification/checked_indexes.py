"""Verify the database indexes of entries, because a manipulated index can hide an entry that is unchanged."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy

from claims.ledger.verification.findings import Discrepancy, format_ranges
from claims.models.publication_columns import SUMMARY_SQL

#: Queries by the problem that they find. Each row found is a number, or a text and a number.
_CHECKS_SQL = {
    gettext_lazy("the words stored for searching do not agree with its text."): """
        SELECT 'Entry', sequence FROM claims_publication
        WHERE search_heading IS DISTINCT FROM
                public.claims_search_heading(search_languages, search_statement, search_names)
            OR search IS DISTINCT FROM public.claims_search_document(
                public.claims_search_heading(search_languages, search_statement, search_names),
                search_languages, search_text
            )
        ORDER BY sequence
    """,
    gettext_lazy("the entry’s summary in lists does not match its body."): f"""
        SELECT 'Entry', sequence FROM claims_publication, LATERAL (SELECT body::jsonb AS entry) AS read
        WHERE summary IS DISTINCT FROM {SUMMARY_SQL}
        ORDER BY sequence
    """,  # noqa: S608  the expression of the trigger
    gettext_lazy("the words stored for matching do not agree with its entry."): """
        SELECT 'Claim', coalesce(entry.claim_id, known.claim_id)
        FROM (
            SELECT claim_id, matched.words FROM claims_publication,
                public.claims_matched_words(search_statement || ' ' || search_headlines) AS matched
            WHERE superseded_at IS NULL AND status = 'published'
        ) AS entry FULL JOIN claims_statedwords AS known ON known.claim_id = entry.claim_id
        WHERE entry.words IS DISTINCT FROM known.words
        ORDER BY 2
    """,
    gettext_lazy("the stored count does not match the entries."): """
        WITH entries AS (
            SELECT * FROM claims_publication WHERE superseded_at IS NULL AND status = 'published'
        ), counted AS (
            SELECT kind, thing_id, count(*) AS publications FROM (
                SELECT 'claimant' AS kind, claimant_id AS thing_id FROM entries WHERE claimant_id IS NOT NULL
                UNION ALL SELECT 'topic', each FROM entries, LATERAL (SELECT DISTINCT unnest(topic_ids) AS each) AS e
                UNION ALL SELECT 'source', each FROM entries, LATERAL (SELECT DISTINCT unnest(source_ids) AS each) AS e
                UNION ALL SELECT 'publisher', each
                    FROM entries, LATERAL (SELECT DISTINCT unnest(publisher_ids) AS each) AS e
                UNION ALL SELECT 'rating', each FROM entries, LATERAL (SELECT DISTINCT unnest(rating_ids) AS each) AS e
            ) AS mentioned GROUP BY kind, thing_id
        )
        SELECT initcap(coalesce(known.kind, counted.kind)), coalesce(known.thing_id, counted.thing_id)
        FROM counted FULL JOIN claims_mention AS known
            ON (known.kind, known.thing_id) = (counted.kind, counted.thing_id)
        WHERE known.publications IS DISTINCT FROM counted.publications
        ORDER BY 1, 2
    """,
    gettext_lazy("published, but missing from the latest entries."): """
        SELECT 'Verdict', verdict.id
        FROM claims_verdict AS verdict JOIN claims_claim AS claim ON claim.id = verdict.claim_id
        WHERE verdict.state = 'published' AND NOT EXISTS (
            SELECT FROM claims_publication AS entry
            JOIN claims_publishedverdict AS shown ON shown.publication_id = entry.id
            WHERE entry.claim_id = coalesce(claim.merged_into_id, claim.id) AND entry.superseded_at IS NULL AND (
                shown.verdict_id = verdict.id
                OR claim.merged_into_id IS NOT NULL AND shown.publisher_id = verdict.publisher_id
            )
        )
        ORDER BY verdict.id
    """,
    gettext_lazy("the latest entry of its claim contains it, but it is not published."): """
        SELECT 'Verdict', shown.verdict_id
        FROM claims_publishedverdict AS shown LEFT JOIN claims_verdict AS verdict ON verdict.id = shown.verdict_id
        WHERE shown.superseded_at IS NULL AND verdict.state IS DISTINCT FROM 'published'
        ORDER BY shown.verdict_id
    """,
}


def check_indexes(connection: BaseDatabaseWrapper) -> Iterator[Discrepancy]:
    """Return discrepancies between indexes and entries."""
    return run_checks(_CHECKS_SQL, connection)


def run_checks(
    queries_by_problem: Mapping[Any, str], connection: BaseDatabaseWrapper
) -> Iterator[Discrepancy]:
    """Yield a finding for each query that returns rows."""
    for problem, query in queries_by_problem.items():
        with connection.cursor() as cursor:
            cursor.execute(query)
            findings: dict[str, list[int]] = {}
            for noun, number in cursor.fetchall():
                findings.setdefault(noun, []).append(number)
        yield from (
            Discrepancy(f"{noun} {format_ranges(numbers)}", str(problem))
            for noun, numbers in findings.items()
        )
