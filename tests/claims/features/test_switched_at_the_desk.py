"""A feature that is switched off at the desk is gone from both sides at once, and back when it is switched on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, resolve, reverse
from procrastinate.contrib.django import app
from pytest_django import Settings

from claims.models import Claim
from claims.newsroom import feature_switches
from factcheck import features
from factcheck.features import known_choices
from factcheck.routes import build_openapi

pytestmark = pytest.mark.django_db

#: Pages of the core.
CORE = ["/", "/claims/", "/check/", "/about/", "/api/v1/", "/api/v1/claims/", "/admin/"]


def pages_of(label: str) -> list[str]:
    """Return the addresses of a feature on both sides that take no arguments."""
    models = features.find_feature(label).get_models()
    desk = [
        reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist")
        for m in models
        if m in admin.site._registry
    ]
    return [*desk, "/ask/", "/api/v1/complaints/"]


def switch_off_dependents(label: str, by: User) -> None:
    """Switch off all features that require this one, and before them those that require these."""
    for feature in features.list_installed():
        if label in feature.requires:
            switch_off_dependents(feature.label, by)
            feature_switches.switch_feature(feature.label, is_on=False, by=by)


def menu_of(person: User) -> list[str]:
    request = RequestFactory().get("/admin/")
    request.user = person
    site: Any = admin.site
    return [str(entry["title"]) for section in site.get_sidebar_list(request) for entry in section["items"]]


def test_both_sides_without_a_feature_and_with_it_again(
    publish: Callable[..., Claim], client: Client, administrator: User
) -> None:
    claim = publish()
    client.force_login(administrator)
    pages = pages_of("complaints")

    def look() -> Any:
        page = client.get(claim.get_absolute_url()).content.decode()
        return {
            "core": [client.get(address).status_code for address in CORE],
            "feature": [client.get(address).status_code for address in pages],
            "link": "/complain/" in page,
            "menu": "Complaints" in menu_of(administrator),
            "queues": [
                name
                for name in ("complaints", "requests")
                if name in str(client.get("/admin/").context["queues"])
            ],
            "api": "complaints" in client.get("/api/v1/").json(),
            "described": "/api/v1/complaints/" in build_openapi()["paths"],
        }

    switch_off_dependents("complaints", administrator)
    before = look()
    feature_switches.switch_feature("complaints", is_on=False, by=administrator)
    off = look()
    feature_switches.switch_feature("complaints", is_on=True, by=administrator)
    assert look() == before
    assert before["core"] == off["core"] == [200] * len(CORE)
    assert 404 not in before["feature"]
    assert off["feature"] == [404] * len(pages)
    assert (before["link"], before["menu"], before["api"], before["described"]) == (True, True, True, True)
    assert (off["link"], off["menu"], off["api"], off["described"], off["queues"]) == (
        False,
        False,
        False,
        False,
        [],
    )


def test_another_process_follows_within_seconds(administrator: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO claims_featurechoice (feature, is_on) VALUES ('complaints', false)")
    assert features.find_feature("complaints").is_on
    known_choices.reload_at = 0
    assert not features.find_feature("complaints").is_on


def routes_of_features(routes: Any) -> Iterator[URLPattern]:
    for route in routes:
        if hasattr(route, "url_patterns"):
            yield from routes_of_features(route.url_patterns)
        elif getattr(route.callback, "feature", None):
            yield route


def test_every_route_and_job_of_a_feature_ends_with_it(settings: Settings) -> None:
    settings.FEATURES = []
    routes = list(routes_of_features(get_resolver().url_patterns))
    for route in routes:
        with pytest.raises(Http404):
            route.callback(None)
    named = {
        name
        for f in features.list_installed()
        for place in features.PLACES
        for name in names(f.routes(place))
    }
    assert named <= {route.name for route in routes}
    assert [name for name in named if features.has_route(name)] == []
    desk = [model for model in admin.site._registry if model._meta.app_config in features.list_installed()]
    listed = [f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in desk]
    assert [name for name in listed if not hasattr(resolve(reverse(name)).func, "feature")] == []
    app.perform_import_paths()
    jobs = [job for name, job in app.tasks.items() if job.func.__module__.startswith("claims.features.")]
    assert len(jobs) > 10
    assert [job.func() for job in jobs] == [None] * len(jobs)


def names(routes: Any) -> Iterator[str]:
    for route in routes:
        yield from names(route.url_patterns) if hasattr(route, "url_patterns") else filter(None, [route.name])
