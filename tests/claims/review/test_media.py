"""Publishing pictures, audio and video: described first, reviewed with the claim, unchanged afterwards."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, Evidence, Publication
from claims.newsroom.refusals import NotPossible
from claims.review import claim_edits, workflow
from claims.review.moves import list_missing_requirements
from tests.helpers.media_rows import make_claim_media, make_media
from tests.helpers.newsroom import make_claim, make_draft

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
LACKS = "alternative text for each picture, recording and video"


@pytest.fixture(autouse=True)
def kept(archive: Path) -> None:
    """Files go to a folder of the test."""


def shown(claim: Claim) -> list[str]:
    body = Publication.objects.newest().get(claim=claim).document
    return [media["alternative_text"] for media in body["media"]]


@pytest.mark.parametrize("words", ["", "  \n "])
def test_media_without_a_description_are_not_submitted(checker: User, words: str) -> None:
    row = make_claim_media(make_claim(), make_media(alternative_text=words))
    verdict = make_draft(row.claim, checker)
    with pytest.raises(NotPossible, match=LACKS):
        workflow.move(verdict, "submit", by=checker)
    row.media.alternative_text = "Soft shapes."
    row.media.save()
    workflow.move(verdict, "submit", by=checker)


def test_evidence_is_described_too(checker: User) -> None:
    verdict = make_draft(make_claim(), checker)
    Evidence.objects.filter(verdict=verdict).update(media=make_media(alternative_text=""))
    [missing] = list_missing_requirements(verdict)
    assert missing.startswith(LACKS)


def test_a_merged_claim_brings_only_described_media(publish: Publish, editor: User) -> None:
    target = publish()
    row = make_claim_media(make_claim(), make_media(alternative_text=""))
    with pytest.raises(NotPossible, match="has no description"):
        workflow.move(row.claim, "merge", by=editor, into=target)


def test_merged_claims_bring_their_pictures_and_take_them_back(publish: Publish, editor: User) -> None:
    target = publish(make_claim_media(make_claim(), make_media(1)).claim)
    other = publish(make_claim_media(make_claim(), make_media(2)).claim)
    workflow.move(other, "merge", by=editor, into=target)
    assert shown(target) == ["Soft shapes, number 1.", "Soft shapes, number 2."]
    workflow.move(other, "unmerge", by=editor)
    assert shown(target) == ["Soft shapes, number 1."]


def test_a_picture_added_later_reaches_readers_only_with_a_new_verdict(
    publish: Publish, editor: User
) -> None:
    """What a verdict judges is not exchanged behind it."""
    claim = publish(make_claim_media(make_claim(), make_media(1)).claim)
    claim_edits.add_media(claim, make_media(2), by=editor)
    with pytest.raises(NotPossible, match="Draft a new verdict"):
        workflow.move(claim, "republish", by=editor, note="A picture.")
    publish(claim, correction_kind="update", correction_note="A second picture.")
    assert shown(claim) == ["Soft shapes, number 1.", "Soft shapes, number 2."]


def test_a_better_description_is_published_by_itself(publish: Publish, editor: User) -> None:
    row = make_claim_media(make_claim())
    claim = publish(row.claim)
    row.media.alternative_text = "Soft shapes, in grey."
    row.media.save()
    workflow.move(claim, "republish", by=editor, note="The picture is described better.")
    assert shown(claim) == ["Soft shapes, in grey."]


def test_other_moves_do_not_publish_undescribed_media(publish: Publish, editor: User, checker: User) -> None:
    """A retraction must always be possible, and must not publish media added since."""
    claim = publish()
    make_claim_media(claim, make_media(alternative_text=""))
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="It was another bridge.")
    assert shown(claim) == []


def test_media_stay_while_they_are_reviewed(checker: User, editor: User) -> None:
    row = make_claim_media(make_claim())
    workflow.move(make_draft(row.claim, checker), "submit", by=checker)
    for change in (
        lambda: claim_edits.add_media(row.claim, make_media(2), by=editor),
        lambda: claim_edits.edit_media(row, by=editor, caption="Another."),
        lambda: claim_edits.remove_media(row, by=editor),
    ):
        with pytest.raises(NotPossible, match="in review"):
            change()


def test_a_new_version_copies_the_findings_about_pictures(publish: Publish, checker: User) -> None:
    claim = publish(
        make_claim_media(make_claim()).claim,
        media_authenticity_category="StagedContent",
        original_media_context="A play.",
        original_media_url="https://stage.example.org/",
    )
    draft = make_draft(claim, checker)
    assert draft.media_authenticity_category == "StagedContent"
    assert (draft.original_media_context, draft.original_media_url) == (
        "A play.",
        "https://stage.example.org/",
    )
