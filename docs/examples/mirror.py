"""Keep a copy of all published claims in SQLite, and see that nothing in their ledger is ever rewritten.

    python mirror.py https://facts.example.org/api/v1/changes/ claims.sqlite

It reads the feed of changes to its end, then asks again every minute. It can be stopped, or killed, at any moment and
goes on where it was: what a page changes and where the next one is are written in one transaction. `--once` ends at the
end of the feed. Python 3.11 or newer, the package `cryptography`, and verify_ledger.py beside it.

The copy is one table: `SELECT body FROM claim WHERE id = 7` is the claim as /api/v1/claims/ has it, byte for byte.
Checks that every entry follows the one before it, and that every checkpoint is signed and matches the entries.
`--key` says by which key; without it, the first that is seen is believed from then on. The table `checkpoint` keeps
what was signed.
"""

import argparse
import hashlib
import json
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from typing import Any
from urllib.parse import urljoin

from verify_ledger import Tree, entry_text, read_checkpoint, successors

TABLES = """
    CREATE TABLE IF NOT EXISTS claim (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS entry (sequence INTEGER PRIMARY KEY, chain_sha256 TEXT NOT NULL, root BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS key (public TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), next TEXT NOT NULL, edge BLOB NOT NULL);
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Keep a copy of all published claims in SQLite.")
    parser.add_argument("feed", help="such as https://facts.example.org/api/v1/changes/")
    parser.add_argument("file", help="the SQLite database; it is made when it is not there")
    parser.add_argument("--key", help="the newsroom's public key, base64url")
    parser.add_argument("--once", action="store_true", help="end at the end of the feed")
    parser.add_argument("--every", type=float, default=60, help="seconds between two looks at its end")
    asked = parser.parse_args()
    with closing(sqlite3.connect(asked.file)) as database:
        database.executescript(TABLES)
        follow(database, asked)


def follow(database: sqlite3.Connection, asked: argparse.Namespace) -> None:
    """Read the feed from where the copy ends, for ever or once."""
    while True:
        stored = database.execute("SELECT next FROM place").fetchone()
        first = f"{asked.feed}?since=0&embed=stored&signed=true&page_size=200"
        page = read(stored[0] if stored else first, asked.every)
        keep(database, page)
        print(f"{len(page['results'])} changes, next {page['next']}", flush=True)
        if page["checkpoint"]:
            check(
                database,
                page["checkpoint"],
                urljoin(asked.feed, "../ledger/keys"),
                asked.key or page["house"]["key"],
            )
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
                    "The feed ends before the position of this copy. The ledger was reset or replaced;"
                    f" what was signed of it is in the table checkpoint. {error.read().decode()}"
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
    last = database.execute(
        "SELECT sequence, chain_sha256 FROM entry ORDER BY sequence DESC LIMIT 1"
    ).fetchone()
    size, previous = last or (0, "0" * 64)
    [edge] = database.execute("SELECT edge FROM place").fetchone() or [b""]
    tree = Tree(size, edge)
    with database:
        for change in page["results"]:
            text = entry_text(change, previous)
            root, previous = tree.add(text), change["chain_sha256"]
            if change["sequence"] != tree.size or hashlib.sha256(text).hexdigest() != previous:
                sys.exit(
                    f"Entry {change['sequence']} does not follow from what was read: the ledger was rewritten."
                )
            database.execute("INSERT INTO entry VALUES (?, ?, ?)", (change["sequence"], previous, root))
            if change["status"] == "published":
                # A tab marks an address of the site, which is stored without it.
                body = change["stored"].replace('\t"', f'"{page["house"]["url"]}')
                if hashlib.sha256(body.encode()).hexdigest() != change["body_sha256"]:
                    sys.exit(f"Claim {change['claim_id']} did not arrive as it was sent.")
                database.execute(
                    "REPLACE INTO claim VALUES (?, ?, ?)", (change["claim_id"], change["version"], body)
                )
            else:  # it was retracted, or merged into change["merged_into"]
                database.execute("DELETE FROM claim WHERE id = ?", (change["claim_id"],))
        database.execute("REPLACE INTO place VALUES (1, ?, ?)", (page["next"], b"".join(tree.edge)))


def check(database: sqlite3.Connection, note: str, keys_address: str, first_key: str) -> None:
    """See that a checkpoint is signed and comes to what was read, and keep it."""
    known = [key for [key] in database.execute("SELECT public FROM key")] or [first_key]
    with urllib.request.urlopen(keys_address, timeout=60) as answer:  # noqa: S310  the operator's own choice
        known = successors(known, json.load(answer))
    size, root = read_checkpoint(note, known, [], 0, "The newest checkpoint")
    read_then = database.execute("SELECT root FROM entry WHERE sequence = ?", (size,)).fetchone()
    if read_then is None:  # signed after the page was read: the next time
        return
    if read_then[0] != root:
        sys.exit(
            f"The newsroom signs {size} entries that differ from those read before. The ledger was rewritten:\n{note}"
        )
    with database:
        database.executemany("INSERT OR IGNORE INTO key VALUES (?)", [(key,) for key in known])
        database.execute("INSERT OR IGNORE INTO checkpoint VALUES (?, ?)", (size, note))


if __name__ == "__main__":
    main()
