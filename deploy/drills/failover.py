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
from deploy.cluster.topology import DEBIAN
from deploy.drills.drill_newsroom import RECEIVER_PORT, prepare_newsroom
from deploy.drills.failover_load import FailoverLoad, read_whole_feed
from deploy.drills.faults import FAULTS, Breakage, FaultUnavailable, mount_small_disks, unmount_small_disks
from deploy.drills.restarter import Restarter
from deploy.drills.webhook_listener import WebhookListener

WRITES_BACK, READS_AWAY = 30.0, 1.0
#: Large enough for the data of a drill, but soon full.
DISK_MEGABYTES = 700


@dataclass(frozen=True)
class FaultFigures:
    """The measurements of one fault."""

    name: str
    machine: str
    writes_away: float
    reads_away: float
    slowest_read: float
    reads: int
    unanswered: dict[str, int]
    whole_again: float

    def is_kept(self) -> bool:
        return self.writes_away <= WRITES_BACK and self.reads_away <= READS_AWAY

    def __str__(self) -> str:
        failed = ", ".join(f"{count} × {what}" for what, count in self.unanswered.items())
        return "   ".join(
            (
                f"{self.name:<12} {self.machine:<9}",
                f"writes away {self.writes_away:4.1f} s",
                f"reads away {self.reads_away:4.2f} s",
                f"slowest read {self.slowest_read:4.2f} s of {self.reads}, not answered: {failed or '0'}",
                f"whole again {self.whole_again:.0f} s",
                *([] if self.is_kept() else ["BROKEN"]),
            )
        )


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="make drill ARGS=failover",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"{name:<12} {fault.says}" for name, fault in FAULTS.items()),
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
    if unknown := [name for name in options.faults if name not in FAULTS]:
        parser.error(f"there is no fault {', '.join(unknown)}; there are {', '.join(FAULTS)}")
    if lacking := list(find_missing((*DEBIAN, "patroni", "rclone"))):
        print(f"Not installed: {', '.join(lacking)}. docs/cluster.md lists their sources.", file=sys.stderr)
        return 1
    folder = (options.folder or Path(tempfile.mkdtemp(prefix="factcheck-drill-"))).absolute()
    cluster = MachineCluster(
        folder, choose_network(folder, first_port=options.first_port), FACTCHECK_DEMO="1"
    )
    is_passing = options.folder is None
    try:
        if is_passing and isinstance(cluster.network, Namespaces):
            mount_small_disks(cluster, NODES, DISK_MEGABYTES)
        if not cluster.serves():
            cluster.start(print)
        return rehearse(cluster, options)
    except ClusterNotReady as late:
        print(late, file=sys.stderr)
        return 1
    finally:
        if is_passing:
            cluster.stop()
            unmount_small_disks(cluster, NODES)
            shutil.rmtree(folder, ignore_errors=True)


def rehearse(cluster: MachineCluster, options: argparse.Namespace) -> int:
    receiver = WebhookListener(_list_worker_namespaces(cluster), RECEIVER_PORT)
    newsroom = prepare_newsroom(cluster)
    receiver.secret = newsroom.secret
    load = FailoverLoad(cluster.site, newsroom.people, editors=options.editors, readers=options.readers)
    load.start()
    keeper = Restarter(cluster)
    keeper.start()
    figures = []
    try:
        for name in options.faults or FAULTS:
            time.sleep(options.calm)
            fault = FAULTS[name]
            try:
                figures.append(
                    run_fault(
                        cluster,
                        keeper,
                        load,
                        name,
                        fault,
                        fault.stays if options.stay is None else options.stay,
                    )
                )
                print(figures[-1], flush=True)
            except FaultUnavailable as reason:
                print(f"{name:<12} not made: {reason}", flush=True)
        time.sleep(options.calm)
    finally:
        load.stop()
        keeper.stop()
    findings = list_findings(cluster, load, receiver, ended=keeper.ended, since=newsroom.since)
    receiver.close()
    for sentence, is_kept in findings:
        print(f"{'kept  ' if is_kept else 'BROKEN'}  {sentence}")
    return not (
        all(is_kept for _sentence, is_kept in findings)
        and all(fault_figures.is_kept() for fault_figures in figures)
    )


