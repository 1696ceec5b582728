from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = _("Claims")

    def ready(self) -> None:
        import claims.quotes.reanchoring  # noqa: F401  connects itself to new snapshots
        from claims.newsroom.house import ensure_house
        from claims.newsroom.roles import ensure_roles

        # After `migrate` and not in a migration, because permissions exist only then.
        post_migrate.connect(ensure_roles, sender=self)
        post_migrate.connect(ensure_house, sender=self)
