"""The table that says of a job from which request it came, if it came from one."""

from django.db import migrations

# Beside the library's own table of jobs, since a worker of the version before runs jobs with the arguments that it knows.
CREATE = """
    CREATE TABLE public.factcheck_jobrequest (
        job_id bigint PRIMARY KEY REFERENCES public.procrastinate_jobs (id) ON DELETE CASCADE,
        request_id text NOT NULL
            CONSTRAINT jobrequest_id_is_one CHECK (request_id ~ '^[A-Za-z0-9][A-Za-z0-9._:+/=@-]{0,63}$')
    );
    COMMENT ON TABLE public.factcheck_jobrequest IS 'From which request a job came; gone with the job.';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("factcheck", "0001_ratelimit"), ("procrastinate", "0041_post_retry_failed_job")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE public.factcheck_jobrequest;")]
