"""An import is taken back while nothing was built on it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.imports.storing import undo
from claims.models import (
    Appearance,
    Claim,
    ClaimMedia,
    Cluster,
    ImportedRecord,
    ImportRun,
    PossibleDuplicate,
    Publication,
    Topic,
    Transition,
    Verdict,
)
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import claim_edits, workflow
from tests.helpers.imported_reviews import STATEMENT, bring, counts, live, newest, review
from tests.helpers.media_rows import make_media
from tests.helpers.newsroom import make_claim, make_draft, make_source

pytestmark = pytest.mark.django_db

NOTE = "The import that added this was undone."


def test_published_claims_are_retracted_with_a_public_note(editor: User) -> None:
    run = bring(review(), review(statement="A claim that nobody rated yet.", rating=None, review_url=None))
    undone = undo.undo_run(run, by=editor)
    assert (undone.state, undone.undone_by_name) == ("undone", "Edith")
    claim = Claim.objects.get()  # of the other one nothing was ever public
    assert (claim.state, claim.reason) == ("declined", NOTE)
    body = newest(claim)
    assert (body["status"], body["verdicts"], body["version"]) == ("retracted", [], 2)
    assert [(c["kind"], c["note"]) for c in body["corrections"]] == [("retraction", NOTE)]
    assert Verdict.objects.get().state == "retracted"
    assert [(t.action, t.actor) for t in Transition.objects.order_by("pk")] == [
        ("retract", editor),
        ("decline", editor),
    ]
    assert not ImportedRecord.objects.exists()


def test_changed_values_are_restored(editor: User) -> None:
    bring(review())
    run = bring(review(rating="Mostly true"))
    undo.undo_run(run, by=editor)
    claim = Claim.objects.get()
    verdict = live(claim)
    assert (str(verdict.rating), verdict.version, claim.state) == ("False", 3, "accepted")
    body = newest(claim)
    assert (body["status"], body["version"]) == ("published", 3)
    assert [c["kind"] for c in body["corrections"]] == ["correction", "update"]


def test_a_verdict_added_to_our_claim_is_removed_and_ours_stays(
    editor: User, publish: Callable[..., Claim]
) -> None:
    claim = publish(make_claim(STATEMENT))
    run = bring(review(claimant=None))
    assert len(newest(claim)["verdicts"]) == 2
    with pytest.raises(NotPossible, match="1 of the imported claims has a verdict written here"):
        undo.undo_run(run, by=editor)


def test_after_undoing_the_same_file_can_be_imported_again(editor: User) -> None:
    undo.undo_run(bring(review()), by=editor)
    assert counts(bring(review())) == {"created": 1}
    assert Publication.objects.current().count() == 1


def test_undoing_takes_back_possible_duplicates(editor: User) -> None:
    bring(review())
    run = bring(review(claimant="Jonas Berg", review_url="https://checks.example/berg"))
    assert PossibleDuplicate.objects.count() == 1
    undo.undo_run(run, by=editor)
    assert not PossibleDuplicate.objects.exists()
    assert Publication.objects.current().count() == 1


def test_obstacles_are_reported(editor: User, checker: User) -> None:
    run = bring(review(), review(statement="The tunnel below the harbour is closed.", review_url=None))
    # A test is one transaction, and transitions are stamped with its beginning.
    ImportRun.objects.update(started_at=timezone.now() - timedelta(days=1))
    run.refresh_from_db()
    first, second = Claim.objects.order_by("pk")
    make_draft(first, checker)
    workflow.move(Verdict.objects.get(claim=second), "retract", by=editor, note="It was a mistake.")
    assert undo.find_obstacles(run) == [
        "1 of the imported claims has a verdict written here.",
        "1 of the imported claims has since been accepted, declined, merged or retracted.",
    ]


def brought_days_ago(*records: dict[str, Any]) -> ImportRun:
    """An import that was finished before this test began, which is one transaction with one moment."""
    run = bring(*records)
    earlier = timezone.now() - timedelta(days=1)
    ImportRun.objects.filter(pk=run.pk).update(started_at=earlier, finished_at=earlier)
    Appearance.objects.update(created_at=earlier)
    run.refresh_from_db()
    return run


def test_any_work_by_people_prevents_undoing(editor: User, topic: Topic) -> None:
    statements = [f"The ferry to island number {number} sank in a winter storm." for number in range(5)]
    run = brought_days_ago(
        *(
            review(statement=one, appearances=["https://news.example/1"], review_url=None)
            for one in statements
        )
    )
    words, filed, location, pictured, clustered = Claim.objects.order_by("pk")
    with pghistory.context(user=editor.pk):
        claim_edits.edit(words, by=editor, context="She spoke at the opening.")
        claim_edits.edit(filed, by=editor, topics=[topic])
    Appearance.objects.create(claim=location, source=make_source())
    media = make_media()
    ClaimMedia.objects.create(claim=pictured, media=media)
    Cluster.objects.create(title="Ferries").members.create(claim=clustered)
    assert undo.find_obstacles(run) == [
        "4 of the imported claims have been edited.",
        "1 of the imported claims is in a cluster.",
    ]
    with pytest.raises(NotPossible, match="have been edited"):
        undo.undo_run(run, by=editor)
    assert undo.count_undoable_claims(run) == 0


def test_the_rest_is_undone(editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "BATCH_SIZE", 1)
    rated, edited, unseen = (
        review(),
        review(statement="The tunnel is closed.", review_url=None),
        review(statement="A claim that nobody rated yet.", rating=None, review_url=None),
    )
    run = brought_days_ago(rated, edited, unseen)
    kept = Claim.objects.get(statement=edited["statement"])
    with pghistory.context(user=editor.pk):
        claim_edits.edit(kept, by=editor, context="Only the eastern one.")
    assert undo.count_undoable_claims(run) == 2
    undo.undo_run(run, by=editor, keep_later_work=True)
    assert (run.state, run.undone_by_name) == ("finished", "Edith")
    assert set(Claim.objects.values_list("statement", "state")) == {
        (rated["statement"], "declined"),
        (edited["statement"], "accepted"),
    }
    assert newest(kept)["status"] == "published"
    assert undo.find_obstacles(run) == ["1 of the imported claims has been edited."]


def test_claims_changed_only_by_imports_can_be_undone(editor: User) -> None:
    """Changes by imports, with the history that they leave, do not count as a person's work."""
    bring(review(context=None))
    run = brought_days_ago(
        review(context="At the opening.", topics=["Bridges"], appearances=["https://a.example/1"])
    )
    assert undo.find_obstacles(run) == []


