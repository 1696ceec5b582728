"""Verify that the newsroom's published verdicts match the content that people signed off."""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy

from claims.ledger.verification.checked_indexes import run_checks
from claims.ledger.verification.findings import Discrepancy
from claims.models.signoff_digests import (
    SIGNED_ROWS_SQL,
    VERDICT_SHA256_SQL,
    build_entry_verdict_sha256_sql,
    build_is_signed_off_sql,
)

_CHECKS_SQL = {
    gettext_lazy("published, but different from what was signed off."): f"""
        SELECT 'Verdict', signed.id FROM {SIGNED_ROWS_SQL}
        WHERE signed.origin = 'house' AND NOT signed.is_restored AND signed.state NOT IN ('draft', 'in_review') AND (
            SELECT count(DISTINCT given.by_id) FROM public.claims_signoff AS given
            WHERE given.verdict_id = signed.id AND given.round = signed.review_round
                AND given.verdict_sha256 = {VERDICT_SHA256_SQL}
                AND given.by_id <> ALL (array_remove(
                    signed.edited_by || ARRAY[signed.author_id, signed.submitted_by_id]::bigint[], NULL
                ))
        ) < signed.required_signoffs
        ORDER BY 2
    """,  # noqa: S608  nothing in it comes from outside
    gettext_lazy("the entry contains a verdict of this newsroom that no one signed off."): f"""
        SELECT DISTINCT 'Entry', entry.sequence
        FROM public.claims_publication AS entry
        CROSS JOIN (SELECT id, name FROM public.sources_publisher WHERE is_house) AS house
        CROSS JOIN LATERAL (SELECT CASE WHEN entry.body IS JSON THEN entry.body::jsonb END AS body) AS read
        CROSS JOIN LATERAL jsonb_array_elements(
            CASE jsonb_typeof(read.body -> 'verdicts') WHEN 'array' THEN read.body -> 'verdicts' END
        ) AS said
        WHERE (said ->> 'origin' IS DISTINCT FROM 'imported' OR said -> 'publisher' ->> 'id' = house.id::text
                OR said -> 'publisher' ->> 'name' = house.name
                OR coalesce(said -> 'signed_off', 'null') <> 'null')
            AND NOT EXISTS (
                SELECT FROM {SIGNED_ROWS_SQL}
                WHERE signed.id = CASE WHEN said ->> 'id' ~ '^[0-9]{{1,18}}$' THEN (said ->> 'id')::bigint END
                    AND signed.state NOT IN ('draft', 'in_review')
                    AND CASE WHEN signed.origin = 'house' AND NOT signed.is_restored
                        THEN {build_is_signed_off_sql("entry.claim_id", "read.body", "said")}
                        ELSE {VERDICT_SHA256_SQL} = {build_entry_verdict_sha256_sql("said")}
                            AND (signed.is_restored OR coalesce(said -> 'signed_off', 'null') = 'null')
                    END
            )
        ORDER BY 2
    """,  # noqa: S608  nothing in it comes from outside
}


def check_signoffs(connection: BaseDatabaseWrapper) -> Iterator[Discrepancy]:
    """Yield verdicts and entries whose content differs from the content that people signed off."""
    return run_checks(_CHECKS_SQL, connection)
