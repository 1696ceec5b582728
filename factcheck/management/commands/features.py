"""`manage.py features`: list the features of this installation and their additions to the core."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext, gettext_noop
from procrastinate.contrib.django import app

from factcheck import features
from factcheck.features import Feature
from factcheck.management.localized_command import LocalizedCommand

#: Attributes of `Feature` with one dotted name.
_POINTS = (
    "section", "requirement", "counting_signoffs", "queues", "claim_page", "source_notes", "page_version",
    "beside_claim", "below_answer", "cosigned_note", "gauges", "newsroom_rows", "demo",
)  # fmt: skip


class Command(LocalizedCommand):
    help = gettext_noop(
        "List the features of this installation: whether each is on, and its tables, jobs, routes, menu entries and"
        " permissions. The setting FEATURES switches them. See docs/features.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", help=gettext("only these features"))

    def handle(self, *, names: list[str], **options: Any) -> None:
        active_features = features.list_switched_on()
        for feature in features.list_installed():
            if names and feature.label not in names:
                continue
            state = gettext("on") if feature in active_features else gettext("off")
            self.stdout.write(f"{feature.label} ({state}): {feature.verbose_name}")
            for part, values in _iterate_parts(feature):
                self.stdout.write(f"  {part}: {', '.join(values)}")


def _iterate_parts(feature: Feature) -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of the core that the feature adds to, each with its additions."""
    feature.part("tasks")
    parts = {
        "requires": list(feature.requires),
        "tables": sorted(model._meta.db_table for model in feature.get_models() if not model._meta.proxy),
        "jobs": sorted(
            name for name, task in app.tasks.items() if task.func.__module__.startswith(feature.name)
        ),
        **{f"routes ({place})": _list_addresses(feature, place) for place in features.PLACES},
        "menu": [str(entry["title"]) for entries in feature.menu.values() for entry in entries],
        "permissions": sorted(name for names in feature.roles.values() for name in names),
        "receivers": sorted(feature.receivers.values()),
        "notifications": list(feature.notifications),
        "list filters": [name for names in feature.list_filters.values() for name in names],
        "panels": list(feature.panels.values()),
        "desk routes": list(feature.desk_routes.values()),
        **{point: [name] for point in _POINTS if (name := getattr(feature, point))},
    }
    return ((part, values) for part, values in parts.items() if values)


def _list_addresses(feature: Feature, place: str) -> list[str]:
    return [address for route in feature.routes(place) for address in _iterate_leaves(route)]


def _iterate_leaves(route: URLPattern | URLResolver, prefix: str = "") -> Iterator[str]:
    address = prefix + str(route.pattern)
    if isinstance(route, URLPattern):
        yield address
    else:
        for subroute in route.url_patterns:
            yield from _iterate_leaves(subroute, address)
