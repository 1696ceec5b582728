"""Notify people of moves, in the transaction of the move."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import QuerySet

from claims.models import Claim, Translation, Verdict
from claims.newsroom.notifications import NotificationKind, notify_people

#: Actions of moves, and their notifications. A withdrawal from review is not announced.
_KINDS = {
    "submit": NotificationKind.SUBMITTED,
    "request_changes": NotificationKind.RETURNED,
    "sign_off": NotificationKind.SIGNED_OFF,
    "publish": NotificationKind.PUBLISHED,
    "retract": NotificationKind.RETRACTED,
    "accept": NotificationKind.ACCEPTED,
    "decline": NotificationKind.DECLINED,
    "merge": NotificationKind.MERGED,
    "unmerge": NotificationKind.UNMERGED,
    "republish": NotificationKind.PUBLISHED,
}


def notify_of_move(subject: Claim | Verdict, action: str, *, by: User, note: str = "") -> None:
    """Notify the people concerned of a move.

    A submitted verdict is announced to people who may sign it off. Everything else goes to the author or proposer,
    the followers, and the assignee.
    """
    if action not in _KINDS:
        return
    verdict, claim = (subject, subject.claim) if isinstance(subject, Verdict) else (None, subject)
    people: Iterable[User] = []
    if verdict and action == "submit":
        people = find_reviewers(verdict)
    elif verdict is None and claim.created_by:
        people = [claim.created_by]
    notify_people(
        _KINDS[action],
        claim=claim,
        to=people,
        with_followers=action != "submit",
        by=by,
        verdict=verdict,
        note=note,
    )
    if verdict and action == "publish" and verdict.supersedes_id:
        notify_translators(verdict, by=by)


_TRANSLATION_KINDS = {
    "submit": NotificationKind.TRANSLATION_WAITS,
    "request_changes": NotificationKind.TRANSLATION_BACK,
    "publish": NotificationKind.TRANSLATION_DONE,
    "retract": NotificationKind.TRANSLATION_DONE,
}


def notify_of_translation(translation: Translation, action: str, *, by: User, note: str = "") -> None:
    """Notify people of a move of a translation: its possible reviewers, or its author and the original's author."""
    if action not in _TRANSLATION_KINDS:
        return
    verdict = translation.verdict
    if action == "submit":
        people = _find_permitted("claims.sign_off_translation").exclude(pk__in=translation.writers)
    else:
        ids = {*translation.writers, verdict.author_id}
        people = User.objects.filter(pk__in=[pk for pk in ids if pk is not None])
    notify_people(
        _TRANSLATION_KINDS[action], claim=verdict.claim, to=people, by=by, verdict=verdict, note=note
    )


def notify_translators(verdict: Verdict, *, by: User) -> None:
    """Notify the translator that readers see the original again."""
    live = Translation.objects.filter(verdict=verdict.supersedes_id, state=Translation.State.PUBLISHED)
    translators = User.objects.filter(translations_written__in=live).distinct()
    notify_people(
        NotificationKind.TRANSLATION_STALE, claim=verdict.claim, to=translators, by=by, verdict=verdict
    )


def _find_permitted(permission: str) -> QuerySet[User]:
    able = User.objects.with_perm(permission, backend="django.contrib.auth.backends.ModelBackend")
    return able.filter(is_active=True)


def find_reviewers(verdict: Verdict) -> QuerySet[User]:
    """Return the people who may sign off the verdict, which excludes its authors."""
    writers = [verdict.author_id, verdict.submitted_by_id, *verdict.edited_by]
    return _find_permitted("claims.sign_off_verdict").exclude(pk__in=list(filter(None, writers)))
