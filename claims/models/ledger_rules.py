"""Database rules about ledger entries, listed in the models' `Meta`. The append-only rules are in `ledger_row`."""

from typing import Any

import pgtrigger

from claims.models.ledger_counts import COUNT_MENTIONS_SQL, COUNT_WORDS_SQL
from claims.models.signoff_digests import (
    SIGNED_ROWS_SQL,
    VERDICT_SHA256_SQL,
    build_entry_verdict_sha256_sql,
    build_is_signed_off_sql,
)
from claims.models.statement import STORE_STATED_WORDS_SQL
from factcheck.database.rules import OWNER_SQL, MaintenanceTrigger, Rule
from sources.models.publisher import build_normalised_name_sql

#: The previous hash of the first entry.
ZERO_SHA256 = "0" * 64


def build_sealed_sha256_sql(row: str) -> str:
    """Return SQL for the hash of an entry's content, with each text replaced by its salted digest.

    This allows a text to be removed by law, with its salt, while the hash stays valid.
    `claims.ledger.proofs.sealed_text` computes and describes the same hash.
    """
    text_digest = """encode(sha256(convert_to(
        CASE cardinality(salts) WHEN 1 THEN encode(sha256(convert_to(salts[1] || ' ' || number, 'UTF8')), 'hex')
            ELSE coalesce(salts[1 + number], '') END || ' ' || part, 'UTF8')), 'hex')"""
    return f"""(
        SELECT encode(sha256(convert_to(string_agg(
            CASE
                WHEN mod(place, 2) = 1 OR starts_with(behind, ':') THEN part
                WHEN starts_with(salts[1 + number], '-') THEN substr(salts[1 + number], 2)
                ELSE {text_digest}
            END, '"' ORDER BY place
        ), 'UTF8')), 'hex')
        FROM (
            SELECT part, place, place / 2 - 1 AS number, lead(part) OVER (ORDER BY place) AS behind,
                string_to_array({row}.salts, ',') AS salts
            FROM unnest(ARRAY['', {row}.note] || string_to_array({row}.body, '"'))
                WITH ORDINALITY AS parts (part, place)
        ) AS parts
    )"""


def build_entry_bytes_sql(row: str) -> str:
    """Return SQL for the bytes from which the hash of an entry is computed.

    `head` is the previous entry, or NULL. Each line contains one fact without line feeds.
    docs/ledger-proofs.md describes the format, and `claims.ledger.proofs.entry_text` writes the same bytes.
    """
    return f"""convert_to(
    'factcheck ledger entry 1' || E'\\n' || {row}.sequence || E'\\n' || {row}.claim_id || E'\\n' || {row}.version
    || E'\\n' || {row}.status || E'\\n' || {row}.kind || E'\\n'
    || to_char({row}.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || E'\\n'
    || coalesce({row}.merged_into_id::text, '-') || E'\\n'
    || {row}.sealed_sha256 || E'\\n'
    || coalesce(head.chain_sha256, '{ZERO_SHA256}') || E'\\n',
    'UTF8'
)"""


