"""What the claim tables stand on: extensions, text search in every language, spelling, sameness of statements."""

from django.contrib.postgres.operations import (
    BtreeGinExtension,
    CreateExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations

# Frozen here on purpose: a migration says what it did then. `claims.search.STEMMERS` is what is used now.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

# Thai to Lao, Burmese, Khmer, kana, Han: scripts that put no spaces between words.
UNSPACED = (
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\U00020000-\U0003ffff]"
)

# A word that stands in so few publications may be misspelt there, if one much like it stands in so many times as many.
RARE = 40
MORE = 3


def _configuration(name: str, copied: str, dictionary: str) -> str:
    return f"""
        CREATE TEXT SEARCH CONFIGURATION public.factcheck_{name} (COPY = pg_catalog.{copied});
        ALTER TEXT SEARCH CONFIGURATION public.factcheck_{name}
            ALTER MAPPING FOR hword, hword_part, word, asciihword, asciiword, hword_asciipart
            WITH public.unaccent, pg_catalog.{dictionary};
    """


CONFIGURATIONS = _configuration("simple", "simple", "simple") + "".join(
    _configuration(tag, name, f"{name}_stem") for tag, name in STEMMERS.items()
)

# Functions in SQL are bound to what they name when they are made, which is when they have no `$$` around them, and stay
# as quick as what they say; those in PL/pgSQL look when they are called, so they say where.
PATH = "SET search_path = pg_catalog, public, pg_temp"

# All of these are functions of their arguments alone (the configurations do not change), so that they may feed
# generated columns and indexes.
FUNCTIONS = rf"""
    -- A word as the texts in a language (ISO 639-1) that have it are indexed; NULL when that language passes over it.
    CREATE FUNCTION public.claims_search_stem(stemmer text, word text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN stemmer || ':' || (ts_lexize(CASE stemmer
            {" ".join(f"WHEN '{tag}' THEN 'pg_catalog.{name}_stem'::regdictionary" for tag, name in STEMMERS.items())}
            END, word))[1];

    -- A word as a query.
    CREATE FUNCTION public.claims_search_word(word text, suffix text = '') RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN ('''' || replace(replace(word, '\', '\\'), '''', '''''') || '''' || suffix)::tsquery;

    -- The words of a text as they stand, and beside each, at the same place, its stem in these languages, marked with
    -- the language: 'bridges':2 'en:bridg':2. So a phrase may mix them, and no stem is taken for another language's.
    CREATE FUNCTION public.claims_search_vector(stemmers text[], content text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE {PATH} AS $$
    DECLARE
        written text;
        stemmer text;
    BEGIN
        IF content = '' THEN
            RETURN '';
        END IF;
        written := to_tsvector('public.factcheck_simple'::regconfig, content)::text;
        FOREACH stemmer IN ARRAY stemmers LOOP
            written := written || replace(
                ' ' || to_tsvector(('public.factcheck_' || stemmer)::regconfig, content)::text,
                ' ''',
                ' ''' || stemmer || ':'
            );
        END LOOP;
        RETURN written::tsvector;
    END $$;

    -- What relevance is judged by: the statement, and the names of its claimant and topics. It always fits.
    CREATE FUNCTION public.claims_search_heading(stemmers text[], statement text, names text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN setweight(public.claims_search_vector(stemmers, statement), 'A')
            || setweight(public.claims_search_vector(stemmers, names), 'B');

    -- All that a claim is found by. A tsvector holds a megabyte: of the few texts beyond it, the end is not searched.
    CREATE FUNCTION public.claims_search_document(heading tsvector, stemmers text[], details text)
    RETURNS tsvector LANGUAGE plpgsql IMMUTABLE {PATH} AS $$
    BEGIN
        LOOP
            BEGIN
                RETURN heading || setweight(public.claims_search_vector(stemmers, details), 'C');
            EXCEPTION WHEN program_limit_exceeded THEN
                details := left(details, length(details) / 2);
            END;
        END LOOP;
    END $$;

    -- Whether a word is one that people misspell: letters of a script that puts spaces between words.
    CREATE FUNCTION public.claims_search_spellable(word text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN word !~ '[0-9:/.@_''+-]' AND length(normalize(word, NFD)) BETWEEN 3 AND 40 AND word !~ '{UNSPACED}';

    -- The words by which a text is matched with others: each as it stands, and, where it is longer than that, its
    -- beginning of five letters, which most forms of a word have in common; and how many different words there are.
    CREATE FUNCTION public.claims_matched_words(content text, OUT words tsvector, OUT length smallint)
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT coalesce(array_to_tsvector(array_agg(DISTINCT form)), ''), least(count(DISTINCT word), 32767)::smallint
        FROM unnest(string_to_array(public.unaccent('public.unaccent', content), ' ')) AS word,
            LATERAL (VALUES (word), (left(word, 5))) AS forms (form)
        WHERE length(word) BETWEEN 1 AND 200;
    END;

    -- Keys of which a word and its misspelling share one: the beginning, the beginning less one letter, and, for two
    -- slips there, the first letter with the end. Hangul counts by its letters.
    CREATE FUNCTION public.claims_search_spelling(word text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT ARRAY[
            beginning, substr(beginning, 2), left(beginning, 5), left(beginning, 1) || substr(beginning, 3),
            left(beginning, 2) || substr(beginning, 4), left(beginning, 3) || substr(beginning, 5),
            left(beginning, 4) || substr(beginning, 6), left(letters, 1) || '-' || right(letters, 4)
        ]
        FROM (SELECT left(normalize(word, NFD), 6) AS beginning, normalize(word, NFD) AS letters) AS spelt;
    END;
"""  # noqa: S608  made of constants of this file

