"""Measure one database: send all questions to all contestants, in turns."""

import multiprocessing
import sys
from collections import defaultdict
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.read_side.database import set_up
from benchmarks.read_side.load import Load, ask, build_requests
from benchmarks.read_side.report import Measured

CONNECTIONS = 16
FIRST_WARM_UP, WARM_UP = 2.0, 0.3


@dataclass(frozen=True)
class Options:
    """The database, the contestants, the seconds for each, and the number of rounds."""

    place: Path
    names: list[str]
    seconds: float
    rounds: int
    #: The interpreter that runs Datasette.
    datasette: str


def measure_in_process(options: Options) -> Measured:
    """Measure in a separate process, because settings are read once per process and each size has its own DATA_DIR."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, options).result()


def measure(options: Options) -> Measured:
    """Measure one database completely."""
    set_up(options.place)
    (options.place / "static").mkdir(exist_ok=True)  # without which the middleware for static files complains
    from factcheck.database import embedded

    with (
        embedded.run_server(options.place),
        # The reader: a process of its own, with nothing in its memory but itself.
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as reader,
    ):
        return _measure(options, reader)


def _measure(options: Options, reader: Executor) -> Measured:
    from benchmarks.read_side.agreement import count_bodies_read, list_etags, require_agreement
    from benchmarks.read_side.contestants import MEASURES, start_contestants, start_nothing
    from benchmarks.read_side.questions import make_questions

    def timed(address: tuple[str, int], requests: list[bytes], **how: Any) -> Load:
        how = {"seconds": options.seconds / options.rounds, "connections": CONNECTIONS, **how}
        return reader.submit(ask, address, requests, **how).result()

    asked = make_questions()
    with start_nothing() as address:
        ceiling = timed(address, build_requests(["/"])).rate
    loads: dict[tuple[str, str], list[Load]] = defaultdict(list)
    with start_contestants(options.names, asked, options.place, options.datasette) as running:
        ours = running["ours"]
        _log("comparing answers")
        require_agreement(running, asked)
        known = [*ours.targets["list"], *ours.targets["detail"][:200]]
        headers = list_etags(ours, known)
        misspelt = build_requests(ours.targets["misspelt"])
        turns = list(running.items())
        for number in range(options.rounds):
            # Who comes first finds the caches as the measure before left them, so it is another one each time.
            turns.append(turns.pop(0))
            for measure in MEASURES:
                _log(f"round {number + 1} of {options.rounds}: {measure}")
                for name, server in turns:
                    if measure in server.measured:
                        requests = build_requests(server.targets[measure])
                        warm_up = WARM_UP if number else FIRST_WARM_UP
                        loads[name, measure].append(timed(server.address, requests, warm_up=warm_up))
            _log(f"round {number + 1} of {options.rounds}: misspelt, unchanged")
            loads["ours", "misspelt"].append(timed(ours.address, misspelt, connections=1))
            loads["ours", "unchanged"].append(timed(ours.address, build_requests(known, headers), status=304))
    read, read_unchanged = count_bodies_read(known)
    return Measured(
        claims=asked.claims,
        depth=asked.depth,
        ceiling=ceiling,
        rates={key: [load.rate for load in some] for key, some in loads.items()},
        sizes={key: some[-1].received / some[-1].answers for key, some in loads.items()},
        times={key: _compute_percentiles(some) for key, some in loads.items()},
        bodies_read=read,
        bodies_read_unchanged=read_unchanged,
    )


def _compute_percentiles(loads: list[Load]) -> tuple[float, float, float]:
    """Return the median over rounds of p50, p95 and p99 in milliseconds."""
    half, most, nearly_all = (median(load.percentile(share) for load in loads) for share in (0.5, 0.95, 0.99))
    return half, most, nearly_all


def _log(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
