"""Tampering by a person with full access to the database, and how it is detected (table in docs/ledger-proofs.md)."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection

from claims.ledger.proofs.checkpoints import sign_ledger, sign_reviews
from claims.ledger.verification.verification_run import ExternalCheckpoint, verify
from claims.models import Checkpoint, Claim, Claimant, Topic
from claims.review import workflow
from tests.claims.ledger.verification.tamperings import TAMPERINGS, Tampering
from tests.helpers.broken_rules import as_committed
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.rewritten_ledger import past_all_rules
from tests.helpers.shared_newsroom import checker, editor, publish, shared_rows

__all__ = ["checker", "editor", "publish", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def signed(publish: Callable[..., Claim], editor: User) -> ExternalCheckpoint:
    """A signed ledger of six entries, whose checkpoint an outsider has kept.

    Entries 1 and 2 are of the first claim, which was corrected; 4 and 6 of one that was retracted.
    """
    source = make_source("The bridge cost nine million euros. It opened in May.")
    claim = make_claim(
        "It opened in May.",
        claimant=Claimant.objects.create(name="Mara Lindqvist"),
        topics=[Topic.objects.create(name="Transport", slug="transport")],
    )
    make_appearance(claim, source, "It opened in May.")
    publish(claim)
    publish(claim, correction_kind="correction", correction_note="In June.")
    publish()
    retracted = publish()
    publish()
    workflow.move(retracted.verdicts.get(), "retract", by=editor, note="It was about another bridge.")
    as_committed()
    sign_ledger()
    sign_reviews()
    newest = Checkpoint.objects.of_ledger().newest()
    assert newest is not None
    assert newest.tree_size == 6
    return ExternalCheckpoint.read("kept.txt", newest.note)


def found(*kept: ExternalCheckpoint) -> list[str]:
    return [str(finding) for finding in verify(kept)]


@pytest.mark.slow
def test_where_nothing_was_done_nothing_is_found(signed: ExternalCheckpoint) -> None:
    assert found(signed) == []


@pytest.mark.slow
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.what)
def test_every_tampering_is_found_and_named(signed: ExternalCheckpoint, tampering: Tampering) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(claim_id ORDER BY sequence) FROM claims_publication")
        [claims] = cursor.fetchone()
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_publication_no_delete_%%'")
        [no_delete] = cursor.fetchone()
        cursor.execute("SELECT min(id) FROM claims_transition")
        [move] = cursor.fetchone()
        cursor.execute("SELECT min(id) FROM claims_checkpoint")
        [checkpoint] = cursor.fetchone()
        cursor.execute(
            "SELECT min(id), max(id), min(id) FILTER (WHERE claim_id = %s) FROM claims_verdict", claims[2:3]
        )
        first, last, verdict = cursor.fetchone()
    names = {"c": claims[0], "t": claims[2], "r": claims[3], "m": move, "no_delete": no_delete}
    names |= {"of_all": f"{first} to {last}", "v": verdict}
    past_all_rules(*(one.replace("{no_delete}", no_delete) for one in tampering.statements))
    said = found(signed)
    for beginning in tampering.found:
        wanted = [part.format(**names) for part in beginning.split("|")]
        wanted = [part.replace("Checkpoint 1 ", f"Checkpoint {checkpoint} ") for part in wanted]
        wanted = [part.replace("Checkpoint 2 ", f"Checkpoint {checkpoint + 1} ") for part in wanted]
        assert any(one.startswith(tuple(wanted)) for one in said), said


def test_only_a_checkpoint_from_outside_shows_that_a_backup_was_put_back(signed: ExternalCheckpoint) -> None:
    past_all_rules(
        "DELETE FROM claims_publication WHERE sequence = 6",
        "UPDATE claims_publication SET superseded_at = NULL WHERE sequence = 4",
        "UPDATE claims_publishedverdict SET superseded_at = NULL WHERE publication_id ="
        " (SELECT id FROM claims_publication WHERE sequence = 4)",
        "UPDATE claims_verdict SET state = 'published' WHERE claim_id ="
        " (SELECT claim_id FROM claims_publication WHERE sequence = 4)",
        "DELETE FROM claims_checkpoint; DELETE FROM claims_hashtile; DELETE FROM claims_reviewlink;"
        " DELETE FROM claims_transition;"
        " INSERT INTO claims_unlinkedreviewrow (kind, row_id) SELECT 'signoff', id FROM claims_signoff",
        """
        INSERT INTO claims_mention (kind, thing_id, publications)
        SELECT 'source', unnest(source_ids), 1 FROM claims_publication WHERE sequence = 4
        """,
        "UPDATE claims_mention SET publications = publications + 1 WHERE kind IN ('publisher', 'rating')",
        """
        INSERT INTO claims_statedwords SELECT claim_id, matched.words, matched.length FROM claims_publication,
            claims_matched_words(search_statement || ' ' || search_headlines) AS matched WHERE sequence = 4
        """,
    )
    assert found() == []
    assert found(signed) == [
        "Checkpoint in kept.txt (6 entries): there are no longer 6 entries: some were removed."
    ]
