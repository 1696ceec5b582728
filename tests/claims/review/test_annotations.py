"""A selection creates one row, even with simultaneous requests, and only in the newest text."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.models import Appearance, Claim, Claimant, Evidence
from claims.newsroom.refusals import NotPossible
from claims.quotes.locations import QuotedWords
from claims.quotes.selected_words import find_selected_words
from claims.review.annotations import attach_to_claim, create_claim, create_evidence
from sources.models import Source
from tests.helpers.newsroom import make_claim, make_draft, make_snapshot, make_source
from tests.helpers.parallel import at_once

TEXT = "The tunnel cost 240 million euros."


def selected() -> tuple[QuotedWords, Source]:
    source = make_source(TEXT)
    return find_selected_words(source, 1, 0, 10, "The tunnel"), source


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one(checker: User) -> None:
    words, source = selected()
    claim, draft = make_claim(), make_draft(make_claim(), checker)
    asked: dict[str, Any] = {"statement": "The tunnel.", "claimant": "Mara Lindqvist", "by": checker}
    made = at_once(*[lambda: create_claim(words, source, **asked)] * 3)
    assert len({one.pk for one in made}) == 1
    attached = at_once(*[lambda: attach_to_claim(words, source, claim, by=checker)] * 3)
    assert len({one.pk for one in attached}) == 1
    cited = at_once(*[lambda: create_evidence(words, source, draft, stance="supports", by=checker)] * 3)
    assert len({one.pk for one in cited}) == 1
    assert (Claim.objects.count(), Appearance.objects.count(), Claimant.objects.count()) == (3, 2, 1)
    assert Evidence.objects.filter(source=source).count() == 1


@pytest.mark.django_db
def test_selections_in_an_outdated_text_create_nothing(checker: User) -> None:
    words, source = selected()
    claim, draft = make_claim(), make_draft(make_claim(), checker)
    make_snapshot(source, TEXT + " She said so.")
    for work in (
        lambda: create_claim(words, source, statement="The tunnel.", by=checker),
        lambda: attach_to_claim(words, source, claim, by=checker),
        lambda: create_evidence(words, source, draft, stance="supports", by=checker),
    ):
        with pytest.raises(NotPossible, match="captured again"):
            work()
    assert (Claim.objects.count(), Appearance.objects.count(), draft.evidence.count()) == (2, 0, 1)


@pytest.mark.django_db
def test_rows_deleted_meanwhile_are_reported(editor: User) -> None:
    words, source = selected()
    claim = make_claim()
    Claim.objects.get(pk=claim.pk).delete()
    with pytest.raises(NotPossible, match="deleted in the meantime"):
        attach_to_claim(words, source, claim, by=editor)


@pytest.mark.django_db
def test_the_same_words_of_another_statement_are_another_claim(checker: User, contributor: User) -> None:
    words, source = selected()
    first = create_claim(words, source, statement="The tunnel.", by=checker)
    other = create_claim(words, source, statement="A tunnel.", by=checker)
    # A claim that they may not read is not revealed to them.
    own = create_claim(words, source, statement="The tunnel.", by=contributor)
    assert len({first.pk, other.pk, own.pk}) == 3
