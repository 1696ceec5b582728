"""Hand over the primary before its disk is full.

    python3 disk_watch.py --folder /var/lib/postgresql/18/main --patroni http://10.0.0.11:8008 --least-megabytes 1024

Patroni only checks whether PostgreSQL responds. With a full disk it does: it answers reads, and refuses writes until
there is space. So this program checks the disk of its node every two seconds, and asks Patroni to make another node the
primary while there is still enough space for a shutdown. A server without space, whose shutdown would never end, is
killed as in a crash; committed data is on another node. It hands over at most once in five minutes: if all disks are
full, no node is better. Run it as PostgreSQL's user. It needs only Python 3.11 or newer.
"""

import argparse
import json
import os
import shutil
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

CHECK_INTERVAL_SECONDS, MIN_HANDOVER_INTERVAL_SECONDS = 2.0, 300.0
MAX_WAIT_SECONDS = 8.0


def main() -> None:
    parser = argparse.ArgumentParser(description="Hand the primary over before its disk is full.")
    parser.add_argument(
        "--folder", type=Path, required=True, help="PostgreSQL's data, on the disk that is looked at"
    )
    parser.add_argument("--patroni", required=True, help="the address of this node's Patroni")
    parser.add_argument("--least-megabytes", type=int, default=1024, help="what must be free")
    options = parser.parse_args()
    handed_over_at = float("-inf")
    while True:
        time.sleep(CHECK_INTERVAL_SECONDS)
        is_due = time.monotonic() - handed_over_at > MIN_HANDOVER_INTERVAL_SECONDS
        if (
            is_due
            and options.folder.exists()
            and measure_free_megabytes(options.folder) < options.least_megabytes
            and hand_over(options.patroni, options.folder)
        ):
            handed_over_at = time.monotonic()


def measure_free_megabytes(folder: Path) -> float:
    """Return how many megabytes PostgreSQL can still write."""
    return shutil.disk_usage(folder).free / 2**20


def hand_over(patroni: str, folder: Path) -> bool:
    """If this node is the primary, hand over; return whether another node takes over."""
    try:
        with urllib.request.urlopen(f"{patroni}/primary", timeout=MAX_WAIT_SECONDS) as response:  # noqa: S310
            node_name = json.load(response)["patroni"]["name"]
        body = json.dumps({"leader": node_name}).encode()
        request = urllib.request.Request(  # noqa: S310  the operator's own choice
            f"{patroni}/switchover", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=MAX_WAIT_SECONDS) as response:  # noqa: S310
            print(f"The disk is nearly full: {response.read().decode()}", flush=True)
    except TimeoutError:
        print("The disk is full and PostgreSQL cannot stop by itself, so it is killed.", flush=True)
        os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    except (OSError, ValueError, KeyError) as refusal:
        # 503 means that the node is not the primary; no more is needed.
        if not isinstance(refusal, urllib.error.HTTPError) or refusal.code != 503:
            print(f"The disk is nearly full, and no other node took over: {refusal}", flush=True)
        return False
    return True


if __name__ == "__main__":
    main()
