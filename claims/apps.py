from functools import partial
from typing import Any

from django.apps import AppConfig
from django.core.checks import register
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from factcheck.features import call_by_name, connect_by_name, known_choices, list_installed, load_installed


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = _("Claims")

    def ready(self) -> None:
        # Models exist only now.
        from claims.ledger.signals import entries_added  # noqa: PLC0415  models exist only now
        from sources.signals import snapshot_stored  # noqa: PLC0415  beside the others

        register(partial(call_by_name, "claims.matching.embedding.checks.check_embedder"))
        known_choices.reader = "claims.newsroom.feature_switches.read_choices"
        connect_by_name(snapshot_stored, "claims.quotes.changed_sources.follow_source")
        connect_by_name(entries_added, "claims.matching.embedding.choice.queue_after_commit")
        # After `migrate` and not in a migration, because permissions exist only then; those of features come last.
        post_migrate.connect(self.complete_newsroom, sender=self.find_last_migrated_app())

    def find_last_migrated_app(self) -> AppConfig:
        """Return the app for which Django sends `post_migrate` last. Apps without models get no signal."""
        return [config for config in (self, *list_installed()) if config.models_module][-1]

    def complete_newsroom(self, *, using: str, **signal: Any) -> None:
        """Add any missing roles, rules, publisher and feature rows that every newsroom needs."""
        from claims.newsroom.own_publisher import ensure_own_publisher  # noqa: PLC0415  models exist only now
        from claims.newsroom.roles import ensure_roles  # noqa: PLC0415  models exist only now
        from claims.newsroom.second_factors import ensure_rules  # noqa: PLC0415  models exist only now

        # `migrate sources` and `migrate claims zero` leave no tables to add them to.
        if "claims_offeredpermission" in connections[using].introspection.table_names():
            ensure_roles()
            ensure_rules()
            ensure_own_publisher()
            for ensure_rows in load_installed("newsroom_rows"):
                ensure_rows()
