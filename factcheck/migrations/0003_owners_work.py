"""What only an owner may do and whoever serves needs, done in the owner's name: see `factcheck.database.bulk_copy`."""

from django.db import migrations

PATH = "LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp"
DEFINER = f"{PATH} SECURITY DEFINER"

#: They touch tables of ours alone, change no row, and set no number back.
CREATE = f"""
    CREATE FUNCTION public.factcheck_analyze(wanted regclass) RETURNS void {DEFINER} AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM pg_class WHERE oid = wanted AND relkind = 'r' AND relnamespace = 'public'::regnamespace
        ) THEN
            EXECUTE format('ANALYZE %s', wanted);
        END IF;
    END $$;

    -- For an owner who has restored rows with the ids that they had: in nobody else's name.
    CREATE FUNCTION public.factcheck_advance_ids(wanted regclass) RETURNS void {PATH} AS $$
    DECLARE
        counted record;
    BEGIN
        FOR counted IN
            SELECT attname, pg_get_serial_sequence(wanted::text, attname) AS sequence FROM pg_attribute
            JOIN pg_class ON pg_class.oid = attrelid
            WHERE attrelid = wanted AND attnum > 0 AND NOT attisdropped
                AND relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND pg_get_serial_sequence(wanted::text, attname) IS NOT NULL
        LOOP
            EXECUTE format(
                'SELECT setval(%L, newest) FROM (SELECT max(%I) AS newest FROM %s) AS stored, %s AS numbers'
                ' WHERE newest > last_value OR newest = last_value AND NOT is_called',
                counted.sequence, counted.attname, wanted, counted.sequence
            );
        END LOOP;
    END $$;

    REVOKE ALL ON FUNCTION public.factcheck_analyze(regclass), public.factcheck_advance_ids(regclass) FROM PUBLIC;
"""
AWAY = "DROP FUNCTION public.factcheck_analyze(regclass), public.factcheck_advance_ids(regclass);"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("factcheck", "0002_jobrequest")]
    operations = [migrations.RunSQL(CREATE, AWAY)]
