"""Summaries of publications for lists: parts of the body, rendered by the database when stored."""

import pgtrigger

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
