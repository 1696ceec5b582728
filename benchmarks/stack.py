"""Measure `make demo` from nothing and again, and the memory of the idle stack (web, worker, PostgreSQL).

Run from anywhere: `python benchmarks/stack.py`. A copy of the checkout is set up in a temporary folder, so the first
start includes the virtual environment and the download of every package. Promised: two minutes from nothing where
packages download at ordinary speed, ten seconds warm, 450 MB.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

PROMISED_COLD, PROMISED_WARM, PROMISED_MEGABYTES = 120.0, 10.0, 450.0
PATIENCE = 600.0
SETTLED = 5.0

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def start(folder: Path, port: int) -> tuple[subprocess.Popen[bytes], float]:
    """Start the demo; returns the process and the seconds until the front page answered."""
    began = time.perf_counter()
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATA_DIR", "DATABASE_URL")
    }
    demo = subprocess.Popen(
        ["make", "demo"],  # noqa: S607  whichever make the reader has
        cwd=folder,
        env=environment | {"PORT": str(port)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    while time.perf_counter() - began < PATIENCE:
        if demo.poll() is not None:
            sys.exit(f"make demo ended with exit code {demo.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return demo, time.perf_counter() - began
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    stop(demo)
    sys.exit(f"make demo did not answer within {PATIENCE:.0f} seconds")


def stop(demo: subprocess.Popen[bytes]) -> None:
    os.killpg(demo.pid, signal.SIGINT)
    demo.wait(timeout=60)


def megabytes(folder: Path) -> dict[str, float]:
    """Proportional memory (shared pages counted once) of everything that runs for this installation, by program."""
    used: dict[str, float] = {}
    for process in psutil.process_iter(["cmdline", "cwd", "name"]):
        try:
            belongs = str(folder) in " ".join(process.info["cmdline"] or []) or (
                str(process.info["cwd"] or "").startswith(str(folder))
            )
            if belongs:
                program = "PostgreSQL" if "postgres" in process.info["name"] else "web and worker"
                used[program] = used.get(program, 0.0) + process.memory_full_info().pss / 1e6
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return used


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="factcheck-benchmark-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve() / "factcheck"
        left_out = shutil.ignore_patterns(
            ".venv", ".git", ".postgres", "__pycache__", ".*_cache", ".hypothesis"
        )
        shutil.copytree(ROOT, folder, ignore=left_out)
        port = free_port()
        demo, cold = start(folder, port)
        stop(demo)
        demo, warm = start(folder, port)
        try:
            time.sleep(SETTLED)
            used = megabytes(folder)
        finally:
            stop(demo)
    total = sum(used.values())
    print(
        f"from nothing  {cold:.1f} s of {PROMISED_COLD:.0f} s promised, packages downloaded or cached as pip has it"
    )
    print(f"warm          {warm:.1f} s of {PROMISED_WARM:.0f} s promised")
    parts = ", ".join(f"{program} {size:.0f}" for program, size in sorted(used.items()))
    print(f"idle memory   {total:.0f} MB of {PROMISED_MEGABYTES:.0f} MB promised ({parts})")
    return cold > PROMISED_COLD or warm > PROMISED_WARM or total > PROMISED_MEGABYTES


if __name__ == "__main__":
    sys.exit(main())
