"""How whoever serves has PostgreSQL count rows anew: only who owns a table may, and others do so in the owner's name."""

from django.db import migrations

CREATE = """
    CREATE FUNCTION public.factcheck_analyze(wanted regclass) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        -- Of what is the owner's, and not of what somebody else put in its way.
        IF EXISTS (
            SELECT FROM pg_class WHERE oid = wanted AND relkind = 'r' AND relnamespace = 'public'::regnamespace
        ) THEN
            EXECUTE format('ANALYZE %s', wanted);
        END IF;
    END $$;
    REVOKE ALL ON FUNCTION public.factcheck_analyze(regclass) FROM PUBLIC;
    COMMENT ON FUNCTION public.factcheck_analyze(regclass) IS 'ANALYZE in the name of the owner of the tables.';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("factcheck", "0002_jobrequest")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION public.factcheck_analyze(regclass);")]
