from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = _("Claims")

    def ready(self) -> None:
        # Models exist only now.
        import claims.quotes.changed_sources  # noqa: F401, PLC0415  connects itself to new snapshots
        from claims.discovery.tasks import entries_were_added  # noqa: PLC0415  models exist only now
        from claims.ledger.signals import entries_added  # noqa: PLC0415  models exist only now
        from claims.matching.embedding import checks, tasks  # noqa: F401, PLC0415  models exist only now
        from claims.newsroom import sign_in_records  # noqa: F401, PLC0415  connects itself to what happens at the door
        from claims.readers.desk.complaint_moves import (  # noqa: PLC0415  models exist only now
            corrections_published,
        )
        from claims.readers.desk.request_moves import claims_published  # noqa: PLC0415  models exist only now
        from claims.webhooks.worker_calls import announce  # noqa: PLC0415  models exist only now

        entries_added.connect(announce, dispatch_uid="claims.webhooks")
        entries_added.connect(entries_were_added, dispatch_uid="claims.discovery")
        entries_added.connect(tasks.announce, dispatch_uid="claims.matching.embedding")
        entries_added.connect(corrections_published, dispatch_uid="claims.readers.complaints")
        entries_added.connect(claims_published, dispatch_uid="claims.readers.requests")

        # After `migrate` and not in a migration, because permissions exist only then.
        post_migrate.connect(self.complete_newsroom, sender=self)

    def complete_newsroom(self, *, using: str, **signal: Any) -> None:
        """Add the roles, rules, publisher and templates that every newsroom has, where they are missing."""
        from claims.newsroom.house import ensure_house  # noqa: PLC0415  models exist only now
        from claims.newsroom.reply_wording import ensure_templates  # noqa: PLC0415  models exist only now
        from claims.newsroom.roles import ensure_roles  # noqa: PLC0415  models exist only now
        from claims.newsroom.second_factors import ensure_rules  # noqa: PLC0415  models exist only now

        # `migrate sources` and `migrate claims zero` leave no tables to add them to.
        if "claims_offeredpermission" in connections[using].introspection.table_names():
            ensure_roles()
            ensure_rules()
            ensure_house()
            ensure_templates()
