"""Two web processes behind HAProxy, and a worker; each may run either version."""

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from deploy.drills.upgrade_versions import build_environment

READY_TIMEOUT_SECONDS = 180
BALANCER = """
global
    stats socket {socket} mode 600 level admin

defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    retries 3
    option redispatch 1
    retry-on conn-failure empty-response
    option httpchk GET /readyz
    default-server check inter 200ms fall 2 rise 1

frontend site
    bind 127.0.0.1:{port}
    # Writing requests are repeated only if no connection was made; otherwise they may have been carried out.
    http-request disable-l7-retry unless METH_GET
    use_backend static if {{ path_beg /static/ }}
    default_backend web

backend web
    http-response set-header X-Served-By %s
{servers}

# A page of one version names files that a process of the other may not have.
backend static
    retry-on conn-failure empty-response 404
{servers}
"""


def find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Site:
    """The running programs of the site, in its own folder."""

    def __init__(self, folder: Path, database: str, names: list[str]) -> None:
        self.folder = folder
        self.port = find_free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.ports = {name: find_free_port() for name in names}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.database = database

    def build_process_environment(self, name: str) -> dict[str, str]:
        """Return the environment of a process, as on a separate machine that shares only the database."""
        data = self.folder / f"data-{name}"
        data.mkdir(exist_ok=True)
        limits = {f"RATE_LIMIT_{group}": "1000000/minute" for group in ("ANONYMOUS", "TOKEN", "PAGES")}
        return build_environment(
            DATABASE_URL=self.database, DATA_DIR=str(data), SITE_URL=self.address, WEB_THREADS="4", **limits
        )

    def run_command(self, tree: Path, *arguments: str) -> str:
        """Return the output of a manage.py command."""
        result = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=tree,
            env=self.build_process_environment("commands"),
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise subprocess.CalledProcessError(result.returncode, arguments, result.stdout, result.stderr)
        return result.stdout

    @contextlib.contextmanager
    def run_balancer(self) -> Iterator[None]:
        """Run HAProxy in front of all ready servers, and stop everything at the end."""
        lines = "\n".join(f"    server {name} 127.0.0.1:{port}" for name, port in self.ports.items())
        file = self.folder / "haproxy.cfg"
        file.write_text(BALANCER.format(socket=self.folder / "admin", port=self.port, servers=lines))
        try:
            self._start("haproxy", [str(shutil.which("haproxy")), "-db", "-f", str(file)], self.folder)
            yield
        finally:
            for process in reversed(self.running.values()):
                process.terminate()
            for process in self.running.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(40)
                process.kill()

    def start_web(self, name: str, tree: Path) -> None:
        """Start a web process and wait until the balancer sends it requests."""
        serve = [sys.executable, "manage.py", "serve", "--port", str(self.ports[name]), "--threads", "4"]
        self._start(name, serve, tree)
        self._wait(name, f"http://127.0.0.1:{self.ports[name]}/readyz")
        time.sleep(1)  # time for five checks by the balancer

    def start_worker(self, name: str, tree: Path) -> None:
        self._start(name, [sys.executable, "manage.py", "procrastinate", "worker"], tree)

    def stop(self, name: str) -> None:
        """Remove the process from the balancer, let it finish, and stop it, as an operator would."""
        if name in self.ports:
            for backend in ("web", "static"):
                self._send_command(f"set server {backend}/{name} state drain")
            time.sleep(0.5)
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        process.wait(60)

    def read_log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _start(self, name: str, command: list[str], tree: Path) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                command,
                cwd=tree,
                env=self.build_process_environment(name),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    def _wait(self, name: str, address: str) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while time.monotonic() < deadline and self.running[name].poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):  # noqa: S310  ours
                return
            time.sleep(0.2)
        raise RuntimeError(f"{name} did not get ready: {self.read_log(name)[-2000:]}")

    def _send_command(self, command: str) -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.folder / "admin"))
            connection.sendall(f"{command}\n".encode())
            connection.recv(1024)
