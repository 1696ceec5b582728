from claims.features.witnesses.agreements import agree_with_peers
from claims.features.witnesses.submission import request_cosignatures
from factcheck.database.deferred_jobs import periodic_task


@periodic_task("* * * * *", name="claims.features.witnesses.ask")
def ask(timestamp: int) -> None:
    """Ask the witnesses to cosign the newest checkpoint, unless they already have. Runs every minute."""
    request_cosignatures()


@periodic_task("23 * * * *", name="claims.features.witnesses.agree")
def agree_hourly(timestamp: int) -> None:
    """Witness the ledgers of followed newsrooms, and add those newsrooms as our witnesses. Runs hourly."""
    agree_with_peers()
