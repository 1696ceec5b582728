"""Previews are identical to the published entries."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.ledger import preview_entries
from claims.models import Claim, Publication, Topic, Verdict
from claims.review import verdict_drafts, workflow
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, rating

pytestmark = pytest.mark.django_db

#: What only the moment of publishing makes.
MOMENTS = ("published_at", "updated_at")


def said(publication: Publication) -> dict[str, Any]:
    """What an entry says, without the moments at which it says so."""
    document = {name: value for name, value in publication.document.items() if name not in MOMENTS}
    document["verdicts"] = [
        {name: value for name, value in verdict.items() if name != "published_at"}
        for verdict in document["verdicts"]
    ]
    document["corrections"] = [
        {name: value for name, value in line.items() if name != "published_at"}
        for line in document["corrections"]
    ]
    return document


def newest(claim: Claim) -> Publication:
    return Publication.objects.newest().get(claim=claim)


def in_review(claim: Claim, checker: User, editor: User, **content: Any) -> Verdict:
    verdict = workflow.move(make_draft(claim, checker, **content), "submit", by=checker)
    return workflow.move(verdict, "sign_off", by=editor)


def test_a_first_verdict(checker: User, editor: User, topic: Topic) -> None:
    claim = make_claim(topics=[topic])
    make_appearance(claim, make_source("The bridge was cheap."), "The bridge")
    verdict = in_review(claim, checker, editor)
    shown = preview_entries.preview_publishing(verdict, list(verdict.evidence.all()))
    assert (shown.current_publication, Publication.objects.count()) == (None, 0)
    workflow.move(verdict, "publish", by=editor)
    assert said(shown.future_entry) == said(newest(claim))
    assert (shown.future_entry.kind, shown.future_entry.slug) == ("publication", newest(claim).slug)


def test_a_new_version(publish: Callable[..., Claim], checker: User, editor: User) -> None:
    claim = publish()
    verdict = in_review(
        claim,
        checker,
        editor,
        code="true",
        correction_kind="correction",
        correction_note="The sum was in dollars.",
        reviewed_on=date(2026, 4, 1),
    )
    shown = preview_entries.preview_publishing(verdict, list(verdict.evidence.all()))
    assert shown.current_publication == newest(claim)
    workflow.move(verdict, "publish", by=editor)
    assert said(shown.future_entry) == said(newest(claim))
    assert shown.future_entry.note == "The sum was in dollars."


def test_a_retraction(publish: Callable[..., Claim], editor: User) -> None:
    claim = publish()
    verdict = claim.verdicts.get()
    shown = preview_entries.preview_retracting(verdict, "We were wrong.")
    workflow.move(verdict, "retract", by=editor, note="We were wrong.")
    assert said(shown.future_entry) == said(newest(claim))
    assert shown.future_entry.status == "retracted"


def test_changed_appearances(publish: Callable[..., Claim], editor: User, topic: Topic) -> None:
    claim = publish()
    claim.topics.add(topic)
    shown = preview_entries.preview_republishing(claim, "clarification", "Filed under transport.")
    workflow.move(claim, "republish", by=editor, note="Filed under transport.", kind="clarification")
    assert said(shown.future_entry) == said(newest(claim))


@pytest.mark.parametrize("target_is_public", [True, False])
def test_a_merge_and_its_undoing(target_is_public: bool, publish: Callable[..., Claim], editor: User) -> None:
    claim, target = publish(), publish() if target_is_public else make_claim()
    make_appearance(claim, make_source("The bridge was cheap."), "The bridge")
    shown = preview_entries.preview_merging(claim, target)
    claim = workflow.move(claim, "merge", by=editor, into=target, note="The same.")
    assert [said(each.future_entry) for each in shown] == [said(newest(row)) for row in (claim, target)]
    undone = preview_entries.preview_unmerging(claim, target)
    workflow.move(claim, "unmerge", by=editor, note="Two bridges.")
    assert [said(each.future_entry) for each in undone] == [said(newest(row)) for row in (claim, target)]


def test_a_merge_that_readers_do_not_see(publish: Callable[..., Claim], editor: User) -> None:
    hidden, target = make_claim(), publish()
    assert preview_entries.preview_merging(hidden, target) == []
    hidden = workflow.move(hidden, "merge", by=editor, into=target, note="The same.")
    assert preview_entries.preview_unmerging(hidden, target) == []


def test_a_draft_as_it_is_typed(publish: Callable[..., Claim], checker: User) -> None:
    claim = publish()
    draft = verdict_drafts.create_draft(claim, author=checker)
    draft.summary, draft.rating = "Typed, not saved.", rating("true")
    typed = preview_entries.EditedClaim(Claim.objects.get(pk=claim.pk), [], [])
    typed.claim.statement = "The bridge cost nothing."
    shown = preview_entries.preview_publishing(draft, [], edited_claim=typed)
    [verdict] = shown.future_entry.document["verdicts"]
    assert (verdict["summary"], verdict["rating"]["code"], verdict["evidence"]) == (
        "Typed, not saved.",
        "true",
        [],
    )
    assert shown.future_entry.document["statement"] == "The bridge cost nothing."
    draft.refresh_from_db()
    assert (draft.summary, Publication.objects.count()) == ("The accounts show a different sum.", 1)
