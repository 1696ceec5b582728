"""Features: Django apps that an installation can switch off or remove (docs/features.md).

As an app, a feature has its own models, migrations, templates, static files and commands, which stay when it is
switched off. Its additions to pages, menus and background jobs are declared on its `Feature`, or in its module `admin`,
`tasks` or `urls`. The core looks them up here and never imports a feature.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial, wraps
from importlib import import_module
from time import monotonic
from types import FunctionType, ModuleType
from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.dispatch import Signal
from django.http import Http404
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string, module_has_submodule
from django_stubs_ext import StrOrPromise

#: In ascending order: each preset includes the features of the previous one.
PRESETS = ("small", "newsroom", "all")
#: Where a feature adds routes: pages at the root, the desk below /admin/, the API below /api/v1/, the editorial API.
PLACES = ("pages", "desk", "api", "editorial")
#: How many seconds a process relies on the choices that it read.
_CHOICES_MAX_AGE_SECONDS = 5.0


@dataclass
class KnownChoices:
    """Administrators' choices at the desk: whether each feature that they switched is on, keyed by its label.

    Every process reloads the choices after some seconds, so that a change takes effect everywhere without a restart.

    Attributes:
        reader: the dotted name of the function that loads the choices.
        reload_at: when to load them again (`time.monotonic`).
    """

    reader: str = ""
    by_label: Mapping[str, bool] = field(default_factory=dict)
    reload_at: float = 0.0


known_choices = KnownChoices()


class Feature(AppConfig):
    """The base class of a feature's `AppConfig`."""

    default = False
    #: A sentence for administrators on what the feature adds.
    summary: ClassVar[StrOrPromise] = ""
    #: The smallest preset that includes the feature.
    preset: ClassVar[str] = "newsroom"
    #: The features that this one imports. They are on whenever this one is on.
    requires: ClassVar[tuple[str, ...]] = ()
    #: The dotted name of the `Section` that the feature adds to the published body of a verdict, even while the feature
    #: is off (claims/ledger/document/sections.py).
    section: ClassVar[str] = ""
    #: The dotted name of the `Requirement` that the feature adds to the review (claims/review/requirements.py).
    requirement: ClassVar[str] = ""
    #: The dotted name of a function that takes sign-offs and returns only those given after the feature's last record,
    #: even while the feature is off (claims/models/signoff.py).
    counting_signoffs: ClassVar[str] = ""
    #: Functions to call when a signal is sent: dotted names of the signal and of the function.
    receivers: ClassVar[Mapping[str, str]] = {}
    #: Entries of the desk's menu, by the name of their section (factcheck/desk.py).
    menu: ClassVar[Mapping[str, Sequence[dict[str, Any]]]] = {}
    #: The dotted name of the queues that the feature adds to the desk, by model and name (claims/admin/queues.py).
    queues: ClassVar[str] = ""
    #: Filters that the feature adds to lists of the desk: dotted names of classes, by the model's label.
    list_filters: ClassVar[Mapping[str, Sequence[str]]] = {}
    #: Panels on the desk's pages of rows, by the model's label: dotted names of functions that take the row and return
    #: the panel's context, including its `template`. They appear on pages of `sources.source` and beside the state of a
    #: `claims.verdict`, where the function also takes the `person`.
    panels: ClassVar[Mapping[str, str]] = {}
    #: Routes below the desk's pages of a model, by its label: dotted names of functions that take the ModelAdmin.
    desk_routes: ClassVar[Mapping[str, str]] = {}
    #: Permissions of the feature's models, by the lowest role that has them. Roles keep them while a feature is off.
    roles: ClassVar[Mapping[str, Sequence[str]]] = {}
    #: Names under which the root of the API lists routes of the feature.
    api_index: ClassVar[Mapping[str, str]] = {}
    #: Names under which the root of the editorial API lists resources of the feature.
    editorial_index: ClassVar[tuple[str, ...]] = ()
    #: Names of enumerations in the OpenAPI document, and the dotted name of a list of webhooks (drf-spectacular's
    #: ENUM_NAME_OVERRIDES and WEBHOOKS).
    openapi_enums: ClassVar[Mapping[str, str]] = {}
    openapi_webhooks: ClassVar[str] = ""
    #: The dotted name of a function that adds to a claim's page: it takes an entry, its document in the reader's
    #: language, and whether the entry is the newest, and returns more context (claims/public/pages/entry_page.py).
    claim_page: ClassVar[str] = ""
    #: The dotted name of a function that takes sources in the form that publications contain, and returns notes
    #: that reader pages show below them, by the source's id (claims/public/pages/source_notes.py).
    source_notes: ClassVar[str] = ""
    #: SQL for a value that changes whenever the feature's additions to reader pages change. Cached pages are then
    #: rendered again (claims/public/pages/page_cache.py).
    page_version: ClassVar[str] = ""
    #: The dotted name of a function that adds to the panel beside a claim at the desk: it takes a statement and the
    #: person, and returns more context (claims/admin/similar_claims.py).
    beside_claim: ClassVar[str] = ""
    #: The dotted name of a function that adds to the answer to a reader's text: it takes the text, and returns more
    #: context (claims/public/pages/check.py).
    below_answer: ClassVar[str] = ""
    #: The dotted name of a function that takes a checkpoint and returns it with more signatures, as a signed note.
    cosigned_note: ClassVar[str] = ""
    #: The dotted name of a function that returns the `WitnessPolicy` (claims/ledger/proofs/witness_policy.py).
    witness_policy: ClassVar[str] = ""
    #: The dotted name of a function that yields a `Discrepancy` for each problem, for `verify_ledger`.
    verification: ClassVar[str] = ""
    #: The dotted name of a function that takes a person and yields cards with their work, shown first on the
    #: dashboard (claims/admin/dashboard.py).
    dashboard_cards: ClassVar[str] = ""
    #: The dotted name of a `TriageStep`: a decision that the feature adds to triage (claims/admin/triage_decisions.py).
    triage_step: ClassVar[str] = ""
    #: The dotted name of a `TimelineKind`, whose events the feature adds to the timeline (claims/admin/timeline.py).
    timeline: ClassVar[str] = ""
    #: The dotted name of a function that takes ledger entries with corrections of one claim and the person, and
    #: returns lines that say where each correction arrived, by the entry's id (claims/admin/claim_page.py).
    correction_effects: ClassVar[str] = ""
    #: The dotted name of a function that takes a reference to a claim in a query, and returns queries for rows that
    #: prevent undoing the claim's import, each with a message (claims/imports/storing/undo.py).
    undo_obstacles: ClassVar[str] = ""
    #: The dotted name of a function that returns the desk's sentences about problems for administrators.
    desk_concerns: ClassVar[str] = ""
    #: Functions that write pages of the feature as Markdown, by route (claims/features/discovery/plain_pages/views.py).
    plain_pages: ClassVar[Mapping[str, str]] = {}
    #: The dotted name of a list of `MetricQuery` for the metrics.
    gauges: ClassVar[str] = ""
    #: Kinds of notifications about rows of the feature, and the model whose list they lead to, such as
    #: "links_linkstate"; "" if they lead to the claim.
    notifications: ClassVar[Mapping[str, str]] = {}
    #: The dotted name of a function that adds the rows that every newsroom has; `migrate` calls it.
    newsroom_rows: ClassVar[str] = ""
    #: The dotted name of a function that adds rows to the demo, such as those of the feature's `demo.json`. It takes a
    #: `DemoContent` (claims/management/demo/incoming.py).
    demo: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        # Django takes the one AppConfig in `apps.py` whose `default` is true, and this class may be imported there.
        cls.default = True

    @property
    def is_on(self) -> bool:
        return self.label in _get_active_labels()

    def ready(self) -> None:
        _get_preset()  # reports errors in `FEATURES` at the start
        for signal, receiver in self.receivers.items():
            connect_by_name(import_string(signal), receiver, self)
        settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"].update(self.openapi_enums)
        if self.openapi_webhooks:
            settings.SPECTACULAR_SETTINGS["WEBHOOKS"] = self.openapi_webhooks

    def part(self, name: str) -> ModuleType | None:
        """Return the feature's module of this name, or None."""
        return import_module(f"{self.name}.{name}") if module_has_submodule(self.module, name) else None

    def routes(self, place: str) -> list[URLPattern | URLResolver]:
        return list(getattr(self.part("urls"), place, ()))


