from django.utils.translation import gettext_lazy as _

from factcheck.desk import build_menu_entry
from factcheck.features import Feature


class Federation(Feature):
    name = "claims.features.federation"
    verbose_name = _("Followed newsrooms")
    summary = _("Claims from other newsrooms that you follow, alongside your own.")
    menu = {
        "sources": [
            build_menu_entry(_("Followed newsrooms"), "lan", "federation_peernewsroom"),
            build_menu_entry(_("Peer claims"), "travel_explore", "federation_peerclaim"),
        ]
    }
    queues = "claims.features.federation.admin.queues.QUEUES"
    beside_claim = "claims.features.federation.admin.similar_claims.find_similar_claims"
    below_answer = "claims.features.federation.peer_matches.build_peer_context"
    roles = {
        "Fact-checker": ["federation.view_peernewsroom", "federation.view_peerclaim"],
        "Administrator": [f"federation.{verb}_peernewsroom" for verb in ("add", "change", "delete")],
    }
    demo = "claims.features.federation.demo.follow_newsrooms"
