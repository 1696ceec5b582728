"""Break the cluster while claims are published, read and followed, and report what was lost and for how long.

    make drill ARGS=failover
    make drill ARGS="failover kill cut --calm 20 --editors 4"

Without names, every fault is caused, one after the other. Promised for each fault: no acknowledged publication is lost,
nothing is published twice, a follower of the change feed ends with the same bytes as a new reader, a webhook receiver
gets everything at least once and in order, writes work again within 30 seconds, and reads are never unavailable for
more than one second. The cluster is created in a temporary folder, unless --folder names one.
"""

import argparse
import contextlib
import hashlib
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from deploy.cluster.daemons import find_missing
from deploy.cluster.machines import NODES, WORKERS, Namespaces, choose_network
from deploy.cluster.stage import ClusterNotReady, MachineCluster
from deploy.cluster.topology import DEBIAN_PACKAGES
from deploy.drills.drill_newsroom import RECEIVER_PORT, prepare_newsroom
from deploy.drills.failover_load import FailoverLoad, read_whole_feed
from deploy.drills.faults import FAULTS, Fault, FaultUnavailable, mount_small_disks, unmount_small_disks
from deploy.drills.restarter import Restarter
from deploy.drills.webhook_listener import WebhookListener

MAX_WRITE_OUTAGE, MAX_READ_OUTAGE = 30.0, 1.0
#: Large enough for the data of a drill, but soon full.
DISK_MEGABYTES = 700


@dataclass(frozen=True)
class FaultFigures:
    """The measurements of one fault."""

    name: str
    machine: str
    write_outage: float
    read_outage: float
    slowest_read: float
    read_count: int
    failed_reads: dict[str, int]
    repair_seconds: float

    def is_within_limits(self) -> bool:
        return self.write_outage <= MAX_WRITE_OUTAGE and self.read_outage <= MAX_READ_OUTAGE

    def __str__(self) -> str:
        failures = ", ".join(f"{count} × {error}" for error, count in self.failed_reads.items())
        return "   ".join(
            (
                f"{self.name:<12} {self.machine:<9}",
                f"writes away {self.write_outage:4.1f} s",
                f"reads away {self.read_outage:4.2f} s",
                f"slowest read {self.slowest_read:4.2f} s of {self.read_count}, not answered: {failures or '0'}",
                f"whole again {self.repair_seconds:.0f} s",
                *([] if self.is_within_limits() else ["BROKEN"]),
            )
        )


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="make drill ARGS=failover",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"{name:<12} {fault.description}" for name, fault in FAULTS.items()),
    )
    parser.add_argument(
        "faults", nargs="*", metavar="fault", help="which, in this order; all of them by default"
    )
    parser.add_argument(
        "--folder", type=Path, help="a cluster that runs there, or is made there, and goes on"
    )
    parser.add_argument("--editors", type=int, default=2)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument(
        "--calm", type=float, default=8.0, help="seconds of load before each fault, and after it"
    )
    parser.add_argument("--stay", type=float, help="for how long a fault stays after writes are back")
    parser.add_argument("--first-port", type=int, default=21_300, help="Without root: where ports begin.")
    options = parser.parse_args(arguments)
    if unknown_faults := [name for name in options.faults if name not in FAULTS]:
        parser.error(f"there is no fault {', '.join(unknown_faults)}; there are {', '.join(FAULTS)}")
    if missing_programs := list(find_missing((*DEBIAN_PACKAGES, "patroni", "rclone"))):
        print(
            f"Not installed: {', '.join(missing_programs)}. docs/cluster.md lists their sources.",
            file=sys.stderr,
        )
        return 1
    folder = (options.folder or Path(tempfile.mkdtemp(prefix="factcheck-drill-"))).absolute()
    cluster = MachineCluster(
        folder, choose_network(folder, first_port=options.first_port), FACTCHECK_DEMO="1"
    )
    is_temporary = options.folder is None
    try:
        if is_temporary and isinstance(cluster.network, Namespaces):
            mount_small_disks(cluster, NODES, DISK_MEGABYTES)
        if not cluster.is_serving():
            cluster.start(print)
        return rehearse(cluster, options)
    except ClusterNotReady as late:
        print(late, file=sys.stderr)
        return 1
    finally:
        if is_temporary:
            cluster.stop()
            unmount_small_disks(cluster, NODES)
            shutil.rmtree(folder, ignore_errors=True)


def rehearse(cluster: MachineCluster, options: argparse.Namespace) -> int:
    receiver = WebhookListener(_list_worker_namespaces(cluster), RECEIVER_PORT)
    newsroom = prepare_newsroom(cluster)
    receiver.secret = newsroom.secret
    load = FailoverLoad(cluster.site, newsroom.tokens, editors=options.editors, readers=options.readers)
    load.start()
    restarter = Restarter(cluster)
    restarter.start()
    figures = []
    try:
        for name in options.faults or FAULTS:
            time.sleep(options.calm)
            fault = FAULTS[name]
            try:
                figures.append(
                    run_fault(
                        cluster,
                        restarter,
                        load,
                        name,
                        fault,
                        fault.stay_seconds if options.stay is None else options.stay,
                    )
                )
                print(figures[-1], flush=True)
            except FaultUnavailable as reason:
                print(f"{name:<12} not made: {reason}", flush=True)
        time.sleep(options.calm)
    finally:
        load.stop()
        restarter.stop()
    findings = list_findings(
        cluster,
        load,
        receiver,
        ended_programs=restarter.ended_programs,
        start_sequence=newsroom.start_sequence,
    )
    receiver.close()
    for sentence, is_kept in findings:
        print(f"{'kept  ' if is_kept else 'BROKEN'}  {sentence}")
    return not (
        all(is_kept for _sentence, is_kept in findings)
        and all(fault_figures.is_within_limits() for fault_figures in figures)
    )


