"""The project's settings, with a worker that knows a job that waits."""

from factcheck.settings import *  # noqa: F403

PROCRASTINATE_IMPORT_PATHS = ["tests.helpers.blocking_jobs"]
