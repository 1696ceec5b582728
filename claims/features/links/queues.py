from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.admin.queues import Queue
from claims.features.links.models import LinkState


def _find_waiting(links: Any, person: User) -> QuerySet[LinkState]:
    links_to_review: QuerySet[LinkState] = links.waiting()
    return links_to_review


QUEUES = {
    LinkState: {
        "links": Queue(
            _("Links to review"), _find_waiting, ("since", "pk"), "links.change_linkstate", "since"
        )
    }
}
