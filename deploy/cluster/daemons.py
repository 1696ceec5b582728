"""Programs on the machines: start in the background, record, find and stop them."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from deploy.cluster.machines import Network

#: How long a program may take to stop.
STOP_TIMEOUT_SECONDS = 25.0


@dataclass(frozen=True)
class Daemon:
    """A program on one of the machines."""

    machine: str
    program: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    #: Whether it must not run as root.
    is_unprivileged: bool = True

    @property
    def name(self) -> str:
        return f"{self.machine}.{self.program}"


@dataclass(frozen=True)
class StartedDaemon:
    """A daemon's process, identified by its start time too, because process ids are reused."""

    pid: int
    since: float

    def find_process(self) -> psutil.Process | None:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            if process.create_time() == self.since and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None


class Daemons:
    """Running programs, recorded in a folder so that a later command can stop them."""

    def __init__(self, folder: Path, network: Network) -> None:
        self.folder, self.network = folder, network
        (folder / "run").mkdir(parents=True, exist_ok=True)
        (folder / "log").mkdir(exist_ok=True)

    def start(self, daemon: Daemon) -> None:
        if self.find_process(daemon.name):
            return
        command = lower_privileges(daemon.command) if daemon.is_unprivileged else daemon.command
        with (self.folder / "log" / f"{daemon.name}.log").open("ab") as log:
            process = subprocess.Popen(
                self.network.wrap_command(daemon.machine, command),
                cwd=Path(__file__).parents[2],
                env=_build_environment() | daemon.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _children.append(process)
        started = StartedDaemon(process.pid, psutil.Process(process.pid).create_time())
        self._get_record_path(daemon.name).write_text(json.dumps(asdict(started)))

    def find_process(self, name: str) -> psutil.Process | None:
        """Return a daemon's process if it is alive."""
        for child in _children:
            child.poll()
        try:
            return StartedDaemon(**json.loads(self._get_record_path(name).read_text())).find_process()
        except (FileNotFoundError, ValueError):
            return None

    def list_processes(self, name: str) -> list[psutil.Process]:
        """Return a daemon's process and its living children.

        Patroni detaches PostgreSQL, which then has no parent; it is recognised by its working directory.
        """
        process = self.find_process(name)
        processes = [process, *process.children(recursive=True)] if process else []
        if name.endswith(".patroni"):
            processes += [
                server
                for server in self._iterate_postgresql(name.split(".", maxsplit=1)[0])
                if server not in processes
            ]
        return processes

    def _iterate_postgresql(self, machine: str) -> Iterator[psutil.Process]:
        home = f"{self.folder / machine}/"
        for process in psutil.process_iter(["name", "cwd"]):
            if process.info["name"] == "postgres" and (process.info["cwd"] or "").startswith(home):
                yield process

    def list_names(self) -> list[str]:
        """Return the daemons that were started and not stopped."""
        return sorted(note.stem for note in (self.folder / "run").glob("*.json"))

    def stop(self, *names: str) -> None:
        """Ask these daemons to stop, and kill those that do not stop."""
        processes = [process for name in names for process in self.list_processes(name)]
        for name in names:
            if process := self.find_process(name):
                process.send_signal(signal.SIGCONT)
                process.terminate()
        _ended, running_processes = psutil.wait_procs(processes, timeout=STOP_TIMEOUT_SECONDS)
        _kill(running_processes)
        for name in names:
            self._get_record_path(name).unlink(missing_ok=True)

    def kill(self, *names: str) -> None:
        """Kill these daemons and their children immediately."""
        _kill([process for name in names for process in self.list_processes(name)])

    def send(self, signal_number: signal.Signals, *names: str) -> None:
        for name in names:
            for process in self.list_processes(name):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(signal_number)

    def _get_record_path(self, name: str) -> Path:
        return self.folder / "run" / f"{name}.json"


_children: list[subprocess.Popen[bytes]] = []


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=5)


def _build_environment() -> dict[str, str]:
    """Return a minimal environment: the path, and UTF-8."""
    return {"PATH": f"{os.defpath}:/usr/local/sbin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "PGTZ": "UTC"}


def get_unprivileged_account() -> pwd.struct_passwd | None:
    """Return the account for programs that refuse to run as root, such as PostgreSQL and PgBouncer."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def lower_privileges(command: list[str]) -> list[str]:
    """Return the command that runs `command` under `get_unprivileged_account()`, able to read Python."""
    user = get_unprivileged_account()
    if user is None:
        return command
    to_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    # Through a shell, because setpriv itself still finds its program with root's rights.
    probe = ["sh", "-c", '"$0" -c "import psycopg"', sys.executable]
    if subprocess.run([*to_user, "--", *probe], capture_output=True, check=False).returncode == 0:
        return [*to_user, "--", *command]
    # no_setuid_fixup makes access(2), with which PostgreSQL looks for its own programs, heed the capability too.
    capability = "dac_read_search"
    capability_options = [
        f"--inh-caps=+{capability}",
        f"--ambient-caps=+{capability}",
        "--securebits=+no_setuid_fixup",
    ]
    return [*to_user, *capability_options, "--", *command]


def create_private_folder(folder: Path) -> Path:
    """Create a private folder that belongs to `get_unprivileged_account()`."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if user := get_unprivileged_account():
        shutil.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def make_private(file: Path) -> None:
    """Make a file readable by `get_unprivileged_account()` only."""
    file.chmod(0o600)
    if user := get_unprivileged_account():
        shutil.chown(file, user.pw_uid, user.pw_gid)


def find_program(name: str) -> str:
    """Return the path of a program: Debian's, or one next to Python."""
    sibling = Path(sys.executable).with_name(name)
    program_path = str(sibling) if sibling.exists() else shutil.which(name, path=_build_environment()["PATH"])
    if program_path is None:
        raise ProgramMissing(name)
    return program_path


class ProgramMissing(Exception):
    """A program that the cluster needs is not installed."""


def find_missing(names: tuple[str, ...]) -> Iterator[str]:
    """Yield the missing programs."""
    for name in names:
        try:
            find_program(name)
        except ProgramMissing:
            yield name
