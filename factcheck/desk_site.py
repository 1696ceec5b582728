"""The editors' desk as Django's admin site.

It is outside `factcheck.admin`, whose pages register with the site on import. If that import created the site, the site
waiting for the import would replace it, and the pages would be lost.
"""

from typing import Any

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite

from factcheck import features


class DeskSite(UnfoldAdminSite):
    def get_urls(self) -> list[Any]:
        """Return the desk's routes. Routes of a feature answer 404 while it is off."""
        routes: list[Any] = super().get_urls()
        for feature in features.list_installed():
            for route in routes:
                if str(route.pattern).startswith(f"{feature.label}/"):
                    features.guard_route(route, feature)
        return routes

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the models of one application, for its page.

        No page shows the models of all applications, because `factcheck.desk` builds the menu. For such a list, every
        page would look up the permissions and URLs of seventy models.
        """
        return (
            super().get_app_list(request, app_label) if app_label and not features.is_off(app_label) else []
        )

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the sections of the menu with the entries that this person may use.

        unfold's own version copies every entry and creates a class for each function in it, on every page.
        """
        sections = self._get_config("SIDEBAR", request)["navigation"](request)
        return [
            section
            | {"items": [_build_entry(request, item) for item in section["items"] if _may_use(request, item)]}
            for section in sections
        ]


def _may_use(request: HttpRequest, item: dict[str, Any]) -> bool:
    permission = item.get("permission")
    return permission is None or bool(permission(request))


def _build_entry(request: HttpRequest, item: dict[str, Any]) -> dict[str, Any]:
    link = item["link"]
    return item | {"link": link(request) if callable(link) else link, "active": item["active"](request)}
