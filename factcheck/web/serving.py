"""Run the site: granian with web processes, and optionally the background workers.

The command's process becomes granian's main process. Web and background processes are forked from it, so they share its
memory and start immediately. A process that ends is replaced; if it failed, that is logged. When the embedded database
server ends or the main process is killed, all processes end.
"""

import gc
import hashlib
import logging
import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils.translation import gettext

from factcheck.database import embedded
from factcheck.telemetry import process_gauges
from factcheck.telemetry.exporter import export, share_counters
from factcheck.web import uploads
from factcheck.web.access_log import LINE_FORMAT, build_granian_log, log_client_addresses

logger = logging.getLogger(__name__)

#: The maximum number of connections of one web process, and its other open files: static files, the database, other
#: sites.
CONNECTIONS, FILES = 10_000, 300
SETTLED_SECONDS = 60.0  # a process that has run for this many seconds has started properly
GRACE_SECONDS = 20  # how many seconds a request or job may take to end after we were asked to stop
#: The queues of the two background workers: all of them, and those of outgoing messages. A correction must not wait
#: until the first has loaded a model, archived a page or read an import.
WORKER_QUEUES = (None, ["webhooks", "mail", "announcements"])  # a list: psycopg sends no tuple as an array


def require_free_port(host: str, port: int) -> None:
    """Reject a port that is in use, before anything slow begins."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except PermissionError:
            raise CommandError(
                gettext("Port %(port)s requires root. Choose one above 1023, for example with PORT=8001.")
                % {"port": port}
            ) from None
        except socket.gaierror:
            raise CommandError(
                gettext("%(host)s is not an address of this machine.") % {"host": host}
            ) from None
        except OSError as error:
            raise CommandError(
                gettext(
                    "Port %(port)s on %(host)s cannot be used: %(strerror)s. Stop the program that uses it, "
                    "or choose another port, for example with PORT=%(port_2)s."
                )
                % {"port": port, "host": host, "strerror": error.strerror, "port_2": port % 65535 + 1}
            ) from None


def collect_static_files() -> None:
    """Collect the files served by whitenoise, unless they are up to date."""
    stamp = settings.STATIC_ROOT / ".collected"
    digest = _digest_static_files()
    if stamp.exists() and stamp.read_text() == digest:
        return
    call_command("collectstatic", clear=settings.STATIC_ROOT.exists(), interactive=False, verbosity=0)
    stamp.write_text(digest)


def _digest_static_files() -> str:
    from django.contrib.staticfiles.finders import get_finders  # noqa: PLC0415  for the server or the worker only, and slow to load

    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            # In whole seconds, because image layers store no fractions.
            digest.update(f"{path}:{status.st_size}:{int(status.st_mtime)}\n".encode())
    return digest.hexdigest()


def serve(
    host: str,
    port: int,
    *,
    workers: int = 1,
    threads: int = 8,
    with_worker: bool = False,
    access_log: bool = False,
    when_ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until a signal stops it.

    Raises:
        CommandError: the embedded database server ended, or web processes end as soon as they start.
    """
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415  for the server or the worker only, and slow to load
    from granian.http import HTTP1Settings  # noqa: PLC0415  for the server or the worker only, and slow to load
    from granian.log import LogLevels  # noqa: PLC0415  for the server or the worker only, and slow to load
    from granian.server import Server  # noqa: PLC0415  for the server or the worker only, and slow to load

    context, form = _start_method(), settings.LOGGING["handlers"]["terminal"]["formatter"]
    _load_everything()
    _close_connections()
    server = Server(
        "factcheck.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        websockets=False,
        workers=workers,
        # Those beyond `threads` read bodies (factcheck.web.uploads).
        blocking_threads=threads + uploads.count_reading_threads(threads),
        # Only HTTP/1.1 has a deadline for heads. Browsers and most proxies do not use unencrypted HTTP/2.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=settings.HEAD_SECONDS * 1000),
        backlog=1024,
        backpressure=_count_connections(),
        workers_kill_timeout=GRACE_SECONDS,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
        log_access=access_log,
        log_access_format=LINE_FORMAT,
        log_dictconfig=build_granian_log(form),
    )
    # granian reloads on SIGHUP; but closing a terminal should end the programs started in it.
    server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt))
    has_begun = threading.Event()
    threading.Thread(target=_announce, args=(host, port, has_begun, when_ready), daemon=True).start()

    def stop_at_once() -> None:
        server.workers_kill_timeout = 1  # nothing that runs can be finished
        server.signal_handler_interrupt()

    database_ended = _watch_database(stop_at_once)
    with (
        share_counters(),
        _run_children(context, _list_children(with_worker=with_worker), database_ended),
    ):
        try:
            server.serve(target_loader=partial(load_application, threads=threads, has_begun=has_begun))
        except SystemExit as ending:
            if ending.code:
                raise CommandError(
                    gettext("A web process ended unexpectedly; everything else was stopped.")
                ) from None
    if database_ended.is_set():
        raise CommandError(gettext("The embedded PostgreSQL server ended; everything else was stopped."))


