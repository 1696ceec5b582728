"""Keep a copy of all published claims in SQLite.

    python mirror.py https://facts.example.org/api/v1/changes/ claims.sqlite

It reads the feed of changes to its end, then asks again every minute. It can be stopped, or killed, at any moment and
goes on where it was: what a page changes and where the next one is are written in one transaction. `--once` ends at the
end of the feed. Python 3.11 or newer, nothing else.

The copy is one table: `SELECT body FROM claim WHERE id = 7` is the claim as /api/v1/claims/ has it, byte for byte.
"""

import argparse
import hashlib
import json
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from typing import Any

TABLES = """
    CREATE TABLE IF NOT EXISTS claim (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), next TEXT NOT NULL);
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Keep a copy of all published claims in SQLite.")
    parser.add_argument("feed", help="such as https://facts.example.org/api/v1/changes/")
    parser.add_argument("file", help="the SQLite database; it is made when it is not there")
    parser.add_argument("--once", action="store_true", help="end at the end of the feed")
    parser.add_argument("--every", type=float, default=60, help="seconds between two looks at its end")
    asked = parser.parse_args()
    database = sqlite3.connect(asked.file)
    database.executescript(TABLES)
    while True:
        stored = database.execute("SELECT next FROM place").fetchone()
        # A new copy needs no entry that a later one has overtaken.
        page = read(stored[0] if stored else f"{asked.feed}?entries=newest&page_size=200", asked.every)
        keep(database, page)
        print(f"{len(page['results'])} changes, next {page['next']}", flush=True)
        if not page["more"]:
            if asked.once:
                return
            time.sleep(asked.every)


def read(address: str, pause: float) -> dict[str, Any]:
    """A page of the feed; asked for again until there is an answer."""
    while True:
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310  the operator's own choice
                page: dict[str, Any] = json.load(answer)
                return page
        except urllib.error.HTTPError as error:
            if error.code == 404:
                sys.exit(
                    f"The feed does not know the place where this copy is. Make a new one. {error.read().decode()}"
                )
            if error.code != 429 and error.code < 500:
                sys.exit(f"{address} was refused: {error.read().decode()}")
            wait = float(error.headers.get("Retry-After") or pause)
        except (OSError, ValueError) as error:  # no connection, or an answer that broke off
            print(f"{address}: {error}", file=sys.stderr)
            wait = pause
        time.sleep(wait)


def keep(database: sqlite3.Connection, page: dict[str, Any]) -> None:
    """Apply the changes of a page and remember where the next one is: both or neither."""
    with database:
        for change in page["results"]:
            if change["status"] == "published":
                body = json.dumps(change["claim"], ensure_ascii=False, separators=(",", ":"))
                if hashlib.sha256(body.encode()).hexdigest() != change["body_sha256"]:
                    sys.exit(f"Claim {change['claim_id']} did not arrive as it was sent.")
                database.execute(
                    "REPLACE INTO claim VALUES (?, ?, ?)", (change["claim_id"], change["version"], body)
                )
            else:  # it was retracted, or merged into change["merged_into"]
                database.execute("DELETE FROM claim WHERE id = ?", (change["claim_id"],))
        database.execute("REPLACE INTO place VALUES (1, ?)", (page["next"],))


if __name__ == "__main__":
    main()
