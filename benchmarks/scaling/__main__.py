"""Measure reads and searches at several sizes; all sites run at the same time and are queried in turns.

`python -m benchmarks.scaling --sizes 200000,1000000 --data FOLDER`. On a machine that others also use, the processor
time per response, of the web process and the database, is more reliable than the rate. docs/performance.md has the
results.
"""

import argparse
import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from benchmarks.read_side.load import build_requests, run_load
from benchmarks.scaling.archive import prepare_archive
from benchmarks.scaling.questions import list_paths

#: What a rate at each larger size has to be of that at the smallest.
PROMISED_RATIOS = {"list": 0.8, "detail": 0.8, "filter": 0.8, "search": 0.6}
_ROOT = Path(__file__).parents[2]


@dataclass
class Site:
    """A served archive, and its results by measure and round."""

    claims: int
    address: tuple[str, int]
    processes: list[psutil.Process]
    paths: dict[str, list[str]]
    rates: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    costs: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def measure(self, name: str, seconds: float) -> None:
        used_before = self._measure_used_seconds()
        load = run_load(self.address, build_requests(self.paths[name]), seconds=seconds, connections=4)
        self.rates[name].append(load.rate)
        self.costs[name].append(1000 * (self._measure_used_seconds() - used_before) / load.response_count)

    def _measure_used_seconds(self) -> float:
        """Return the processor seconds used by all processes of the site."""
        processes = {
            child for process in self.processes for child in (process, *process.children(recursive=True))
        }
        return sum(sum(process.cpu_times()[:2]) for process in processes)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--sizes", default="200000,1000000", help="numbers of claims (default: %(default)s)")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="where archives are kept")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="for each measure in a round (%(default)s)")
    parser.add_argument("--only", help="measures, separated by commas")
    options = parser.parse_args()
    sizes = sorted(int(size) for size in options.sizes.split(","))
    with ExitStack() as stack:
        sites = [
            stack.enter_context(_serve_archive(prepare_archive(claims, options.data), claims))
            for claims in sizes
        ]
        names = options.only.split(",") if options.only else list(sites[0].paths)
        for number in range(options.rounds + 1):
            for name in names:
                for site in sites if number % 2 else reversed(sites):
                    site.measure(name, options.seconds)
            if not number:  # which filled the caches
                for site in sites:
                    site.rates.clear()
                    site.costs.clear()
    return _report(names, sites)


@contextmanager
def _serve_archive(data_dir: Path, claims: int) -> Iterator[Site]:
    """Serve the archive with one web process, as an operator would."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    (data_dir / "static").mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": "",
        "FACTCHECK_DEMO": "1",
        "RATE_LIMIT_ANONYMOUS": "off",
        "PORT": str(port),
    }
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"]
    web_process = subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for_server(port)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
            paths = executor.submit(list_paths, data_dir, claims).result()
        database_pid = int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        yield Site(
            claims,
            ("127.0.0.1", port),
            [psutil.Process(web_process.pid), psutil.Process(database_pid)],
            paths,
        )
    finally:
        web_process.terminate()
        web_process.wait()


def _wait_for_server(port: int) -> None:
    for _ in range(600):
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    sys.exit("The server did not start within two minutes.")


def _report(names: list[str], sites: list[Site]) -> int:
    missed_count = 0
    smallest = sites[0]
    for name in names:
        for site in sites:
            ratio = median(
                rate / smallest_rate
                for rate, smallest_rate in zip(site.rates[name], smallest.rates[name], strict=True)
            )
            min_ratio = PROMISED_RATIOS.get(name, 0.0)
            note = f"≥ {min_ratio}" if min_ratio else ""
            if ratio < min_ratio:
                note, missed_count = f"{note} MISSED", missed_count + 1
            print(
                f"{name:24} {site.claims:>10,} claims {median(site.rates[name]):>8,.0f} a second"
                f" {median(site.costs[name]):>7.2f} ms each   {ratio:.2f} of the smallest   {note}".rstrip()
            )
    return int(bool(missed_count))


if __name__ == "__main__":
    sys.exit(main())
