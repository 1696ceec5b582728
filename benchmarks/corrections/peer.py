"""Run a second installation that follows the site, with its own database and key, and print its claims as they change.

`python -m benchmarks.corrections.peer SITE`. It visits the site when a visit is due, as the worker does.
"""

import json
import os
import sys
import time
from contextlib import suppress
from typing import NoReturn

from benchmarks.scratch import open_scratch_project

#: Seconds between two looks at what is due: the worker takes a minute.
PAUSE_SECONDS = 1.0


def main() -> None:
    os.environ["PORT"] = "1"  # no address is that of the site
    with suppress(KeyboardInterrupt), open_scratch_project():
        follow(sys.argv[1])


def follow(site: str) -> NoReturn:
    """Follow a site, and print each of its claims as a line of JSON whenever the local copy changes."""
    from claims.features.federation.models import PeerClaim
    from claims.features.federation.peer_edits import follow_newsroom, look_up_newsroom
    from claims.features.federation.sync_run import list_due_newsrooms, sync_newsroom

    follow_newsroom(look_up_newsroom(site), name="The site")
    printed_rows: dict[int, dict[str, object]] = {}
    while True:
        for newsroom in list_due_newsrooms():
            sync_newsroom(newsroom)
        for row in PeerClaim.objects.values("claim_id", "status", "note"):
            if printed_rows.get(row["claim_id"]) != row:
                printed_rows[row["claim_id"]] = dict(row)
                print(json.dumps(row), flush=True)
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
