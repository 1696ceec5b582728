"""Create, start, detect and stop the server."""

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

import psutil
import psycopg

from factcheck.database.embedded import owned_database, roles
from factcheck.database.embedded.account import build_process_arguments, find_account, get_name
from factcheck.database.embedded.paths import (
    DATABASE,
    PORT,
    SUPERUSER,
    PostgresUnavailable,
    ServerPaths,
    get_binary,
)
from factcheck.installation.private_files import open_private

# Written to postgresql.conf once, where an operator may change them: room for imports of several hundred thousand rows
# in a server that idles at well under 100 MB.
SETTINGS = {
    "max_connections": "60",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",  # no I/O processes of its own
    "autovacuum_max_workers": "2",
    "timezone": "UTC",
    # Containers give /dev/shm 64 MB, which one parallel query can fill.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
}

# Passed at each start, so that they also apply to older clusters and override postgresql.conf. The log records the
# server's events. Statement errors go only to the client: their text, values and most messages ("invalid input syntax
# for type date: …") quote unpublished content.
LOG_SETTINGS = {
    "log_min_messages": "log",  # above errors of statements, below those of the server
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",  # no DETAIL, which quotes rows, and statements of processes that crashed
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "debug_print_parse": "off",
    "debug_print_rewritten": "off",
    "debug_print_plan": "off",
}


def start(server_paths: ServerPaths) -> None:
    """Start the server and create its database. The caller holds the lock."""
    account = find_account(server_paths)
    _prepare_socket_folder(server_paths, account)
    server = find_live_server(server_paths)
    if server is not None and not _accepts_connections(server_paths):
        stop(server)  # another process was shutting it down
        server = None
    if server is None:
        if not server_paths.cluster.exists():
            _refuse_after_interrupted_restore(server_paths)
            _initialise(server_paths, account)
        _check_version(server_paths)
        _clear_stale_pid(server_paths)
        _launch_server(server_paths, account)
    _ensure_roles_and_database(server_paths, account, is_new=server is None)


def _prepare_socket_folder(server_paths: ServerPaths, account: pwd.struct_passwd | None) -> None:
    """Create a private socket folder. Access to it means access to the database."""
    folder, owner = server_paths.socket_folder, os.geteuid() if account is None else account.pw_uid
    try:
        folder.mkdir(mode=0o700)
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner or status.st_mode & 0o077:
            raise PostgresUnavailable(
                f"{folder} is not a private folder of {get_name(owner)}. Remove it, or set DATA_DIR to another folder."
            ) from None
    except OSError as error:
        raise PostgresUnavailable(f"The folder {folder} cannot be made: {error.strerror}.") from error


def _refuse_after_interrupted_restore(server_paths: ServerPaths) -> None:
    """Refuse to start after an interrupted restore, because an empty database would look like a total loss."""
    if server_paths.restore_folder.exists():
        raise PostgresUnavailable(
            f"A restore into {server_paths.data_dir} was interrupted. Run restore_backup again; the previous contents "
            f"are beside it, in a folder whose name begins with before-restore. To start without it, remove "
            f"{server_paths.restore_folder}."
        )


