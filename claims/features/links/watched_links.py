"""The links that are checked: the URLs of all sources in current publications."""

from collections.abc import Collection

from django.db import connection

from claims.models import Publication
from sources.models import Source

#: SQL for the site of a source's URL, as in `sources.http.polite_visits.get_site`.
_SITE_SQL = "left(lower(substring({url} FROM '^[^/?#]+//[^/?#]+')), 300)"

_INSERT_NEW_SQL = f"""
    INSERT INTO links_linkstate (
        source_id, url, site, outcome, reason, moved_to, next_at, suspected, failures, etag, last_modified,
        content_sha256, quote_version, lost_quotes, written_at
    )
    SELECT source.id, source.url, {_SITE_SQL.format(url="source.url")}, '', '', '', now(),
        '', 0, '', '', '', '', 0, now()
    FROM claims_mention AS mention JOIN sources_source AS source ON source.id = mention.thing_id
    WHERE mention.kind = 'source' AND source.url ~* '^https?://[^/?#]'
        AND NOT EXISTS (SELECT FROM links_linkstate AS link WHERE link.source_id = source.id)
    ORDER BY source.id
    ON CONFLICT (source_id) DO NOTHING
"""  # noqa: S608  nothing in it comes from outside

_UPDATE_MOVED_SQL = f"""
    UPDATE links_linkstate AS link SET
        url = source.url, site = {_SITE_SQL.format(url="source.url")}, outcome = '', since = NULL, http_status = NULL,
        reason = '', moved_to = '', checked_at = NULL, next_at = now(), held_until = NULL, suspected = '', failures = 0,
        failing_since = NULL, etag = '', last_modified = '', content_sha256 = '', quote_version = '', lost_quotes = 0,
        accepted_at = NULL, accepted_by_id = NULL, written_at = now()
    FROM sources_source AS source
    WHERE source.id = link.source_id AND source.url <> link.url AND source.url ~* '^https?://[^/?#]'
"""  # noqa: S608  nothing in it comes from outside

_DELETE_UNUSED_SQL = """
    DELETE FROM links_linkstate AS link
    WHERE NOT EXISTS (
        SELECT FROM claims_mention AS mention WHERE mention.kind = 'source' AND mention.thing_id = link.source_id
    ) OR NOT EXISTS (
        SELECT FROM sources_source AS source WHERE source.id = link.source_id AND source.url ~* '^https?://[^/?#]'
    )
"""


def update_watched_links() -> int:
    """From now on, check only the links in current publications, and return the number of new links.

    A source whose URL was corrected is checked at its new URL. The history of links is kept (`LinkCheck`).
    """
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_NEW_SQL)
        new_count = cursor.rowcount
        cursor.execute(_UPDATE_MOVED_SQL)
        cursor.execute(_DELETE_UNUSED_SQL)
    return new_count


def restart_checks(source: Source) -> None:
    """Check a source at its current URL from now on, without its earlier results."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_UPDATE_MOVED_SQL} AND link.source_id = %s", [source.pk])


def find_claim_sources(claim_id: int) -> list[int]:
    """Return the ids of the sources in the current publication of a claim."""
    rows = Publication.objects.current().filter(claim_id=claim_id).values_list("source_ids", flat=True)
    return sorted({source for row in rows for source in row})


def find_citing_claims(source_id: int, max_claims: int) -> list[int]:
    """Return at most `max_claims` claims whose current publication cites the source, newest first."""
    rows = Publication.objects.current().filter(source_ids__contains=[source_id])
    return list(rows.order_by("-published_at", "-claim_id").values_list("claim_id", flat=True)[:max_claims])


def load_quote_versions(source_ids: Collection[int]) -> dict[int, str]:
    """Return, for each source, a text that changes whenever the current publications citing this source change."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.id, (
                SELECT max(entry.sequence) || '/' || count(*) FROM claims_publication AS entry
                WHERE entry.superseded_at IS NULL AND entry.source_ids @> ARRAY[wanted.id]
            )
            FROM unnest(%s::bigint[]) AS wanted (id)
            """,
            [[*source_ids]],
        )
        return {source_id: versions or "" for source_id, versions in cursor.fetchall()}
