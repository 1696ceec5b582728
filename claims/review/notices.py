"""Notify people of moves, in the transaction of the move."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import QuerySet

from claims.models import Claim, Translation, Verdict
from claims.newsroom.notifications import NotificationKind, notify_people
from claims.newsroom.people import find_people_with

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


_TRANSLATION_KINDS = {
    "submit": NotificationKind.TRANSLATION_WAITS,
    "request_changes": NotificationKind.TRANSLATION_BACK,
    "publish": NotificationKind.TRANSLATION_DONE,
    "retract": NotificationKind.TRANSLATION_DONE,
}


def notify_of_move(subject: Claim | Verdict | Translation, action: str, *, by: User, note: str = "") -> None:
    """Notify the people concerned of a move.

    A submission is announced to people who may sign it off. Other moves are announced to the author or proposer, the
    followers and the assignee. Moves of a translation are announced to its authors and the author of the original.
    """
    kind = (_TRANSLATION_KINDS if isinstance(subject, Translation) else _KINDS).get(action)
    if kind is None:
        return
    people: Iterable[User] = []
    if isinstance(subject, Claim):
        verdict, claim = None, subject
        people = [claim.created_by] if claim.created_by else []
    else:
        verdict = subject.verdict if isinstance(subject, Translation) else subject
        claim = verdict.claim
        if action == "submit":
            people = find_reviewers(subject)
        elif isinstance(subject, Translation):
            people = User.objects.filter(pk__in=subject.writers | {verdict.author_id} - {None})
    includes_followers = action != "submit" and not isinstance(subject, Translation)
    notify_people(
        kind, claim=claim, to=people, with_followers=includes_followers, by=by, verdict=verdict, note=note
    )
    if isinstance(subject, Verdict) and action == "publish" and subject.supersedes_id:
        notify_translators(subject, by=by)


def notify_translators(verdict: Verdict, *, by: User) -> None:
    """Notify the translators of a verdict that readers see the original again."""
    published_translations = Translation.objects.filter(
        verdict=verdict.supersedes_id, state=Translation.State.PUBLISHED
    )
    translators = User.objects.filter(translations_written__in=published_translations).distinct()
    notify_people(
        NotificationKind.TRANSLATION_STALE, claim=verdict.claim, to=translators, by=by, verdict=verdict
    )


def find_reviewers(subject: Verdict | Translation) -> QuerySet[User]:
    """Return the people who may sign off a verdict or translation, except its writers."""
    reviewers = find_people_with(f"claims.sign_off_{subject._meta.model_name}")
    return reviewers.exclude(pk__in=subject.writers)
