from procrastinate.contrib.django import app

from claims.features.witnesses.agreements import agree_with_peers
from claims.features.witnesses.submission import request_cosignatures


@app.periodic(cron="* * * * *")
@app.task(name="claims.features.witnesses.ask", queueing_lock="claims.features.witnesses.ask")
def ask(timestamp: int) -> None:
    """Ask the witnesses to cosign the newest checkpoint, unless they already have. Runs every minute."""
    request_cosignatures()


@app.periodic(cron="23 * * * *")
@app.task(name="claims.features.witnesses.agree", queueing_lock="claims.features.witnesses.agree")
def agree_hourly(timestamp: int) -> None:
    """Witness the ledgers of followed newsrooms, and add those newsrooms as our witnesses. Runs hourly."""
    agree_with_peers()
