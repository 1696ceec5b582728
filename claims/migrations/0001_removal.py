"""Functions that find words in the whole database and cut them out; `claims.models.removal_rules` calls them."""

from django.db import migrations

_PLPGSQL = "LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp"

FUNCTIONS = f"""
    -- Long ones to the letter, since a pattern of that size costs too much.
    CREATE FUNCTION public.claims_cut_words(content text, sought text[], instead text[]) RETURNS text
    IMMUTABLE PARALLEL SAFE {_PLPGSQL} AS $$
    BEGIN
        FOR place IN 1 .. coalesce(cardinality(sought), 0) LOOP
            IF length(sought[place]) > 200 THEN
                content := replace(content, sought[place], instead[place]);
            ELSIF sought[place] <> '' AND strpos(lower(content), lower(sought[place])) > 0 THEN
                content := regexp_replace(content, '***=' || sought[place], instead[place], 'gi');
            END IF;
        END LOOP;
        RETURN content;
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
                AND relation.relname <> 'claims_removal'
                AND relation.relname !~ '^(auth_|django_(migrations|content_type|session))'
            GROUP BY relation.relname ORDER BY relation.relname;
    END $$;

    -- In how many rows of which table any of these words stands.
    CREATE FUNCTION public.claims_find_words(sought text[]) RETURNS TABLE (name text, number bigint)
    STABLE SECURITY DEFINER {_PLPGSQL} AS $$
    DECLARE tab record;
    BEGIN
        FOR tab IN SELECT * FROM public.claims_text_columns() LOOP
            EXECUTE format(
                'SELECT count(*) FROM public.%I AS entry, LATERAL (SELECT lower(concat_ws(chr(10), %s)) AS said) AS texts'
                ' WHERE EXISTS (SELECT FROM unnest($1) AS one WHERE strpos(said, lower(one)) > 0)',
                tab.name, (SELECT string_agg(format('entry.%I::text', col), ', ') FROM unnest(tab.texts) AS col)
            ) INTO number USING sought;
            IF number > 0 THEN
                name := tab.name;
                RETURN NEXT;
            END IF;
        END LOOP;
    END $$;
"""
AWAY = """
    DROP FUNCTION public.claims_find_words;
    DROP FUNCTION public.claims_text_columns;
    DROP FUNCTION public.claims_cut_stored;
    DROP FUNCTION public.claims_cut_words;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("claims", "0001_search")]
    operations = [migrations.RunSQL(FUNCTIONS, AWAY)]
