"""Where the background worker finds its work: tasks stand beside what they do, and this names those of claims."""

from procrastinate.contrib.django import app

from claims.articles.watches import tasks as watch_tasks
from claims.imports.storing import tasks as import_tasks
from claims.matching.embedding import tasks as embedding_tasks
from claims.models import StoredAnswer
from claims.review import classification, notices
from claims.teamwork import assignment_tasks
from claims.webhooks import tasks as webhook_tasks

__all__ = [
    "assignment_tasks",
    "classification",
    "embedding_tasks",
    "import_tasks",
    "notices",
    "watch_tasks",
    "webhook_tasks",
]


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="forget_answers")
def forget_answers(timestamp: int) -> None:
    """Delete the answers to requests with an Idempotency-Key that are no longer promised."""
    StoredAnswer.objects.outdated().delete()