def test_a_later_import_is_undone_first(editor: User) -> None:
    first = bring(review())
    second = bring(review(rating="Mostly true"))
    third = bring(review(rating="True"))
    assert undo.find_obstacles(first) == [
        f"{third} is more recent and changed 1 of the same claims; undo that import first.",
        f"{second} is more recent and changed 1 of the same claims; undo that import first.",
    ]
    for run in (third, second, first):
        undo.undo_run(run, by=editor)
    claim = Claim.objects.get()
    assert [row.state for row in claim.verdicts.order_by("version")] == [*["superseded"] * 4, "retracted"]
    assert (newest(claim)["status"], claim.state) == ("retracted", "declined")


def test_one_that_was_broken_off_can_be_finished(editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "BATCH_SIZE", 1)
    run = bring(review(), review(statement="The tunnel below the harbour is closed.", review_url=None))
    undo.queue_undo(run, by=editor)
    take_back, parts = undo._BatchUndo.undo_claims, iter(range(9))

    def dying(self: undo._BatchUndo, ids: list[int]) -> None:
        if next(parts) == 1:
            raise KeyboardInterrupt
        take_back(self, ids)

    monkeypatch.setattr(undo._BatchUndo, "undo_claims", dying)
    with pytest.raises(KeyboardInterrupt):
        undo.undo_run(run, by=editor)
    assert Publication.objects.current().count() == 1
    monkeypatch.setattr(undo._BatchUndo, "undo_claims", take_back)
    undo.undo_run(run, by=editor)
    assert (Publication.objects.current().count(), run.state) == (0, "undone")


def test_it_takes_a_role_that_includes_it(checker: User) -> None:
    run = bring(review())
    with pytest.raises(NotAllowed):
        undo.undo_run(run, by=checker)


@pytest.mark.parametrize("state", ["chosen", "reading", "undone"])
def test_only_a_finished_import_is_undone(editor: User, state: str) -> None:
    run = ImportRun.objects.create(origin="file.jsonl", state=state)
    with pytest.raises(NotPossible, match="not finished"):
        undo.undo_run(run, by=editor)
