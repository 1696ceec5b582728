"""The applications, middleware and templates of every installation."""

from pathlib import Path
from typing import Any, Final

from factcheck.installation import program


def _list_features() -> list[str]:
    """Return the apps under claims/features/. A feature is removed by deleting its folder."""
    folder = Path(__file__).parents[2] / "claims" / "features"
    return [f"claims.features.{path.parent.name}" for path in sorted(folder.glob("*/apps.py"))]


APPLICATIONS: Final = [
    "unfold.apps.BasicAppConfig",  # whose site is DeskConfig's
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "factcheck.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "knox",
    "factcheck",
    "sources",
    "claims",
    *_list_features(),
]

MIDDLEWARE: Final = [
    "factcheck.telemetry.request_ids.RequestIds",
    "factcheck.telemetry.request_counts.RequestCounts",
    "factcheck.telemetry.traces.RequestSpans",
    "factcheck.web.compression.Compression",
    "factcheck.web.public_reads.PublicReads",
    "factcheck.web.language_addresses.LanguageAddresses",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "factcheck.web.cors.CrossOriginSharing",
    "factcheck.web.throttling.enforcement.RateLimits",
    "factcheck.api.problems.MethodRefusals",
    "csp.middleware.CSPMiddleware",
    "factcheck.web.content_security.DeskPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "claims.newsroom.desk_sessions.SessionTracking",
    "claims.newsroom.second_factor_gate.SecondFactorGate",
    "factcheck.web.change_context.ChangeContext",
]

#: The middleware for responses that depend neither on a session nor on the caller.
PUBLIC_MIDDLEWARE: Final = [
    "factcheck.web.public_reads.SecurityFields",
    "factcheck.web.cors.CrossOriginSharing",
    "factcheck.web.throttling.enforcement.RateLimits",
    "factcheck.api.problems.MethodRefusals",
    "factcheck.web.slashes.Slashes",
]

TEMPLATES: Final[list[dict[str, Any]]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [program.FILES / "templates"],
        "OPTIONS": {
            "loaders": ["factcheck.web.compact_html.Templates"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "builtins": ["factcheck.web.template_join"],
            "libraries": {
                "reader": "claims.public.pages.reader_tags",
                "check": "claims.public.pages.check_tags",
                "desk_lists": "claims.admin.saved_view",
                "fast_cells": "factcheck.admin.fast_cells",
                "widget_attributes": "factcheck.web.widget_attributes",
            },
        },
    },
]
