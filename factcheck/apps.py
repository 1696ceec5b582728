from django.apps import AppConfig
from django.conf import settings


class FactcheckConfig(AppConfig):
    name = "factcheck"

    def ready(self) -> None:
        from factcheck.backups import freshness  # noqa: F401, PLC0415  registers the checks
        from factcheck.database import (  # noqa: F401, PLC0415  registers the system checks and lookups
            checks,
            lookups,
            role_checks,
        )

        if settings.SENTRY_DSN:
            from factcheck.telemetry import error_reports  # noqa: PLC0415  its package is there where it is used

            error_reports.start()
        if settings.OTEL_ENDPOINT:
            from factcheck.telemetry import traces  # noqa: PLC0415  its packages are there where they are used

            traces.start()