LEDGER_ORDER_RULE = Rule(
    # Before an entry is stored: check that it is the claim's next one and has a verdict, and set its number and hash.
    name="publication_joins_the_ledger",
    operation=pgtrigger.Insert,
    declare=[("previous", "record"), ("head", "record")],
    func=f"""
        -- Locked until the end of the transaction, so that numbers become visible in order.
        PERFORM pg_advisory_xact_lock(hashtext('claims_publication'));
        SELECT id, version, published_at INTO previous FROM public.claims_publication
        WHERE claim_id = NEW.claim_id AND superseded_at IS NULL;
        IF NEW.version <> coalesce(previous.version, 0) + 1
            OR NEW.published_at < previous.published_at OR NEW.superseded_at IS NOT NULL
        THEN
            REJECT 'A publication must be the claim''s next version, and not earlier than the last one.';
        END IF;
        -- The clock may have been set back since the last entry.
        IF NEW.published_at > greatest(clock_timestamp(), previous.published_at) THEN
            REJECT 'A publication cannot be dated in the future.' AS publication_is_not_ahead_of_time;
        END IF;
        IF NEW.status = 'published' THEN
            -- Locked: a verdict that is being retracted in the meantime does not count.
            PERFORM FROM public.claims_verdict WHERE claim_id = NEW.claim_id AND state = 'published' FOR SHARE;
            IF NOT FOUND THEN
                PERFORM FROM public.claims_claim AS claim
                JOIN public.claims_verdict AS verdict ON verdict.claim_id = claim.id
                WHERE claim.merged_into_id = NEW.claim_id AND verdict.state = 'published' FOR SHARE;
                IF NOT FOUND THEN
                    REJECT 'A claim is public only with a published verdict.' AS publication_rests_on_a_verdict;
                END IF;
            END IF;
        END IF;
        -- Without gaps, so that followers of the ledger can see that nothing is missing.
        SELECT sequence, chain_sha256 INTO head FROM public.claims_publication ORDER BY sequence DESC LIMIT 1;
        NEW.sequence := 1 + coalesce(head.sequence, 0);
        -- Entries of a restored ledger keep their values.
        IF NEW.salts = '' OR current_user <> {OWNER_SQL} THEN
            NEW.salts := left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 32);
        END IF;
        NEW.sealed_sha256 := {build_sealed_sha256_sql("NEW")};
        NEW.chain_sha256 := encode(sha256({build_entry_bytes_sql("NEW")}), 'hex');
        IF previous.id IS NOT NULL THEN
            UPDATE public.claims_publication SET superseded_at = NEW.published_at WHERE id = previous.id;
            UPDATE public.claims_publishedverdict SET superseded_at = NEW.published_at
            WHERE publication_id = previous.id;
        END IF;
        RETURN NEW;
    """,
)


def build_previous_value_sql(field: str) -> str:
    """Return SQL for the value of this field in the previous entry of the same verdict."""
    return f"""(
        SELECT was -> {field}
        FROM public.claims_publication AS last, jsonb_array_elements(last.body::jsonb -> 'verdicts') AS was
        WHERE last.claim_id = NEW.claim_id AND last.version = NEW.version - 1 AND was -> 'id' = said -> 'id'
    )"""


#: SQL condition on the verdict `said` in an entry's body and its row `signed`: fields that may change without a review
#: have their present values, or those of the previous entry, which are repeated when something else changes.
_IS_UNCHANGED_SQL = f"""
    (
        said -> 'publisher' ->> 'name' = (SELECT name FROM public.sources_publisher WHERE id = signed.publisher_id)
        OR said -> 'publisher' = {build_previous_value_sql("'publisher'")}
    )
    AND (
        coalesce(said -> 'rating' ->> 'rating_class', '') = (
            SELECT rating_class FROM public.claims_rating WHERE id = signed.rating_id
        )
        OR said -> 'rating' = {build_previous_value_sql("'rating'")}
    )
    AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(entry -> 'translations') AS other
        WHERE other -> 'verdict' = said -> 'id' AND NOT EXISTS (
            SELECT FROM public.claims_publication AS last,
                jsonb_array_elements(last.body::jsonb -> 'translations') AS was
            WHERE last.claim_id = NEW.claim_id AND last.version = NEW.version - 1 AND was = other
        ) AND NOT EXISTS (
            SELECT FROM public.claims_translation AS reviewed
            WHERE reviewed.id = (other ->> 'id')::bigint AND reviewed.verdict_id = signed.id
                AND reviewed.state NOT IN ('draft', 'in_review')
                AND (
                    reviewed.language, reviewed.statement, reviewed.title, reviewed.summary, reviewed.explanation,
                    reviewed.byline
                ) = (
                    other ->> 'language', other ->> 'statement', other ->> 'title', other ->> 'summary',
                    other ->> 'explanation', other ->> 'translated_by'
                )
        )
    )
"""

_NOT_SIGNED_SQL = (
    "REJECT 'An entry must show the newsroom''s verdict exactly as it was signed off. If the claim "
    "has changed since, draft a new version of the verdict.';"
)

