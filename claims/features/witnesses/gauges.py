"""Metrics of witnesses for monitoring."""

from collections.abc import Iterator

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from claims.features.witnesses.policy import TOO_FEW_SINCE_SQL
from factcheck.telemetry.query_spans import GaugeKind, MetricQuery, Reading


def _measure(cursor: CursorWrapper) -> Iterator[Reading]:
    cursor.execute(
        f"SELECT coalesce(extract(epoch FROM clock_timestamp() - ({TOO_FEW_SINCE_SQL}))::float8, 0)",  # noqa: S608
        [settings.COSIGNATURES_REQUIRED] * 2,
    )
    yield "factcheck_ledger_uncosigned_seconds", (), cursor.fetchone()[0]
    cursor.execute(
        """
        SELECT (SELECT count(*) FROM witnesses_witness WHERE active AND sees_two_histories)
            + (SELECT count(*) FROM witnesses_witnessedlog WHERE active AND refusal <> '')
        """
    )
    yield "factcheck_ledger_forks", (), cursor.fetchone()[0]


METRIC_QUERIES = [
    MetricQuery(
        "witnesses",
        {
            "factcheck_ledger_uncosigned_seconds": GaugeKind(
                "Time since enough witnesses cosigned the ledger; 0 while enough do."
            ),
            "factcheck_ledger_forks": GaugeKind(
                "Ledgers with two histories: witnesses that refuse ours, and ledgers that we refuse."
            ),
        },
        _measure,
    ),
]
