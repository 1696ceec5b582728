"""Measure the cost of metrics and request ids for public reads: at least 0.95 of the rate must remain.

One process sends requests to itself, in turns with and without them, and measures its own processor time. The
database's time is not included, so the reported share of the cost is the highest possible. Metrics are written to
files, as under `serve`.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from benchmarks.read_side.database import DEFAULT_FOLDER, prepare_database, set_up
from factcheck.telemetry.exporter import choose_folder

CLAIM_COUNT, ROUND_COUNT, REQUEST_COUNT = 1000, 60, 60
MIN_RATE_SHARE = 0.95
TELEMETRY_PREFIX = "factcheck.telemetry."
PATHS = {"a claim": "/api/v1/claims/7/", "the list": "/api/v1/claims/", "unchanged": "/api/v1/claims/7/"}

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


def request_fields(application: Application, path: str, **fields: str) -> dict[str, str]:
    """Return the header fields of a response, after reading it to the end."""
    response_fields: dict[str, str] = {}
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
        **fields,
    }
    response = application(
        environ,
        lambda status, header_fields: response_fields.update({":status": status, **dict(header_fields)}),
    )
    b"".join(response)
    response.close()
    return response_fields


def measure_cpu(application: Application, path: str, **fields: str) -> float:
    """Return the processor seconds for a number of requests."""
    started_at = time.process_time()
    for _ in range(REQUEST_COUNT):
        request_fields(application, path, **fields)
    return time.process_time() - started_at


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telemetry", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_FOLDER, metavar="FOLDER")
    options = parser.parse_args()
    data_dir = prepare_database(CLAIM_COUNT, options.data)
    with tempfile.TemporaryDirectory(prefix="factcheck-benchmark-", dir=choose_folder()) as metrics_folder:
        os.environ |= {"PROMETHEUS_MULTIPROC_DIR": metrics_folder, "METRICS_PORT": "1"}
        sys.argv[1:] = ["serve"]  # connections as the site has them
        set_up(data_dir)
        (data_dir / "static").mkdir(exist_ok=True)
        return measure(data_dir)


def measure(data_dir: Path) -> int:
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import override_settings

    from factcheck.database import embedded
    from factcheck.telemetry import process_gauges

    middleware = [name for name in settings.MIDDLEWARE if not name.startswith(TELEMETRY_PREFIX)]
    missed_count = 0
    with embedded.run_server(data_dir):
        import factcheck.wsgi  # noqa: F401  disconnects what the site does without, too

        process_gauges.watch(1)
        measured_app = WSGIHandler()
        with override_settings(MIDDLEWARE=middleware):
            plain_app = WSGIHandler()
        for name, path in PATHS.items():
            fields = (
                {"HTTP_IF_NONE_MATCH": request_fields(plain_app, path)["ETag"]} if name == "unchanged" else {}
            )
            expected = "304 Not Modified" if fields else "200 OK"
            for application in (measured_app, plain_app):
                assert request_fields(application, path, **fields)[":status"] == expected
                measure_cpu(application, path, **fields)
            rounds = [
                (measure_cpu(plain_app, path, **fields), measure_cpu(measured_app, path, **fields))
                for _ in range(ROUND_COUNT)
            ]
            ratio = statistics.median(plain / measured for plain, measured in rounds)
            cost = statistics.median(measured - plain for plain, measured in rounds) / REQUEST_COUNT
            total_cost = statistics.median(measured for _plain, measured in rounds) / REQUEST_COUNT
            print(
                f"{name:10} {ratio:.3f} of the rate; {cost * 1e6:5.1f} of {total_cost * 1e6:6.1f} microseconds"
            )
            missed_count += ratio < MIN_RATE_SHARE
    return missed_count


if __name__ == "__main__":
    sys.exit(bool(main()))