@cache
def list_installed() -> list[Feature]:
    return [config for config in apps.get_app_configs() if isinstance(config, Feature)]


def find_feature(label: str) -> Feature:
    """Return the installed feature of this label."""
    return next(feature for feature in list_installed() if feature.label == label)


def list_switched_on() -> list[Feature]:
    labels = _get_active_labels()
    return [feature for feature in list_installed() if feature.label in labels]


def _get_active_labels() -> set[str]:
    """Return the labels of the active features, according to `FEATURES` and administrators' choices at the desk."""
    labels = _get_preset()
    for label, is_on in _load_choices().items():
        (labels.add if is_on else labels.discard)(label)
    active_features = [feature for feature in list_installed() if feature.label in labels]
    while orphans := [feature for feature in active_features if not labels.issuperset(feature.requires)]:
        labels.difference_update(feature.label for feature in orphans)
        active_features = [feature for feature in active_features if feature.label in labels]
    return {feature.label for feature in active_features}


def _load_choices() -> Mapping[str, bool]:
    """Return administrators' choices: whether each feature that they switched is on, keyed by its label."""
    if known_choices.reader and monotonic() >= known_choices.reload_at:
        reload_choices()
    return known_choices.by_label


def reload_choices() -> None:
    """Reload the choices. If the database does not respond, the previous ones stay."""
    # Set first, so that other threads do not load the choices too.
    known_choices.reload_at = monotonic() + _CHOICES_MAX_AGE_SECONDS
    try:
        known_choices.by_label = import_string(known_choices.reader)()
    except Error:
        return


