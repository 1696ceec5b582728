"""Rows that another person deletes during a request: a clear message instead of a server error."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.editorial import named_sources
from claims.models import Appearance, Claim, Evidence, Verdict
from claims.newsroom.refusals import NotPossible
from claims.review import workflow
from sources.models import Source
from tests.helpers.newsroom import make_claim, make_draft, make_source
from tests.helpers.newsroom_tool import tool

pytestmark = pytest.mark.django_db


@pytest.fixture
def deleted_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as the source is there, the claim and its draft are not."""
    find = named_sources.find_source

    def and_then(*arguments: Any, **named: Any) -> Source | None:
        source = find(*arguments, **named)
        Evidence.objects.all().delete()
        Verdict.objects.all().delete()
        Claim.objects.all().delete()
        return source

    monkeypatch.setattr(named_sources, "find_source", and_then)


def test_draft_that_evidence_is_added_to(deleted_meanwhile: None, checker: User) -> None:
    draft, source = make_draft(make_claim(), checker), make_source()
    refusal = tool(checker).post(
        f"verdicts/{draft.pk}/evidence/", {"source": source.pk, "stance": "refutes", "note": "Page 3."}
    )
    assert (refusal.status_code, refusal.json()["detail"]) == (
        409,
        "The claim has been deleted in the meantime.",
    )
    assert not Evidence.objects.filter(source=source).exists()


def test_claim_that_an_appearance_is_added_to(deleted_meanwhile: None, editor: User) -> None:
    claim, source = make_claim(), make_source()
    refusal = tool(editor).post(f"claims/{claim.pk}/appearances/", {"source": source.pk})
    assert (refusal.status_code, refusal.json()["detail"]) == (
        409,
        "The claim has been deleted in the meantime.",
    )
    assert not Appearance.objects.filter(source=source).exists()


@pytest.mark.parametrize("path", ["verdicts/{}/evidence/", "claims/{}/appearances/"])
def test_deleted_rows_return_404(editor: User, path: str) -> None:
    body = (
        {"source": make_source().pk, "stance": "refutes"}
        if "verdicts" in path
        else {"source": make_source().pk}
    )
    assert tool(editor).post(path.format(7), body).status_code == 404


def test_draft_that_is_moved(checker: User) -> None:
    draft = make_draft(make_claim(), checker)
    gone = Verdict.objects.get(pk=draft.pk)
    draft.evidence.all().delete()
    draft.delete()
    with pytest.raises(NotPossible, match="deleted in the meantime"):
        workflow.move(gone, "submit", by=checker)


@pytest.mark.parametrize("which", ["claim", "target"])
def test_claim_that_is_merged(editor: User, which: str) -> None:
    claim, target = make_claim(), make_claim()
    gone = claim if which == "claim" else target
    Claim.objects.filter(pk=gone.pk).delete()
    with pytest.raises(NotPossible, match="deleted in the meantime"):
        workflow.move(claim, "merge", by=editor, into=target)