def run_fault(
    cluster: MachineCluster, keeper: Restarter, load: FailoverLoad, name: str, fault: Breakage, stays: float
) -> FaultFigures:
    """Cause a fault, wait for writes to recover, repair it, and wait for the normal state."""
    cluster.wait(cluster.is_replicated, "All nodes follow the primary", 180)
    machine = fault.machine(cluster)
    started_at = time.monotonic()
    keeper.ignored_machine = machine
    fault.breaks(cluster, machine)
    settled_at = started_at + 1
    cluster.wait(lambda: any(moment > settled_at for moment in load.writes.answered[-50:]), "A write", 180)
    # The first responses may be to requests that were sent before the fault.
    time.sleep(stays)
    cluster.wait(lambda: load.writes.answered[-1] > time.monotonic() - 1, "Writes that go on", 180)
    writes_back_at = time.monotonic()
    fault.mends(cluster, machine)
    keeper.ignored_machine = ""
    cluster.wait(cluster.is_replicated, f"{machine} is part of the cluster again", 180)
    whole_again_at = time.monotonic()
    time.sleep(2)
    ended_at = time.monotonic()
    durations = [
        seconds
        for moment, seconds in zip(list(load.reads.answered), list(load.reads.took), strict=False)
        if started_at <= moment <= ended_at
    ]
    return FaultFigures(
        name=name,
        machine=machine,
        writes_away=load.writes.longest_gap(started_at, ended_at),
        reads_away=load.reads.longest_gap(started_at, ended_at),
        slowest_read=max(durations, default=0.0),
        reads=len(durations),
        unanswered=load.reads.failures(started_at, ended_at),
        whole_again=whole_again_at - writes_back_at,
    )


def list_findings(
    cluster: MachineCluster, load: FailoverLoad, receiver: WebhookListener, *, ended: list[str], since: int
) -> list[tuple[str, bool]]:
    """Return the conditions that must hold at the end, as sentences, and whether each one holds.

    Args:
        ended: the programs that ended although no fault was caused in them.
        since: the last ledger entry that the receiver should not get.
    """
    with psycopg.connect(cluster.topology.primary("postgres", "factcheck")) as connection:
        rows = connection.execute("SELECT sequence, claim_id FROM claims_publication ORDER BY 1").fetchall()
        (twice,) = connection.execute(
            "SELECT count(*) FROM (SELECT FROM claims_claim GROUP BY statement HAVING count(*) > 1) AS t"
        ).fetchone() or (-1,)
        (at_work,) = connection.execute(
            "SELECT count(DISTINCT job.id) FROM procrastinate_jobs AS job JOIN procrastinate_events AS event"
            " ON event.job_id = job.id AND event.type = 'started'"
            " WHERE job.status = 'doing' AND event.at < now() - interval '1 minute'"
        ).fetchone() or (-1,)
    sequences = [sequence for sequence, _claim in rows]
    published_twice = len(rows) - len({claim for _sequence, claim in rows})
    lost_claims = set(load.published) - {claim for _sequence, claim in rows}
    feed = read_whole_feed(cluster.site, sequences[-1] if sequences else 0)
    expected_messages = {sequence for sequence in sequences if sequence > since}
    with contextlib.suppress(ClusterNotReady):
        cluster.wait(lambda: follow_feed(load, feed), "The follower's end of the feed", 60)
        cluster.wait(lambda: expected_messages <= set(receiver.sequences), "Messages to the receiver", 120)
    first_heard = list(dict.fromkeys(receiver.sequences))
    missing_messages, repeated_messages = (
        expected_messages - set(first_heard),
        len(receiver.sequences) - len(first_heard),
    )
    return [
        (f"programs that ended by themselves: {', '.join(ended) or 'none'}", not ended),
        (
            f"acknowledged publications: {len(load.published)}, of which lost: {len(lost_claims)}",
            bool(load.published) and not lost_claims,
        ),
        (
            f"claims created twice: {twice}; published twice: {published_twice}",
            not twice and not published_twice,
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
                f" {repeated_messages} repeated, {receiver.unsigned} unsigned"
            ),
            not missing_messages and first_heard == sorted(first_heard) and not receiver.unsigned,
        ),
        (f"unfinished jobs: {at_work}", not at_work),
        (f"requests refused: {len(load.refused)} {load.refused[:2] or ''}", not load.refused),
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