def _initialise(server_paths: ServerPaths, account: pwd.struct_passwd | None) -> None:
    """Create the cluster under a temporary name, so that an interrupted start leaves no partial cluster."""
    work_folder = server_paths.cluster.with_name("postgres.unfinished")
    shutil.rmtree(work_folder, ignore_errors=True)
    work_folder.mkdir(mode=0o700)
    if account is not None:
        os.chown(work_folder, account.pw_uid, account.pw_gid)
    command = [
        get_binary("initdb"),
        f"--pgdata={work_folder}",
        f"--username={SUPERUSER}",
        "--auth=trust",  # until there are passwords, which is a moment after it starts
        "--encoding=UTF8",
        # The same letters, cases and word boundaries of every script on every machine, in code point order.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        "--no-instructions",
        f"--set=shared_buffers={compute_shared_buffers(measure_available_memory())}",
        *(f"--set={name}={value}" for name, value in SETTINGS.items()),
    ]
    result = subprocess.run(
        **build_process_arguments(account, server_paths, command),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if result.returncode != 0:
        shutil.rmtree(work_folder, ignore_errors=True)
        raise PostgresUnavailable(
            _explain_failure(server_paths, "PostgreSQL could not make its data folder", result.stdout)
        )
    work_folder.rename(server_paths.cluster)


def _check_version(server_paths: ServerPaths) -> None:
    try:
        cluster_version = (server_paths.cluster / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise PostgresUnavailable(
            f"{server_paths.cluster} is not a database folder ({error.strerror}: PG_VERSION). "
            "Move it away, or set DATA_DIR to another folder."
        ) from error
    result = subprocess.run(
        [get_binary("postgres"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    installed = result.split()[-1].split(".")[0]
    if cluster_version != installed:
        raise PostgresUnavailable(
            f"The database in {server_paths.cluster} was created by PostgreSQL {cluster_version}, but PostgreSQL "
            f"{installed} is installed. docs/installing.md, “PostgreSQL”, explains how to move it; "
            "or set another DATA_DIR."
        )


def _clear_stale_pid(server_paths: ServerPaths) -> None:
    """Remove pid files that name another program or a zombie process.

    PostgreSQL handles a file whose process is gone. But it mistakes a reused process id for a running server, and then
    refuses to start. The caller has found no running server, although a last backend may still be ending after a crash.
    """
    for _attempt in range(100):
        if not _list_processes(server_paths):
            break
        time.sleep(0.1)
    else:
        raise PostgresUnavailable(
            f"Processes of an earlier PostgreSQL server still use {server_paths.cluster}: "
            f"{', '.join(str(process.pid) for process in _list_processes(server_paths))}. End them, then try again."
        )
    _reap_ended_servers()
    process_id = _read_process_id(server_paths)
    if process_id is not None and psutil.pid_exists(process_id):
        (server_paths.cluster / "postmaster.pid").unlink(missing_ok=True)
    # The folder is this cluster's alone, and no server runs: the process named in the lock file does not use it.
    (server_paths.socket_folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


class _Server(subprocess.Popen[bytes]):
    """The server process started by this process. It may outlive this process, because other processes use it too."""

    def __del__(self) -> None:
        """Do nothing: Python's own finaliser would warn that the server is still running."""


def _launch_server(server_paths: ServerPaths, account: pwd.struct_passwd | None) -> None:
    quoted_path = str(server_paths.socket_folder).replace('"', '""')
    command = [
        get_binary("postgres"),
        f"-D{server_paths.cluster}",
        "-clisten_addresses=",
        f'-cunix_socket_directories="{quoted_path}"',
        "-cunix_socket_permissions=0700",
        f"-cport={PORT}",
        *(f"-c{name}={value}" for name, value in (LOG_SETTINGS | dict(server_paths.settings)).items()),
    ]
    with open_private(server_paths.log) as log:
        # Its own session, so that Ctrl-C in our terminal does not reach it.
        process = _Server(
            **build_process_arguments(account, server_paths, command),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children.append(process)
    deadline = time.monotonic() + 600
    while process.poll() is None and (
        time.monotonic() < deadline or _is_recovering(psutil.Process(process.pid))
    ):
        if _read_status(server_paths).startswith("ready") and _read_process_id(server_paths) == process.pid:
            return
        time.sleep(0.02)
    if process.poll() is None:
        stop(psutil.Process(process.pid))
    log_text = server_paths.log.read_text(errors="replace")
    raise PostgresUnavailable(_explain_failure(server_paths, "PostgreSQL did not start", log_text))


_children: list[_Server] = []


def _ensure_roles_and_database(
    server_paths: ServerPaths, account: pwd.struct_passwd | None, *, is_new: bool
) -> None:
    server = find_live_server(server_paths)
    if server is None:
        raise PostgresUnavailable(
            _explain_failure(server_paths, "PostgreSQL ended", server_paths.log.read_text(errors="replace"))
        )
    roles.ensure_roles(server_paths, server, account, is_new=is_new)
    try:
        owned_database.ensure_database(server_paths, DATABASE)
    except psycopg.Error as error:
        raise PostgresUnavailable(
            _explain_failure(server_paths, "The database cannot be opened", str(error))
        ) from error


def _accepts_connections(server_paths: ServerPaths) -> bool:
    """Return whether the server accepts connections."""
    connection_string = f"host='{server_paths.socket_folder}' port={PORT}"
    return psycopg.pq.PGconn.ping(connection_string.encode()) == psycopg.pq.Ping.OK


def _read_pid_file(server_paths: ServerPaths) -> list[str]:
    try:
        return (server_paths.cluster / "postmaster.pid").read_text(errors="replace").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def _read_process_id(server_paths: ServerPaths) -> int | None:
    lines = _read_pid_file(server_paths)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def _read_status(server_paths: ServerPaths) -> str:
    lines = _read_pid_file(server_paths)
    return lines[7].strip() if len(lines) > 7 else ""


def _is_server_process(process: psutil.Process, server_paths: ServerPaths) -> bool:
    """Return whether this is a living process of the cluster, judging by its working directory."""
    try:
        return (
            process.name().startswith("postgres")
            and process.status() != psutil.STATUS_ZOMBIE
            and Path(process.cwd()) == server_paths.cluster
        )
    except psutil.Error:
        return False


def _list_processes(server_paths: ServerPaths) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _is_server_process(process, server_paths)]


def find_live_server(server_paths: ServerPaths) -> psutil.Process | None:
    """Return the running server's main process, or None. A process id reused by another program does not count."""
    process_id = _read_process_id(server_paths)
    if process_id is None or process_id <= 0:
        return None
    _reap_ended_servers()
    try:
        process = psutil.Process(process_id)
    except psutil.NoSuchProcess:
        return None
    return process if _is_server_process(process, server_paths) else None


def _reap_ended_servers() -> None:
    """Release processes of ended servers, so that their ids are free again."""
    for child in _children:
        child.poll()


def stop(server: psutil.Process) -> None:
    """Stop the server with a fast shutdown; if that fails, kill it, and it recovers later.

    A server in crash recovery may take minutes to obey a fast shutdown. Such a server has not accepted any data that
    could be lost, so it is killed, and recovers at the next start.
    """
    for number, seconds in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        is_patient = number == signal.SIGINT
        if is_patient and _is_recovering(server):
            continue
        with contextlib.suppress(psutil.NoSuchProcess):
            server.send_signal(number)
        if _has_ended(server, timeout_seconds=seconds, unless_it_recovers=is_patient):
            return


def _has_ended(server: psutil.Process, *, timeout_seconds: float, unless_it_recovers: bool) -> bool:
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        _reap_ended_servers()
        with contextlib.suppress(psutil.TimeoutExpired):
            server.wait(0.1)
            return True
        if unless_it_recovers and _is_recovering(server):
            return False
    return False


def _is_recovering(server: psutil.Process) -> bool:
    """Return whether the server's startup process is still replaying the write-ahead log."""
    try:
        return any("startup" in " ".join(child.cmdline()) for child in server.children())
    except psutil.Error:
        return False


def _explain_failure(server_paths: ServerPaths, description: str, log_text: str) -> str:
    """Return a sentence about the cause if known, otherwise the server's last log lines."""
    explanations = {
        "No space left on device": (
            f"the disk that holds {server_paths.data_dir} is full; free some space, or set DATA_DIR"
        ),
        "Permission denied": (
            f"it may not use a file; see that {server_paths.data_dir} and all in it belong to one user"
        ),
        "pre-existing shared memory block": "an earlier server has not ended yet; wait a moment and try again",
        "setpriv:": "root may not lend its rights here; run this as an ordinary user",
        "could not look up effective user ID": "the user who runs this has no entry in /etc/passwd; add one",
        "could not create shared memory": "the system grants too little shared memory",
    }
    for phrase, cause in explanations.items():
        if phrase in log_text:
            return f"{description}: {cause}. ({_get_last_log_lines(log_text, 1)})"
    return f"{description}. Its last words:\n{_get_last_log_lines(log_text, 8)}"


def _get_last_log_lines(log_text: str, max_lines: int) -> str:
    error_lines = [line.strip() for line in log_text.splitlines() if line.strip()]
    errors = [line for line in error_lines if "FATAL" in line or "error" in line.lower()]
    return "\n".join((errors if max_lines == 1 and errors else error_lines)[-max_lines:])


#: The file with a Linux container's memory limit (cgroup v2); `max` means no limit.
_LIMIT_FILE = Path("/sys/fs/cgroup/memory.max")


def measure_available_memory() -> int:
    """Return the number of bytes that all processes of this machine or container may use together."""
    machine_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(machine_bytes, int(_LIMIT_FILE.read_text()))
    except (OSError, ValueError):
        return machine_bytes


def compute_shared_buffers(memory: int) -> str:
    """Return the size of PostgreSQL's cache: an eighth of the memory, from 128 MB to 1 GB.

    Memory is allocated page by page when needed. With 200,000 claims, 1 GB holds everything that filters and searches
    read to find the rows of a page. Other data comes from the operating system and is verified on each read.
    """
    return f"{min(1024, max(128, memory // 8 // 1024**2))}MB"
