"""Ask the newest dump of a site with SQL, from Python.

    python query.py https://facts.example.org "SELECT rating_class, count(*) FROM claims GROUP BY ALL"

DuckDB reads of the file what the question needs, by HTTP ranges. Its extension `httpfs` does that where it can be
installed (it is fetched once, from DuckDB's own site); where it cannot, fsspec does.
"""

import sys
from datetime import UTC, datetime
from urllib.parse import urljoin
from urllib.request import Request, urlopen

import duckdb
from fsspec.implementations.http import HTTPFileSystem


class Dumps(HTTPFileSystem):
    """Files read by HTTP ranges. What stands at a dated address does not change while it is read."""

    def modified(self, path: str) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC)


def newest(site: str) -> str:
    """Where the newest dump stays: while one reads parts of a file, another must not take its place."""
    latest = urljoin(site, "/dumps/latest/claims.parquet")
    with urlopen(Request(latest, method="HEAD")) as answer:  # noqa: S310  the site that its user named
        return urljoin(site, answer.headers["Content-Location"])


def connect(address: str) -> duckdb.DuckDBPyConnection:
    """A connection in which `claims` is that file."""
    connection = duckdb.connect()
    try:
        connection.execute("INSTALL httpfs; LOAD httpfs")
    except duckdb.Error:
        connection.register_filesystem(Dumps())
    connection.read_parquet(address).create_view("claims")
    return connection


if __name__ == "__main__":
    print(connect(newest(sys.argv[1])).sql(sys.argv[2]))
