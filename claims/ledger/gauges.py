"""Metrics of claims: the ledger, imports and scheduled publications. Numbers only."""

from collections.abc import Iterator

from django.db.backends.utils import CursorWrapper

from claims.models import ImportRun
from factcheck.telemetry.query_spans import GaugeKind, MetricQuery, Reading, build_row_query

_OUTCOMES = ("created", "updated", "unchanged", "merged", "refused", "incomplete")


def _read_imports(cursor: CursorWrapper) -> Iterator[Reading]:
    cursor.execute("SELECT state, count(*) FROM claims_importrun GROUP BY state")
    runs = dict.fromkeys(ImportRun.State.values, 0) | dict(cursor.fetchall())
    yield from (("factcheck_imports", (state,), number) for state, number in runs.items())
    cursor.execute(
        """
        SELECT coalesce(extract(epoch FROM now() - min(coalesce(moved_at, started_at, created_at))), 0)::float8
        FROM claims_importrun WHERE state IN ('reading', 'writing', 'undoing')
        """
    )
    yield "factcheck_imports_stalled_seconds", (), cursor.fetchone()[0]
    cursor.execute(
        """
        SELECT coalesce(sum(created), 0), coalesce(sum(updated), 0), coalesce(sum(unchanged), 0),
               coalesce(sum(merged), 0), coalesce(sum(refused), 0), coalesce(sum(incomplete), 0)
        FROM claims_importrun
        """
    )
    for outcome, record_count in zip(_OUTCOMES, cursor.fetchone(), strict=True):
        yield "factcheck_import_records", (outcome,), record_count


_LEDGER_SQL = """
    SELECT sequence, extract(epoch FROM published_at)::float8
    FROM claims_publication ORDER BY sequence DESC LIMIT 1
"""

_CHECKPOINTS_SQL = """
    SELECT coalesce((SELECT max(sequence) FROM claims_publication), 0) - coalesce(max(tree_size), 0),
           coalesce(extract(epoch FROM max(signed_at))::float8, 0)
    FROM (
        SELECT tree_size, signed_at FROM claims_checkpoint WHERE log = 'ledger' ORDER BY id DESC LIMIT 1
    ) AS newest
"""

_SCHEDULED_SQL = """
    SELECT count(*), coalesce(greatest(0, extract(epoch FROM now() - min(publish_at))), 0)::float8
    FROM claims_scheduledpublication WHERE outcome = ''
"""

METRIC_QUERIES = [
    build_row_query(
        "ledger",
        _LEDGER_SQL,
        {
            "factcheck_ledger_sequence": GaugeKind("The number of the newest entry of the ledger."),
            "factcheck_ledger_newest_entry_timestamp_seconds": GaugeKind(
                "Time of publication of the newest entry."
            ),
        },
        runs_on_replicas=True,
    ),
    build_row_query(
        "checkpoints",
        _CHECKPOINTS_SQL,
        {
            "factcheck_ledger_unsigned_entries": GaugeKind("Ledger entries after the newest checkpoint."),
            "factcheck_ledger_checkpoint_timestamp_seconds": GaugeKind(
                "Time of the newest checkpoint; 0 before the first."
            ),
        },
    ),
    MetricQuery(
        "imports",
        {
            "factcheck_imports": GaugeKind("Imports, by state.", ("state",)),
            "factcheck_imports_stalled_seconds": GaugeKind(
                "Longest time that a running import has made no progress."
            ),
            "factcheck_import_records": GaugeKind("Records of all imports, by outcome.", ("outcome",)),
        },
        _read_imports,
    ),
    build_row_query(
        "scheduled",
        _SCHEDULED_SQL,
        {
            "factcheck_scheduled_publications": GaugeKind("Verdicts scheduled for publication."),
            "factcheck_scheduled_publications_overdue_seconds": GaugeKind(
                "Delay of the most overdue scheduled publication."
            ),
        },
    ),
]
