from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.translation import gettext, gettext_noop

from factcheck.database import embedded
from factcheck.management.localized_command import LocalizedCommand
from factcheck.telemetry.exporter import export
from factcheck.web.serving import require_free_port


class Command(LocalizedCommand):
    serves = True
    help = gettext_noop("Serve metrics from the database; `serve` does the same, and counts requests too.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=settings.METRICS_PORT, help=gettext("Port (default: METRICS_PORT).")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = settings.METRICS_HOST, options["port"]
        if not port:
            raise CommandError(gettext("Set METRICS_PORT, or name one with --port."))
        require_free_port(host, port)
        embedded.ensure_running()
        self.stdout.write(
            gettext("Metrics are at http://%(host)s:%(port)s/metrics. Press Ctrl-C to stop.")
            % {"host": host, "port": port}
        )
        export(host, port)
