from claims.features.witnesses.agreements import agree_with_peers
from claims.features.witnesses.submission import request_cosignatures
from factcheck.database.deferred_jobs import periodic_task


@periodic_task("* * * * *", name="claims.features.witnesses.submit_checkpoint")
def submit_checkpoint(timestamp: int) -> None:
    """Ask the witnesses to cosign the newest checkpoint, unless they have already cosigned it. Runs every minute."""
    request_cosignatures()


@periodic_task("23 * * * *", name="claims.features.witnesses.witness_peers")
def witness_peers(timestamp: int) -> None:
    """Witness the ledgers of followed newsrooms, and add those newsrooms as our witnesses. Runs hourly."""
    agree_with_peers()
