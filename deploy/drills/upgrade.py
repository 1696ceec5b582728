"""Upgrade under load: `make drill ARGS=upgrade`, `make drill ARGS="upgrade --from v1.0.0 --postgres 17"`.

The previous version serves readers, a newsroom and a consumer of the change feed, with two web processes and a worker.
The next version's migrations are reviewed, then run, while a report holds a lock on the table that they change. The
worker and the web processes are replaced one by one. Promised: no request fails, both versions respond on the new
schema, the consumer's copy is identical to the last byte, no job fails, and a migration that would have stopped or
broken the previous version is refused by name.
"""

import argparse
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psycopg

from deploy.drills import upgrade_versions as versions
from deploy.drills.upgrade_load import Load, Mirror
from deploy.drills.upgrade_site import Site
from deploy.postgresql.programs import ProgramsUnavailable
from deploy.postgresql.server import end_tidily, run_server

BEFORE, NEXT = ("before-1", "before-2"), ("next-1", "next-2")
PEOPLE = {"contributor": "contributor", "checker": "checker", "editor": "editor"}
REPORT_SECONDS = 4
MIGRATING = "migrating, while a report reads the table for four seconds"
#: While migrating: longer than a lock is waited for, with what a busy machine adds.
MAX_REQUEST_SECONDS = 6.0


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="drill upgrade", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--from", dest="revision", help="the previous version, in git (default: the last tag, else HEAD)"
    )
    parser.add_argument("--postgres", type=int, default=18, help="which PostgreSQL (default: %(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=8, help="how long each stage is watched (default: %(default)s)"
    )
    asked = parser.parse_args(arguments)
    if not shutil.which("haproxy"):
        print(
            "haproxy is not there, which sends requests to those that are ready (Debian: apt-get install haproxy)."
        )
        return 2
    end_tidily()
    folder = Path(tempfile.mkdtemp(prefix="factcheck-upgrade-"))
    try:
        with run_server(asked.postgres) as address:
            broken = _run_upgrade(
                folder, address, versions.choose_earlier_version(asked.revision), asked.seconds
            )
    except (ProgramsUnavailable, versions.VersionsNotComparable) as reason:
        print(reason)
        return 2
    except subprocess.CalledProcessError as failed:
        print(f"{failed}\n{failed.stdout}\n{failed.stderr}")
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(*(f"BROKEN: {promise}" for promise in broken) if broken else ["Every promise was kept."], sep="\n")
    return int(bool(broken))


def _run_upgrade(folder: Path, address: str, revision: str, seconds: float) -> list[str]:
    before = versions.unpack(revision, folder / "before")
    coming = versions.unpack("HEAD", folder / "next")
    site = Site(folder, address, [*BEFORE, *NEXT])
    new = versions.add_changes(coming, before, site.environment("commands"))
    print(f"From {revision} to a version with {', '.join(new)}.")
    broken = _check_review(site, coming, new)
    site.command(before, "migrate")
    site.command(before, "load_demo")
    tokens = {role: _create_token(site, before, name) for role, name in PEOPLE.items()}
    with site.balanced():
        for name in BEFORE:
            site.start_web(name, before)
        site.start_worker("worker-before", before)
        with Mirror(site.address, folder / "mirror.sqlite") as mirror, Load(site.address, tokens) as load:
            time.sleep(seconds)
            _replace_versions(site, load, coming, seconds)
        broken += _list_broken_promises(load, mirror, address)
        for name in ("worker-before", "worker-next"):
            broken += [f"{name} did not know a task." for _ in [0] if "Task was not found" in site.log(name)]
    return broken


def _check_review(site: Site, coming: Path, new: list[str]) -> list[str]:
    """Check that the review accepts a safe migration, and rejects an unsafe one with the reason."""
    unsafe = versions.add_migration(coming, "unsafe", versions.UNSAFE)
    try:
        told = site.command(coming, "review_migrations", *new, f"claims.{unsafe.stem}")
    except subprocess.CalledProcessError as refusal:
        told = refusal.stdout
        expected = (
            {f"{name}: fine" for name in new} | {f"claims.{unsafe.stem}: refused"} | versions.UNSAFE_EFFECTS
        )
        lines = {line.strip() for line in told.splitlines()}
        return [f"The review did not say “{name}”." for name in sorted(expected - lines)]
    else:
        return ["The review let an unsafe migration pass."]
    finally:
        print(told.strip())
        unsafe.unlink()


def _create_token(site: Site, tree: Path, name: str) -> str:
    return site.command(tree, "create_token", name, "--name", "drill").strip().splitlines()[-1]


def _replace_versions(site: Site, load: Load, coming: Path, seconds: float) -> None:
    """Migrate the schema, then replace the worker, then the web processes."""
    load.phase(MIGRATING)
    report = threading.Thread(target=_report, args=[site.database])
    report.start()
    began = time.monotonic()
    site.command(coming, "migrate")
    report.join()
    print(f"Migrated in {time.monotonic() - began:.1f} s.")
    load.phase("the previous version on the new schema")
    time.sleep(seconds)
    load.phase("workers replaced")
    site.start_worker("worker-next", coming)
    site.stop("worker-before")
    load.phase("one web process of each version")
    site.start_web(NEXT[0], coming)
    site.stop(BEFORE[0])
    time.sleep(seconds)
    load.phase("the last of the previous version ends")
    site.start_web(NEXT[1], coming)
    site.stop(BEFORE[1])
    load.phase("the next version alone")
    time.sleep(seconds)


def _report(address: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("SELECT count(*) FROM claims_topic")
        time.sleep(REPORT_SECONDS)


def _list_broken_promises(load: Load, mirror: Mirror, address: str) -> list[str]:
    """Print the figures and return the promises they break."""
    print(f"{'requests':>8} {'failed':>6} {'slowest':>8}  answered by")
    broken = []
    for phase in load.phases:
        who = ", ".join(f"{version} {count}" for version, count in sorted(phase.by_version.items()))
        print(f"{phase.requests:>8} {len(phase.failures):>6} {phase.slowest:>7.2f}s  {who}  ({phase.name})")
        broken += [f"{phase.name}: {failure}" for failure in phase.failures[:3]]
        if phase.name == MIGRATING and phase.slowest > MAX_REQUEST_SECONDS:
            broken.append(f"{phase.name}: a request took {phase.slowest:.1f} s.")
    both = next(phase for phase in load.phases if phase.name.startswith("one web process of each"))
    if min(both.by_version["before"], both.by_version["next"]) == 0:
        broken.append("Not both versions answered side by side.")
    if load.published == 0:
        broken.append("Nothing was published.")
    differences = mirror.differences()
    broken += [f"The copy differs: {', '.join(differences[:10])}." for _ in [0] if differences]
    with psycopg.connect(address) as database:
        jobs: dict[str, int] = dict(
            _fetch_rows(database, "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
        )
        shades = dict(_fetch_rows(database, "SELECT shade, count(*) FROM claims_topic GROUP BY 1"))
    print(
        f"{load.published} claims published; the copy has all, to the byte: {not differences}; "
        f"jobs {jobs}; topics {shades}."
    )
    if jobs.get("failed"):
        broken.append(f"{jobs['failed']} jobs failed.")
    return broken


def _fetch_rows(database: psycopg.Connection[Any], statement: Any) -> list[tuple[Any, ...]]:
    return database.execute(statement).fetchall()
