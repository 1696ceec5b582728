"""Imports and undoing in any order: undoing the last one restores the earlier state exactly, any other is refused."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from claims.imports.storing import undo
from claims.models import Claim, ImportRun, Publication, Verdict
from claims.newsroom.refusals import NotPossible
from sources.models import Publisher
from tests.helpers.imported_reviews import STATEMENT, bring, newest, review

pytestmark = pytest.mark.django_db

TUNNEL = "The tunnel below the harbour has been closed since May."

#: Where the house of these tests publishes: its records become drafts.
HOUSE = "https://newsroom.example"

RECORD = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["1", "2"]),
        "statement": st.sampled_from([STATEMENT, STATEMENT.replace("nine", "ten"), TUNNEL]),
        "review_url": st.sampled_from(["https://checks.example/1", "https://checks.example/2"]),
        "publisher_url": st.sampled_from(["https://checks.example", "https://b.example", HOUSE]),
        "claimant": st.sampled_from([None, "Mara Lindqvist", "Jonas Berg"]),
        "rating": st.sampled_from([None, "False", "True"]),
        "title": st.sampled_from([None, "The bridge"]),
        "summary": st.sampled_from([None, "Twelve.", "Eleven."]),
        "claimed_on": st.sampled_from([None, "2026-02-20"]),
        "context": st.sampled_from([None, "At the opening.", "On TV."]),
        "appearances": st.sampled_from([None, ["https://news.example/1"], ["https://news.example/2"]]),
        "topics": st.sampled_from([None, ["Transport"]]),
    }
).map(lambda fields: review(**fields))
#: An import, or undoing the import with this place among those not undone.
STEPS = st.lists(st.one_of(st.lists(RECORD, max_size=4), st.integers(0, 3)), min_size=2, max_size=7)


#: What readers see and what the desk sees, by the id of the claim.
State = dict[tuple[str, int], Any]


def state() -> State:
    """The words of each claim and of each verdict, without versions, ids of versions and notes.

    That a claim was accepted stays so.
    """
    found: State = {}
    for publication in Publication.objects.current():
        body = publication.document
        for name in ("version", "published_at", "updated_at", "corrections"):
            del body[name]
        for verdict in body["verdicts"]:
            for name in ("id", "version", "published_at"):
                del verdict[name]
        # Those of one day are in the order of their ids.
        body["verdicts"].sort(key=lambda verdict: verdict["publisher"]["id"])
        found["public", publication.claim_id] = body
    for draft in Verdict.objects.filter(state="draft"):
        found["drafted", draft.claim_id] = (draft.rating_id, draft.title, draft.summary, draft.url)
    for claim in Claim.objects.exclude(state="declined"):
        found["stored", claim.pk] = (
            *(claim.statement, claim.language, claim.claimant_id, claim.claimed_on, claim.context),
            sorted(claim.appearances.values_list("source__url", flat=True)),
            sorted(claim.topics.values_list("name", flat=True)),
        )
    return found


@pytest.mark.slow
@given(STEPS)
@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_undoing_the_last_import_restores_the_state_before_it(
    editor: User, house: Publisher, steps: list[list[dict[str, Any]] | int]
) -> None:
    with transaction.atomic():
        Publisher.objects.filter(pk=house.pk).update(url=HOUSE, domain="newsroom.example")
        now = state()
        standing: list[tuple[ImportRun, State]] = []
        for step in steps:
            if isinstance(step, list):
                run = ImportRun.objects.create(origin="file.jsonl", started_by=editor, started_by_name="Eva")
                standing.append((bring(*step, run=run), now))
                now = state()
            elif standing:
                now = _undo(step % len(standing), standing, now, editor)
        while standing:
            now = _undo(len(standing) - 1, standing, now, editor)
        assert now == {}
        assert not Verdict.objects.filter(state__in=["published", "draft"]).exists()
        transaction.set_rollback(True)


def _undo(place: int, standing: list[tuple[ImportRun, State]], now: State, editor: User) -> State:
    """Undo the import at this place if that is possible, and return the state after it."""
    run, before = standing[place]
    if place == len(standing) - 1:
        undo.undo_run(run, by=editor)
        after = state()
        assert after == before
        del standing[place]
        return after
    # Not in its turn: refused by naming what comes first, unless the two have no claim in common.
    if obstacles := undo.find_obstacles(run):
        with pytest.raises(NotPossible):
            undo.undo_run(run, by=editor)
        assert any(str(later) in " ".join(obstacles) for later, _before in standing[place + 1 :])
        assert state() == now
        return now
    undo.undo_run(run, by=editor)
    after = state()
    for changed in {name for name in now.keys() | after.keys() if now.get(name) != after.get(name)}:
        for _later, its_before in standing[place:]:
            its_before.pop(changed, None)
            if changed in after:
                its_before[changed] = after[changed]
    del standing[place]
    return after


def test_changed_words_come_back(editor: User) -> None:
    bring(review(id="17", context="At the opening.", appearances=["https://news.example/1"]))
    before = state()
    run = bring(
        review(
            id="17",
            statement="The harbour bridge cost nine million euros.",
            claimant="Mara Lindquist",
            context="On TV.",
            appearances=["https://news.example/2"],
            topics=["Transport"],
        )
    )
    claim = Claim.objects.get()
    assert newest(claim)["statement"] == "The harbour bridge cost nine million euros."
    undo.undo_run(run, by=editor)
    assert state() == before
    body = newest(claim)
    assert (body["version"], body["corrections"][0]["kind"]) == (3, "correction")
    assert Publication.objects.get(version=2).document["context"] == "On TV."  # the ledger keeps all entries


def test_text_edited_since_stays(editor: User) -> None:
    bring(review(context="At the opening."))
    run = bring(review(context="On TV."))
    Claim.objects.update(context="On the evening news.")
    undo.undo_run(run, by=editor)
    assert Claim.objects.get().context == "On the evening news."


def test_the_same_file_can_be_imported_after_undoing(editor: User) -> None:
    """A second file that brought nothing new does not hold what the first one brought, and can bring it itself."""
    first = bring(review())
    second = [review(topics=["Transport"])]
    bring(review(id="5"))
    undo.undo_run(first, by=editor)
    assert not Publication.objects.current().exists()
    run = bring(*second)
    assert run.created == 1
    assert Publication.objects.current().count() == 1
