"""How many SQL statements each move of the review takes: editors wait for them, and so do most tests.

A number that rises needs a reason; one that falls is entered here.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.models import Claim
from claims.review import verdict_drafts, workflow
from tests.helpers.newsroom import make_claim, make_draft

pytestmark = [
    pytest.mark.django_db,
    # Their statements are among those that are counted.
    pytest.mark.skipif(not apps.is_installed("claims.features.teamwork"), reason="without teamwork"),
    pytest.mark.skipif(not apps.is_installed("claims.features.reply"), reason="without the right of reply"),
]

#: With the beginning and the end of the transaction, and with reading what the person may do, as in a request.
STATEMENTS = {
    "accept": 13,
    "decline": 15,
    "reconsider": 13,
    "merge": 18,
    "unmerge": 20,
    "draft": 10,
    "submit": 16,
    "sign_off": 13,
    "publish": 32,
    "republish": 28,
    "draft again": 14,
    "withdraw": 9,
    "request_changes": 14,
    "publish again": 35,
    "retract": 22,
}


@pytest.mark.slow
def test_statements_per_move(checker: User, editor: User, settings: Any) -> None:
    settings.FEATURES = ["teamwork", "reply"]
    counted: dict[str, int] = {}

    def count(name: str, does: Callable[..., Any], *arguments: Any, by: User, **options: Any) -> Any:
        person = User.objects.get(pk=by.pk)
        with CaptureQueriesContext(connection) as queries:
            result = does(*arguments, by=person, **options)
        counted[name] = len(queries)
        return result

    def move(subject: Any, action: str, *, by: User, called: str = "", **options: Any) -> Any:
        return count(called or action, workflow.move, subject, action, by=by, **options)

    proposed = make_claim(state="proposed", created_by=checker)
    declined = move(proposed, "decline", by=editor, note="Off topic.")
    accepted = move(move(declined, "reconsider", by=editor), "accept", by=editor)
    move(move(accepted, "merge", by=editor, into=make_claim()), "unmerge", by=editor)

    claim: Claim = make_claim(created_by=checker)
    count("draft", verdict_drafts.begin, claim, by=checker)
    claim.verdicts.get().delete()
    verdict = move(make_draft(claim, checker), "submit", by=checker)
    verdict = move(move(verdict, "sign_off", by=editor), "publish", by=editor)
    move(claim, "republish", by=editor, note="Another topic.")

    newer = count("draft again", verdict_drafts.begin, claim, by=checker)
    newer.correction_kind, newer.correction_note = "correction", "The year was wrong."
    newer.save()
    newer = move(workflow.move(newer, "submit", by=checker), "withdraw", by=checker)
    newer = workflow.move(newer, "submit", by=checker)
    newer = move(newer, "request_changes", by=editor, note="Which year?")
    newer = workflow.move(newer, "submit", by=checker)
    newer = move(workflow.move(newer, "sign_off", by=editor), "publish", by=editor, called="publish again")
    move(newer, "retract", by=editor, note="It was about another bridge.")

    assert counted == STATEMENTS
