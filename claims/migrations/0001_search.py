"""What the claim tables stand on: extensions, text search in every language, spelling, sameness and nearness of statements."""

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

# A search that has phrases or exclusions, and so many words and operators, asks for words as they stand.
LONG = 400

# A word in the text of a query, as a pattern in SQL.
LEAF = "$leaf$'(?:[^']|'')*'$leaf$"

# A word that stands in so few publications may be misspelt there, if one much like it stands in so many times as many.
RARE = 40
MORE = 3


def _configuration(name: str, copied: str, dictionary: str) -> str:
    return f"""
        CREATE TEXT SEARCH CONFIGURATION public.factcheck_{name} (COPY = pg_catalog.{copied});
        ALTER TEXT SEARCH CONFIGURATION public.factcheck_{name}
            ALTER MAPPING FOR hword, hword_part, word, asciihword, asciiword, hword_asciipart
            WITH public.unaccent, {dictionary};
    """


# PostgreSQL knows Estonian from 18 on. A database that an older one made takes the words as they stand, for good.
ESTONIAN = """
    DO $$
    BEGIN
        IF EXISTS (SELECT FROM pg_catalog.pg_ts_dict WHERE dictname = 'estonian_stem') THEN
            CREATE TEXT SEARCH DICTIONARY public.factcheck_et_stem
                (TEMPLATE = pg_catalog.snowball, Language = estonian);
        ELSE
            CREATE TEXT SEARCH DICTIONARY public.factcheck_et_stem (TEMPLATE = pg_catalog.simple);
        END IF;
    END
    $$;
"""


def _stemmer(tag: str) -> str:
    return "public.factcheck_et_stem" if tag == "et" else f"pg_catalog.{STEMMERS[tag]}_stem"


CONFIGURATIONS = (
    ESTONIAN
    + _configuration("simple", "simple", "pg_catalog.simple")
    + "".join(
        _configuration(tag, "simple" if tag == "et" else name, _stemmer(tag)) for tag, name in STEMMERS.items()
    )
)

# Functions in SQL are bound to what they name when they are made, which is when they have no `$$` around them, and stay
# as quick as what they say; those in PL/pgSQL look when they are called, so they say where.
PATH = "SET search_path = pg_catalog, public, pg_temp"

