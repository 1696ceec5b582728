"""Measure the cost of starting: migrations, a command, `make demo` twice, and the idle stack.

Run it as `python -m benchmarks stack`. The demo runs from a copy of the checkout in a temporary folder, so its first
start includes creating the virtual environment and downloading every package that pip has not cached. The figures are
promised for two idle cores.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks.scratch import find_free_port
from factcheck.database.embedded import run_server

#: What is promised: figure by name, in seconds, in percent of one core, in MB.
PROMISED = {
    "migrate, CPU": 6.0,
    "migrate, wall": 10.0,
    "manage.py help, CPU": 1.2,
    "make demo, cold": 60.0,
    "make demo, warm": 8.0,
    "idle demo, CPU": 2.0,
    "idle demo, memory": 450.0,
}
MAX_WAIT_SECONDS = 600.0
#: Seconds after which a demo has settled (the worker loads its model and does what waited), and for which it is then
#: watched.
SETTLING_SECONDS, WATCHED_SECONDS = 80.0, 60.0

ROOT = Path(__file__).parents[1]


def start_demo(folder: Path, port: int) -> tuple[subprocess.Popen[bytes], float]:
    """Start the demo; return the process and the seconds until the front page responded."""
    started_at = time.perf_counter()
    excluded_names = ("DATA_DIR", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if name not in excluded_names}
    demo = subprocess.Popen(
        ["make", "demo"],  # noqa: S607  whichever make the reader has
        cwd=folder,
        env=environment | {"PORT": str(port)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    while time.perf_counter() - started_at < MAX_WAIT_SECONDS:
        if demo.poll() is not None:
            sys.exit(f"make demo ended with exit code {demo.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return demo, time.perf_counter() - started_at
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    stop_demo(demo)
    sys.exit(f"make demo did not answer within {MAX_WAIT_SECONDS:.0f} seconds")


def stop_demo(demo: subprocess.Popen[bytes]) -> None:
    os.killpg(demo.pid, signal.SIGINT)
    demo.wait(timeout=60)


def run_command(folder: Path, *arguments: str) -> tuple[float, float]:
    """Run a command; return its processor seconds and elapsed seconds."""
    environment = os.environ | {"DATA_DIR": str(folder), "DATABASE_URL": "", "FACTCHECK_DEMO": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started_at = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *arguments], env=environment, stdout=subprocess.DEVNULL
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"manage.py {' '.join(arguments)} ended with exit code {process.returncode}")
    return usage.ru_utime, time.perf_counter() - started_at


def measure_first_migration() -> dict[str, float]:
    """Migrate an empty database in a running server."""
    with tempfile.TemporaryDirectory(prefix="factcheck-benchmark-") as name, run_server(Path(name)):
        cpu_seconds, wall_seconds = run_command(Path(name), "migrate", "--verbosity=0")
    return {"migrate, CPU": cpu_seconds, "migrate, wall": wall_seconds}


def measure_smallest_command() -> dict[str, float]:
    """Measure the second run of a command that does nothing, when all modules are compiled."""
    with tempfile.TemporaryDirectory(prefix="factcheck-benchmark-") as name:
        return {"manage.py help, CPU": [run_command(Path(name), "help")[0] for _time in range(2)][-1]}


def find_processes(folder: Path) -> list[psutil.Process]:
    """Return all processes of this installation."""
    processes = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command_line = " ".join(process.info["cmdline"] or [])
        if str(folder) in command_line or str(process.info["cwd"] or "").startswith(str(folder)):
            processes.append(process)
    return processes


def measure_idle(folder: Path) -> dict[str, float]:
    """Measure the idle demo and print its processes. Shared memory pages count once."""
    time.sleep(SETTLING_SECONDS)
    cpu_before = {process: sum(process.cpu_times()[:2]) for process in find_processes(folder)}
    time.sleep(WATCHED_SECONDS)
    usage = {"web and worker": [0, 0.0, 0.0], "PostgreSQL": [0, 0.0, 0.0]}
    for process in find_processes(folder):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            totals = usage["PostgreSQL" if "postgres" in process.name() else "web and worker"]
            totals[0] += 1
            totals[1] += sum(process.cpu_times()[:2]) - cpu_before.get(process, 0.0)
            totals[2] += process.memory_full_info().pss / 1e6
    for name, (process_count, seconds, megabytes) in usage.items():
        print(
            f"  {name}: {process_count:.0f} processes, {seconds / WATCHED_SECONDS:.2%} of a core, {megabytes:.0f} MB"
        )
    return {
        "idle demo, CPU": 100 * sum(totals[1] for totals in usage.values()) / WATCHED_SECONDS,
        "idle demo, memory": sum(totals[2] for totals in usage.values()),
    }


def measure_demo() -> dict[str, float]:
    """Set up the demo, start it again, and leave it idle."""
    with tempfile.TemporaryDirectory(prefix="factcheck-benchmark-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve() / "factcheck"
        ignore_patterns = shutil.ignore_patterns(
            ".venv", ".git", ".postgres", "__pycache__", ".*_cache", ".hypothesis"
        )
        shutil.copytree(ROOT, folder, ignore=ignore_patterns)
        port = find_free_port()
        process, cold_seconds = start_demo(folder, port)
        stop_demo(process)
        process, warm_seconds = start_demo(folder, port)
        try:
            return {"make demo, cold": cold_seconds, "make demo, warm": warm_seconds, **measure_idle(folder)}
        finally:
            stop_demo(process)


def main() -> int:
    figures = {**measure_first_migration(), **measure_smallest_command(), **measure_demo()}
    for name, figure in figures.items():
        print(f"{name:<20} {figure:6.1f} of {PROMISED[name]:.1f} promised")
    return any(figure > PROMISED[name] for name, figure in figures.items())


if __name__ == "__main__":
    sys.exit(main())