def _count_connections() -> int:
    """Return how many connections a web process may hold, given the system's limit of open files."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = CONNECTIONS + FILES if hard == resource.RLIM_INFINITY else min(hard, CONNECTIONS + FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return max(100, limit - FILES)


def _start_method() -> BaseContext:
    if sys.platform == "linux":
        # granian follows the default, which is no longer `fork` from Python 3.14 on.
        multiprocessing.set_start_method("fork", force=True)
    return multiprocessing.get_context()


def _load_everything() -> None:
    """Load routes and tasks before the fork, so that processes share them."""
    from procrastinate.contrib.django import app  # noqa: PLC0415  only once Django is set up

    import_module(settings.ROOT_URLCONF)
    app.perform_import_paths()


def _close_connections() -> None:
    """Before a fork, close connections, because processes must not share them, and call `gc.freeze`."""
    connections.close_all()
    for alias in connections:
        connections[alias].close_pool()  # type: ignore[attr-defined]  # PostgreSQL is the only backend
    gc.collect()
    gc.freeze()


def _announce(host: str, port: int, has_begun: threading.Event, when_ready: Callable[[], None]) -> None:
    pause = threading.Event()
    while not pause.wait(0.05):
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            continue
        has_begun.set()
        when_ready()
        return


def _watch_database(stop_the_rest: Callable[[], None]) -> threading.Event:
    """Stop the other processes when the embedded server's main process has ended.

    The service manager restarts the site with its server. Restarting only the server would undo a deliberate stop.
    """
    database_ended = threading.Event()
    if not settings.EMBEDDED_DATABASE:
        return database_ended
    server = embedded.find_live_server(embedded.ServerPaths(settings.DATA_DIR.resolve()))

    def watch() -> None:
        if server is not None:
            server.wait()
        database_ended.set()
        stop_the_rest()

    threading.Thread(target=watch, daemon=True).start()
    return database_ended


def load_application(target: str, *, threads: int, has_begun: threading.Event) -> Callable[..., Any]:
    """Load and return the WSGI application in a web process."""
    _end_with_parent()
    if has_begun.is_set():
        logger.error("A web process ended unexpectedly; this one takes its place.")
    log_client_addresses(settings.NUM_PROXIES)
    from factcheck.wsgi import application  # noqa: PLC0415  for the server or the worker only, and slow to load

    if settings.METRICS_PORT:
        process_gauges.watch(threads)
    return application


def _list_children(*, with_worker: bool) -> list[Callable[[], None]]:
    workers = [partial(run_worker_process, queues) for queues in (WORKER_QUEUES if with_worker else ())]
    return [*workers, export_metrics] if settings.METRICS_PORT else [*workers]


@contextmanager
def _run_children(
    context: BaseContext, targets: list[Callable[[], None]], database_ended: threading.Event
) -> Iterator[None]:
    """Run each target in a child process, and replace any that ends."""
    is_stopping = threading.Event()
    child_lists = [[_start_child(context, target)] for target in targets]
    replacer_threads = [
        threading.Thread(target=_replace_children, args=(context, target, children, is_stopping), daemon=True)
        for target, children in zip(targets, child_lists, strict=True)
    ]
    for replacer_thread in replacer_threads:
        replacer_thread.start()
    try:
        yield
    finally:
        is_stopping.set()
        for children in child_lists:
            children[-1].terminate()
        # Without the database no job can be finished or reported.
        deadline = time.monotonic() + (0 if database_ended.is_set() else GRACE_SECONDS)
        for replacer_thread, children in zip(replacer_threads, child_lists, strict=True):
            replacer_thread.join(max(0.0, deadline - time.monotonic()))
            if replacer_thread.is_alive():
                children[-1].kill()
                replacer_thread.join()


def _start_child(context: BaseContext, target: Callable[[], None]) -> BaseProcess:
    child: BaseProcess = context.Process(target=target)  # type: ignore[attr-defined]  # of every context
    child.start()
    return child


def _replace_children(
    context: BaseContext,
    target: Callable[[], None],
    children: list[BaseProcess],
    is_stopping: threading.Event,
) -> None:
    pause = 1.0
    while True:
        started_at = time.monotonic()
        children[-1].join()
        if is_stopping.is_set():
            return
        has_failed = children[-1].exitcode != 0  # a worker that has grown too large ends in order
        if has_failed:
            logger.error("A background process ended unexpectedly; another one takes its place.")
        # A process that keeps failing is restarted after increasingly long pauses.
        is_settled = time.monotonic() - started_at > SETTLED_SECONDS
        pause = min(2 * pause, SETTLED_SECONDS) if has_failed and not is_settled else 1.0
        if is_stopping.wait(pause):
            return
        children.append(_start_child(context, target))
        if is_stopping.is_set():
            # The process that ends the children may know only the previous one.
            children[-1].terminate()


def export_metrics() -> None:
    """Run the process that serves metrics."""
    import django  # noqa: PLC0415  for the server or the worker only, and slow to load

    _end_with_parent()
    django.setup()
    export(settings.METRICS_HOST, settings.METRICS_PORT)


def run_worker_process(queues: list[str] | None) -> None:
    """Run a background worker for jobs of these queues, or of all queues."""
    import django  # noqa: PLC0415  for the server or the worker only, and slow to load

    _end_with_parent()
    django.setup()

    from procrastinate.contrib.django import app  # noqa: PLC0415  for the server or the worker only, and slow to load

    embedded.ensure_running()
    connection_created.connect(_wait_for_locks, dispatch_uid="factcheck.web.serving")
    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]  # Django's
        worker.run_worker(queues=queues, shutdown_graceful_timeout=GRACE_SECONDS - 5)


def _wait_for_locks(connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Let jobs wait for locks without a time limit, because they are less urgent than requests."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")


def _end_with_parent() -> None:
    """End this process when the main process asks for it or has ended."""
    # Ctrl-C in the terminal reaches every process of its group. If both it and the main process asked a worker to
    # end, the worker would cut off its job. A web process of granian would sometimes hang.
    os.setpgid(0, 0)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
