from django.utils.translation import gettext_lazy as _

from factcheck.features import Feature


class Discovery(Feature):
    name = "claims.features.discovery"
    verbose_name = _("Discovery")
    summary = _("Sitemaps and pages as plain text, and notices to search engines about new pages.")
    preset = "small"
    receivers = {
        "claims.ledger.signals.entries_added": "claims.features.discovery.announcements.queue_announcement_on_commit"
    }
