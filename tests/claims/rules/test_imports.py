"""What the database itself holds about imports."""

import pytest

from claims.models import ImportedRecord, ImportProblem, ImportRun, PossibleDuplicate
from tests.helpers.broken_rules import refused
from tests.helpers.imported_reviews import bring, review

pytestmark = pytest.mark.django_db

TWICE = """
    INSERT INTO claims_possibleduplicate (claim_id, earlier_id, dismissed_by_name, reasons)
    SELECT claim_id, earlier_id, '', '{}' FROM claims_possibleduplicate
"""


@pytest.fixture(autouse=True)
def imported() -> None:
    bring(review(), review(claimant="Jonas Berg", review_url=None), review(statement=""))
    assert (
        ImportProblem.objects.count() == PossibleDuplicate.objects.count() == ImportRun.objects.count() == 1
    )
    assert ImportedRecord.objects.count() == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement, rule",
    [
        ("UPDATE claims_importrun SET state = 'lost'", "importrun_state_is_known"),
        ("UPDATE claims_importrun SET state = 'failed', error = ''", "importrun_failed_says_why"),
        ("UPDATE claims_importproblem SET outcome = 'ignored'", "importproblem_outcome_is_known"),
        ("UPDATE claims_importproblem SET reason = ''", "importproblem_says_why"),
        ("UPDATE claims_importproblem SET code = ''", "importproblem_says_why"),
        ("UPDATE claims_importedrecord SET outcome = 'guessed'", "importedrecord_outcome_is_known"),
        (
            "UPDATE claims_possibleduplicate SET earlier_id = claim_id",
            "possibleduplicate_is_of_another_claim",
        ),
        (
            "UPDATE claims_possibleduplicate SET dismissed_at = now()",
            "possibleduplicate_dismissed_by_somebody",
        ),
        (TWICE, "possibleduplicate_is_listed_once"),
    ],
)
def test_imports_keep_their_rules(statement: str, rule: str) -> None:
    refused(statement, match=rule)
