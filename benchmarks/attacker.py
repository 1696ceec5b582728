"""Measure a claim's page in the API while an attacker sends the most expensive queries as fast as possible.

`make bench ARGS=attacker`, or `python -m benchmarks attacker [--claims N] [--database DATA_DIR] [--seconds S]`.
Promised: the 99th percentile of `GET /api/v1/claims/{id}/` stays below 100 ms on an idle machine with two cores. The
attacker's budget is a hundred times the usual one, so that it does not stop the attack.
"""

import argparse
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

from benchmarks.read_side.database import DEFAULT_FOLDER, prepare_database, set_up
from benchmarks.scratch import find_free_port

PROMISED_MILLISECONDS = 100.0
ATTACKER_COUNT = 10
ROOT = Path(__file__).parents[1]


def build_expensive_queries(words: list[str]) -> list[str]:
    """Return queries of about 500 characters in which every word is an alternative and all matches are counted."""
    paths = []
    for start in range(0, len(words), 20):
        query = " or ".join(words[start:] + words[:start])[:500]
        paths.append("/api/v1/claims/?" + urlencode({"q": query, "count": "exact"}))
    return paths


def attack(port: int, paths: list[str], end_time: float, statuses: Counter[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    query_number = 0
    while time.monotonic() < end_time:
        query_number += 1
        try:
            connection.request("GET", paths[query_number % len(paths)])
            response = connection.getresponse()
            response.read()
            statuses[response.status] += 1
        except OSError:
            connection.close()
            statuses[0] += 1


def read_claims(port: int, claim_ids: list[int], end_time: float) -> list[float]:
    """Return the milliseconds that each claim took, reading twenty claims per second, one after another."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    durations: list[float] = []
    while time.monotonic() < end_time:
        started_at = time.perf_counter()
        # Another visitor, as the proxy has it.
        connection.request(
            "GET",
            f"/api/v1/claims/{claim_ids[len(durations) % len(claim_ids)]}/",
            headers={"X-Forwarded-For": "192.0.2.1"},
        )
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            sys.exit(f"A claim was answered with {response.status}.")
        durations.append((time.perf_counter() - started_at) * 1000)
        time.sleep(0.05)
    return durations


def load_words_and_claims() -> tuple[list[str], list[int]]:
    """Return common words and some claim ids of this database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body::jsonb->>'statement' FROM claims_publication ORDER BY sequence LIMIT 3000"
        )
        counts = Counter(word for (text,) in cursor if text for word in text.split() if word.isalpha())
        cursor.execute(
            "SELECT claim_id FROM claims_publication WHERE superseded_at IS NULL AND status = 'published' LIMIT 500"
        )
        claim_ids = [number for (number,) in cursor]
    connection.close()
    return [word for word, _times in counts.most_common(120)], claim_ids


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks attacker", description=__doc__)
    parser.add_argument("--claims", type=int, default=200_000, help="how many (default: %(default)s)")
    parser.add_argument(
        "--database", type=Path, metavar="DATA_DIR", help="the database there, whatever made it"
    )
    parser.add_argument("--seconds", type=float, default=30, help="for how long (default: %(default)s)")
    options = parser.parse_args()
    data_dir = options.database or prepare_database(options.claims, DEFAULT_FOLDER)
    set_up(data_dir)

    from factcheck.database import embedded

    with embedded.run_server(data_dir):
        words, claim_ids = load_words_and_claims()
        port = find_free_port()
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"PORT": str(port), "TRUST_PROXY": "1", "RATE_LIMIT_ANONYMOUS": "60000/minute"},
            start_new_session=True,
        )
        try:
            _wait_for(port, server)
            return measure(port, words, claim_ids, options.seconds)
        finally:
            os.killpg(server.pid, signal.SIGINT)
            server.wait(60)


def measure(port: int, words: list[str], claim_ids: list[int], seconds: float) -> int:
    quiet_times = read_claims(port, claim_ids, time.monotonic() + min(5.0, seconds))
    statuses: Counter[int] = Counter()
    end_time = time.monotonic() + seconds
    paths = build_expensive_queries(words)
    attackers = [
        threading.Thread(target=attack, args=(port, paths[number:] + paths[:number], end_time, statuses))
        for number in range(ATTACKER_COUNT)
    ]
    for attacker in attackers:
        attacker.start()
    attacked_times = read_claims(port, claim_ids, end_time)
    for attacker in attackers:
        attacker.join()
    p99 = {
        name: quantiles(times, n=100)[98]
        for name, times in (("quiet", quiet_times), ("attacked", attacked_times))
    }
    print(f"expensive questions, by status: {dict(sorted(statuses.items()))}")
    print(
        f"one claim, 99th percentile of {len(attacked_times)}: {p99['attacked']:.1f} ms (quiet: {p99['quiet']:.1f} ms)"
    )
    return int(p99["attacked"] > PROMISED_MILLISECONDS)


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"The site ended with exit code {server.returncode}.")


if __name__ == "__main__":
    sys.exit(main())
