"""Background jobs that sign checkpoints and check the ledger."""

import logging

from claims.ledger.proofs import checkpoints
from claims.ledger.proofs.checkpoints import InconsistentLedger
from claims.ledger.proofs.key_succession import KeyRefused
from factcheck.database.deferred_jobs import periodic_task

_log = logging.getLogger(__name__)


@periodic_task("* * * * *", name="claims.ledger.sign", lock="claims.ledger.sign")
def sign(timestamp: int) -> None:
    """Sign new publications and reviews each minute; log a critical message if stored data were changed.

    If signing one of these two logs fails, the other log is still signed.
    """
    failures: list[Exception] = []
    for sign_log in (checkpoints.sign_ledger, checkpoints.sign_reviews):
        try:
            sign_log()
        except (InconsistentLedger, KeyRefused) as refusal:
            _log.critical("The ledger is no longer signed: %s Run `manage.py verify_ledger`.", refusal)
            failures.append(refusal)
    if failures:
        # Fail the job, so that administrators see it among the failed jobs.
        raise failures[0]
