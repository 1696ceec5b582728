from django.utils.translation import gettext_lazy as _

from factcheck.desk import build_menu_entry
from factcheck.features import Feature


class Watches(Feature):
    name = "claims.features.watches"
    verbose_name = _("Watches")
    summary = _("Feeds, sitemaps and pages whose new articles are imported automatically.")
    menu = {"sources": [build_menu_entry(_("Watches"), "rss_feed", "watches_watch")]}
    queues = "claims.features.watches.admin.lists.QUEUES"
    list_filters = {"claims.claim": ("claims.features.watches.admin.lists.WatchFilter",)}
    roles = {
        "Fact-checker": ["watches.view_watch"],
        "Editor": [f"watches.{verb}_watch" for verb in ("add", "change", "delete")],
    }
    demo = "claims.features.watches.demo.add_watches"
