"""A lossless export restores the right of reply as it was published."""

import pytest
from django.contrib.auth.models import User

from claims.features.reply import reply_requests
from claims.features.reply.reply_document import build_replies
from claims.models import Publication, Verdict
from claims.review import workflow
from tests.claims.features.reply.replies import answer, ask, named_draft
from tests.helpers.database import replace_database
from tests.helpers.database_states import restored
from tests.helpers.eventful_newsroom import exported
from tests.helpers.newsroom import person
from tests.helpers.reader_pages import bring_out

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_requests_and_replies_are_restored(checker: User, editor: User) -> None:
    draft = named_draft(checker)
    answered = ask(draft, checker, hours=-1)
    whole = answer("Yes. Off the record: no.", display="excerpt", excerpt="Yes. […]")
    reply_requests.record_reply(answered, whole, by=checker)
    ask(draft, checker, hours=-1, claimant=None, party="The builder")
    reply_requests.add_request(
        draft, by=checker, party="The mayor", not_asked="other", not_asked_note="She is ill."
    )
    bring_out(draft, checker, editor)
    said = Publication.objects.get().document["verdicts"][0]["right_of_reply"]
    content = exported()
    replace_database()
    restored(content)
    verdict = Verdict.objects.get()
    assert build_replies(verdict) == said
    assert not verdict.reply_requests.exclude(address="", text="").exists()
    workflow.move(verdict, "retract", by=person("edith", "Editor"), note="No.")
