"""The operating system account of the server, because PostgreSQL refuses to run as root."""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from factcheck.database.embedded.paths import PostgresUnavailable, ServerPaths, get_binary

#: The accounts for running the server as root when no user owns data or project, in order of preference. Many other
#: programs also use the last one.
OWN_ACCOUNT, SHARED_ACCOUNT = "factcheck", "nobody"


def find_account(server_paths: ServerPaths) -> pwd.struct_passwd | None:
    """Return the account that runs the server for root: the owner of the data or project, `factcheck` or `nobody`.

    Returns None for other users, who run the server under their own account.
    """
    if os.geteuid() != 0:
        if server_paths.cluster.exists() and (owner := server_paths.cluster.stat().st_uid) != os.geteuid():
            raise PostgresUnavailable(
                f"The database in {server_paths.cluster} belongs to {get_name(owner)}. "
                f"Run this as {get_name(owner)}, or set DATA_DIR to a folder of your own."
            )
        return None
    repository = Path(__file__).parents[3]
    for folder in (server_paths.cluster, server_paths.data_dir, repository):
        if folder.exists() and (owner := folder.stat().st_uid) != 0:
            with contextlib.suppress(KeyError):
                return pwd.getpwuid(owner)
    for name in (OWN_ACCOUNT, SHARED_ACCOUNT):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresUnavailable(
        f"PostgreSQL does not run as root, and there is no user `{OWN_ACCOUNT}` or `{SHARED_ACCOUNT}` to run it. "
        "Run this as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
    )


def get_password_file_owner(account: pwd.struct_passwd | None) -> tuple[int, int]:
    """Return the owner of password files: the server's account, or root if other programs share that account."""
    if account is None or account.pw_name == SHARED_ACCOUNT:
        return os.geteuid(), os.getegid()
    # So that this account can later use the server without root.
    return account.pw_uid, account.pw_gid


def get_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def build_process_arguments(
    account: pwd.struct_passwd | None, server_paths: ServerPaths, command: list[str]
) -> dict[str, Any]:
    """Return the subprocess arguments that run `command` as the account, without changing permissions."""
    arguments: dict[str, Any] = {
        "args": command,
        "cwd": "/",
        "env": {"PATH": os.defpath, "LC_ALL": "C", "PGTZ": "UTC"},
        "stdin": subprocess.DEVNULL,
    }
    if account is None:
        return arguments
    credentials: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    access_test = 'test -r "$1" && cd "$2" && for path do test -x "$path" || exit; done'
    paths = [get_binary("postgres"), str(server_paths.data_dir)]
    if server_paths.archive is not None:
        # A missing folder will be created under its nearest existing parent.
        existing_folder = next(
            folder for folder in (server_paths.archive, *server_paths.archive.parents) if folder.exists()
        )
        paths += [str(existing_folder), sys.executable]
    probe = ["/bin/sh", "-c", access_test, "sh", *paths]
    if subprocess.run(probe, cwd="/", stderr=subprocess.DEVNULL, check=False, **credentials).returncode == 0:
        return arguments | credentials
    # The folder is closed to others, as /root is. Rather than open it, lend the right to pass through closed folders.
    setpriv, capability = shutil.which("setpriv"), _find_capability()
    if setpriv is None or capability is None:
        raise PostgresUnavailable(
            f"PostgreSQL does not run as root, and {account.pw_name} cannot read {server_paths.data_dir}. "
            "Run this as an ordinary user, move the project to a folder that others may enter, or install "
            "util-linux (for setpriv)."
        )
    # no_setuid_fixup makes access(2), with which PostgreSQL looks for its own programs, heed the capability too.
    privileges = [
        f"--inh-caps=+{capability}",
        f"--ambient-caps=+{capability}",
        "--securebits=+no_setuid_fixup",
    ]
    user = ["--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups"]
    return arguments | {"args": [setpriv, *user, *privileges, "--", *command]}


def _find_capability() -> str | None:
    """Return the weakest available capability that opens other accounts' private folders; None if there is none."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    capabilities = int(status.partition("CapPrm:")[2].split()[0], 16)
    for bit, name in ((2, "dac_read_search"), (1, "dac_override")):
        if capabilities >> bit & 1:
            return name
    return None