def run_fault(
    cluster: MachineCluster,
    restarter: Restarter,
    load: FailoverLoad,
    name: str,
    fault: Fault,
    stay_seconds: float,
) -> FaultFigures:
    """Cause a fault, wait for writes to recover, repair it, and wait for the normal state."""
    cluster.wait(cluster.is_replicated, "All nodes follow the primary", 180)
    machine = fault.choose_machine(cluster)
    started_at = time.monotonic()
    restarter.ignored_machine = machine
    fault.cause(cluster, machine)
    settled_at = started_at + 1
    cluster.wait(
        lambda: any(moment > settled_at for moment in load.writes.response_moments[-50:]), "A write", 180
    )
    # The first responses may be to requests that were sent before the fault.
    time.sleep(stay_seconds)
    cluster.wait(lambda: load.writes.response_moments[-1] > time.monotonic() - 1, "Writes that go on", 180)
    writes_back_at = time.monotonic()
    fault.repair(cluster, machine)
    restarter.ignored_machine = ""
    cluster.wait(cluster.is_replicated, f"{machine} is part of the cluster again", 180)
    repaired_at = time.monotonic()
    time.sleep(2)
    ended_at = time.monotonic()
    durations = [
        seconds
        for moment, seconds in zip(
            list(load.reads.response_moments), list(load.reads.durations), strict=False
        )
        if started_at <= moment <= ended_at
    ]
    return FaultFigures(
        name=name,
        machine=machine,
        write_outage=load.writes.measure_longest_gap(started_at, ended_at),
        read_outage=load.reads.measure_longest_gap(started_at, ended_at),
        slowest_read=max(durations, default=0.0),
        read_count=len(durations),
        failed_reads=load.reads.count_failures(started_at, ended_at),
        repair_seconds=repaired_at - writes_back_at,
    )


def list_findings(
    cluster: MachineCluster,
    load: FailoverLoad,
    receiver: WebhookListener,
    *,
    ended_programs: list[str],
    start_sequence: int,
) -> list[tuple[str, bool]]:
    """Return the conditions that must hold at the end, as sentences, and whether each one holds.

    Args:
        ended_programs: the programs that ended although no fault was caused in them.
        start_sequence: the last ledger entry that the receiver should not get.
    """
    with psycopg.connect(cluster.topology.build_primary_url("postgres", "factcheck")) as connection:
        rows = connection.execute("SELECT sequence, claim_id FROM claims_publication ORDER BY 1").fetchall()
        (duplicate_claims,) = connection.execute(
            "SELECT count(*) FROM (SELECT FROM claims_claim GROUP BY statement HAVING count(*) > 1) AS t"
        ).fetchone() or (-1,)
        (unfinished_jobs,) = connection.execute(
            "SELECT count(DISTINCT job.id) FROM procrastinate_jobs AS job JOIN procrastinate_events AS event"
            " ON event.job_id = job.id AND event.type = 'started'"
            " WHERE job.status = 'doing' AND event.at < now() - interval '1 minute'"
        ).fetchone() or (-1,)
    sequences = [sequence for sequence, _claim in rows]
    repeated_publications = len(rows) - len({claim for _sequence, claim in rows})
    lost_claims = set(load.published_claims) - {claim for _sequence, claim in rows}
    feed = read_whole_feed(cluster.site, sequences[-1] if sequences else 0)
    expected_messages = {sequence for sequence in sequences if sequence > start_sequence}
    with contextlib.suppress(ClusterNotReady):
        cluster.wait(lambda: follow_feed(load, feed), "The follower's end of the feed", 60)
        cluster.wait(lambda: expected_messages <= set(receiver.sequences), "Messages to the receiver", 120)
    received_sequences = list(dict.fromkeys(receiver.sequences))
    missing_messages, repeated_messages = (
        expected_messages - set(received_sequences),
        len(receiver.sequences) - len(received_sequences),
    )
    return [
        (f"programs that ended by themselves: {', '.join(ended_programs) or 'none'}", not ended_programs),
        (
            f"acknowledged publications: {len(load.published_claims)}, of which lost: {len(lost_claims)}",
            bool(load.published_claims) and not lost_claims,
        ),
        (
            f"claims created twice: {duplicate_claims}; published twice: {repeated_publications}",
            not duplicate_claims and not repeated_publications,
        ),
        (
            (
                f"the follower's feed: {len(load.feed)} entries {compute_digest(load.feed)};"
                f" a new one: {len(feed)} {compute_digest(feed)}"
            ),
            compute_digest(load.feed) == compute_digest(feed)
            and [entry["sequence"] for entry in feed] == sequences,
        ),
        (
            (
                f"webhook messages: {len(missing_messages)} of {len(expected_messages)} missing,"
                f" {repeated_messages} repeated, {receiver.unsigned_count} unsigned"
            ),
            not missing_messages
            and received_sequences == sorted(received_sequences)
            and not receiver.unsigned_count,
        ),
        (f"unfinished jobs: {unfinished_jobs}", not unfinished_jobs),
        (f"requests refused: {len(load.refusals)} {load.refusals[:2] or ''}", not load.refusals),
    ]


def follow_feed(load: FailoverLoad, feed: list[dict[str, Any]]) -> bool:
    """Follow the feed to its end and return whether that succeeded."""
    load.follow()
    return not feed or (bool(load.feed) and load.feed[-1]["sequence"] >= feed[-1]["sequence"])


def compute_digest(entries: list[dict[str, Any]]) -> str:
    text = "\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _list_worker_namespaces(cluster: MachineCluster) -> list[Path]:
    if isinstance(cluster.network, Namespaces):
        return [cluster.network.get_namespace_path(machine) for machine in WORKERS]
    return []
