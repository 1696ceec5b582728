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
from benchmarks.read_side.load import Load, build_requests, run_load
from benchmarks.read_side.report import Measurements

CONNECTION_COUNT = 16
FIRST_WARM_UP, WARM_UP = 2.0, 0.3


@dataclass(frozen=True)
class Options:
    """The database, the contestants, the seconds for each, and the number of rounds."""

    data_dir: Path
    names: list[str]
    seconds: float
    rounds: int
    #: The interpreter that runs Datasette.
    datasette: str


def measure_in_process(options: Options) -> Measurements:
    """Measure in a separate process, because settings are read once per process and each size has its own DATA_DIR."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, options).result()


def measure(options: Options) -> Measurements:
    """Measure one database completely."""
    set_up(options.data_dir)
    (options.data_dir / "static").mkdir(
        exist_ok=True
    )  # without which the middleware for static files complains
    from factcheck.database import embedded

    with (
        embedded.run_server(options.data_dir),
        # The reader: a process of its own, with nothing in its memory but itself.
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as reader,
    ):
        return _measure(options, reader)


def _measure(options: Options, reader: Executor) -> Measurements:
    from benchmarks.read_side.agreement import count_bodies_read, list_etags, require_agreement
    from benchmarks.read_side.contestants import MEASURES, start_contestants, start_nothing
    from benchmarks.read_side.questions import make_questions

    def measure_load(address: tuple[str, int], requests: list[bytes], **load_options: Any) -> Load:
        load_options = {
            "seconds": options.seconds / options.rounds,
            "connections": CONNECTION_COUNT,
            **load_options,
        }
        return reader.submit(run_load, address, requests, **load_options).result()

    questions = make_questions()
    with start_nothing() as address:
        max_rate = measure_load(address, build_requests(["/"])).rate
    loads: dict[tuple[str, str], list[Load]] = defaultdict(list)
    with start_contestants(options.names, questions, options.data_dir, options.datasette) as contestants:
        ours = contestants["ours"]
        _log("comparing answers")
        require_agreement(contestants, questions)
        known_targets = [*ours.targets["list"], *ours.targets["detail"][:200]]
        headers = list_etags(ours, known_targets)
        misspelt_requests = build_requests(ours.targets["misspelt"])
        contestant_order = list(contestants.items())
        for round_number in range(options.rounds):
            # Who comes first finds the caches as the measure before left them, so it is another one each time.
            contestant_order.append(contestant_order.pop(0))
            for measure in MEASURES:
                _log(f"round {round_number + 1} of {options.rounds}: {measure}")
                for name, server in contestant_order:
                    if measure in server.measures:
                        requests = build_requests(server.targets[measure])
                        warm_up = WARM_UP if round_number else FIRST_WARM_UP
                        loads[name, measure].append(measure_load(server.address, requests, warm_up=warm_up))
            _log(f"round {round_number + 1} of {options.rounds}: misspelt, unchanged")
            loads["ours", "misspelt"].append(measure_load(ours.address, misspelt_requests, connections=1))
            loads["ours", "unchanged"].append(
                measure_load(ours.address, build_requests(known_targets, headers), status=304)
            )
    pages_read, pages_read_unchanged = count_bodies_read(known_targets)
    return Measurements(
        claims=questions.claims,
        depth=questions.depth,
        ceiling=max_rate,
        rates={key: [load.rate for load in round_loads] for key, round_loads in loads.items()},
        sizes={
            key: round_loads[-1].byte_count / round_loads[-1].response_count
            for key, round_loads in loads.items()
        },
        times={key: _compute_percentiles(round_loads) for key, round_loads in loads.items()},
        bodies_read=pages_read,
        bodies_read_unchanged=pages_read_unchanged,
    )


def _compute_percentiles(loads: list[Load]) -> tuple[float, float, float]:
    """Return the median over rounds of p50, p95 and p99 in milliseconds."""
    p50, p95, p99 = (median(load.compute_percentile(share) for load in loads) for share in (0.5, 0.95, 0.99))
    return p50, p95, p99


def _log(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
