import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.translation import gettext, gettext_noop
from rich.console import Console
from rich.table import Table

from factcheck.database import embedded
from factcheck.database.database_roles import connect_as_owner, correct_grants, find_wrong_grants
from factcheck.database.pending_migrations import list_pending_migrations
from factcheck.management.localized_command import LocalizedCommand
from factcheck.web import serving

HOST = "127.0.0.1"


class Command(LocalizedCommand):
    serves = True
    help = gettext_noop("Start everything on this machine, with demo data and one user per role.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                gettext("The demo creates its own users and secret key; run it with `make demo`.")
            )
        serving.require_free_port(HOST, settings.PORT)
        console = Console()
        with console.status("Starting PostgreSQL …") as status:
            # A cache for a large archive would take 35 MB before anything is in it.
            embedded.ensure_running(shared_buffers="128MB")
            self.check(app_configs=None, tags=[Tags.database], databases=["default"])
            if list_pending_migrations():
                status.update(gettext("Preparing the database …"))
                call_command("migrate", verbosity=0)
            elif find_wrong_grants():
                with connect_as_owner():
                    correct_grants()
            status.update(gettext("Loading the demo data …"))
            call_command("load_demo", verbosity=0)
            status.update(gettext("Collecting static files …"))
            serving.collect_static_files()
            accounts = give_passwords(settings.DATA_DIR / "demo-accounts.json")
            status.update(gettext("Starting the site …"))
        serving.serve(
            HOST,
            settings.PORT,
            with_worker=True,
            when_ready=lambda: console.print(*build_welcome(accounts), sep="\n"),
        )


def give_passwords(password_file: Path) -> list[dict[str, str]]:
    """Give each account without a password a random one, and return all passwords given so far.

    The passwords are stored where only the owner can read them, because each start of the demo shows them again.
    """
    accounts: list[dict[str, str]] = json.loads(password_file.read_text()) if password_file.exists() else []
    users_without_password = [user for user in User.objects.order_by("pk") if not user.has_usable_password()]
    if users_without_password:
        password = accounts[0]["password"] if accounts else secrets.token_hex(5)
        for user in users_without_password:
            user.set_password(password)
            user.save(update_fields=["password"])
            roles = "superuser" if user.is_superuser else ", ".join(group.name for group in user.groups.all())
            accounts.append({"user": user.get_username(), "role": roles, "password": password})
        password_file.touch(mode=0o600)
        password_file.write_text(json.dumps(accounts, indent=2))
    return accounts


def build_welcome(accounts: list[dict[str, str]]) -> list[Table | str]:
    """Return a table with the URLs of the demo and the accounts for signing in."""
    site = settings.SITE_URL
    url_table = Table.grid(padding=(0, 2))
    for label, path in (
        ("Reader pages", "/"),
        ("Editors' desk", "/admin/"),
        ("API", "/api/v1/"),
        ("API docs", "/api/docs/"),
    ):
        url_table.add_row(label, f"{site}{path}")
    sign_in = Table.grid(padding=(0, 2))
    for account in accounts:
        sign_in.add_row(account["role"], f"user {account['user']}", f"password {account['password']}")
    return [
        "",
        "[bold]Factcheck is running.[/bold] Press Ctrl-C to stop; your changes are kept.",
        "",
        url_table,
        "",
        sign_in,
        "",
    ]
