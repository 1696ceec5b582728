from django.utils.translation import gettext_lazy as _

from factcheck.features import Feature


class Standards(Feature):
    name = "claims.features.standards"
    verbose_name = _("How we meet the standards")
    summary = _("A public page with the figures that the IFCN and EFCSN codes ask for.")
    requires = ("archiving", "complaints", "discovery")
    api_index = {"standards": "standards-api"}
    plain_pages = {"standards": "claims.features.standards.plain_page.build_standards_page"}
