"""Measure how long the desk's pages take on an imported archive: 300 ms of server time at the median are promised.

Time, time in the database and the number of statements of each page, for an administrator, behind no network. Records
are made up, about as many claims as the largest archive that we know, unless `--file` names one.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import orjson

from benchmarks.import_claims import RECORDS, imported, records
from benchmarks.scratch import scratch_project

PROMISED = 300
TIMES = 9

#: A word that many statements hold, one that few hold, and one that none holds, as `{common}`, `{rare}` and `{none}`.
PAGES = {
    "dashboard": "/admin/",
    "claims": "/admin/claims/claim/",
    "claims, a common word": "/admin/claims/claim/?q={common}",
    "claims, a rare word": "/admin/claims/claim/?q={rare}",
    "claims, no such word": "/admin/claims/claim/?q={none}",
    "claims by claimant": "/admin/claims/claim/?o=5",
    "triage": "/admin/claims/claim/?queue=triage",
    "verdicts": "/admin/claims/verdict/",
    "verdicts, a common word": "/admin/claims/verdict/?q={common}",
    "verdicts, a rare word": "/admin/claims/verdict/?q={rare}",
    "publications": "/admin/claims/publication/",
    "publications, a common word": "/admin/claims/publication/?q={common}",
    "publications, a rare word": "/admin/claims/publication/?q={rare}",
    "sign-off": "/admin/claims/verdict/?queue=review",
    "ratings": "/admin/claims/rating/",
    "labels to map": "/admin/claims/rating/?queue=unmapped",
    "possible duplicates": "/admin/claims/possibleduplicate/?queue=duplicates",
    "sources": "/admin/sources/source/",
    "claimants": "/admin/claims/claimant/",
    "Ctrl-K, a common word": "/admin/search/?s={common}&extended=1",
    "Ctrl-K, a rare word": "/admin/search/?s={rare}&extended=1",
    "Ctrl-K, no such word": "/admin/search/?s={none}&extended=1",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, help="an archive to import instead of made-up records")
    parser.add_argument("--common", help="a word that many of its statements hold")
    parser.add_argument("--rare", help="a word that few of its statements hold")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="factcheck-benchmark-") as folder, scratch_project():
        file = arguments.file or Path(folder) / "archive.ndjson"
        if arguments.file is None:
            file.write_bytes(b"\n".join(map(orjson.dumps, records(RECORDS))))
        return measure(file, common=arguments.common, rare=arguments.rare)


def measure(file: Path, *, common: str | None, rare: str | None) -> int:
    """Import the file, ask for each page, print a line each. Returns 1 where one takes longer than promised."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from claims.models import Claim

    # Nothing was collected here, and how static files are named is not measured.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    imported(file)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(SERVER_NAME="localhost")  # a host that the demo answers to
    client.force_login(User.objects.create_superuser("bench", "bench@example.org"))
    words = {"common": common or "the", "rare": rare or _last_word(), "none": "zzzqqq"}
    print(f"{Claim.objects.count():,} claims; {PROMISED} ms are promised")
    late = False
    for name, path in PAGES.items():
        times = []
        queries = CaptureQueriesContext(connection)
        for _time in range(TIMES):
            cache.clear()
            with queries:
                began = time.perf_counter()
                status = client.get(path.format(**words)).status_code
                times.append((time.perf_counter() - began) * 1000)
            assert status == 200, path
        median, in_database = statistics.median(times), sum(float(query["time"]) for query in queries) * 1000
        print(f"{name:27} {median:6.0f} ms, {in_database:5.0f} in the database, {len(queries):2} statements")
        late |= median > PROMISED
    return int(late)


def _last_word() -> str:
    """The longest word of one statement: whatever the archive holds, few others hold it."""
    from claims.models import Claim

    claim = Claim.objects.order_by("pk").last()
    return max(claim.statement.split(), key=len).strip(".,!?“”\"'") if claim else "nothing"


if __name__ == "__main__":
    sys.exit(main())
