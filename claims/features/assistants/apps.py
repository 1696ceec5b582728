from django.utils.translation import gettext_lazy as _

from factcheck.features import Feature


class Assistants(Feature):
    name = "claims.features.assistants"
    verbose_name = _("Assistants")
    api_index = {"mcp": "mcp"}
