from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core.checks import CheckMessage, Tags, register

from factcheck import features


class DeskConfig(SimpleAdminConfig):
    """Django's admin. It is loaded only together with the routes, so that other commands start faster."""

    default_site = "factcheck.desk_site.DeskSite"

    def ready(self) -> None:
        register(check_dependencies, Tags.admin)
        register(check_desk, Tags.admin)


def check_desk(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Check every page of the desk, as Django does."""
    features.load_modules("admin")
    return list(check_admin_app(app_configs, **options))


class FactcheckConfig(AppConfig):
    name = "factcheck"
    default = True

    def ready(self) -> None:
        from factcheck.backups import freshness  # noqa: F401, PLC0415  registers the checks
        from factcheck.database import checks, role_checks  # noqa: F401, PLC0415  registers the system checks

        if settings.SENTRY_DSN:
            from factcheck.telemetry import error_reports  # noqa: PLC0415  its package is there where it is used

            error_reports.start()
        if settings.OTEL_ENDPOINT:
            from factcheck.telemetry import traces  # noqa: PLC0415  its packages are there where they are used

            traces.start()
