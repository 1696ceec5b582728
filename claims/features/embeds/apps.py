from django.utils.translation import gettext_lazy as _

from factcheck.features import Feature


class Embeds(Feature):
    name = "claims.features.embeds"
    verbose_name = _("Claims on other sites")
    summary = _("Cards and lists of claims for other sites, and the preview picture of shared claims.")
    claim_page = "claims.features.embeds.claim_page.build_page_additions"