SIGNED_CONTENT_RULE = Rule(
    # Only the newsroom's own content needs a sign-off; other content is published under its publisher's name.
    name="publication_says_what_was_signed",
    operation=pgtrigger.Insert,
    declare=[
        *(("entry", "jsonb"), ("said", "jsonb"), ("house", "record"), ("is_ours", "boolean")),
        *(("is_shown", "boolean := false"), ("checked", "jsonb[] := '{}'")),
        ("restores", f"boolean := current_user = {OWNER_SQL}"),
    ],
    func=f"""
        entry := NEW.body::jsonb;
        IF (entry -> 'id', entry ->> 'status', jsonb_typeof(entry -> 'verdicts'))
            IS DISTINCT FROM (to_jsonb(NEW.claim_id), NEW.status, 'array')
        THEN
            REJECT 'The body of an entry must match its claim, its status and its verdicts.'
                AS publication_is_of_its_claim;
        END IF;
        SELECT id, name INTO house FROM public.sources_publisher WHERE is_house;
        -- One by one, so that each is looked up by its id, whatever their number when this is planned.
        FOR said IN SELECT * FROM jsonb_array_elements(entry -> 'verdicts') LOOP
            -- As a number, because most programs read 1.0 as the id 1.
            is_ours := coalesce((said -> 'publisher' ->> 'id')::numeric = house.id, false);
            is_shown := is_shown OR is_ours;
            -- Skip only verdicts that readers cannot mistake for the newsroom's own.
            CONTINUE WHEN said ->> 'origin' IS NOT DISTINCT FROM 'imported' AND NOT is_ours
                AND {build_normalised_name_sql("said -> 'publisher' ->> 'name'")}
                    IS DISTINCT FROM {build_normalised_name_sql("house.name")}
                AND coalesce(said -> 'signed_off', 'null') = 'null';
            checked := checked || (said -> 'id');
            IF NOT EXISTS (
                SELECT FROM {SIGNED_ROWS_SQL}
                WHERE signed.id = (said ->> 'id')::bigint AND CASE
                    -- A restored ledger contains entries that were true earlier.
                    WHEN signed.is_restored AND restores THEN
                        signed.state NOT IN ('draft', 'in_review')
                        AND {VERDICT_SHA256_SQL} = {build_entry_verdict_sha256_sql("said")}
                    ELSE
                        signed.state = 'published' AND NEW.claim_id IN (judged.id, judged.merged_into_id)
                        AND CASE
                            WHEN signed.origin = 'house' AND NOT signed.is_restored
                                THEN {build_is_signed_off_sql("NEW.claim_id", "entry", "said")}
                            ELSE {VERDICT_SHA256_SQL} = {build_entry_verdict_sha256_sql("said")} AND (
                                coalesce(said -> 'signed_off', 'null') = 'null'
                                -- The part of a restored entry that is restated.
                                OR said -> 'signed_off' = {build_previous_value_sql("'signed_off'")}
                            )
                        END
                        AND NEW.body IS JSON OBJECT WITH UNIQUE KEYS
                        AND {_IS_UNCHANGED_SQL}
                    END
            ) THEN
                {_NOT_SIGNED_SQL}
            END IF;
        END LOOP;
        IF EXISTS (
            SELECT FROM jsonb_array_elements(entry -> 'translations') AS other
            WHERE NOT coalesce(other -> 'verdict' = ANY (checked), false)
        ) THEN
            {_NOT_SIGNED_SQL}
        END IF;
        IF NOT (is_shown AND NEW.status = 'published') AND NOT restores AND (
            EXISTS (
                SELECT FROM public.claims_verdict AS live
                JOIN public.claims_claim AS judged ON judged.id = live.claim_id
                WHERE live.claim_id = NEW.claim_id AND live.publisher_id = house.id AND live.state = 'published'
                    AND judged.merged_into_id IS NULL
            ) OR EXISTS (
                SELECT FROM public.claims_claim AS judged
                JOIN public.claims_verdict AS live ON live.claim_id = judged.id
                WHERE judged.merged_into_id = NEW.claim_id AND live.publisher_id = house.id
                    AND live.state = 'published'
            )
        ) THEN
            REJECT 'The entry would omit the newsroom''s published verdict: retract the verdict first.'
                AS publication_withholds_nothing;
        END IF;
        RETURN NEW;
    """,
)

