"""Comments on a claim for one person: a page of threads with their latest replies."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db.models import Count, F, Window, prefetch_related_objects
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from claims.features.teamwork import comments, mentions, notifications
from claims.features.teamwork.models import Comment
from claims.features.teamwork.models.comment import EDITABLE_PERIOD, MAX_COMMENT_LENGTH
from claims.models import Claim, Verdict
from factcheck.admin.base import get_page_url


@dataclass(frozen=True)
class ThreadLimits:
    """The number of threads and replies shown."""

    max_threads: int
    max_replies: int


CLAIM_PAGE_LIMITS = ThreadLimits(max_threads=10, max_replies=5)
COMMENT_PAGE_LIMITS = ThreadLimits(max_threads=20, max_replies=20)
MAX_REPLIES_ON_THREAD_PAGE = 100


@dataclass
class ShownComment:
    """A comment as one person may see it."""

    row: Comment
    #: Changes with each edit, so that an outdated page cannot overwrite a newer text.
    version: str
    html: SafeString
    may_edit: bool
    may_withdraw: bool


@dataclass
class ShownThread:
    """A thread with its latest replies."""

    first_comment: ShownComment
    replies: list[ShownComment]
    earlier_count: int
    #: The id of the thread's last comment.
    last_id: int
    #: The key of the reply form, so that a form sent twice adds one reply.
    form_key: UUID


def build_comments_context(claim: Claim, person: User) -> dict[str, Any]:
    """Return the context of `admin/desk/comments.html`, and mark the claim's notifications as read."""
    notifications.mark_read(person, claim=claim)
    # Fetch one row more than the page shows, to find out whether there are more.
    threads = list(find_readable_comments(claim, person).threads()[: CLAIM_PAGE_LIMITS.max_threads + 1])
    return {
        "talk": build_shown_threads(threads[: CLAIM_PAGE_LIMITS.max_threads], person, CLAIM_PAGE_LIMITS),
        "talk_more": len(threads) > CLAIM_PAGE_LIMITS.max_threads,
        "talk_count": find_readable_comments(claim, person).count(),
        "talk_all": reverse("admin:teamwork_comment_of_claim", args=[claim.pk]),
        "talk_page": f"{get_page_url(claim)}#comments",
        **build_comment_form_context(claim, person),
    }


def build_comment_form_context(claim: Claim, person: User) -> dict[str, Any]:
    verdicts = Verdict.objects.readable_by(person).filter(claim=claim).select_related("publisher")
    return {
        "talk_claim": claim,
        "talk_verdicts": verdicts.only("version", "state", "publisher__name").order_by("-pk")[:20],
        "talk_key": uuid4(),
        "talk_longest": MAX_COMMENT_LENGTH,
    }


def find_readable_comments(claim: Claim, person: User) -> Any:
    return Comment.objects.readable_by(person).filter(claim=claim)


def build_shown_threads(rows: Iterable[Comment], person: User, limits: ThreadLimits) -> list[ShownThread]:
    threads = list(rows)
    replies: Any = (
        Comment.objects.readable_by(person)
        .filter(reply_to__in=threads)
        .annotate(
            place=Window(RowNumber(), partition_by=F("reply_to"), order_by=F("id").desc()),
            number=Window(Count("*"), partition_by=F("reply_to")),
        )
        .filter(place__lte=limits.max_replies)
        .order_by("pk")
    )
    replies_by_thread: dict[int | None, list[Any]] = defaultdict(list)
    for reply in replies:
        replies_by_thread[reply.reply_to_id].append(reply)
    comments_by_id = {
        comment_row.row.pk: comment_row
        for comment_row in build_shown_comments(
            [*threads, *(comment_row for rows in replies_by_thread.values() for comment_row in rows)], person
        )
    }
    return [
        ShownThread(
            first_comment=comments_by_id[thread.pk],
            replies=[comments_by_id[reply.pk] for reply in replies_by_thread[thread.pk]],
            earlier_count=replies_by_thread[thread.pk][0].number - len(replies_by_thread[thread.pk])
            if replies_by_thread[thread.pk]
            else 0,
            last_id=replies_by_thread[thread.pk][-1].pk if replies_by_thread[thread.pk] else thread.pk,
            form_key=uuid4(),
        )
        for thread in threads
    ]


def build_shown_comments(rows: list[Comment], person: User) -> list[ShownComment]:
    if not rows:
        return []
    prefetch_related_objects(rows, "mentioned")
    now, is_moderator = timezone.now(), person.has_perm(comments.WITHDRAW_PERMISSION)
    return [
        ShownComment(
            row,
            comments.get_version(row),
            # Sanitised like all rendered Markdown.
            mark_safe(mentions.render_mentions(row.text, list(row.mentioned.all()))),  # noqa: S308
            may_edit=row.author_id == person.pk
            and not row.withdrawn_at
            and now - row.created_at < EDITABLE_PERIOD,
            may_withdraw=not row.withdrawn_at and (is_moderator or row.author_id == person.pk),
        )
        for row in rows
    ]


def build_comment_path(comment: Comment, person: User) -> str:
    """Return the URL of a comment: on the claim's page, or on the page of the claim's older comments."""
    thread = comment.reply_to or comment
    newer_count = find_readable_comments(comment.claim, person).threads().filter(pk__gt=thread.pk).count()
    later_reply_count = thread.replies.filter(pk__gt=comment.pk).count() if comment.reply_to_id else 0
    anchor = f"#comment-{comment.pk}"
    if newer_count < CLAIM_PAGE_LIMITS.max_threads and later_reply_count < CLAIM_PAGE_LIMITS.max_replies:
        return get_page_url(comment.claim) + anchor
    earlier_comment_count = thread.replies.filter(pk__lt=comment.pk).count() if comment.reply_to_id else 0
    page = earlier_comment_count // MAX_REPLIES_ON_THREAD_PAGE + 1
    return f"{reverse('admin:teamwork_comment_thread', args=[thread.pk])}?p={page}{anchor}"