def is_preset(label: str) -> bool:
    """Return whether `FEATURES` switches this feature on."""
    return label in _get_preset()


def _get_preset() -> set[str]:
    """Return the labels of the features that `FEATURES` switches on.

    Raises:
        ImproperlyConfigured: `FEATURES` names an unknown feature, or lacks a feature that another one requires.
    """
    features = {feature.label: feature for feature in list_installed()}
    names = settings.FEATURES
    if len(names) == 1 and names[0] in PRESETS:
        presets = PRESETS[: PRESETS.index(names[0]) + 1]
        return {label for label, feature in features.items() if feature.preset in presets}
    for name in names:
        if name not in features:
            raise ImproperlyConfigured(
                f"FEATURES contains {name!r}. Choose {', '.join(PRESETS)}, or a list of these: {', '.join(features)}."
            )
        if missing := set(features[name].requires).difference(names):
            raise ImproperlyConfigured(f"FEATURES: {name} requires {', '.join(sorted(missing))}.")
    return set(names)


def load_modules(module: str) -> None:
    """Import this module of every installed app, including features that are off."""
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, module):
            import_module(f"{config.name}.{module}")


def load_declared(attribute: str) -> list[Any]:
    """Return the objects that active features declare by dotted name in this attribute of `Feature`."""
    names = (getattr(feature, attribute) for feature in list_switched_on())
    return [import_string(name) for name in names if name]


def load_installed(attribute: str) -> list[Any]:
    """Return the objects that all installed features declare in this attribute."""
    return [import_string(name) for feature in list_installed() if (name := getattr(feature, attribute))]


def list_filters(model: str) -> list[Any]:
    """Return the filters that features add to the desk's list of a model, such as `claims.claim`."""
    return [
        import_string(name) for feature in list_switched_on() for name in feature.list_filters.get(model, ())
    ]


def build_panels(model: str, row: Any, **arguments: Any) -> list[dict[str, Any]]:
    """Return the panels that features add to the desk's page of a row."""
    return [
        call_by_name(feature.panels[model], row, **arguments)
        for feature in list_switched_on()
        if model in feature.panels
    ]


def build_desk_routes(model: str, model_admin: Any) -> list[URLPattern]:
    """Return the routes that features add below a model's desk pages. While a feature is off, they answer 404."""
    return [
        guard_route(route, feature)
        for feature in list_installed()
        if model in feature.desk_routes
        for route in call_by_name(feature.desk_routes[model], model_admin)
    ]


def build_routes(place: str) -> list[URLPattern | URLResolver]:
    """Return the routes that features add to one of PLACES. While a feature is off, they answer 404."""
    return [guard_route(route, feature) for feature in list_installed() for route in feature.routes(place)]


def guard_route(route: Any, feature: Feature) -> Any:
    """Make a route return 404 while the feature is off."""
    if isinstance(route, URLResolver):
        for inner in route.url_patterns:
            guard_route(inner, feature)
    elif getattr(route.callback, "feature", None) is None:
        route.callback = _guard_view(route.callback, feature)
    return route


