"""Comments as events in the timeline of a claim."""

from collections.abc import Iterator

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.timeline import TimelineEvent, TimelineKind
from claims.features.teamwork.models import Comment
from claims.models import Claim


def _iterate_comments(claim: Claim, reader: User, max_comments: int) -> Iterator[TimelineEvent]:
    rows = Comment.objects.readable_by(reader).filter(claim=claim)
    for row in rows.order_by("-pk")[:max_comments]:
        if row.withdrawn_at:
            yield TimelineEvent(row.created_at, "comments", row.author_name, _("commented (later withdrawn)"))
        else:
            yield TimelineEvent(row.created_at, "comments", row.author_name, _("commented"), row.text)


COMMENTS = TimelineKind("comments", gettext_lazy("Comments"), _iterate_comments)