SEARCH_COLUMNS_RULE = Rule(
    # A trigger rather than generated columns, which would each compute the heading, and again at every update.
    name="publication_is_searchable",
    operation=pgtrigger.Insert,
    func="""
        NEW.search_heading := public.claims_search_heading(
            NEW.search_languages, NEW.search_statement, NEW.search_names
        );
        NEW.search := public.claims_search_document(
            NEW.search_heading, NEW.search_languages, NEW.search_text
        );
        RETURN NEW;
    """,
)


def _build_row_trigger(name: str, func: str, **declarations: Any) -> MaintenanceTrigger:
    """Return the trigger that stores the derived rows of new entries."""
    return MaintenanceTrigger(
        name=name,
        level=pgtrigger.Statement,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="arrived"),
        func=func,
        **declarations,
    )


MENTION_COUNTS_TRIGGER = _build_row_trigger("publication_mentions_are_public", COUNT_MENTIONS_SQL)
WORD_COUNTS_TRIGGER = _build_row_trigger(
    "publication_words_are_public", COUNT_WORDS_SQL, declare=[("keys", "text[]"), ("steps", "integer[]")]
)
STATED_WORDS_TRIGGER = _build_row_trigger("publication_statement_is_matched", STORE_STATED_WORDS_SQL)

CLOSING_RULE = Rule(
    # Checked at the end of the transaction: an entry is closed before the next one is inserted.
    name="publication_is_closed_by_the_next",
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    timing=pgtrigger.Deferred,
    condition=pgtrigger.AnyChange("superseded_at"),
    func="""
        IF NOT EXISTS (
            SELECT FROM public.claims_publication
            WHERE claim_id = NEW.claim_id AND version = NEW.version + 1 AND published_at = NEW.superseded_at
        ) THEN
            REJECT 'An entry of the ledger ends when the next one begins.';
        END IF;
        RETURN NULL;
    """,
)

PUBLISHED_VERDICT_RULE = Rule(
    name="publishedverdict_stands_with_its_publication",
    operation=pgtrigger.Insert,
    declare=[("status", "text"), ("entry", "jsonb"), ("said", "jsonb")],
    func="""
        -- A transaction that closes the entry runs before or after this one, and each sees the other's changes.
        SELECT published_at, superseded_at, publication.status, body
        INTO NEW.published_at, NEW.superseded_at, status, entry
        FROM public.claims_publication AS publication WHERE id = NEW.publication_id FOR SHARE;
        said := NEW.body;
        IF status <> 'published' THEN
            REJECT 'Only an entry with the status published can show verdicts.';
        END IF;
        IF (
            NEW.claim_id, NEW.verdict_id, NEW.publisher_id, NEW.publisher_kind, NEW.rating_id, NEW.rating_class,
            NEW.language, NEW.reviewed_on
        ) IS DISTINCT FROM (
            (entry ->> 'id')::bigint, (said ->> 'id')::bigint, (said -> 'publisher' ->> 'id')::bigint,
            said -> 'publisher' ->> 'kind', (said -> 'rating' ->> 'id')::bigint,
            coalesce(said -> 'rating' ->> 'rating_class', ''), said ->> 'language', (said ->> 'reviewed_on')::date
        )
            OR NEW.body IS NOT JSON OBJECT WITH UNIQUE KEYS
            OR NOT (said - 'claim') = ANY (ARRAY(SELECT jsonb_array_elements(entry -> 'verdicts')))
            OR jsonb_typeof(said -> 'claim') IS DISTINCT FROM 'object'
            OR EXISTS (
                SELECT FROM jsonb_each(said -> 'claim') AS part WHERE part.value IS DISTINCT FROM entry -> part.key
            )
        THEN
            REJECT 'The verdicts listed with an entry must match its body.'
                AS publishedverdict_stands_in_the_body;
        END IF;
        RETURN NEW;
    """,
)
