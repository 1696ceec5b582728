"""The contestants: how each is started, and the URLs at which it answers."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings

from benchmarks.read_side import datasette_peer, floor
from benchmarks.read_side.load import build_requests, fetch_response
from benchmarks.read_side.questions import Filter, Position, Questions
from benchmarks.scratch import find_free_port
from claims.ledger.queries.claim_filters import ClaimPageQuery
from factcheck.api.pagination import Position as Place
from factcheck.api.pagination import encode_cursor

#: What is asked of everybody, in the order of the report.
MEASURES = {
    "list": "list of 50, everything embedded",
    "summary": "list of 50 summaries",
    "detail": "one claim",
    "filter": "filter by publisher, rating and dates",
    "search": "ranked full-text search",
    "deep": "list of 50, far back",
}
#: A web process handles so many requests at a time, in every contestant under granian; as `manage.py serve` has it.
THREAD_COUNT = settings.WEB_THREADS


@dataclass(frozen=True)
class Contestant:
    """A running server, its URLs by measure, and the reader of ids in its responses."""

    name: str
    address: tuple[str, int]
    targets: Mapping[str, list[str]]
    read_ids: Callable[[bytes], list[int]] = field(repr=False)
    #: What it is measured by. Of the naive peer, a filter at 200,000 claims would take most of the time of everybody.
    measures: tuple[str, ...] = tuple(MEASURES)

    def query_ids(self, target: str) -> list[int]:
        """Return the ids of the claims in a response, in order.

        Raises:
            RuntimeError: the response is not a list of claims.
        """
        head, _, body = fetch_response(self.address, build_requests([target])[0]).partition(b"\r\n\r\n")
        if head[9:12] != b"200":
            raise RuntimeError(f"{self.name} answered {target} with {head.decode()}\n{body[:1000].decode()}")
        return self.read_ids(body)


def read_result_ids(body: bytes) -> list[int]:
    document = json.loads(body)
    return [claim["id"] for claim in document["results"]] if "results" in document else [document["id"]]


def read_row_ids(body: bytes) -> list[int]:
    rows = json.loads(body)
    return [(row if isinstance(row, dict) else json.loads(row))["id"] for row in rows]


@contextmanager
def start_contestants(
    names: list[str], questions: Questions, data_dir: Path, datasette: str
) -> Iterator[dict[str, Contestant]]:
    """Start the named contestants, and stop them all at the end.

    Args:
        datasette: the Python interpreter that runs Datasette.
    """
    starters = _STARTERS | {"datasette": partial(_start_datasette, datasette)}
    with ExitStack() as stack:
        yield {name: stack.enter_context(starters[name](questions, data_dir)) for name in names}


# Addresses ------------------------------------------------------------------------------------------------------------


def build_our_targets(questions: Questions) -> dict[str, list[str]]:
    path = "/api/v1/claims/"
    return {
        "summary": [path],
        "list": [f"{path}?view=full"],
        "detail": [f"{path}{claim}/" for claim in questions.details],
        "filter": [
            f"{path}?{urlencode(_build_parameters(claim_filter) | {'view': 'full'})}"
            for claim_filter in questions.filters
        ],
        "search": [f"{path}?{urlencode({'q': text, 'view': 'full'})}" for text in questions.searches],
        "deep": [f"{path}?view=full&cursor={_encode_cursor(position)}" for position in questions.positions],
        "misspelt": [f"{path}?{urlencode({'q': text, 'view': 'full'})}" for text in questions.misspelt],
    }


def _build_parameters(claim_filter: Filter) -> dict[str, object]:
    return {
        "publisher": claim_filter.publisher,
        "rating": claim_filter.rating,
        "reviewed_after": claim_filter.after,
        "reviewed_before": claim_filter.before,
    }


def _encode_cursor(position: Position) -> str:
    newest_first = next(order for order in ClaimPageQuery.orderings if order.name == "-updated")
    return encode_cursor(Place((position.published_at, position.claim)), newest_first)


def _build_naive_targets(questions: Questions) -> dict[str, list[str]]:
    our_targets = build_our_targets(questions)
    return {
        name: [target.removeprefix("/api/v1").replace("?view=full", "?") for target in our_targets[name]]
        for name in ("list", "detail", "filter")
    }


def _build_datasette_targets(questions: Questions) -> dict[str, list[str]]:
    def build_target(query: str, **parameters: object) -> str:
        query_string = urlencode({"_shape": "arrayfirst", **parameters}, quote_via=quote)
        return f"/{datasette_peer.NAME}/{query}.json?{query_string}"

    return {
        "list": [build_target("list")],
        "summary": [build_target("summary", _shape="array")],
        "detail": [build_target("detail", id=claim) for claim in questions.details],
        "filter": [
            build_target(
                "filter",
                publisher=claim_filter.publisher,
                rating=claim_filter.rating,
                after=claim_filter.after,
                before=claim_filter.before,
            )
            for claim_filter in questions.filters
        ],
        "search": [
            build_target("search", q=datasette_peer.quote_phrase(text)) for text in questions.searches
        ],
        "deep": [
            build_target(
                "deep", published_at=f"{position.published_at:%Y-%m-%dT%H:%M:%S.%f}", id=position.claim
            )
            for position in questions.positions
        ],
    }


# Servers --------------------------------------------------------------------------------------------------------------


@contextmanager
def _start_ours(questions: Questions, data_dir: Path) -> Iterator[Contestant]:
    port = find_free_port()
    command = ["manage.py", "serve", "--port", str(port), "--workers", "1"]
    with _run_program("ours", command, port, {"PORT": str(port), "RATE_LIMIT_ANONYMOUS": "off"}) as address:
        yield Contestant("ours", address, build_our_targets(questions), read_result_ids)


@contextmanager
def _start_floor(questions: Questions, data_dir: Path) -> Iterator[Contestant]:
    port = find_free_port()
    # It passes on bodies.
    targets = {name: build_our_targets(questions)[name] for name in MEASURES if name != "summary"}
    database = settings.DATABASES["default"]
    environment = floor.store_statements(
        floor.record_statements(
            [target for targets_of_measure in targets.values() for target in targets_of_measure]
        ),
        data_dir / "floor.pickle",
        f"host={database['HOST']} port={database['PORT']} user={database['USER']} dbname={database['NAME']}"
        f" passfile={database['OPTIONS']['passfile']}",
    )
    with _run_program(
        "floor", _build_command("benchmarks.read_side.floor:build_application", port), port, environment
    ) as address:
        yield Contestant("floor", address, targets, read_result_ids, tuple(targets))


@contextmanager
def _start_naive(questions: Questions, data_dir: Path) -> Iterator[Contestant]:
    port = find_free_port()
    command = _build_command("django.core.wsgi:get_wsgi_application", port)
    environment = {"DJANGO_SETTINGS_MODULE": "benchmarks.read_side.naive_settings"}
    with _run_program("naive DRF", command, port, environment) as address:
        yield Contestant(
            "naive DRF", address, _build_naive_targets(questions), read_result_ids, ("list", "detail")
        )


@contextmanager
def _start_datasette(python: str, questions: Questions, data_dir: Path) -> Iterator[Contestant]:
    port, folder = find_free_port(), datasette_peer.copy_database(data_dir)
    command = ["-m", "datasette", "serve", "--immutable", str(folder / f"{datasette_peer.NAME}.db")]
    command += ["--metadata", str(folder / "metadata.json"), "--port", str(port)]
    for name, value in datasette_peer.SETTINGS.items():
        command += ["--setting", name, str(value)]
    with _run_program("Datasette", command, port, {}, python) as address:
        yield Contestant("Datasette", address, _build_datasette_targets(questions), read_row_ids)


@contextmanager
def start_nothing() -> Iterator[tuple[str, int]]:
    """Start a server without an application, to measure how fast the reader itself is."""
    port = find_free_port()
    with _run_program(
        "nothing", _build_command("benchmarks.read_side.floor:build_nothing", port), port, {}
    ) as address:
        yield address


_STARTERS = {"ours": _start_ours, "floor": _start_floor, "naive": _start_naive}


def _build_command(factory: str, port: int) -> list[str]:
    """Return the command of one web process, as `factcheck.web.serving` starts it."""
    return [
        *("-m", "granian", "--interface", "wsgi", "--factory", "--no-ws", "--log-level", "error"),
        *("--workers", "1", "--blocking-threads", str(THREAD_COUNT), "--port", str(port), factory),
    ]


@contextmanager
def _run_program(
    name: str, command: list[str], port: int, environment: dict[str, str], python: str = sys.executable
) -> Iterator[tuple[str, int]]:
    """Run a program in an environment until the end of the context."""
    address = ("127.0.0.1", port)
    log_path = settings.DATA_DIR / f"{name}.log"
    with log_path.open("wb") as log_file:
        server = subprocess.Popen(
            [python, *command],
            env=os.environ | environment,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_listening(name, server, address, log_path)
        yield address
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGINT)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait_until_listening(
    name: str, server: "subprocess.Popen[bytes]", address: tuple[str, int], log: Path
) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"{name} ended with exit code {server.returncode}; {log} says why.")
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{name} did not listen on port {address[1]} within five minutes.")
