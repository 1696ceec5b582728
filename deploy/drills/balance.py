"""Measure the balancer's cost: responses per second and core of one web process, and of three behind it.

    make drill ARGS=balance

The processor time of every program of the cluster is counted, including the balancer, the poolers and the databases, so
the figure is valid on a busy machine. Promised: three processes reach at least 0.9 of the rate of one, measured in
turns. The memory of the idle cluster is reported first; at most 2 GB are promised.
"""

import argparse
import contextlib
import itertools
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.read_side.load import run_load
from deploy.cluster.daemons import find_missing
from deploy.cluster.machines import choose_network
from deploy.cluster.stage import ClusterNotReady, MachineCluster
from deploy.cluster.topology import DEBIAN_PACKAGES
from deploy.drills.drill_newsroom import prepare_newsroom
from deploy.drills.failover_load import FailoverLoad

PROMISED_SHARE, PROMISED_MEGABYTES = 0.9, 2000.0
CLAIM_COUNT = 30


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="make drill ARGS=balance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--folder", type=Path, help="a cluster that runs there, or is made there, and goes on"
    )
    parser.add_argument("--seconds", type=float, default=8.0, help="of each turn")
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--first-port", type=int, default=21_600, help="Without root: where ports begin.")
    options = parser.parse_args(arguments)
    if missing_programs := list(find_missing((*DEBIAN_PACKAGES, "patroni", "rclone"))):
        print(
            f"Not installed: {', '.join(missing_programs)}. docs/cluster.md lists their sources.",
            file=sys.stderr,
        )
        return 1
    folder = (options.folder or Path(tempfile.mkdtemp(prefix="factcheck-drill-"))).absolute()
    cluster = MachineCluster(folder, choose_network(folder, first_port=options.first_port))
    try:
        if not cluster.is_serving():
            cluster.start(print)
        return measure(cluster, seconds=options.seconds, turns=options.turns)
    except ClusterNotReady as late:
        print(late, file=sys.stderr)
        return 1
    finally:
        if options.folder is None:
            cluster.stop()
            shutil.rmtree(folder, ignore_errors=True)


def measure(cluster: MachineCluster, *, seconds: float, turns: int) -> int:
    megabytes = sum(cluster.measure_megabytes().values())
    print(f"idle memory    {megabytes:.0f} MB of {PROMISED_MEGABYTES:.0f} MB promised")
    requests = build_questions(cluster)
    addresses = {
        "one": (cluster.network.get_host("web-1"), cluster.network.get_port("web-1", "web")),
        "three": (cluster.network.get_host("balancer"), cluster.network.get_port("balancer", "site")),
    }
    rates: dict[str, list[float]] = {name: [] for name in addresses}
    for name in itertools.chain.from_iterable([list(addresses)] * turns):
        seconds_before = measure_processor_seconds(cluster)
        response_count = run_load(addresses[name], requests, seconds=seconds, connections=12).response_count
        seconds_used = measure_processor_seconds(cluster) - seconds_before
        rates[name].append(response_count / seconds_used)
    single_rate, balanced_rate = (statistics.median(rates[name]) for name in addresses)
    print(f"one process    {single_rate:.0f} answers for each second of a core")
    print(
        f"three, HAProxy {balanced_rate:.0f}: {balanced_rate / single_rate:.2f} of it, {PROMISED_SHARE} promised"
    )
    return balanced_rate / single_rate < PROMISED_SHARE or megabytes > PROMISED_MEGABYTES


def build_questions(cluster: MachineCluster) -> list[bytes]:
    """Return requests for lists and single claims, after publishing a few claims for them."""
    load = FailoverLoad(cluster.site, prepare_newsroom(cluster).tokens, editors=2, readers=0)
    load.start()
    cluster.wait(lambda: len(load.published_claims) >= CLAIM_COUNT, f"{CLAIM_COUNT} publications", 180)
    load.stop()
    time.sleep(2)  # replicas have them
    host = f"{cluster.network.get_host('balancer')}"
    paths = ["?page_size=20", *(f"{claim}/" for claim in load.published_claims)]
    return [
        f"GET /api/v1/claims/{path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n".encode()
        for path in paths
    ]


def measure_processor_seconds(cluster: MachineCluster) -> float:
    """Return the processor seconds used by all programs of the cluster."""
    seconds = 0.0
    for name in cluster.daemons.list_names():
        for process in cluster.daemons.list_processes(name):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                seconds += times.user + times.system
    return seconds
