"""Import all background jobs of claims, so that the worker finds them."""

from django.conf import settings
from procrastinate.contrib.django import app

from claims.exports.dumps import tasks as dump_tasks
from claims.imports.storing import tasks as import_tasks
from claims.ledger.proofs import tasks as proof_tasks
from claims.matching.embedding import tasks as embedding_tasks
from claims.models import StoredAnswer, UnsavedForm
from claims.newsroom import audit, desk_sessions, factor_mail, invitations
from claims.review import classification, due_publications, notices, removal_search
from factcheck import features
from factcheck.database.deferred_jobs import periodic_task

for feature in features.list_installed():
    feature.part("tasks")
features.guard_jobs(app.tasks.values())


@periodic_task("17 * * * *")
def delete_expired_responses(timestamp: int) -> None:
    """Delete expired responses to requests with an Idempotency-Key."""
    StoredAnswer.objects.outdated().delete()


@periodic_task("37 * * * *")
def delete_old_unsaved_forms(timestamp: int) -> None:
    """Delete unsaved texts older than a month, and old records of saved forms."""
    UnsavedForm.objects.outdated().delete()


@periodic_task("27 3 * * *")
def delete_old_audit_records(timestamp: int) -> None:
    """Delete records of the audit log older than `AUDIT_LOG_DAYS`, every day."""
    audit.delete_old_records(settings.AUDIT_LOG_DAYS)


@periodic_task("37 3 * * *")
def delete_expired_sessions(timestamp: int) -> None:
    """Remove expired sessions, every day."""
    desk_sessions.delete_expired_sessions()
