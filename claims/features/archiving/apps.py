from django.utils.translation import gettext_lazy as _

from factcheck.features import Feature


class Archiving(Feature):
    name = "claims.features.archiving"
    verbose_name = _("Archived copies")
    summary = _("Copies of cited pages with timestamps, and packs of all evidence of a claim.")
    list_filters = {"sources.source": ["claims.features.archiving.source_page.ArchivedFilter"]}
    panels = {"sources.source": "claims.features.archiving.source_page.build_copies_panel"}
    desk_routes = {
        "claims.claim": "claims.features.archiving.pack_download.build_routes",
        "sources.source": "claims.features.archiving.source_page.build_routes",
    }
    demo = "claims.features.archiving.demo.store_copies"
