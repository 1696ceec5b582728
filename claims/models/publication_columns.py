"""Columns and indexes of publications, computed from their bodies."""

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db.models import F, Index, Q

from claims.models.ledger_row import IS_CURRENT, IS_NEWEST, build_sortable_day
from factcheck.database.rules import Rule


def _build_object_sql(**members: str) -> str:
    """Return SQL for the text of a JSON object, as compact as the body."""
    opening = "'{"
    parts = []
    for name, value in members.items():
        parts += [f"""{opening}"{name}":'""", value]
        opening = "',"
    return f"concat({', '.join(parts)}, '}}')"


def _build_member_sql(path: str) -> str:
    """Return SQL for the JSON at this path, `null` if missing."""
    return f"coalesce({path}, 'null'::jsonb)"


_CLAIMANT_SQL = _build_object_sql(name=_build_member_sql("entry -> 'claimant' -> 'name'"))
_VERDICT_SQL = _build_object_sql(
    publisher=_build_object_sql(name=_build_member_sql("verdict -> 'publisher' -> 'name'")),
    rating=_build_object_sql(
        label=_build_member_sql("verdict -> 'rating' -> 'label'"),
        rating_class=_build_member_sql("verdict -> 'rating' -> 'rating_class'"),
    ),
    reviewed_on=_build_member_sql("verdict -> 'reviewed_on'"),
)
#: SQL for the summary of `entry`, a body as jsonb.
SUMMARY_SQL = _build_object_sql(
    id=_build_member_sql("entry -> 'id'"),
    # The permanent URL (`claim-permanent`), with the site's mark as in the body (`factcheck.web.site_urls`). It omits
    # the slug, which repeats the statement; in Arabic, that is 480 bytes.
    url="chr(9), " + _build_member_sql("to_jsonb(regexp_replace(entry ->> 'url', '[^/]+/$', ''))"),
    statement=_build_member_sql("entry -> 'statement'"),
    language=_build_member_sql("entry -> 'language'"),
    claimant=f"""CASE jsonb_typeof(entry -> 'claimant') WHEN 'object' THEN {_CLAIMANT_SQL} ELSE 'null' END""",
    claimed_on=_build_member_sql("entry -> 'claimed_on'"),
    verdicts=f"""'[', (
        SELECT string_agg({_VERDICT_SQL}, ',' ORDER BY place)
        FROM jsonb_path_query(entry, '$.verdicts[*]') WITH ORDINALITY AS listed (verdict, place)
    ), ']'""",
)

SUMMARY_RULE = Rule(
    name="publication_has_a_summary",
    operation=pgtrigger.Insert,
    declare=[("entry", "jsonb")],
    func=f"""
        entry := NEW.body;
        NEW.summary := {SUMMARY_SQL};
        RETURN NEW;
    """,
)


#: Conditions that each query must repeat, so that the partial indexes with them apply.
HAS_MEDIA, HAS_FILES = ~Q(media_ids=[]), ~Q(media_files=[])

#: Claims made in more than one source.
IS_REPEATED = Q(appears_in_ids__len__gte=2)

LIST_ORDER_INDEXES = [
    # The orders of the API's list of claims, each with its keyset columns. The front page uses the first order.
    Index(name="publication_newest", fields=["-published_at", "-claim"], condition=IS_NEWEST),
    Index(name="publication_by_first", fields=["-first_published_at", "-claim"], condition=IS_NEWEST),
    Index(
        build_sortable_day("reviewed_on").desc(),
        F("claim").desc(),
        name="publication_reviewed",
        condition=IS_NEWEST,
    ),
    Index(
        build_sortable_day("claimed_on").desc(),
        F("claim").desc(),
        name="publication_claimed",
        condition=IS_NEWEST,
    ),
    # Repeated claims, on the front page.
    Index(
        name="publication_said_again",
        fields=["-published_at", "-claim"],
        condition=IS_CURRENT & IS_REPEATED,
    ),
    # The few claims that were withdrawn, by status.
    Index(
        name="publication_withdrawn",
        fields=["-published_at", "-claim"],
        condition=IS_NEWEST & Q(status__in=["retracted", "merged"]),
    ),
]

MOMENT_INDEXES = [
    # The list of claims at a moment in the past.
    Index(name="publication_as_of", fields=["-published_at", "-claim"]),
    # Check whether the entry of a matching verdict is current, and read its position in the list.
    Index(
        name="publication_current_by_id",
        fields=["id"],
        include=["published_at", "claim"],
        condition=IS_CURRENT,
    ),
    # The log of corrections: its order, its counts by month, and all filtered columns, so that no skipped row is read.
    Index(
        name="publication_corrections",
        fields=["-published_at", "-sequence"],
        include=["id", "claim", "kind"],
        condition=Q(kind__in=["clarification", "correction", "update", "retraction"]),
    ),
    # The feed of changes without superseded entries.
    Index(name="publication_newest_sequence", fields=["sequence"], condition=IS_NEWEST),
]

FILTER_INDEXES = [
    # Search: all matches, and the ranked ones in the heading. Pending lists are short, because every search scans them.
    GinIndex(
        name="publication_search",
        fields=["search", "search_heading"],
        gin_pending_list_limit=1024,
        condition=IS_NEWEST,
    ),
    # "Claims of this topic, with this source, in this language", in any combination; no pending list to scan.
    GinIndex(
        name="publication_mentions",
        fields=["topic_ids", "appears_in_ids", "source_ids", "source_domains", "language_ranges", "features"],
        fastupdate=False,
        condition=IS_NEWEST,
    ),
    # "Publications about this picture". Most entries have none, and are not indexed.
    GinIndex(
        name="publication_media",
        fields=["media_ids"],
        fastupdate=False,
        condition=IS_NEWEST & HAS_MEDIA,
    ),
    # Check whether a file is public. A file that was ever published stays available.
    GinIndex(name="publication_media_files", fields=["media_files"], fastupdate=False, condition=HAS_FILES),
    Index(name="publication_by_claimant", fields=["claimant_id", "-published_at"], condition=IS_NEWEST),
]
