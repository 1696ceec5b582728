"""Request copies of all cited sources, including those cited long ago.

Database triggers request copies of new citations (`claims.features.archiving.models.citing_rows`).
"""

from django.db import connection

from claims.features.archiving.models.archiving_request import build_request_sql
from claims.features.archiving.models.citing_rows import CLAIM_IS_OWN_SQL, IS_OWN_SQL

#: SQL for the ids of sources cited in evidence and appearances: by the newsroom's own work, and by all work.
_OWN_CITATIONS_SQL = f"""
    SELECT evidence.source_id FROM public.claims_evidence AS evidence
    JOIN public.claims_verdict AS verdict ON verdict.id = evidence.verdict_id WHERE {IS_OWN_SQL.format("verdict")}
    UNION SELECT place.source_id FROM public.claims_appearance AS place
    WHERE {CLAIM_IS_OWN_SQL.format("place.claim_id")}
"""  # noqa: S608  put together from constants
_ALL_CITATIONS_SQL = """
    SELECT source_id FROM public.claims_evidence UNION SELECT source_id FROM public.claims_appearance
"""
_WITHOUT_COPY_SQL = """
    NOT EXISTS (
        SELECT FROM public.archiving_archivedcopy AS kept WHERE kept.source_id = cited.source_id AND kept.address <> ''
    )
"""
_WITHOUT_REQUEST_SQL = """
    NOT EXISTS (
        SELECT FROM public.archiving_archivingrequest AS earlier WHERE earlier.source_id = cited.source_id
    )
"""


def request_cited_copies(*, missing_only: bool = False, include_imported: bool = False) -> int:
    """Request copies of cited sources, and return the number of requests.

    Args:
        missing_only: request copies only of sources that have no copy; otherwise also of sources whose newest copy
        is more than a day old.
        include_imported: also request copies of sources that only other publishers' imported claims cite.
    """
    condition_sql, condition = (
        (_ALL_CITATIONS_SQL if include_imported else _OWN_CITATIONS_SQL),
        (_WITHOUT_COPY_SQL if missing_only else "true"),
    )
    sources_sql = f"SELECT cited.source_id, now() FROM ({condition_sql}) AS cited WHERE {condition}"  # noqa: S608  constants
    return _request_copies("command", sources_sql)


def request_imported_copies(max_sources: int) -> int:
    """Request copies of sources that only imported claims cite, if no copy of them was ever requested."""
    sources_sql = f"""
        SELECT cited.source_id, now() FROM ({_ALL_CITATIONS_SQL}) AS cited
        WHERE {_WITHOUT_COPY_SQL} AND {_WITHOUT_REQUEST_SQL} AND EXISTS (
            SELECT FROM public.sources_source AS page WHERE page.id = cited.source_id AND page.url ~* '^https?://'
        )
        ORDER BY cited.source_id LIMIT {max_sources:d}
    """  # noqa: S608  constants and a number
    return _request_copies("import", sources_sql)


def _request_copies(reason: str, sources_sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(build_request_sql(reason, sources_sql))
        return cursor.rowcount
