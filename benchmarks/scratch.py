"""A project to measure in: Django with a migrated database in a separate embedded server."""

import gc
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_scratch_project(folder: Path | None = None) -> Iterator[None]:
    """Set Django up for a measurement. Import the project's modules only inside.

    Args:
        folder: where the database is stored or already exists; without a folder, it is deleted afterwards.
    """
    if folder is None:
        temporary_folder = tempfile.TemporaryDirectory(
            prefix="factcheck-benchmark-", ignore_cleanup_errors=True
        )
        with temporary_folder as name, open_scratch_project(Path(name)):
            yield
        return
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "FACTCHECK_DEMO": "1",
        "LOG_LEVEL": "ERROR",
    }
    import django
    from django.core.management import call_command
    from django.db import connections

    from factcheck.database import embedded

    django.setup()
    with embedded.run_server(folder):
        call_command("migrate", verbosity=0)
        gc.collect()  # the memory of what is measured is not that of migrations
        yield
        connections.close_all()


def find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
