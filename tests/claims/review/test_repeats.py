"""Checked claims that appear again: what an editor confirms becomes an appearance."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from claims.models import Appearance, Claim, Repeat
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import repeats, workflow
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db

TEXT = "It rains. Trams are free. Really."


@pytest.fixture
def checked(publish: Callable[..., Claim]) -> Claim:
    return publish(make_claim("Trams cost nothing."))


def in_article(claim: Claim, *, proposal: Claim | None = None) -> Repeat:
    source = make_source(TEXT)
    return Repeat.objects.create(
        claim=claim,
        source=source,
        snapshot=source.snapshots.get(),
        exact="Trams are free.",
        prefix="It rains. ",
        suffix=" Really.",
        start=10,
        end=25,
        proposal=proposal,
        origin="article",
        confidence=0.9,
    )


def of_reader(claim: Claim) -> Repeat:
    return Repeat.objects.create(claim=claim, exact="Trams are free.", origin="reader", confidence=0.9)


def outcome(repeat: Repeat) -> tuple[str, str, bool]:
    repeat.refresh_from_db()
    return repeat.outcome, repeat.decided_by_name, repeat.decided_at is not None


def test_a_confirmed_place_is_an_appearance_with_its_anchor(checked: Claim, editor: User) -> None:
    repeat = in_article(checked)
    assert repeats.confirm(repeat, by=editor) == checked
    place = checked.appearances.get()
    assert (place.source, place.exact, place.prefix, place.suffix, place.start, place.end, place.anchor) == (
        repeat.source, "Trams are free.", "It rains. ", " Really.", 10, 25, "anchored",
    )  # fmt: skip
    assert outcome(repeat) == ("confirmed", "Edith", True)


def test_a_proposal_with_the_same_words_is_merged(checked: Claim, editor: User) -> None:
    proposal = make_claim("Trams are free.", state="proposed")
    repeat = in_article(checked, proposal=proposal)
    make_appearance(proposal, repeat.source, "Trams are free.")  # type: ignore[arg-type]  # it has one
    repeats.confirm(repeat, by=editor)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.merged_into) == ("merged", checked)
    assert proposal.transitions.get().note.startswith("The same claim again, in: Report")
    assert Appearance.objects.count() == 1


def test_a_proposal_that_was_merged_meanwhile_is_left_there(checked: Claim, editor: User) -> None:
    elsewhere = make_claim()
    proposal = make_claim(state="proposed")
    workflow.move(proposal, "merge", by=editor, into=elsewhere)
    repeat = in_article(checked, proposal=proposal)
    repeats.confirm(repeat, by=editor)
    proposal.refresh_from_db()
    assert (proposal.merged_into, outcome(repeat)[0]) == (elsewhere, "confirmed")


def test_words_of_a_reader_need_a_source(checked: Claim, editor: User) -> None:
    repeat = of_reader(checked)
    with pytest.raises(NotPossible, match="First enter the source"):
        repeats.confirm(repeat, by=editor)
    assert outcome(repeat) == ("", "", False)
    repeat.source = make_source(TEXT)
    repeat.save()
    repeats.confirm(repeat, by=editor)
    place = checked.appearances.get()
    assert (place.start, place.end, place.anchor) == (10, 25, "anchored")


def test_words_that_the_source_does_not_have_are_quoted_without_an_anchor(
    checked: Claim, editor: User
) -> None:
    repeat = of_reader(checked)
    repeat.source = make_source("Something else.")
    repeat.save()
    repeats.confirm(repeat, by=editor)
    place = checked.appearances.get()
    assert (place.exact, place.start, place.anchor) == ("Trams are free.", None, "unanchored")


def test_a_place_listed_meanwhile_is_not_listed_twice(checked: Claim, editor: User) -> None:
    repeat = in_article(checked)
    make_appearance(checked, repeat.source, "Trams are free.")  # type: ignore[arg-type]  # it has one
    repeats.confirm(repeat, by=editor)
    assert checked.appearances.count() == 1


def test_something_else_is_not_asked_about_again(checked: Claim, editor: User) -> None:
    repeat = in_article(checked)
    assert repeats.reject([repeat], by=editor) == 1
    assert outcome(repeat) == ("rejected", "Edith", True)
    assert repeats.reject([repeat], by=editor) == 0
    with pytest.raises(NotPossible, match="Edith has already decided this: Not a repeat"):
        repeats.confirm(repeat, by=editor)
    assert (Appearance.objects.count(), Repeat.objects.open().count()) == (0, 0)


@pytest.mark.parametrize("role", ["contributor", "checker"])
def test_is_for_editors(role: str, request: pytest.FixtureRequest, checked: Claim) -> None:
    person, repeat = request.getfixturevalue(role), in_article(checked)
    with pytest.raises(NotAllowed):
        repeats.confirm(repeat, by=person)
    with pytest.raises(NotAllowed):
        repeats.reject([repeat], by=person)
    assert (outcome(repeat), Appearance.objects.count()) == (("", "", False), 0)
