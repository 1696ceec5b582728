from django.utils.translation import gettext_lazy as _

from claims.admin.queues import Queue
from claims.features.links.models import LinkState

QUEUES = {
    LinkState: {
        "links": Queue(
            _("Links to review"),
            lambda rows, person: rows.waiting(),
            ("since", "pk"),
            "links.change_linkstate",
            "since",
        )
    }
}
