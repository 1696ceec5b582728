"""The queue of newsrooms that send no updates."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.admin.queues import Queue
from claims.features.federation.models import PeerNewsroom


def _find_newsrooms_with_problems(newsrooms: Any, person: User) -> QuerySet[PeerNewsroom]:
    newsrooms_with_problems: QuerySet[PeerNewsroom] = newsrooms.with_problems()
    return newsrooms_with_problems


QUEUES = {
    PeerNewsroom: {
        "trouble": Queue(
            _("Peer newsrooms without updates"),
            _find_newsrooms_with_problems,
            ("progress__failing_since", "pk"),
            "federation.change_peernewsroom",
            "progress__failing_since",
        )
    }
}
