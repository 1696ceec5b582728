"""The hash chain of reviews: each move and sign-off contains the hash of the previous one.

A verdict's moves and sign-offs have separate tables. A translation's moves and sign-offs share `TranslationStep`.

Rows are not linked during a move. Adding to a chain locks its end until the transaction ends, so all moves
would wait for each other and for imports, and some would deadlock. A new row therefore waits as an
`UnlinkedReviewRow`, which is cheap and needs no lock. The worker links the waiting rows once a minute.
"""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from claims.models.ledger_rules import ZERO_SHA256
from factcheck.database.rules import (
    ANY_CHANGE,
    MaintenanceTrigger,
    Rule,
    build_append_only_rules,
    build_owner_writes_rule,
)


def build_link_trigger(kind: str) -> MaintenanceTrigger:
    """Return the trigger that queues the rows of a table to be linked."""
    return MaintenanceTrigger(
        name=f"{kind}_waits_for_its_link",
        level=pgtrigger.Statement,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="arrived"),
        func=f"""
            INSERT INTO public.claims_unlinkedreviewrow (kind, row_id)
            SELECT '{kind}', id FROM arrived ORDER BY id;
            RETURN NULL;
        """,
    )


def _build_hashed_sql(*columns: str) -> str:
    """Return SQL for the hashed content of a row, with a line per column: SHA-256 for texts, `-` for missing values."""
    return " || ".join(rf"coalesce({column}, '-') || E'\n'" for column in columns)


def _build_text_hash_sql(column: str) -> str:
    return f"encode(sha256(convert_to({column}, 'UTF8')), 'hex')"


_TIME_SQL = """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_TRANSITION_SQL = _build_hashed_sql(
    *(
        "claim_id::text",
        "verdict_id::text",
        _build_text_hash_sql("action"),
        _build_text_hash_sql("before"),
        _build_text_hash_sql("after"),
        "actor_id::text",
    ),
    *(_build_text_hash_sql("actor_name"), "import_run_id::text", _build_text_hash_sql("note"), _TIME_SQL),
)
_SIGNOFF_SQL = _build_hashed_sql(
    *(
        "verdict_id::text",
        "by_id::text",
        _build_text_hash_sql("by_name"),
        "round::text",
        _build_text_hash_sql("note"),
    ),
    *(_build_text_hash_sql("claim_sha256"), _build_text_hash_sql("verdict_sha256"), _TIME_SQL),
)
_TRANSLATION_STEP_SQL = _build_hashed_sql(
    *(
        "translation_id::text",
        _build_text_hash_sql("action"),
        _build_text_hash_sql("before"),
        _build_text_hash_sql("after"),
        "round::text",
        "by_id::text",
    ),
    *(_build_text_hash_sql("by_name"), _build_text_hash_sql("note"), _TIME_SQL),
)


class ReviewLink(models.Model):
    """One link of the review chain: the position of a move or sign-off, and its hash. Append-only."""

    #: The position in the chain: 1, 2, 3 and so on. The database sets it.
    number = models.BigIntegerField(primary_key=True, db_default=0)
    kind = models.CharField(max_length=20)
    row_id = models.BigIntegerField()
    chain_sha256 = models.CharField(max_length=64, db_default="")

    class Meta:
        ordering = ["number"]
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="reviewlink_is_unique", fields=["kind", "row_id"]),
            CheckConstraint(
                name="reviewlink_kind_is_known",
                condition=Q(kind__in=["transition", "signoff", "translationstep"]),
            ),
        ]
        triggers: list[Any] = [
            *build_append_only_rules("reviewlink", "Review links are never changed or deleted."),
            Rule(
                name="reviewlink_joins_the_chain",
                operation=pgtrigger.Insert,
                declare=[("head", "record"), ("said", "text")],
                func=rf"""
                    PERFORM pg_advisory_xact_lock(hashtext('claims_reviewlink'));
                    IF NEW.kind = 'transition' THEN
                        SELECT {_TRANSITION_SQL} INTO said FROM public.claims_transition WHERE id = NEW.row_id;
                    ELSIF NEW.kind = 'translationstep' THEN
                        SELECT {_TRANSLATION_STEP_SQL} INTO said FROM public.claims_translationstep
                        WHERE id = NEW.row_id;
                    ELSE
                        SELECT {_SIGNOFF_SQL} INTO said FROM public.claims_signoff WHERE id = NEW.row_id;
                    END IF;
                    IF said IS NULL THEN
                        REJECT 'A review link must belong to an existing move or sign-off.'
                            AS reviewlink_is_of_a_row;
                    END IF;
                    SELECT number, chain_sha256 INTO head FROM public.claims_reviewlink ORDER BY number DESC LIMIT 1;
                    NEW.number := 1 + coalesce(head.number, 0);
                    NEW.chain_sha256 := encode(sha256(convert_to(
                        'factcheck review entry 1' || E'\n' || NEW.number || E'\n' || NEW.kind || E'\n'
                        || NEW.row_id || E'\n' || said || coalesce(head.chain_sha256, '{ZERO_SHA256}') || E'\n',
                        'UTF8'
                    )), 'hex');
                    RETURN NEW;
                """,
            ),
            MaintenanceTrigger(
                name="reviewlink_ends_the_waiting",
                level=pgtrigger.Statement,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="arrived"),
                func="""
                    DELETE FROM public.claims_unlinkedreviewrow AS waiting USING arrived
                    WHERE (waiting.kind, waiting.row_id) = (arrived.kind, arrived.row_id);
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.kind} {self.row_id}"


class UnlinkedReviewRow(models.Model):
    """A move or sign-off that is not linked yet. The database maintains these rows."""

    kind = models.CharField(max_length=20)
    row_id = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [UniqueConstraint(name="unlinkedreviewrow_is_unique", fields=["kind", "row_id"])]
        triggers = [build_owner_writes_rule("unlinkedreviewrow", ANY_CHANGE)]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"
