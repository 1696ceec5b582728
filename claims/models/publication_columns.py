"""Columns and indexes of publications that are computed from their bodies."""

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db.models import F, Index, Q

from claims.models.ledger_row import CURRENT, NEWEST, sortable_day
from factcheck.database.rules import Rule


def _object(**members: str) -> str:
    """Return SQL for the text of a JSON object, as compact as the body."""
    opening = "'{"
    parts = []
    for name, value in members.items():
        parts += [f"""{opening}"{name}":'""", value]
        opening = "',"
    return f"concat({', '.join(parts)}, '}}')"


def _member(path: str) -> str:
    """Return SQL for the JSON at this path, `null` if missing."""
    return f"coalesce({path}, 'null'::jsonb)"


_CLAIMANT = _object(name=_member("entry -> 'claimant' -> 'name'"))
_VERDICT = _object(
    publisher=_object(name=_member("verdict -> 'publisher' -> 'name'")),
    rating=_object(
        label=_member("verdict -> 'rating' -> 'label'"),
        rating_class=_member("verdict -> 'rating' -> 'rating_class'"),
    ),
    reviewed_on=_member("verdict -> 'reviewed_on'"),
)
#: SQL for the summary of `entry`, a body as jsonb.
SUMMARY = _object(
    id=_member("entry -> 'id'"),
    # The permanent address (`claim-permanent`), marked as in the body (`factcheck.web.site_urls`): the last part of the
    # whole one repeats the statement, in Arabic in 480 bytes.
    url="chr(9), " + _member("to_jsonb(regexp_replace(entry ->> 'url', '[^/]+/$', ''))"),
    statement=_member("entry -> 'statement'"),
    language=_member("entry -> 'language'"),
    claimant=f"""CASE jsonb_typeof(entry -> 'claimant') WHEN 'object' THEN {_CLAIMANT} ELSE 'null' END""",
    claimed_on=_member("entry -> 'claimed_on'"),
    verdicts=f"""'[', (
        SELECT string_agg({_VERDICT}, ',' ORDER BY place)
        FROM jsonb_path_query(entry, '$.verdicts[*]') WITH ORDINALITY AS listed (verdict, place)
    ), ']'""",
)

HAS_A_SUMMARY = Rule(
    name="publication_has_a_summary",
    operation=pgtrigger.Insert,
    declare=[("entry", "jsonb")],
    func=f"""
        entry := NEW.body;
        NEW.summary := {SUMMARY};
        RETURN NEW;
    """,
)


#: Said in each question too, so that the indexes that have only these entries are asked.
SHOWS_MEDIA, SHOWS_FILES = ~Q(media_ids=[]), ~Q(media_files=[])

#: What was said in more than one source.
IN_SEVERAL_PLACES = Q(appears_in_ids__len__gte=2)

IN_THE_ORDER_OF_LISTS = [
    # The orders of the API's list of claims, each with its keyset. The first is also the front page.
    Index(name="publication_newest", fields=["-published_at", "-claim"], condition=NEWEST),
    Index(name="publication_by_first", fields=["-first_published_at", "-claim"], condition=NEWEST),
    Index(
        sortable_day("reviewed_on").desc(),
        F("claim").desc(),
        name="publication_reviewed",
        condition=NEWEST,
    ),
    Index(
        sortable_day("claimed_on").desc(),
        F("claim").desc(),
        name="publication_claimed",
        condition=NEWEST,
    ),
    # What is being repeated, on the front page.
    Index(
        name="publication_said_again",
        fields=["-published_at", "-claim"],
        condition=CURRENT & IN_SEVERAL_PLACES,
    ),
    # The few claims that were withdrawn, by status.
    Index(
        name="publication_withdrawn",
        fields=["-published_at", "-claim"],
        condition=NEWEST & Q(status__in=["retracted", "merged"]),
    ),
]

OF_MOMENTS = [
    # The list as it was at a moment.
    Index(name="publication_as_of", fields=["-published_at", "-claim"]),
    # Whether an entry that a filter on verdicts finds is current, and where it stands in the list.
    Index(
        name="publication_current_by_id",
        fields=["id"],
        include=["published_at", "claim"],
        condition=CURRENT,
    ),
    # The log of corrections, its keyset and its months, with all that it is narrowed down by: what is passed over is
    # not read.
    Index(
        name="publication_corrections",
        fields=["-published_at", "-sequence"],
        include=["id", "claim", "kind"],
        condition=Q(kind__in=["clarification", "correction", "update", "retraction"]),
    ),
    # The feed of changes without those that were overtaken.
    Index(name="publication_newest_sequence", fields=["sequence"], condition=NEWEST),
]

OF_WHAT_IS_ASKED = [
    # Search: what matches, and which of that says so in its heading and is ranked. A short list of pending entries,
    # because every reader scans it.
    GinIndex(
        name="publication_search",
        fields=["search", "search_heading"],
        gin_pending_list_limit=1024,
        condition=NEWEST,
    ),
    # "Claims of this topic, with this source, in this language", in any combination. Without pending entries,
    # which every reader would have to scan.
    GinIndex(
        name="publication_mentions",
        fields=[
            "topic_ids",
            "appears_in_ids",
            "source_ids",
            "source_domains",
            "language_ranges",
            "features",
        ],
        fastupdate=False,
        condition=NEWEST,
    ),
    # "What is published of this picture". Most entries have none, and are in no index of those that do.
    GinIndex(
        name="publication_media",
        fields=["media_ids"],
        fastupdate=False,
        condition=NEWEST & SHOWS_MEDIA,
    ),
    # Whether anybody may fetch this file: what was shown once, can be fetched.
    GinIndex(
        name="publication_media_files",
        fields=["media_files"],
        fastupdate=False,
        condition=SHOWS_FILES,
    ),
    Index(name="publication_by_claimant", fields=["claimant_id", "-published_at"], condition=NEWEST),
]
