from procrastinate.contrib.django import app

from claims.features.witnesses.submission import ask_witnesses


@app.periodic(cron="* * * * *")
@app.task(name="claims.features.witnesses.ask", queueing_lock="claims.features.witnesses.ask")
def ask(timestamp: int) -> None:
    """Have witnesses cosign the newest checkpoint if necessary, once a minute."""
    ask_witnesses()