# By what two statements are the same: letter case, kinds of quotation marks and dashes, white space and what ends a
# sentence make no difference; everything else does, for "-5 %" is not "5 %".
STATEMENTS = r"""
    CREATE FUNCTION public.claims_statement_key(statement text) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN md5(btrim(
            regexp_replace(
                -- Most statements are ASCII, and need less to be the same.
                CASE WHEN octet_length(statement) = length(statement)
                THEN replace(replace(replace(lower(statement), '"', ''), '''', ''), '`', '')
                ELSE translate(lower(normalize(statement, NFKC)), '‐‑‒–—―−"“”„‟«»‹›''‘’‚‛`´＂', '-------') END,
                -- White space that is not one space already: each match costs as much as the rest.
                '\s{2,}|[^\S ]', ' ', 'g'
            ),
            ' .!?。'
        ))::uuid;
"""

# By what claims are found among those of the desk: roughly, for it is made for each claim that is written.
STATED_ON_THE_DESK = r"""
    CREATE FUNCTION public.claims_statement_words(statement text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN ARRAY(
            -- An index takes no word of thousands of letters.
            SELECT left(word, 50) FROM unnest(string_to_array(translate(
                lower(statement), E'.,;:!?()[]"“”„‟«»‹›‘’…—–/\n\t\r\u00a0', repeat(' ', 29)
            ), ' ')) AS word WHERE word <> ''
        );
"""