def _guard_view(view: Callable[..., Any], feature: Feature) -> Callable[..., Any]:
    @wraps(view)
    def guarded_view(*args: Any, **kwargs: Any) -> Any:
        if not feature.is_on:
            raise Http404
        return view(*args, **kwargs)

    guarded_view.feature = feature  # type: ignore[attr-defined]  # read by `has_route` and the OpenAPI document
    return guarded_view


def guard_overrides(mixin: type, base: type) -> None:
    """Make a feature's mixin inactive while the feature is off: its methods then call the base class."""
    (feature,) = (app for app in list_installed() if mixin.__module__.startswith(f"{app.name}."))
    for mixin_class in mixin.__mro__[:-1]:
        for name, method in list(vars(mixin_class).items()):
            if isinstance(method, FunctionType) and hasattr(base, name) and not hasattr(method, "feature"):
                setattr(mixin_class, name, _guard_override(mixin_class, method, feature))


def _guard_override(mixin_class: type, method: FunctionType, feature: Feature) -> Callable[..., Any]:
    @wraps(method)
    def guarded_method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if feature.is_on:
            return method(self, *args, **kwargs)
        return getattr(super(mixin_class, self), method.__name__)(*args, **kwargs)

    guarded_method.feature = feature  # type: ignore[attr-defined]  # guarded once, however many pages have the mixin
    return guarded_method


def guard_jobs(jobs: Iterable[Any]) -> None:
    """Make background jobs of features do nothing while the feature is off."""
    for job in jobs:
        for feature in list_installed():
            if job.func.__module__.startswith(f"{feature.name}."):
                job.func = wraps(job.func)(partial(_call_if_on, feature, job.func))


def has_route(name: str) -> bool:
    """Return whether the route exists and its feature is on. Names of the desk's pages begin with `admin:`."""
    _place, separator, page = name.rpartition(":")
    resolver = get_resolver().namespace_dict["admin"][1] if separator else get_resolver()
    return bool(resolver.reverse_dict.getlist(page)) and not is_off(_get_route_owners().get(page, ""))


@cache
def _get_route_owners() -> dict[str, str]:
    """Return the owning feature's label for each route name, including routes below the core's desk pages."""

    def list_routes(resolver: URLResolver) -> Iterator[URLPattern]:
        for route in resolver.url_patterns:
            if isinstance(route, URLResolver):
                yield from list_routes(route)
            else:
                yield route

    return {
        route.name: route.callback.feature.label
        for route in list_routes(get_resolver())
        if route.name and hasattr(route.callback, "feature")
    }


def is_off(label: str) -> bool:
    """Return whether this is the label of an installed feature that is off."""
    return any(feature.label == label for feature in list_installed()) and label not in _get_active_labels()


def map_notification_lists() -> dict[str, str]:
    """Return, for each kind of notification, the model whose list such notifications link to."""
    return {kind: model for feature in list_switched_on() for kind, model in feature.notifications.items()}


def list_disabled_notifications() -> set[str]:
    """Return the kinds of notifications that belong to features that are off."""
    kinds = {kind for feature in list_installed() for kind in feature.notifications}
    return kinds.difference(map_notification_lists())


def list_menu_entries(section: str) -> list[dict[str, Any]]:
    """Return the entries that features add to a section of the desk's menu."""
    return [entry for feature in list_switched_on() for entry in feature.menu.get(section, ())]


def connect_by_name(signal: Signal, receiver: str, feature: Feature | None = None) -> None:
    """Connect a signal receiver by its dotted name. Its module is imported only when the signal is sent.

    Args:
        feature: the receiver is not called while this feature is off.
    """
    connected_receiver = partial(call_by_name, receiver)
    if feature:
        connected_receiver = partial(_call_if_on, feature, connected_receiver)
    signal.connect(connected_receiver, weak=False, dispatch_uid=receiver)


def _call_if_on(feature: Feature, function: Callable[..., Any], *values: Any, **arguments: Any) -> Any:
    return function(*values, **arguments) if feature.is_on else None


def call_by_name(function: str, *values: Any, **arguments: Any) -> Any:
    """Call a function by its dotted name."""
    return import_string(function)(*values, **arguments)
