"""Where the background worker finds its work: tasks stand beside what they do, and this names those of claims."""

from procrastinate.contrib.django import app

from claims.articles.watches import tasks as watch_tasks
from claims.imports.storing import tasks as import_tasks
from claims.matching.embedding import tasks as embedding_tasks
from claims.models import Presence, StoredAnswer, UnsavedForm
from claims.review import classification, due_publications, notices
from claims.teamwork import assignment_tasks, chat, digest, mails, notification_upkeep
from claims.webhooks import tasks as webhook_tasks

__all__ = [
    "assignment_tasks",
    "chat",
    "classification",
    "digest",
    "due_publications",
    "embedding_tasks",
    "import_tasks",
    "mails",
    "notices",
    "notification_upkeep",
    "watch_tasks",
    "webhook_tasks",
]


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="forget_answers")
def forget_answers(timestamp: int) -> None:
    """Delete the answers to requests with an Idempotency-Key that are no longer promised."""
    StoredAnswer.objects.outdated().delete()


@app.periodic(cron="37 * * * *")
@app.task(queueing_lock="forget_unsaved_forms")
def forget_unsaved_forms(timestamp: int) -> None:
    """Delete what was typed a month ago and never saved, and who had pages open hours ago."""
    UnsavedForm.objects.outdated().delete()
    Presence.objects.outdated().delete()
