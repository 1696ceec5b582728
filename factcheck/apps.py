from django.apps import AppConfig


class FactcheckConfig(AppConfig):
    name = "factcheck"

    def ready(self) -> None:
        from factcheck.backups import freshness  # noqa: F401, PLC0415  registers the checks
        from factcheck.database import checks, lookups  # noqa: F401, PLC0415  registers the system checks and lookups
