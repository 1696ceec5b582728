"""Background jobs that write dumps."""

import logging

from django.conf import settings
from procrastinate.contrib.django import app

from claims.exports.dumps.dump_run import DumpUnderWay, write_dump

logger = logging.getLogger(__name__)


@app.task(
    name="claims.exports.dumps.tasks.write_scheduled_dump",
    queueing_lock="write_dump",
    lock="write_dump",
    retry=3,
)
def write_scheduled_dump(timestamp: int) -> None:
    """Write a dump. An interrupted job is restarted; a failed one is tried three more times."""
    try:
        write_dump()
    except DumpUnderWay:
        logger.info("A dump is being written by hand.")


if settings.DUMP_SCHEDULE:
    app.periodic(cron=settings.DUMP_SCHEDULE)(write_scheduled_dump)
