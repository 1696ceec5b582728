"""The queue of correction requests that are waiting for an answer."""

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from claims.admin.queues import Queue
from claims.features.corrections.models import Rectification


def _find_waiting_requests(requests: Any, person: User) -> Any:
    return requests.waiting()


QUEUES = {
    Rectification: {
        "asked": Queue(
            _("Corrections requested from others"),
            _find_waiting_requests,
            ("moved_on", "pk"),
            "corrections.change_rectification",
        )
    }
}
