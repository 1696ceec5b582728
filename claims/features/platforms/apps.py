from django.utils.translation import gettext_lazy as _

from factcheck.features import Feature


class Platforms(Feature):
    name = "claims.features.platforms"
    verbose_name = _("Ready for other platforms")
    summary = _("Verdicts to copy: as a Community Note, a label on Bluesky, ClaimReview or a signed picture.")
    requires = ("embeds",)
    desk_routes = {"claims.claim": "claims.features.platforms.admin.list_routes"}
    roles = {"Editor": ["platforms.add_approvedwording"]}
