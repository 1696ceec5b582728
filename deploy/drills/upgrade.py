"""Upgrade under load: `make drill ARGS=upgrade`, `make drill ARGS="upgrade --from v0.1.0 --postgres 17"`.

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
from deploy.postgresql.server import run_server, stop_children_on_signals

PREVIOUS_SERVERS, NEXT_SERVERS = ("before-1", "before-2"), ("next-1", "next-2")
USERNAMES = {"contributor": "contributor", "checker": "checker", "editor": "editor"}
REPORT_SECONDS = 4
MIGRATION_PHASE = "migrating, while a report reads the table for four seconds"
#: The limit while migrating: longer than the lock timeout, with a margin for a busy machine.
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
    options = parser.parse_args(arguments)
    if not shutil.which("haproxy"):
        print("haproxy, which balances the servers, is not installed (Debian: apt-get install haproxy).")
        return 2
    stop_children_on_signals()
    folder = Path(tempfile.mkdtemp(prefix="factcheck-upgrade-"))
    try:
        with run_server(options.postgres) as address:
            broken_promises = _run_upgrade(
                folder, address, versions.choose_earlier_version(options.revision), options.seconds
            )
    except (ProgramsUnavailable, versions.VersionsNotComparable) as reason:
        print(reason)
        return 2
    except subprocess.CalledProcessError as failure:
        print(f"{failure}\n{failure.stdout}\n{failure.stderr}")
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        *(f"BROKEN: {promise}" for promise in broken_promises)
        if broken_promises
        else ["Every promise was kept."],
        sep="\n",
    )
    return int(bool(broken_promises))


def _run_upgrade(folder: Path, address: str, revision: str, seconds: float) -> list[str]:
    previous_tree = versions.unpack(revision, folder / "before")
    next_tree = versions.unpack("HEAD", folder / "next")
    site = Site(folder, address, [*PREVIOUS_SERVERS, *NEXT_SERVERS])
    new_migrations = versions.add_changes(
        next_tree, previous_tree, site.build_process_environment("commands")
    )
    print(f"From {revision} to a version with {', '.join(new_migrations)}.")
    broken_promises = _check_review(site, next_tree, new_migrations)
    site.run_command(previous_tree, "migrate")
    site.run_command(previous_tree, "load_demo")
    tokens = {role: _create_token(site, previous_tree, name) for role, name in USERNAMES.items()}
    with site.run_balancer():
        for name in PREVIOUS_SERVERS:
            site.start_web(name, previous_tree)
        site.start_worker("worker-before", previous_tree)
        with Mirror(site.address, folder / "mirror.sqlite") as mirror, Load(site.address, tokens) as load:
            time.sleep(seconds)
            _replace_versions(site, load, next_tree, seconds)
        broken_promises += _list_broken_promises(load, mirror, address)
        for name in ("worker-before", "worker-next"):
            broken_promises += [
                f"{name} did not know a task." for _ in [0] if "Task was not found" in site.read_log(name)
            ]
    return broken_promises


def _check_review(site: Site, next_tree: Path, new_migrations: list[str]) -> list[str]:
    """Check that the review accepts a safe migration, and rejects an unsafe one with the reason."""
    unsafe_migration = versions.add_migration(next_tree, "unsafe", versions.UNSAFE_MIGRATION)
    try:
        output = site.run_command(
            next_tree, "review_migrations", *new_migrations, f"claims.{unsafe_migration.stem}"
        )
    except subprocess.CalledProcessError as refusal:
        output = refusal.stdout
        expected_lines = (
            {f"{name}: fine" for name in new_migrations}
            | {f"claims.{unsafe_migration.stem}: refused"}
            | versions.UNSAFE_EFFECTS
        )
        lines = {line.strip() for line in output.splitlines()}
        return [f"The review did not say “{name}”." for name in sorted(expected_lines - lines)]
    else:
        return ["The review let an unsafe migration pass."]
    finally:
        print(output.strip())
        unsafe_migration.unlink()


def _create_token(site: Site, tree: Path, name: str) -> str:
    return site.run_command(tree, "create_token", name, "--name", "drill").strip().splitlines()[-1]


def _replace_versions(site: Site, load: Load, next_tree: Path, seconds: float) -> None:
    """Migrate the schema, then replace the worker, then the web processes."""
    load.begin_phase(MIGRATION_PHASE)
    report = threading.Thread(target=_hold_report_lock, args=[site.database])
    report.start()
    started_at = time.monotonic()
    site.run_command(next_tree, "migrate")
    report.join()
    print(f"Migrated in {time.monotonic() - started_at:.1f} s.")
    load.begin_phase("the previous version on the new schema")
    time.sleep(seconds)
    load.begin_phase("workers replaced")
    site.start_worker("worker-next", next_tree)
    site.stop("worker-before")
    load.begin_phase("one web process of each version")
    site.start_web(NEXT_SERVERS[0], next_tree)
    site.stop(PREVIOUS_SERVERS[0])
    time.sleep(seconds)
    load.begin_phase("the last of the previous version ends")
    site.start_web(NEXT_SERVERS[1], next_tree)
    site.stop(PREVIOUS_SERVERS[1])
    load.begin_phase("the next version alone")
    time.sleep(seconds)


def _hold_report_lock(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("SELECT count(*) FROM claims_topic")
        time.sleep(REPORT_SECONDS)


def _list_broken_promises(load: Load, mirror: Mirror, address: str) -> list[str]:
    """Print the figures and return the promises they break."""
    print(f"{'requests':>8} {'failed':>6} {'slowest':>8}  answered by")
    broken_promises = []
    for phase in load.phases:
        versions = ", ".join(
            f"{version} {count}" for version, count in sorted(phase.responses_by_version.items())
        )
        print(
            f"{phase.requests:>8} {len(phase.failures):>6} {phase.slowest_seconds:>7.2f}s  {versions}  ({phase.name})"
        )
        broken_promises += [f"{phase.name}: {failure}" for failure in phase.failures[:3]]
        if phase.name == MIGRATION_PHASE and phase.slowest_seconds > MAX_REQUEST_SECONDS:
            broken_promises.append(f"{phase.name}: a request took {phase.slowest_seconds:.1f} s.")
    mixed_phase = next(phase for phase in load.phases if phase.name.startswith("one web process of each"))
    if min(mixed_phase.responses_by_version["before"], mixed_phase.responses_by_version["next"]) == 0:
        broken_promises.append("Not both versions answered side by side.")
    if load.published_count == 0:
        broken_promises.append("Nothing was published.")
    find_differences = mirror.find_differences()
    broken_promises += [
        f"The copy differs: {', '.join(find_differences[:10])}." for _ in [0] if find_differences
    ]
    with psycopg.connect(address) as database:
        job_counts: dict[str, int] = dict(
            _fetch_rows(database, "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
        )
        shade_counts = dict(_fetch_rows(database, "SELECT shade, count(*) FROM claims_topic GROUP BY 1"))
    print(
        f"{load.published_count} claims published; the copy has all, to the byte: {not find_differences}; "
        f"jobs {job_counts}; topics {shade_counts}."
    )
    if job_counts.get("failed"):
        broken_promises.append(f"{job_counts['failed']} jobs failed.")
    return broken_promises


def _fetch_rows(database: psycopg.Connection[Any], statement: Any) -> list[tuple[Any, ...]]:
    return database.execute(statement).fetchall()
