from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import CommandError
from django.utils.translation import gettext, gettext_noop, ngettext

from factcheck.database import embedded
from factcheck.database.pending_migrations import list_pending_migrations
from factcheck.database.schema_agreement import find_missing_columns
from factcheck.installation.private_files import make_contents_private
from factcheck.management.localized_command import LocalizedCommand
from factcheck.web import serving


class Command(LocalizedCommand):
    serves = True
    help = gettext_noop(
        "Serve the site with granian, with static files, and optionally with the background worker."
    )

    requires_system_checks = [Tags.security, Tags.staticfiles, Tags.urls]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help=gettext("Address to listen on (default: %(default)s).")
        )
        parser.add_argument(
            "--port", type=int, default=settings.PORT, help=gettext("Port (default: PORT, or 8000).")
        )
        parser.add_argument(
            "--workers", type=int, default=1, help=gettext("Web processes (default: %(default)s).")
        )
        parser.add_argument(
            "--threads",
            type=int,
            default=settings.WEB_THREADS,
            help=gettext("Threads per process (default: WEB_THREADS, or 8)."),
        )
        parser.add_argument(
            "--with-worker", action="store_true", help=gettext("Run the background worker too.")
        )
        parser.add_argument("--access-log", action="store_true", help=gettext("Log every request."))

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        serving.require_free_port(host, port)
        if settings.METRICS_PORT:
            serving.require_free_port(settings.METRICS_HOST, settings.METRICS_PORT)
        embedded.ensure_running()
        self.check(app_configs=None, tags=[Tags.database], databases=["default"])
        if pending := list_pending_migrations():
            raise CommandError(
                ngettext(
                    "The database lacks %(pending)s migration. Run `manage.py migrate` first.",
                    "The database lacks %(pending)s migrations. Run `manage.py migrate` first.",
                    len(pending),
                )
                % {"pending": len(pending)}
            )
        if absent_columns := find_missing_columns("default"):
            raise CommandError(
                gettext(
                    "The tables of the database do not match this version of the program: %(column)s is "
                    "missing, for example. Run `manage.py migrate` for instructions."
                )
                % {"column": absent_columns[0]}
            )
        for folder in (settings.MEDIA_ROOT, settings.DATA_DIR / "reports"):
            make_contents_private(folder)  # an earlier version left its folders open to other users
        serving.collect_static_files()
        serving.serve(
            host,
            port,
            workers=options["workers"],
            threads=options["threads"],
            with_worker=options["with_worker"],
            access_log=options["access_log"],
            when_ready=lambda: self.announce(host, port),
        )

    def announce(self, host: str, port: int) -> None:
        self.stdout.write(
            gettext("Serving %(site_url)s from %(host)s:%(port)s. Press Ctrl-C to stop.")
            % {"site_url": settings.SITE_URL, "host": host, "port": port}
        )
        self.stdout.flush()  # a service manager reads a pipe
