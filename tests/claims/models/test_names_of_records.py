"""Names of records on their pages, in the language of the user."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from claims.models import Claim, Publication, Transition
from claims.review import workflow
from tests.helpers.newsroom import make_claim
from tests.helpers.translations import translate

pytestmark = pytest.mark.django_db


def test_a_move_names_both_states(editor: User) -> None:
    claim = make_claim(state="proposed")
    workflow.move(claim, "accept", by=editor)
    move = Transition.objects.get(claim=claim)
    assert str(move) == f"Proposed → Accepted ({move.actor_name})"
    with translation.override("ar"):
        assert move.states == "مقترح ← مقبول"


def test_an_entry_of_the_ledger_names_its_claim(publish: Callable[..., Claim]) -> None:
    claim = publish()
    entry = Publication.objects.get(claim=claim)
    with translation.override("de"):
        assert str(entry) == f"Behauptung {claim.pk}, Fassung 1"


def test_a_translation_names_its_language(publish: Callable[..., Claim], checker: User) -> None:
    row = translate(publish(), checker)
    with translation.override("de"):
        assert str(row).startswith(f"Spanisch ({row.get_state_display()}): ")
