from django.utils.translation import gettext_lazy as _

from factcheck.features import Feature


class Assistants(Feature):
    name = "claims.features.assistants"
    verbose_name = _("Assistants")
    summary = _(
        "Lets AI assistants search claims and, with a token, propose claims and draft verdicts (MCP)."
    )
    api_index = {"mcp": "mcp"}
