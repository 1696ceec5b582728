"""The right of reply as a feature: required while it is on; published replies stay while it is off."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from claims.models import Publication, Verdict
from claims.review import workflow
from claims.review.moves import list_missing_parts
from tests.claims.features.reply.replies import ask, named_draft
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.reader_pages import bring_out

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_switched_off_it_requires_nothing_and_keeps_published_replies(
    checker: User, editor: User, client: Client, settings: Settings
) -> None:
    asked = named_draft(checker)
    ask(asked, checker, hours=-1)
    claim = bring_out(asked, checker, editor).claim
    before = Publication.objects.current().get(claim=claim).document["verdicts"][0]["right_of_reply"]
    assert [reply["recipient"] for reply in before] == ["Mara Lindqvist"]

    unasked = make_draft(make_claim("The tunnel is finished.", claimant=claim.claimant), checker)
    unasked.reply_requests.all().delete()
    assert list(list_missing_parts(unasked)) == ["right_of_reply"]
    settings.FEATURES = []
    assert list_missing_parts(unasked) == {}
    unasked = bring_out(unasked, checker, editor)
    assert unasked.reply_rule == Verdict.ReplyRule.SWITCHED_OFF

    workflow.move(claim, "republish", by=editor, note="Another topic.")
    after = Publication.objects.current().get(claim=claim)
    assert (after.version, after.document["verdicts"][0]["right_of_reply"]) == (2, before)
    assert "Right of reply" in client.get(after.document["url"]).content.decode()