# These look into tables of later migrations, which PL/pgSQL resolves when they are called.
READING = rf"""
    -- The words that most publications have, and how large a part of them: what ANALYZE found. All others are rare.
    CREATE FUNCTION public.claims_search_frequent(OUT word text, OUT share real) RETURNS SETOF record
    LANGUAGE sql STABLE ROWS 1000
    BEGIN ATOMIC
        SELECT frequent.word, frequent.share
        FROM pg_catalog.pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS frequent (word, share)
        WHERE schemaname = 'public' AND tablename = 'claims_publication' AND attname = 'search'
            AND frequent.word IS NOT NULL;
    END;

    -- What a search in web-search syntax asks for.
    --   query: each word as it stands, or by its stem in the languages of what is published
    --   ranking: any of the words that are wanted; NULL where it is only said what is not wanted
    --   doubtful: whether a word is wanted that stands in no current publication, at least not in this form; among
    --     several words also one that stands in so few that it may be misspelt there, too
    --   alternatives: what is wanted by itself, in words as they stand; any of these is enough
    --   forms: those of each word, by how it is written there; the word itself is the first
    CREATE FUNCTION public.claims_search_read(
        asked text, OUT query tsquery, OUT ranking tsquery, OUT doubtful boolean,
        OUT alternatives text[], OUT forms jsonb
    ) LANGUAGE plpgsql STABLE {PATH} AS $$
    DECLARE
        wanted text;
        word record;
        frequency integer;
        rare boolean := false;
        words integer := 0;
    BEGIN
        query := websearch_to_tsquery('public.factcheck_simple', asked);
        alternatives := ARRAY(
            SELECT querytree(alternative::tsquery) FROM regexp_split_to_table(query::text, ' \| ') AS alternative
        );
        wanted := querytree(query);
        doubtful := false;
        forms := '{{}}';
        FOR word IN
            WITH asked_words AS MATERIALIZED (
                SELECT lexeme FROM unnest(to_tsvector('public.factcheck_simple', asked))
            ), written AS (
                SELECT lexeme, lexeme AS form FROM asked_words
                UNION ALL
                SELECT lexeme, public.claims_search_stem(language, lexeme)
                FROM asked_words, public.claims_searchlanguage
                -- Scripts without spaces have no stems, and a text in one has thousands of pairs.
                WHERE lexeme !~ '^{UNSPACED}+$'
            )
            SELECT lexeme, public.claims_search_word(lexeme) AS leaf, jsonb_agg(form ORDER BY form <> lexeme) AS forms,
                -- A run of a script without spaces is indexed in pairs, so one letter of it is how a pair begins.
                string_agg(
                    public.claims_search_word(form, CASE WHEN form ~ '^{UNSPACED}$' THEN ':*' ELSE '' END)::text,
                    ' | ' ORDER BY form
                )::tsquery AS any_form
            FROM written
            WHERE form IS NOT NULL
            GROUP BY lexeme ORDER BY lexeme
        LOOP
            IF word.any_form::text <> word.leaf::text THEN  -- as text: to PostgreSQL, a:* equals a
                query := ts_rewrite(query, word.leaf, word.any_form);
            END IF;
            forms := forms || jsonb_build_object(word.leaf::text, word.forms);
            IF strpos(wanted, word.leaf::text) > 0 THEN
                ranking := coalesce(ranking || word.any_form, word.any_form);
                words := words + 1;
                SELECT publications INTO frequency FROM public.claims_searchword AS known
                WHERE known.word = word.lexeme;
                IF frequency IS NULL THEN
                    doubtful := doubtful OR public.claims_search_spellable(word.lexeme);
                ELSE
                    rare := rare OR frequency <= {RARE};
                END IF;
            END IF;
        END LOOP;
        doubtful := doubtful OR rare AND words > 1;
    END $$;

    -- How many current publications match, at most so many. For what hardly any has, only the index of the search is
    -- quick, which the planner cannot know.
    CREATE FUNCTION public.claims_search_found(query tsquery, most integer) RETURNS integer
    LANGUAGE plpgsql STABLE {PATH} SET enable_seqscan = off SET enable_indexscan = off AS $$
    BEGIN
        RETURN count(*) FROM (
            SELECT FROM public.claims_publication
            WHERE superseded_at IS NULL AND status = 'published' AND search @@ query LIMIT most
        ) AS found;
    END $$;

    -- Words of current publications that a word may have been meant for, with the letters of both. One slip is expected
    -- in 4 letters, two in 7. Where the word itself stands in few of them, in whatever form (`known`), only what is one slip
    -- away and several times as frequent: it may have been misspelt there as well. Nothing where it stands in more.
    CREATE FUNCTION public.claims_search_similar(
        asked text, OUT known boolean, OUT asked_letters text, OUT word text, OUT letters text, OUT publications integer
    ) RETURNS SETOF record LANGUAGE plpgsql {PATH} AS $$
    DECLARE
        lexemes text[] := tsvector_to_array(to_tsvector('public.factcheck_simple', asked));
        misspelt text := lexemes[1];
        frequency integer := 0;
        slips integer;
    BEGIN
        asked_letters := normalize(misspelt, NFD);
        IF cardinality(lexemes) <> 1 OR length(asked_letters) < 4 OR NOT public.claims_search_spellable(misspelt) THEN
            RETURN;
        END IF;
        SELECT spelt.publications INTO frequency FROM public.claims_searchword AS spelt WHERE spelt.word = misspelt;
        IF frequency IS NULL THEN
            -- In another form only, it is doubtful however many have that.
            frequency := public.claims_search_found((public.claims_search_read(asked)).ranking, {RARE});
        ELSIF frequency > {RARE} THEN
            RETURN;
        END IF;
        known := frequency > 0;
        slips := CASE WHEN known OR length(asked_letters) < 7 THEN 1 ELSE 2 END;
        RETURN QUERY
            SELECT known, asked_letters, spelt_word.word::text, normalize(spelt_word.word, NFD), spelt_word.publications
            FROM public.claims_searchspelling AS spelt JOIN public.claims_searchword AS spelt_word USING (word)
            WHERE public.claims_search_spelling(spelt.word) && public.claims_search_spelling(misspelt)
                AND spelt.word <> misspelt AND spelt_word.publications >= {MORE} * frequency
                -- Two letters that changed places are one slip and count as two here.
                AND public.levenshtein_less_equal(
                    normalize(spelt.word, NFD), asked_letters, slips + 1
                ) <= slips + 1
            ORDER BY public.levenshtein_less_equal(normalize(spelt.word, NFD), asked_letters, slips + 1),
                spelt_word.publications DESC, spelt_word.word
            LIMIT 100;
    END $$;
"""  # noqa: S608  made of constants of this file


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGinExtension(),
        CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(
            CONFIGURATIONS,
            "".join(
                f"DROP TEXT SEARCH CONFIGURATION public.factcheck_{name};" for name in ("simple", *STEMMERS)
            ),
        ),
        migrations.RunSQL(
            FUNCTIONS,
            """
            DROP FUNCTION
                public.claims_search_document, public.claims_search_heading, public.claims_search_vector,
                public.claims_search_stem, public.claims_search_word, public.claims_search_spellable,
                public.claims_search_spelling, public.claims_matched_words;
            """,
        ),
        migrations.RunSQL(STATEMENTS, "DROP FUNCTION public.claims_statement_key;"),
        migrations.RunSQL(STATED_ON_THE_DESK, "DROP FUNCTION public.claims_statement_words;"),
        migrations.RunSQL(
            READING,
            """
            DROP FUNCTION
                public.claims_search_read, public.claims_search_frequent, public.claims_search_found,
                public.claims_search_similar;
            """,
        ),
    ]
