"""Mail about moves of the workflow: whom a move concerns, and what they are told.

A notice is a job of the same transaction as its move: no move, no message.
"""

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from claims.models import Verdict
from claims.newsroom.people import display_name


@app.task(queue="mail", retry=5)
def notify(*, verdict_id: int, action: str, by_id: int, note: str) -> None:
    """Tell by mail whom a move concerns: reviewers when a verdict is submitted, its author of everything else."""
    verdict = Verdict.objects.select_related("claim", "author").get(pk=verdict_id)
    recipients = [user.email for user in concerned(verdict, action) if user.email and user.pk != by_id]
    if not recipients:
        return
    actor = User.objects.get(pk=by_id)
    lines = [
        _("%(who)s: %(action)s") % {"who": display_name(actor), "action": action},
        verdict.claim.statement,
        note,
        f"{settings.SITE_URL}/admin/claims/verdict/{verdict.pk}/change/",
    ]
    subject = _("[Factcheck] %(action)s: %(claim)s") % {"action": action, "claim": str(verdict.claim)[:80]}
    send_mail(subject.replace("\n", " "), "\n\n".join(filter(None, lines)), None, recipients)


def concerned(verdict: Verdict, action: str) -> list[User]:
    """Who wants to know of the move."""
    if action == "submit":
        reviewers = User.objects.with_perm(
            "claims.sign_off_verdict", backend="django.contrib.auth.backends.ModelBackend"
        )
        # Who has written on it may not sign it off, and so is not asked to.
        writers = [verdict.author_id, verdict.submitted_by_id, *verdict.edited_by]
        return list(reviewers.filter(is_active=True).exclude(pk__in=filter(None, writers)))
    return [verdict.author] if verdict.author else []
