"""What the database holds about pictures, sound and film: broken by raw SQL."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from claims.models import Claim, ClaimMedia, Evidence, Publication, Verdict
from claims.review import workflow
from tests.helpers.broken_rules import as_committed, refused, sql
from tests.helpers.media_rows import make_claim_media, make_media
from tests.helpers.newsroom import make_claim, make_draft, make_source
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

INSERT = "INSERT INTO claims_claimmedia (claim_id, media_id, caption, page_url, position) VALUES (%s, %s, '', '', 0)"


@pytest.fixture(autouse=True)
def files(archive: Path) -> None:
    """Files go to a folder of the test."""


@pytest.fixture
def in_review(checker: User) -> ClaimMedia:
    """A picture of a claim whose verdict is being reviewed."""
    row = make_claim_media(make_claim())
    workflow.move(make_draft(row.claim, checker), "submit", by=checker)
    return row


@sweep(
    "change",
    [
        "UPDATE claims_claimmedia SET caption = 'Another.' WHERE id = %s",
        "UPDATE claims_claimmedia SET position = 3 WHERE id = %s",
        "DELETE FROM claims_claimmedia WHERE id = %s",
    ],
    undone=True,
)
def test_media_of_a_verdict_in_review_are_fixed(in_review: ClaimMedia, change: str) -> None:
    refused(change, in_review.pk, match="claimmedia_is_fixed_in_review")


def test_media_cannot_be_added_during_review(in_review: ClaimMedia) -> None:
    refused(INSERT, in_review.claim_id, make_media(2).pk, match="claimmedia_is_fixed_in_review")


def test_media_cannot_be_moved_to_or_from_a_claim_in_review(in_review: ClaimMedia) -> None:
    other = make_claim_media(make_claim(), make_media(2))
    move = "UPDATE claims_claimmedia SET claim_id = %s WHERE id = %s"
    refused(move, in_review.claim_id, other.pk, match="claimmedia_is_fixed_in_review")
    refused(move, other.claim_id, in_review.pk, match="claimmedia_is_fixed_in_review")


def test_it_changes_again_once_the_verdict_is_returned(in_review: ClaimMedia, editor: User) -> None:
    workflow.move(in_review.claim.verdicts.get(), "request_changes", by=editor, note="Describe it better.")
    assert sql("UPDATE claims_claimmedia SET caption = 'Another.' WHERE id = %s", in_review.pk) == 1


def test_a_picture_is_listed_once() -> None:
    row = make_claim_media(make_claim())
    refused(INSERT, row.claim_id, row.media_id, match="claimmedia_is_listed_once")


@sweep("fragment", ["12", "t=", "t=-3", "t=1,", "t=1,2,3", "t=1;DROP", "xywh=1,2,3,4"], undone=True)
def test_a_part_of_a_recording_is_written_as_addresses_have_it(fragment: str, checker: User) -> None:
    row = make_claim_media(make_claim())
    change = "UPDATE claims_claimmedia SET media_fragment = %s WHERE id = %s"
    refused(change, fragment, row.pk, match="claimmedia_fragment_is_one")
    evidence = Evidence.objects.get(verdict=make_draft(make_claim(), checker))
    sql("UPDATE claims_evidence SET media_id = %s WHERE id = %s", row.media_id, evidence.pk)
    change = "UPDATE claims_evidence SET media_fragment = %s WHERE id = %s"
    refused(change, fragment, evidence.pk, match="evidence_fragment_is_one")
    assert sql(change, "t=12.5,17", evidence.pk) == 1


def test_only_media_have_parts(checker: User) -> None:
    evidence = Evidence.objects.get(verdict=make_draft(make_claim(), checker))
    change = "UPDATE claims_evidence SET media_fragment = 't=3' WHERE id = %s"
    refused(change, evidence.pk, match="evidence_fragment_is_of_media")


def test_evidence_keeps_its_picture_with_its_verdict(checker: User) -> None:
    verdict = make_draft(make_claim(), checker)
    media = make_media()
    sql("UPDATE claims_evidence SET media_id = %s WHERE verdict_id = %s", media.pk, verdict.pk)
    workflow.move(verdict, "submit", by=checker)
    change = "UPDATE claims_evidence SET media_id = NULL WHERE verdict_id = %s"
    refused(change, verdict.pk, match="evidence_is_fixed_with_its_verdict")


def test_findings_about_media_are_fixed_with_their_verdict(publish: Callable[..., Claim]) -> None:
    verdict = publish(media_authenticity_category="TransformedContent").verdicts.get()
    for column in ("media_authenticity_category", "original_media_context", "original_media_url"):
        refused(
            f"UPDATE claims_verdict SET {column} = '' || '{column}' WHERE id = %s",
            verdict.pk,
            match="verdict",
        )


def test_categories_are_those_of_schema_org(checker: User) -> None:
    verdict = make_draft(make_claim(), checker)
    change = "UPDATE claims_verdict SET media_authenticity_category = 'Fake' WHERE id = %s"
    refused(change, verdict.pk, match="verdict_media_authenticity_is_known")


def test_a_description_is_corrected_and_never_cleared() -> None:
    media = make_media(show=False)
    for nothing in ("", "  ", "\n", "\t\r\n"):
        change = "UPDATE sources_mediaobject SET alternative_text = %s WHERE id = %s"
        refused(change, nothing, media.pk, match="media_description_is_kept")
    assert sql("UPDATE sources_mediaobject SET alternative_text = 'Shapes.' WHERE id = %s", media.pk) == 1


def test_no_entry_shows_media_without_a_description(publish: Callable[..., Claim]) -> None:
    """For every writer of entries."""
    claim = make_claim()
    make_claim_media(claim)
    publish(claim)
    entry = Publication.objects.get(claim=claim)
    body = entry.body.replace('"alternative_text":"Soft shapes, number 1."', '"alternative_text":""')
    assert body != entry.body
    entry.pk, entry._state.adding = None, True
    entry.version, entry.sequence, entry.body = 2, 0, body
    entry.body_sha256 = hashlib.sha256(body.encode()).hexdigest()
    with pytest.raises(IntegrityError, match="publication_media_have_alternative_text"), transaction.atomic():
        entry.save()


def test_evidence_that_is_a_picture_is_enough(checker: User, editor: User) -> None:
    verdict = make_draft(make_claim(), checker)
    Evidence.objects.filter(verdict=verdict).delete()
    nowhere = make_source(url="")
    Evidence.objects.create(verdict=verdict, source=nowhere, stance="refutes", media=make_media())
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        verdict = workflow.move(verdict, action, by=by)
    as_committed()
    assert Verdict.objects.get(pk=verdict.pk).state == "published"
