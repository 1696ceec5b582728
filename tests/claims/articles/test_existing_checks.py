"""Existing checks of an article: listed with the proposals, and queued for confirmation."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from claims.articles import existing_checks
from claims.articles.article_import import ImportedArticle, import_article
from claims.models import Claim, Repeat
from sources.source_kinds import Material
from tests.helpers.answers import Answers
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

FIRST = "The harbour bridge cost 40 million euros in 2019."
SECOND = "Unemployment in the city fell by 12 percent last year."
TEXT = f"A speech\n\n{FIRST} {SECOND} Thank you."


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    fake = Answers()
    monkeypatch.setattr(
        existing_checks, "match_published_texts", lambda texts, terms: [fake(text, terms) for text in texts]
    )
    return fake


def imported(**options: Any) -> ImportedArticle:
    return import_article(Material(TEXT.encode(), content_type="text/plain", charset="utf-8"), **options)


def proposed(article: ImportedArticle, statement: str) -> Claim:
    return next(found.claim for found in article.proposal.created if found.claim.statement == statement)


def test_a_proposal_of_a_checked_claim_is_marked(answers: Answers, publish: Callable[..., Claim]) -> None:
    claim = publish(make_claim("The bridge in the harbour cost 40 million."))
    answers.know(FIRST, claim)
    article = imported()
    known = article.existing_checks[proposed(article, FIRST).pk]
    assert (known.claim, known.statement, known.kind, known.rating, known.publisher, known.confidence) == (
        claim.pk, claim.statement, "same", "False", "Factcheck Newsroom", 0.95,
    )  # fmt: skip
    assert known.address == f"http://localhost:8000{claim.get_absolute_url()}"
    assert list(article.existing_checks) == [proposed(article, FIRST).pk]
    # Only the proposals are compared with published claims.
    assert [text for text, _reader in answers.asked] == [FIRST, SECOND]


def test_an_identical_published_claim_is_noted_with_its_proposal(
    answers: Answers, publish: Callable[..., Claim]
) -> None:
    claim = publish()
    answers.know(FIRST, claim)
    answers.know(SECOND, publish(), "contradicts")
    article = imported()
    repeat = Repeat.objects.get()
    assert (repeat.claim, repeat.exact, repeat.proposal, repeat.source) == (
        claim, FIRST, proposed(article, FIRST), article.capture_result.source,
    )  # fmt: skip
    assert article.existing_checks[proposed(article, SECOND).pk].kind == "contradicts"


def test_the_same_article_again_notes_nothing_new(answers: Answers, publish: Callable[..., Claim]) -> None:
    answers.know(FIRST, publish())
    imported()
    again = imported()
    assert Repeat.objects.count() == 1
    assert [known.kind for known in again.existing_checks.values()] == ["same"]


def test_a_dry_run_notes_nothing(answers: Answers, publish: Callable[..., Claim]) -> None:
    answers.know(FIRST, publish())
    assert [known.kind for known in imported(dry_run=True).existing_checks.values()] == ["same"]
    assert not Repeat.objects.exists()


@pytest.mark.slow
def test_a_draft_is_no_check(answers: Answers) -> None:
    answers.know(FIRST, make_claim())
    assert (imported().existing_checks, Repeat.objects.count()) == ({}, 0)


def test_the_command_reports_it(
    answers: Answers,
    publish: Callable[..., Claim],
    tmp_path: Any,
    capsys: pytest.CaptureFixture[str],
    editor: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    claim = publish(make_claim("The bridge in the harbour cost 40 million."))
    answers.know(FIRST, claim)
    article = tmp_path / "speech.txt"
    article.write_text(TEXT)
    call_command("import_article", str(article), "--dry-run", "--json")
    found = {
        each["statement"]: each["checked_before"] for each in json.loads(capsys.readouterr().out)["claims"]
    }
    assert found[SECOND] is None
    assert found[FIRST] == {
        "claim": claim.pk,
        "statement": claim.statement,
        "address": f"http://localhost:8000{claim.get_absolute_url()}",
        "rating": "False",
        "publisher": "Factcheck Newsroom",
        "kind": "same",
        "confidence": 0.95,
        "reasons": ["the same words"],
    }
    call_command("import_article", str(article))
    report = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "Already checked: rated “False” by Factcheck" in report
    assert "1 further claim; use --all to propose it; 1 already checked" in report
