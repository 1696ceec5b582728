"""Functions that find words in the whole database and cut them out; `claims.models.removal` calls them."""

from django.db import migrations

_PLPGSQL = "LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp"

#: Scripts without spaces between words, and Hangul, where particles join the name: there the exact letters count.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u318f\u31f0-\u31ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
#: A letter, digit or vowel sign; an underscore is none, since Markdown has it around words.
_LETTER = r"[[:alnum:]\u0300-\u036f]"
#: Letters that are part of no word: escapes of JSON and of addresses.
_ESCAPE = r"\\[bfnrt]|\\u00[0-2a][0-9a-f]|\\u20[0-9a-f]{2}|%2[0-9a-f]"
_TAG = r'<[/a-z][^<>"\x01]*>'
#: What may interrupt a word, and what may stand between two.
_MARKS = rf"(?:[*_~`]|{_TAG})*"
_SPACE = rf'(?:[][[:space:]\u00a0*_~`]|\\[nrt]|\\u00a0|&nbsp;|{_TAG}|\]\([^()[:space:]"\x01]*\))+'

FUNCTIONS = rf"""
    -- Whether letters before or after these make another word of them.
    CREATE FUNCTION public.claims_is_spaced(letter text) RETURNS boolean IMMUTABLE PARALLEL SAFE {_PLPGSQL} AS $$
    BEGIN
        RETURN letter ~ '{_LETTER}' AND letter !~ '[{_UNSPACED}]';
    END $$;

    -- The shortest words that can be removed: shorter ones are part of too many others.
    CREATE FUNCTION public.claims_is_long_enough(word text) RETURNS boolean IMMUTABLE PARALLEL SAFE {_PLPGSQL} AS $$
    BEGIN
        RETURN length(word) >= CASE WHEN word ~ '[{_UNSPACED}]' THEN 2 ELSE 4 END;
    END $$;

    -- A regular expression for a word as a whole, also where formatting or the end of a line interrupts it; or for one
    -- spelling of it.
    CREATE FUNCTION public.claims_word_pattern(word text, hit text DEFAULT NULL) RETURNS text
    IMMUTABLE PARALLEL SAFE {_PLPGSQL} AS $$
    DECLARE
        letters text := regexp_replace(coalesce(hit, word), '([^[:alnum:] ])', '\\\1', 'g');
    BEGIN
        IF hit IS NULL AND length(word) <= 60 AND word !~ '[\\%]|^[0-9a-f]{{64}}$' THEN
            letters := regexp_replace(letters, '(\\?[^ \\])(?=[^ ])', $re$\1{_MARKS}$re$, 'g');
            letters := regexp_replace(letters, ' +', replace($re${_SPACE}$re$, '\', '\\'), 'g');
        END IF;
        RETURN concat(
            CASE WHEN public.claims_is_spaced(left(word, 1))
                THEN '(?:(?<![[:alnum:]\u0300-\u036f\\])|(?<={_ESCAPE}))' END,
            letters,
            CASE WHEN public.claims_is_spaced(right(word, 1)) AND word !~* '(\\u[0-9a-f]{{4}}|%[0-9a-f]{{2}})$'
                THEN '(?!{_LETTER})' END
        );
    END $$;

    -- Whether a text has any of the words. Patterns are slow, so they are for texts that have the last part of one.
    -- Long ones count to the letter.
    CREATE FUNCTION public.claims_has_words(content text, sought text[]) RETURNS boolean
    IMMUTABLE PARALLEL SAFE {_PLPGSQL} AS $$
    DECLARE
        folded text := lower(content);
        bare text := translate(
            CASE WHEN strpos(content, '<') > 0 THEN regexp_replace(folded, '{_TAG}', '', 'g') ELSE folded END, '*_~`', ''
        );
        last_part text;
        word text;
    BEGIN
        FOREACH word IN ARRAY sought LOOP
            IF length(word) > 200 THEN
                IF strpos(content, word) > 0 THEN
                    RETURN true;
                END IF;
            ELSE
                last_part := split_part(translate(lower(word), '*_~`', ''), ' ', -1);
                IF (strpos(folded, last_part) > 0 OR strpos(bare, last_part) > 0)
                    AND content ~* public.claims_word_pattern(word)
                THEN
                    RETURN true;
                END IF;
            END IF;
        END LOOP;
        RETURN false;
    END $$;

    -- Bars stand in the place of all letters. Tags among them stay, so that HTML is still whole.
    CREATE FUNCTION public.claims_cut_words(content text, sought text[], instead text[]) RETURNS text
    IMMUTABLE PARALLEL SAFE {_PLPGSQL} AS $$
    DECLARE
        hit text;
        tags text;
    BEGIN
        FOR place IN 1 .. coalesce(cardinality(sought), 0) LOOP
            IF length(sought[place]) > 200 OR instead[place] !~ '^(█+|x+)$' THEN
                content := replace(content, sought[place], instead[place]);
            ELSIF public.claims_has_words(content, sought[place:place]) THEN
                FOR hit IN
                    SELECT DISTINCT spelling[1] FROM regexp_matches(
                        content, '(' || public.claims_word_pattern(sought[place]) || ')', 'gi'
                    ) AS spelling
                LOOP
                    tags := coalesce((SELECT string_agg(tag[1], '') FROM regexp_matches(hit, '{_TAG}', 'gi') AS tag), '');
                    content := regexp_replace(
                        content,
                        public.claims_word_pattern(sought[place], hit),
                        repeat(left(instead[place], 1), greatest(length(hit) - length(tags), length(instead[place])))
                            || replace(tags, '\', '\\'),
                        'gi'
                    );
                END LOOP;
            END IF;
        END LOOP;
        RETURN content;
    END $$;

    -- The same in a column whose values are unique: of two addresses that had different words, both have to stay.
    CREATE FUNCTION public.claims_cut_unique(content text, sought text[], instead text[], row_id text) RETURNS text
    IMMUTABLE PARALLEL SAFE {_PLPGSQL} AS $$
    DECLARE
        cut text := translate(public.claims_cut_words(content, sought, instead), '█', 'x');
        gone text := substring(cut FROM 'x{{4,}}');
    BEGIN
        RETURN CASE
            WHEN cut = content THEN content
            ELSE regexp_replace(cut, 'x{{4,}}', rpad('x' || row_id, greatest(length(gone), length(row_id) + 1), 'x'))
        END;
    END $$;

    -- The same in stored JSON, text by text. Addresses of claims stay addresses.
    CREATE FUNCTION public.claims_cut_stored(body text, sought text[], instead text[]) RETURNS text
    IMMUTABLE PARALLEL SAFE {_PLPGSQL} AS $$
    BEGIN
        RETURN (
            SELECT string_agg(
                CASE
                    WHEN mod(spot, 2) = 1 THEN part
                    WHEN starts_with(part, '/claims/') OR before = 'slug'
                        THEN translate(public.claims_cut_words(part, sought, instead), '█', 'x')
                    ELSE public.claims_cut_words(part, sought, instead)
                END, '"' ORDER BY spot
            )
            FROM (
                SELECT part, spot, lag(part, 2) OVER (ORDER BY spot) AS before
                FROM unnest(string_to_array(body, '"')) WITH ORDINALITY AS parts (part, spot)
            ) AS parts
        );
    END $$;

    -- The columns that have texts, of all tables but those of accounts, and of removals themselves.
    CREATE FUNCTION public.claims_text_columns() RETURNS TABLE (name text, texts text[], types text[])
    STABLE {_PLPGSQL} AS $$
    BEGIN
        RETURN QUERY
            SELECT relation.relname::text, array_agg(attribute.attname::text ORDER BY attribute.attnum),
                array_agg(format_type(attribute.atttypid, attribute.atttypmod) ORDER BY attribute.attnum)
            FROM pg_class AS relation JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
            WHERE relation.relkind = 'r' AND relation.relnamespace = 'public'::regnamespace
                AND attribute.attnum > 0 AND NOT attribute.attisdropped AND attribute.attgenerated = ''
                AND attribute.atttypid = ANY ('{{text,varchar,json,jsonb,text[],varchar[]}}'::regtype[])
                AND relation.relname <> ALL ('{{claims_removal,claims_removalsearch}}')
                AND relation.relname !~ '^(auth_|django_(migrations|content_type|session))'
            GROUP BY relation.relname ORDER BY relation.relname;
    END $$;

    -- In how many rows of which table any of these words stands.
    CREATE FUNCTION public.claims_find_words(sought text[], only_table text DEFAULT NULL)
    RETURNS TABLE (name text, number bigint) STABLE SECURITY DEFINER {_PLPGSQL} AS $$
    DECLARE tab record;
    BEGIN
        FOR tab IN
            SELECT * FROM public.claims_text_columns() AS listed WHERE only_table IS NULL OR listed.name = only_table
        LOOP
            EXECUTE format(
                'SELECT count(*) FROM public.%I AS entry WHERE public.claims_has_words(concat_ws(chr(1), %s), $1)',
                tab.name, (SELECT string_agg(format('entry.%I::text', col), ', ') FROM unnest(tab.texts) AS col)
            ) INTO number USING sought;
            IF number > 0 THEN
                name := tab.name;
                RETURN NEXT;
            END IF;
        END LOOP;
    END $$;

    -- Longer words in a text that have one of these, and stay.
    CREATE FUNCTION public.claims_longer_words(content text, sought text[]) RETURNS SETOF text
    IMMUTABLE PARALLEL SAFE {_PLPGSQL} AS $$
    BEGIN
        RETURN QUERY SELECT DISTINCT lower(longer[1])
            FROM unnest(sought) AS word, regexp_matches(
                regexp_replace(content, '{_ESCAPE}', ' ', 'gi'),
                '({_LETTER}*' || regexp_replace(word, '([^[:alnum:]])', '\\\1', 'g') || '{_LETTER}*)', 'gi'
            ) AS longer
            WHERE length(word) <= 60 AND strpos(lower(content), lower(word)) > 0
                AND longer[1] !~* public.claims_word_pattern(word);
    END $$;

    -- The same of a table, at most fifty.
    CREATE FUNCTION public.claims_find_longer_words(sought text[], only_table text) RETURNS SETOF text
    STABLE SECURITY DEFINER {_PLPGSQL} AS $$
    DECLARE tab record;
    BEGIN
        FOR tab IN SELECT * FROM public.claims_text_columns() AS listed WHERE listed.name = only_table LOOP
            RETURN QUERY EXECUTE format(
                'SELECT DISTINCT longer FROM public.%I AS entry,'
                ' public.claims_longer_words(concat_ws(chr(1), %s), $1) AS longer ORDER BY longer LIMIT 50',
                tab.name, (SELECT string_agg(format('entry.%I::text', col), ', ') FROM unnest(tab.texts) AS col)
            ) USING sought;
        END LOOP;
    END $$;
"""
AWAY = """
    DROP FUNCTION public.claims_find_longer_words;
    DROP FUNCTION public.claims_longer_words;
    DROP FUNCTION public.claims_find_words;
    DROP FUNCTION public.claims_text_columns;
    DROP FUNCTION public.claims_cut_stored;
    DROP FUNCTION public.claims_cut_unique;
    DROP FUNCTION public.claims_cut_words;
    DROP FUNCTION public.claims_has_words;
    DROP FUNCTION public.claims_word_pattern;
    DROP FUNCTION public.claims_is_long_enough;
    DROP FUNCTION public.claims_is_spaced;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("claims", "0001_search")]
    operations = [migrations.RunSQL(FUNCTIONS, AWAY)]
