"""By what words the desk's lists are searched: in any script, and the same whatever the locale of the server."""

from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

# What is no part of a word. Named one by one: what a letter is, PostgreSQL asks the locale of the server.
SIGNS = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u02b9-\u02ee\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff"
    r"\u3000-\u3004\u3008-\u3020\u3030\u30fb\ufe30-\ufe4f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+"
)

# Thai to Lao, Burmese, Khmer, kana, Han: scripts that put no spaces between words.
UNSPACED = (
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\U00020000-\U0003ffff]"
)

PATH = "SET search_path = pg_catalog, public, pg_temp"

FUNCTIONS = rf"""
    -- The words of a text, without case and accents, each in at most 60 letters. Of a script without spaces, each letter
    -- with the one that follows it. Dear on purpose: the planner shall ask an index rather than call it for each row.
    CREATE FUNCTION public.factcheck_desk_forms(content text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 {PATH} AS $$
    BEGIN
        IF octet_length(content) = length(content) THEN
            content := lower(content);
        ELSE
            content := lower(unaccent('public.unaccent'::regdictionary, normalize(content, NFKC)));
        END IF;
        content := regexp_replace(content, '{SIGNS}', ' ', 'g');
        IF octet_length(content) = length(content) OR content !~ '{UNSPACED}' THEN
            RETURN ARRAY(SELECT left(word, 60) FROM string_to_table(content, ' ') AS word WHERE word <> '');
        END IF;
        -- Letters are counted off once, and no row carries the word that it is of: a long text would take minutes.
        RETURN ARRAY(
            SELECT CASE
                WHEN left(letter, 1) ~ '{UNSPACED}'
                THEN letter || coalesce(lead(letter) OVER (PARTITION BY number ORDER BY place), '')
                ELSE left(letter, 60) END
            FROM string_to_table(regexp_replace(content, '({UNSPACED}+)', ' \1 ', 'g'), ' ')
                    WITH ORDINALITY AS written (word, number),
                -- Into letters, or not at all.
                string_to_table(word, CASE WHEN left(word, 1) ~ '{UNSPACED}' THEN NULL ELSE '' END)
                    WITH ORDINALITY AS letters (letter, place)
            WHERE word <> ''
            ORDER BY number, place
        );
    END $$;

    CREATE FUNCTION public.factcheck_desk_words(content text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 {PATH} AS $$
    BEGIN
        RETURN array_to_tsvector(public.factcheck_desk_forms(content));
    END $$;

    -- What has all of these words, or longer ones that begin with them. A single letter stands for itself, but where it
    -- is a word. NULL, which nothing matches, where there is no word in it.
    CREATE FUNCTION public.factcheck_desk_query(asked text) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE {PATH} AS $$
    DECLARE
        forms text[] := public.factcheck_desk_forms(asked);
    BEGIN
        RETURN (
            SELECT string_agg(
                '''' || form || '''' || CASE WHEN length(form) > 1 OR form ~ '{UNSPACED}' THEN ':*' ELSE '' END, ' & '
            )
            FROM unnest(forms) WITH ORDINALITY AS written (form, place)
            -- The last letter of a run has none that follows it, and was asked for with the one before.
            WHERE NOT (place > 1 AND length(form) = 1 AND form ~ '{UNSPACED}' AND right(forms[place - 1], 1) = form)
        )::tsquery;
    END $$;
"""


class Migration(migrations.Migration):
    initial = True
    # Django renders all models that exist for each of these. Before ours there are few, after ours 150.
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("procrastinate", "0041_post_retry_failed_job"),
        ("sessions", "0001_initial"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]
    operations = [
        UnaccentExtension(),
        migrations.RunSQL(
            FUNCTIONS,
            """
            DROP FUNCTION
                public.factcheck_desk_query, public.factcheck_desk_words, public.factcheck_desk_forms;
            """,
        ),
    ]
