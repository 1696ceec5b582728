"""Triggers on newsroom verdicts that were not signed off here.

Checked once for each statement and not row by row, because imports bring thousands of verdicts at a time. What they
rest on cannot change afterwards: a verdict's origin, publisher and run, which publisher is the house, a released run.
"""

import pgtrigger

from factcheck.database.rules import OWNER, Rule, refuse


def speaking_for_the_house() -> list[Rule]:
    """Return the rules: imports never publish for the newsroom; a released newsroom archive does; a restored ledger
    does in a database without other entries.
    """
    return [
        _on_arrival(
            "verdict_no_import_for_the_house",
            "v.origin = 'imported' AND p.is_house",
            "An import never speaks for the house: its records become drafts.",
        ),
        _on_arrival(
            "verdict_archive_is_the_houses",
            "v.origin = 'house_archive' AND NOT p.is_house",
            "Only verdicts of the house are of its archive.",
        ),
        _on_arrival(
            "verdict_archive_was_released",
            """
                v.origin = 'house_archive' AND NOT v.is_restored AND NOT EXISTS (
                    SELECT FROM public.claims_importrun AS run
                    WHERE run.id = v.archive_run_id AND run.house_archive AND run.released_by_id IS NOT NULL
                        AND run.released_by_id <> run.started_by_id
                )
            """,
            "A verdict of the archive is published only with a run that two administrators answer for.",
        ),
        _on_arrival(
            "verdict_is_restored_by_the_owner",
            f"v.is_restored AND current_user <> {OWNER}",
            "Only the owner of the database restores verdicts.",
        ),
        _on_arrival(
            "verdict_is_restored_before_work_begins",
            """
                v.is_restored AND EXISTS (
                    SELECT FROM public.claims_verdict AS earlier
                    JOIN public.sources_publisher AS house ON house.id = earlier.publisher_id
                    -- Those that somebody here published.
                    WHERE house.is_house AND earlier.origin IN ('house', 'house_archive')
                        AND NOT earlier.is_restored AND earlier.state NOT IN ('draft', 'in_review')
                )
            """,
            "Verdicts of the house are restored only where the house has published none by itself.",
        ),
    ]


def _on_arrival(name: str, condition: str, message: str) -> Rule:
    """Refuse verdicts that arrive, if any of them (`v`, of the publisher `p`) is as the condition says."""
    return Rule(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="arrived"),
        func=f"""
            IF EXISTS (
                SELECT FROM arrived AS v JOIN public.sources_publisher AS p ON p.id = v.publisher_id
                WHERE {condition}
            ) THEN
                {refuse(message, name=name)}
            END IF;
            RETURN NULL;
        """,
    )
