"""The editors' desk as Django's admin site.

Outside `factcheck.admin`, whose pages register with the site while they are imported: a site made by such an import
would be replaced by the one that waits for it, and the pages lost.
"""

from typing import Any

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite


class DeskSite(UnfoldAdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the models of one application, for its page.

        Of all of them no page shows a list: the menu is factcheck.desk's. Every page would look up the permissions and
        addresses of seventy kinds for it.
        """
        return super().get_app_list(request, app_label) if app_label else []
