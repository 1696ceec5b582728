"""A project to measure in: Django on a migrated database in an embedded server of its own, all gone afterwards."""

import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_project() -> Iterator[None]:
    """Set Django up for the time of a measurement. What is imported from the project is imported inside."""
    with tempfile.TemporaryDirectory(prefix="factcheck-benchmark-", ignore_cleanup_errors=True) as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "factcheck.settings",
            "DATA_DIR": folder,
            "DATABASE_URL": "",
            "FACTCHECK_DEMO": "1",
            "LOG_LEVEL": "ERROR",
        }
        import django
        from django.core.management import call_command
        from django.db import connections

        from factcheck.database import embedded

        django.setup()
        with embedded.running(Path(folder)):
            call_command("migrate", verbosity=0)
            gc.collect()  # the memory of what is measured is not that of migrations
            yield
            connections.close_all()
