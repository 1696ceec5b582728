"""SHA-256 digests of the content of a sign-off: the rows of a verdict, and a ledger entry.

A sign-off stores two digests, which the database computes: one of the claim's words, and one of the verdict's texts,
rating and evidence. A ledger entry with the verdict must have the same digests. They cover only content that is fixed
at submission. Details that may change later without a review (names of publishers and claimants, rating classes,
titles of sources) are excluded.

Everything here is SQL, for the database rules and for `claims.ledger.verification`. Outsiders can compute the same
digests from public data: docs/ledger-proofs.md, `claims.ledger.document.signed_content`.
"""

#: The texts of a verdict. Older exports may lack some of them.
TEXT_FIELDS = (
    *("title", "summary", "explanation", "byline", "language", "url", "media_authenticity_category"),
    *("original_media_context", "original_media_url"),
)
DAY_FIELDS = ("reviewed_on", "valid_as_of", "recheck_on")
QUOTE_FIELDS = ("exact", "prefix", "suffix", "start", "end")


def _build_sha256_sql(*parts: str) -> str:
    return f"encode(sha256(convert_to(jsonb_build_array({', '.join(parts)})::text, 'UTF8')), 'hex')"


def _list_columns(row: str, *names: str) -> list[str]:
    return [f'{row}."{name}"' for name in names]


def _list_keys(value: str, *names: str) -> list[str]:
    return [f"{value} -> '{name}'" for name in names]


_EVIDENCE_SQL = ", ".join(
    [
        *_list_columns("item", "id", "stance", "note", *QUOTE_FIELDS, "source_id", "snapshot_id", "media_id"),
        "item.media_fragment",
    ]
)
_ENTRY_EVIDENCE_SQL = ", ".join(
    [
        *_list_keys("item", "id", "stance", "note", *QUOTE_FIELDS),
        "item -> 'source' -> 'id'",
        "item -> 'snapshot' -> 'id'",
        "item -> 'media' -> 0 -> 'id'",
        "coalesce(item -> 'media' -> 0 -> 'media_fragment', '\"\"')",
    ]
)

#: SQL for the digest of the claim in the row `judged`.
CLAIM_SHA256_SQL = _build_sha256_sql(
    *_list_columns("judged", "statement", "language", "claimant_id", "claimed_on", "context"),
)
#: SQL for the digest of the verdict in the row `signed`, with its rating in the row `rated`.
VERDICT_SHA256_SQL = _build_sha256_sql(
    *_list_columns("signed", "id", "version", "publisher_id", "origin"),
    *_list_columns("rated", "id", "code", "label"),
    *_list_columns("signed", *TEXT_FIELDS, *DAY_FIELDS),
    f"""(
        SELECT jsonb_agg(jsonb_build_array({_EVIDENCE_SQL}) ORDER BY item.id)
        FROM public.claims_evidence AS item WHERE item.verdict_id = signed.id
    )""",
)
#: The FROM clause that these digests need: the verdict with its claim and rating.
SIGNED_ROWS_SQL = """public.claims_verdict AS signed
    JOIN public.claims_claim AS judged ON judged.id = signed.claim_id
    LEFT JOIN public.claims_rating AS rated ON rated.id = signed.rating_id"""


def build_entry_claim_sha256_sql(body: str) -> str:
    """Return SQL for the digest of the claim in an entry's body, which is a JSON value."""
    return _build_sha256_sql(
        *_list_keys(body, "statement", "language"),
        f"{body} -> 'claimant' -> 'id'",
        *_list_keys(body, "claimed_on", "context"),
    )


def build_entry_verdict_sha256_sql(verdict: str) -> str:
    """Return SQL for the digest of a verdict in an entry's body."""
    return _build_sha256_sql(
        *_list_keys(verdict, "id", "version"),
        f"{verdict} -> 'publisher' -> 'id'",
        f"{verdict} -> 'origin'",
        *(f"{verdict} -> 'rating' -> '{name}'" for name in ("id", "code", "label")),
        *(f"coalesce({verdict} -> '{name}', '\"\"')" for name in TEXT_FIELDS),
        *_list_keys(verdict, *DAY_FIELDS),
        f"""(
        SELECT jsonb_agg(jsonb_build_array({_ENTRY_EVIDENCE_SQL}) ORDER BY item -> 'id')
        FROM jsonb_array_elements(
            CASE jsonb_typeof({verdict} -> 'evidence') WHEN 'array' THEN {verdict} -> 'evidence' END
        ) AS item
    )""",
    )


def build_is_signed_off_sql(claim: str, body: str, verdict: str) -> str:
    """Return the SQL condition that enough people signed off the content of an entry.

    `claim` is the id of the entry's claim. In the query, the verdict's row must be named `signed`. The condition also
    checks the entry's own `signed_off`.
    """
    # The verdict of a merged claim was signed off with that claim's own statement, not with the entry's.
    return f"""(
        SELECT count(DISTINCT given.by_id) >= signed.required_signoffs
            AND coalesce({verdict} -> 'signed_off', 'null') IN ('null', jsonb_build_object(
                'claim_sha256', CASE WHEN signed.claim_id = {claim} THEN min(given.claim_sha256) END,
                'verdict_sha256', min(given.verdict_sha256),
                'people', count(DISTINCT given.by_id)
            ))
        FROM public.claims_signoff AS given
        WHERE given.verdict_id = signed.id AND given.round = signed.review_round
            AND given.verdict_sha256 = {build_entry_verdict_sha256_sql(verdict)}
            AND (signed.claim_id <> {claim} OR given.claim_sha256 = {build_entry_claim_sha256_sql(body)})
    )"""
