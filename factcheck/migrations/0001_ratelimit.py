"""The table in which web processes settle rate limits."""

from django.db import migrations

# Unlogged: it changes often and matters for minutes; a crash of the server may empty it. The free space on each page lets
# updates stay on the page (HOT), so that the index need not change with them.
CREATE = """
    CREATE UNLOGGED TABLE public.factcheck_ratelimit (
        name text PRIMARY KEY,
        free_at timestamptz NOT NULL
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
    COMMENT ON TABLE public.factcheck_ratelimit IS 'Rate limits: when a caller owes nothing any more. Names are keyed hashes.';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP TABLE public.factcheck_ratelimit;")]
