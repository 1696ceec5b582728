"""Actions of people on a watch. Each function checks permissions, writes, and queues a job."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.features.watches import tasks
from claims.features.watches.models import Watch, WatchProgress
from claims.newsroom import following
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission


@transaction.atomic
def add_watch(
    url: str, *, kind: str = "", name: str = "", by: User | None = None, **settings: int | str
) -> Watch:
    """Follow a URL; the worker visits it immediately.

    Args:
        kind: the list's kind (`WatchProgress.Kind`), if known. If a page later replaces a feed, the visit then
        fails.
        name: the newsroom's name for the watch; by default its URL.
        settings: language, interval and budgets, by field of `Watch`; the defaults if not given.

    Raises:
        NotAllowed: the person's role does not include following sources.
        NotPossible: the URL cannot be followed, or is already followed; the message has the reason.
    """
    if by:
        require_permission(by, "watches.add_watch", _("follow feeds and pages"))
    url = url.replace("\0", "").strip()
    name = " ".join(name.replace("\0", " ").split())[:200] or url.partition("://")[2][:200] or url[:200]
    watch = Watch(url=url, name=name, created_by=by, **settings)
    try:
        watch.full_clean()
    except ValidationError as refusal:
        raise NotPossible(" ".join(refusal.messages)) from None
    watch.save()
    WatchProgress.objects.filter(pk=watch.pk).update(kind=kind if kind in WatchProgress.Kind.values else "")
    following.visit_at_once(watch, tasks.queue_visit)
    return watch


@transaction.atomic
def set_active(watch: Watch, *, is_active: bool, by: User) -> None:
    """Pause or resume a watch. A resumed watch is visited immediately.

    Raises:
        NotAllowed: the person's role does not allow this.
    """
    require_permission(by, "watches.change_watch", _("pause followed feeds and pages"))
    following.set_following(watch, is_active=is_active, queue_visit=tasks.queue_visit)


@transaction.atomic
def queue_visit_now(watch: Watch, *, by: User) -> None:
    """Queue a visit now, whatever the schedule.

    Raises:
        NotAllowed: the person's role does not allow this.
        NotPossible: the watch is paused.
    """
    require_permission(by, "watches.change_watch", _("start a visit to a followed feed or page"))
    if not Watch.objects.active().filter(pk=watch.pk).exists():
        raise NotPossible(_("“%s” is paused. Resume it first.") % watch)
    following.visit_at_once(watch, tasks.queue_visit)


def apply_interval(watch: Watch) -> None:
    """Bring forward the next visit if the interval was shortened."""
    next_visit = timezone.now() + timedelta(minutes=watch.interval_minutes)
    WatchProgress.objects.filter(pk=watch.pk, next_visit_at__gt=next_visit).update(next_visit_at=next_visit)
