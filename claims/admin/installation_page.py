"""The languages and features of this installation, with the settings that change them."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from factcheck import features
from factcheck.admin.base import change_page
from factcheck.features import Feature
from sources.models import Publisher

#: Who may see the page.
PERMISSION = "auth.change_group"
_CHECKED = gettext_noop("Checked the languages and features.")


@dataclass(frozen=True, slots=True)
class FeatureLine:
    """A feature, and the value of `FEATURES` that switches it."""

    feature: Feature
    is_on: bool
    pages: list[str]
    value: str


def is_checked() -> bool:
    """Return whether an administrator has looked at the languages and features."""
    return LogEntry.objects.filter(change_message=_CHECKED).exists()


def show_installation(request: HttpRequest) -> HttpResponse:
    """Show the page; sent, it is noted as checked for the first steps."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    house = Publisher.objects.house()
    if request.method == "POST":
        admin.site.get_model_admin(Publisher).log_change(request, house, _CHECKED)
        return HttpResponseRedirect(reverse("admin:index"))
    names = dict(settings.LANGUAGES)
    context = {
        **admin.site.each_context(request),
        "title": _("Languages and features"),
        "lines": _lines(),
        "languages": list(names.values()),
        "own_language": names.get(house.language, house.language),
        "fallback": names[settings.LANGUAGE_CODE],
        "house_page": change_page(house),
        "is_checked": is_checked(),
    }
    return TemplateResponse(request, "admin/desk/installation.html", context)


def _lines() -> list[FeatureLine]:
    installed = features.installed()
    on = {feature.label for feature in features.switched_on()}
    lines = []
    for feature in installed:
        label = feature.label
        wanted = {other for other in on if label not in _with_required(other)}
        if label not in on:
            wanted = on | _with_required(label)
        pages = [str(entry["title"]) for entries in feature.menu.values() for entry in entries]
        lines.append(FeatureLine(feature, label in on, pages, ",".join(sorted(wanted))))
    return lines


def _with_required(label: str) -> set[str]:
    """Return a feature with all those that it requires."""
    required = features.find(label).requires
    return {label}.union(*map(_with_required, required))
