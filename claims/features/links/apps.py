from django.utils.translation import gettext_lazy as _

from factcheck.desk import build_menu_entry
from factcheck.features import Feature


class Links(Feature):
    name = "claims.features.links"
    verbose_name = _("Links")
    summary = _("Regular checks of whether cited pages still exist or have changed.")
    requires = ("archiving",)
    menu = {"sources": [build_menu_entry(_("Links"), "link", "links_linkstate", queue="links")]}
    roles = {"Fact-checker": [f"links.{verb}_linkstate" for verb in ("view", "change")]}
    queues = "claims.features.links.queues.QUEUES"
    source_notes = "claims.features.links.link_status.build_source_notes"
    page_version = "SELECT written_at::text FROM links_linkstate ORDER BY written_at DESC LIMIT 1"
    notifications = {"link_lost": ""}
    demo = "claims.features.links.demo.add_rows"
