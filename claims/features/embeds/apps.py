from django.utils.translation import gettext_lazy as _

from factcheck.features import Feature


class Embeds(Feature):
    name = "claims.features.embeds"
    verbose_name = _("Claims on other sites")
    claim_page = "claims.features.embeds.claim_page.additions"
