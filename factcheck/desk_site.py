"""The editors' desk as Django's admin site.

This module is outside `factcheck.admin`, whose pages register with the site when they are imported. Inside, it would be
imported after the pages. They would create a first site, and a second site, without pages, would replace the first.
"""

from typing import Any
from unicodedata import normalize

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.module_loading import import_string
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

        No page needs the models of all applications, because `factcheck.desk` builds the menu. Listing all of them
        would look up the permissions and URLs of seventy models on every page.
        """
        return (
            super().get_app_list(request, app_label) if app_label and not features.is_off(app_label) else []
        )

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the results of the quick search: lists with a matching name, then rows.

        unfold's own version caches the results for five minutes, but the states shown in them may change sooner.
        """
        search_text = request.GET.get("s", "").lower()
        if not search_text:
            return HttpResponse()
        find_rows = import_string(self._get_config("COMMAND", request)["search_callback"])
        apps = [app for app in AdminSite.get_app_list(self, request) if not features.is_off(app["app_label"])]
        context = {"results": [*self._search_apps(apps, search_text), *find_rows(request, search_text)]}
        return TemplateResponse(request, "unfold/helpers/command_results.html", context)

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the menu's sections with the entries that this person may use; those under “More” are sorted.

        unfold's own version copies every entry and creates a class for each function in it, on every page.
        """
        sections = self._get_config("SIDEBAR", request)["navigation"](request)
        return [
            section
            | {
                "items": [
                    _build_entry(request, **entry)
                    for entry in _sort_entries(section)
                    if request.user.has_perms(entry["permissions"])
                ]
            }
            for section in sections
        ]


def _sort_entries(section: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entries in the order of daily work or, if there are too many, by title."""
    if not section.get("more"):
        return section["items"]
    # Letters with accents are sorted like those without.
    return sorted(section["items"], key=lambda entry: normalize("NFKD", str(entry["title"])).casefold())


def _build_entry(
    request: HttpRequest,
    *,
    route: str,
    queue: str = "",
    pages_below: tuple[str, ...] | None = None,
    **appearance: Any,
) -> dict[str, Any]:
    """Build an entry of the menu, marked as active if the request is for its page.

    A list is also active on the pages below it, except those in `pages_below`; a queue is active on its own page only.
    """
    path = reverse(route)
    if queue:
        is_active = request.path == path and request.GET.get("queue") == queue
    elif pages_below is not None:
        is_active = (
            request.path.startswith(path)
            and "queue" not in request.GET
            and request.path not in map(reverse, pages_below)
        )
    else:
        is_active = request.path == path
    return appearance | {"link": f"{path}?queue={queue}" if queue else path, "active": is_active}
