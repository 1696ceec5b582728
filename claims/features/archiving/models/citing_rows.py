"""Triggers that request copies of cited sources.

The triggers are attached to core tables through proxy models.

A trigger only writes a request (`archiving_request`); the worker makes the copy. Citations in archives imported from
other publishers create no requests: fetching their hundreds of thousands of pages would take weeks and delay the
sources cited here. `ARCHIVE_IMPORTED_PER_DAY` sets how many of those pages to archive each day.
"""

import pgtrigger

from claims.features.archiving.models.archiving_request import build_request_sql
from claims.models.appearance import Appearance
from claims.models.evidence import Evidence
from claims.models.verdict import Verdict
from factcheck.database.rules import Rule
from sources.models import Source

#: SQL conditions on a verdict and on a claim: this newsroom is working on it or has published it.
IS_OWN_SQL = "{0}.origin = 'house' AND NOT {0}.is_restored"
CLAIM_IS_OWN_SQL = f"""(
    NOT EXISTS (SELECT FROM public.claims_verdict AS judged WHERE judged.claim_id = {{0}})
    OR EXISTS (
        SELECT FROM public.claims_verdict AS judged WHERE judged.claim_id = {{0}} AND {IS_OWN_SQL.format("judged")}
    )
)"""


def _build_insert_rule(name: str, reason: str, sources_sql: str) -> Rule:
    """Return a rule that requests copies of the sources of all inserted rows (the SQL table `arrived`)."""
    return Rule(
        name=name,
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="arrived"),
        func=f"{build_request_sql(reason, sources_sql)}; RETURN NULL;",
    )


def _build_source_change_rule(name: str, reason: str, condition: str) -> Rule:
    return Rule(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange("source"),
        func=f"{build_request_sql(reason, f'SELECT NEW.source_id, now() WHERE {condition}')}; RETURN NULL;",
    )


_VERDICT_IS_OWN_SQL = (
    "EXISTS (SELECT FROM public.claims_verdict AS v"
    f" WHERE v.id = NEW.verdict_id AND {IS_OWN_SQL.format('v')})"
)


class CitingEvidence(Evidence):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            _build_insert_rule(
                "evidence_asks_for_copies",
                "evidence",
                f"""
            SELECT arrived.source_id, now() FROM arrived
            JOIN public.claims_verdict AS verdict ON verdict.id = arrived.verdict_id
            WHERE {IS_OWN_SQL.format("verdict")}
        """,
            ),
            _build_source_change_rule("evidence_asks_for_another_copy", "evidence", _VERDICT_IS_OWN_SQL),
        ]


class CitingAppearance(Appearance):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            _build_insert_rule(
                "appearance_asks_for_copies",
                "appearance",
                f"SELECT arrived.source_id, now() FROM arrived WHERE {CLAIM_IS_OWN_SQL.format('arrived.claim_id')}",
            ),
            _build_source_change_rule(
                "appearance_asks_for_another_copy", "appearance", CLAIM_IS_OWN_SQL.format("NEW.claim_id")
            ),
        ]


#: The sources of a verdict's evidence and of its claim's appearances, with the times when they were cited.
_CITED_SQL = """
    SELECT source_id, created_at FROM public.claims_evidence WHERE verdict_id = NEW.id
    UNION ALL SELECT source_id, created_at FROM public.claims_appearance WHERE claim_id = NEW.claim_id
"""


def _build_state_rule(new_state: str, reason: str) -> Rule:
    """Return a rule that requests missing copies of cited sources when a verdict is submitted or published."""
    return Rule(
        name=f"verdict_asks_for_copies_{reason}",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            f"OLD.state <> NEW.state AND NEW.state = '{new_state}' AND NEW.origin = 'house'"
        ),
        func=f"{build_request_sql(reason, _CITED_SQL)}; RETURN NULL;",
    )


class CitingVerdict(Verdict):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [_build_state_rule("in_review", "review"), _build_state_rule("published", "publication")]


class CitedSource(Source):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            Rule(
                # A cited page whose URL has changed is a different page.
                name="source_asks_for_copy_of_new_address",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("url"),
                func=f"""
            {
                    build_request_sql(
                        "evidence",
                        f'''
                    SELECT NEW.id, now() WHERE EXISTS (
                        SELECT FROM public.claims_evidence AS evidence
                        JOIN public.claims_verdict AS verdict ON verdict.id = evidence.verdict_id
                        WHERE evidence.source_id = NEW.id AND {IS_OWN_SQL.format("verdict")}
                    ) OR EXISTS (
                        SELECT FROM public.claims_appearance AS place
                        WHERE place.source_id = NEW.id AND {CLAIM_IS_OWN_SQL.format("place.claim_id")}
                    )
                ''',
                    )
                };
            RETURN NULL;
        """,
            )
        ]
