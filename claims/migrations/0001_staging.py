"""Where an import keeps what it has read: temporary tables, made in the name of the owner of the database.

So whoever serves makes no temporary table of any other name or shape, and needs no right to.
"""

from django.db import migrations

DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

#: Nobody else can look into a temporary table, whatever was granted.
FUNCTIONS = f"""
    CREATE FUNCTION public.claims_stage_end() RETURNS void {DEFINER} AS $$
    BEGIN
        DROP TABLE IF EXISTS
            pg_temp.staged_review, pg_temp.repeated_review, pg_temp.known_review, pg_temp.queued_review;
    END $$;

    -- The keys of statements are made while others read, which keep Python busy and not PostgreSQL.
    CREATE FUNCTION public.claims_stage_begin() RETURNS void {DEFINER} AS $$
    BEGIN
        PERFORM public.claims_stage_end();
        CREATE TEMPORARY TABLE staged_review (
            number integer GENERATED ALWAYS AS IDENTITY,
            digest uuid, key uuid, number_key uuid, statement text, review text, found text,
            statement_key uuid GENERATED ALWAYS AS (public.claims_statement_key(statement)) STORED
        );
        GRANT SELECT, INSERT ON pg_temp.staged_review TO PUBLIC;
    END $$;

    -- Take out what says nothing new, and put the rest in the order of writing. Returns what became of what was taken out.
    -- Sorted in memory: these tables are a few ten bytes for each record.
    CREATE FUNCTION public.claims_stage_set_aside_known(import_run bigint)
    RETURNS TABLE (outcome text, number bigint) {DEFINER} SET work_mem = '128MB' AS $$
    #variable_conflict use_column
    BEGIN
        CREATE UNIQUE INDEX ON pg_temp.staged_review (number);
        ANALYZE pg_temp.staged_review;

        CREATE TEMPORARY TABLE repeated_review AS
            SELECT number, digest, review FROM (
                SELECT number, digest, review, min(number) OVER (PARTITION BY digest) AS first
                FROM pg_temp.staged_review
            ) AS staged WHERE number > first;
        DELETE FROM pg_temp.staged_review AS staged USING pg_temp.repeated_review AS one
            WHERE staged.number = one.number;
        CREATE INDEX ON pg_temp.repeated_review (digest);
        ANALYZE pg_temp.repeated_review;

        -- Records that need no writing: this import wrote them before it was broken off, or what they say was taken to
        -- the letter and is what is stored. Where the verdict was replaced or the claim changed since, that has to be
        -- looked at, unless an editor decided about the claim.
        CREATE TEMPORARY TABLE known_review AS
            SELECT DISTINCT ON (staged.number)
                staged.number, staged.digest, staged.key, staged.number_key, taken.claim_id, taken.run_id,
                CASE WHEN taken.run_id = import_run THEN taken.outcome ELSE 'agreed' END AS outcome,
                CASE WHEN taken.run_id = import_run AND taken.differs THEN 'merged' ELSE 'agreed' END
                    AS outcome_of_repeats
            FROM pg_temp.staged_review AS staged
            JOIN public.claims_importedrecord AS taken USING (digest)
            JOIN public.claims_claim AS claim ON claim.id = taken.claim_id
            LEFT JOIN public.claims_verdict AS verdict ON verdict.id = taken.verdict_id
            WHERE taken.run_id = import_run OR NOT taken.differs AND (
                claim.state IN ('declined', 'merged')
                OR claim.updated_at <= taken.at AND coalesce(verdict.state, 'published') = 'published'
            )
            ORDER BY staged.number, taken.id DESC;
        DELETE FROM pg_temp.staged_review AS staged USING pg_temp.known_review AS known
            WHERE staged.number = known.number;
        CREATE INDEX ON pg_temp.known_review (key);
        CREATE INDEX ON pg_temp.known_review (number_key);
        ANALYZE pg_temp.known_review;

        -- The reviews that are still to be written, those of one statement together, in the order in which statements
        -- appear. Without their texts, so that sorting moves little.
        CREATE TEMPORARY TABLE queued_review AS
            SELECT row_number() OVER (ORDER BY first, number) AS turn, number, statement_key,
                number_key IS NOT NULL AND count(*) OVER (PARTITION BY number_key) = 1 AS has_number
            FROM (
                SELECT number, number_key, statement_key, min(number) OVER (PARTITION BY statement_key) AS first
                FROM pg_temp.staged_review
            ) AS together;
        CREATE UNIQUE INDEX ON pg_temp.queued_review (turn);
        ANALYZE pg_temp.queued_review;
        GRANT SELECT ON pg_temp.repeated_review, pg_temp.known_review, pg_temp.queued_review TO PUBLIC;

        RETURN QUERY
            SELECT known.outcome::text, count(*) FROM (
                SELECT outcome FROM pg_temp.known_review
                UNION ALL
                SELECT outcome_of_repeats FROM pg_temp.known_review JOIN pg_temp.repeated_review USING (digest)
            ) AS known GROUP BY known.outcome;
    END $$;

    REVOKE ALL ON FUNCTION public.claims_stage_end(), public.claims_stage_begin(),
        public.claims_stage_set_aside_known(bigint) FROM PUBLIC;
"""

AWAY = """
    DROP FUNCTION public.claims_stage_set_aside_known(bigint), public.claims_stage_begin(), public.claims_stage_end();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (migrations.RunSQL(FUNCTIONS, AWAY),)
