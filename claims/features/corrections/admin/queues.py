"""The queue of correction requests that are waiting for an answer."""

from django.utils.translation import gettext_lazy as _

from claims.admin.queues import Queue
from claims.features.corrections.models import Rectification

QUEUES = {
    Rectification: {
        "asked": Queue(
            _("Corrections requested from others"),
            lambda rows, person: rows.waiting(),
            ("last_step_on", "pk"),
            "corrections.change_rectification",
        )
    }
}