# All of these are functions of their arguments alone (the configurations do not change), so that they may feed
# generated columns and indexes.
FUNCTIONS = rf"""
    -- Words as the stemmer of a language has to see them, now that they have no accents. German has two ways to write an
    -- umlaut (`mueller`, without accents `muller`). Arabic words that end in teh marbuta are also typed with heh. The plurals
    -- of `eleicao`, `vacunacion` and `eleccio` are known to the stemmers by their accents alone.
    CREATE FUNCTION public.claims_search_respelt(stemmer text, words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN CASE stemmer
            -- No umlaut stands in `neue`, `frauen`, `quelle` and `statuen`.
            WHEN 'de' THEN regexp_replace(words, '([ao]|(?<![aeq])u(?!en?( |$)))e', '\1', 'g')
            WHEN 'ar' THEN regexp_replace(words, 'ه(?= |$)', 'ة', 'g')
            WHEN 'ca' THEN regexp_replace(words, 'cions(?= |$)', 'cio', 'g')
            WHEN 'es' THEN regexp_replace(words, 'iones(?= |$)', 'ion', 'g')
            WHEN 'pt' THEN regexp_replace(words, 'oes(?= |$)', 'ao', 'g')
            ELSE words END;

    -- A word as the texts in a language (ISO 639-1) that have it are indexed; NULL when that language passes over it.
    CREATE FUNCTION public.claims_search_stem(stemmer text, word text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN stemmer || ':' || (ts_lexize(CASE stemmer
            {" ".join(f"WHEN '{tag}' THEN '{_stemmer(tag)}'::regdictionary" for tag in STEMMERS)}
            END, public.claims_search_respelt(stemmer, word)))[1];

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
                ' ' || to_tsvector(
                    ('public.factcheck_' || stemmer)::regconfig, public.claims_search_respelt(stemmer, content)
                )::text,
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

# By what two statements are the same: letter case (in Turkish too, whose i has two), kinds of quotation marks and dashes, white
# space and what ends a sentence make no difference; everything else does, for "-5 %" is not "5 %", 10² is not 102, and
# 5 mW is not 5 MW.
_MILLI = r"([0-9] *)m(?=(?:Wh?|A|V|Hz|J|Pa)(?![A-Za-z0-9]))"
STATEMENTS = rf"""
    CREATE FUNCTION public.claims_statement_key(statement text) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN md5(btrim(
            regexp_replace(
                -- Most statements are ASCII, and need less to be the same.
                CASE WHEN octet_length(statement) = length(statement)
                THEN replace(replace(replace(lower(
                    regexp_replace(statement, '{_MILLI}', '\1milli', 'g')
                ), '"', ''), '''', ''), '`', '')
                ELSE translate(lower(regexp_replace(normalize(
                    regexp_replace(statement, '([0-9])(?=[⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉])', '\1^', 'g'), NFKC
                ), '{_MILLI}', '\1milli', 'g')), 'ı‐‑‒–—―−"“”„‟«»‹›''‘’‚‛`´＂' || chr(775), 'i-------') END,
                -- White space that is not one space already: each match costs as much as the rest.
                '\s{{2,}}|[^\S ]', ' ', 'g'
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
    BEGIN
        query := websearch_to_tsquery('public.factcheck_simple', asked);
        alternatives := ARRAY(
            SELECT querytree(alternative::tsquery) FROM regexp_split_to_table(query::text, ' \| ') AS alternative
        );
        -- Once through the words, however many they are: to rewrite a query word by word takes their number squared.
        WITH asked_words AS MATERIALIZED (
            SELECT lexeme FROM unnest(to_tsvector('public.factcheck_simple', asked))
        ), written_forms AS (
            SELECT lexeme, lexeme AS form FROM asked_words
            UNION ALL
            SELECT lexeme, public.claims_search_stem(language, lexeme)
            FROM asked_words, public.claims_searchlanguage
            -- Scripts without spaces have no stems, and a text in one has thousands of pairs. A page that is quoted, and
            -- hundreds of words that are not wanted, are meant as they stand: with twenty forms of each, every claim would
            -- be compared with all of them.
            WHERE lexeme !~ '^{UNSPACED}+$' AND (numnode(query) < {LONG} OR query::text !~ '[<!]')
        ), words AS MATERIALIZED (
            SELECT lexeme, public.claims_search_word(lexeme)::text AS leaf,
                jsonb_agg(form ORDER BY form <> lexeme) AS of_word,
                -- A run of a script without spaces is indexed in pairs, so one letter of it is how a pair begins.
                string_agg(
                    public.claims_search_word(form, CASE WHEN form ~ '^{UNSPACED}$' THEN ':*' ELSE '' END)::text,
                    ' | ' ORDER BY form
                ) AS any_form
            FROM written_forms
            WHERE form IS NOT NULL
            GROUP BY lexeme
        ), wanted AS (
            SELECT DISTINCT part[1] AS leaf FROM regexp_matches(querytree(query), {LEAF}, 'g') AS part
        ), parts AS (
            SELECT string_agg(coalesce('(' || any_form || ')', part[1]), '' ORDER BY place) AS written
            FROM regexp_matches(query::text, {LEAF} || '|[^'']+', 'g') WITH ORDINALITY AS pieces (part, place)
            LEFT JOIN words ON leaf = part[1]
        ), about AS (
            SELECT jsonb_object_agg(leaf, of_word) AS forms,
                string_agg(any_form, ' | ' ORDER BY lexeme) FILTER (WHERE wanted.leaf IS NOT NULL) AS ranking,
                bool_or(known.word IS NULL AND public.claims_search_spellable(lexeme))
                    FILTER (WHERE wanted.leaf IS NOT NULL) AS has_unknown,
                bool_or(known.publications <= {RARE}) FILTER (WHERE wanted.leaf IS NOT NULL) AS has_rare,
                count(wanted.leaf) > 1 AS are_several
            FROM words LEFT JOIN wanted USING (leaf) LEFT JOIN public.claims_searchword AS known ON known.word = lexeme
        )
        SELECT parts.written::tsquery, about.ranking::tsquery,
            coalesce(has_unknown, false) OR coalesce(has_rare AND are_several, false), coalesce(about.forms, '{{}}')
        INTO query, ranking, doubtful, forms FROM parts, about;
        query := coalesce(query, '');
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

    -- In how many statements or names of current publications these words stand side by side, at most so many, of a
    -- thousand publications that have them at all.
    CREATE FUNCTION public.claims_search_together(words text, most integer) RETURNS integer
    LANGUAGE plpgsql STABLE {PATH} SET enable_seqscan = off SET enable_indexscan = off AS $$
    BEGIN
        RETURN count(*) FROM (
            SELECT FROM (
                SELECT search_heading FROM public.claims_publication
                WHERE superseded_at IS NULL AND status = 'published'
                    AND search @@ plainto_tsquery('public.factcheck_simple', words) LIMIT 1000
            ) AS both_words
            WHERE search_heading @@ phraseto_tsquery('public.factcheck_simple', words) LIMIT most
        ) AS found;
    END $$;

    -- Words of current publications that a word may have been meant for, with the letters of both. One slip is expected
    -- in 3 letters, two in 7. Where the word itself stands in few of them, in whatever form (`known`), only what is one
    -- slip away and several times as frequent: it may have been misspelt there as well. Nothing where it stands in more.
    --   likely: whether the word may be meant wherever it stands. Others only beside what it is asked for with: three
    --     letters resemble many words; where the word itself stands somewhere, it is rather right; and where another form
    --     of it does, what is no more frequent is hardly meant
    CREATE FUNCTION public.claims_search_similar(
        asked text, OUT known boolean, OUT asked_letters text, OUT word text, OUT letters text, OUT publications integer,
        OUT likely boolean
    ) RETURNS SETOF record LANGUAGE plpgsql {PATH} AS $$
    DECLARE
        lexemes text[] := tsvector_to_array(to_tsvector('public.factcheck_simple', asked));
        misspelt text := lexemes[1];
        frequency integer := 0;
        slips integer;
        is_short boolean;
        is_written boolean;
    BEGIN
        asked_letters := normalize(misspelt, NFD);
        is_short := length(asked_letters) < 4;
        IF cardinality(lexemes) <> 1 OR NOT public.claims_search_spellable(misspelt) THEN
            RETURN;
        END IF;
        SELECT spelt.publications INTO frequency FROM public.claims_searchword AS spelt WHERE spelt.word = misspelt;
        is_written := frequency IS NOT NULL;
        IF NOT is_written THEN
            -- In another form only, it is doubtful however many have that.
            frequency := public.claims_search_found((public.claims_search_read(asked)).ranking, {RARE});
        ELSIF frequency > {RARE} THEN
            RETURN;
        END IF;
        known := frequency > 0;
        slips := CASE WHEN known OR length(asked_letters) < 7 THEN 1 ELSE 2 END;
        RETURN QUERY
            SELECT known, asked_letters, spelt_word.word::text, normalize(spelt_word.word, NFD), spelt_word.publications,
                NOT is_short AND NOT is_written AND spelt_word.publications >= {MORE} * frequency
            FROM public.claims_searchspelling AS spelt JOIN public.claims_searchword AS spelt_word USING (word)
            WHERE public.claims_search_spelling(spelt.word) && public.claims_search_spelling(misspelt)
                AND spelt.word <> misspelt
                AND (NOT is_written OR spelt_word.publications >= {MORE} * frequency)
                AND (NOT is_short OR left(normalize(spelt.word, NFD), 1) = left(asked_letters, 1))
                -- Two letters that changed places are one slip and count as two here.
                AND public.levenshtein_less_equal(
                    normalize(spelt.word, NFD), asked_letters, slips + 1
                ) <= slips + 1
            ORDER BY 6 DESC,
                CASE WHEN is_short THEN 0 ELSE public.levenshtein_less_equal(
                    normalize(spelt.word, NFD), asked_letters, slips + 1
                ) END,
                spelt_word.publications DESC, spelt_word.word
            LIMIT 100;
    END $$;
"""  # noqa: S608  made of constants of this file


# Neighbours of a vector among those of one kind, by their cosine (all are of unit length). How many dimensions it has,
# and which index there is, depends on the model, hence SQL that is written here.
#   considered: how many candidates the index looks at; 0 asks without it, which is exact and takes as long as there are
#   vectors.
NEIGHBOURS = rf"""
    CREATE FUNCTION public.claims_neighbours(
        of_model bigint, dimensions integer, sought text, among_public boolean, most integer, considered integer,
        OUT claim bigint, OUT cosine real, OUT sent bytea
    ) RETURNS SETOF record LANGUAGE plpgsql ROWS 20 {PATH} AS $$
    BEGIN
        IF considered > 0 THEN
            PERFORM set_config('hnsw.ef_search', least(1000, greatest(considered, most))::text, true);
        END IF;
        RETURN QUERY EXECUTE format(
            'SELECT claim_id, (-(vector::halfvec(%1$s) <#> $1))::real, halfvec_send(vector)
            FROM public.claims_statementvector WHERE model_id = %2$s AND %3$s is_public
            ORDER BY (vector::halfvec(%1$s) <#> $1) %4$s LIMIT $2',
            dimensions, of_model, CASE WHEN among_public THEN '' ELSE 'NOT' END,
            CASE WHEN considered > 0 THEN '' ELSE '+ 0' END
        ) USING sought::halfvec, most;
    END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("claims", "0001_staging")]
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGinExtension(),
        CreateExtension("fuzzystrmatch"),
        CreateExtension("vector"),
        migrations.RunSQL(
            CONFIGURATIONS,
            "".join(
                f"DROP TEXT SEARCH CONFIGURATION public.factcheck_{name};" for name in ("simple", *STEMMERS)
            )
            + "DROP TEXT SEARCH DICTIONARY public.factcheck_et_stem;",
        ),
        migrations.RunSQL(
            FUNCTIONS,
            """
            DROP FUNCTION
                public.claims_search_document, public.claims_search_heading, public.claims_search_vector,
                public.claims_search_stem, public.claims_search_respelt, public.claims_search_word,
                public.claims_search_spellable, public.claims_search_spelling, public.claims_matched_words;
            """,
        ),
        migrations.RunSQL(STATEMENTS, "DROP FUNCTION public.claims_statement_key;"),
        migrations.RunSQL(STATED_ON_THE_DESK, "DROP FUNCTION public.claims_statement_words;"),
        migrations.RunSQL(
            READING,
            """
            DROP FUNCTION
                public.claims_search_read, public.claims_search_frequent, public.claims_search_found,
                public.claims_search_together, public.claims_search_similar;
            """,
        ),
        migrations.RunSQL(NEIGHBOURS, "DROP FUNCTION public.claims_neighbours;"),
    ]
