"""Verdicts in the states that rules are about."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, Verdict
from claims.review import workflow
from tests.helpers.broken_rules import as_committed
from tests.helpers.newsroom import make_claim, make_draft


@pytest.fixture
def draft(checker: User) -> Verdict:
    return make_draft(make_claim(), checker)


@pytest.fixture
def in_review(draft: Verdict, checker: User) -> Verdict:
    return workflow.move(draft, "submit", by=checker)


@pytest.fixture
def published(publish: Callable[..., Claim]) -> Verdict:
    verdict = publish().verdicts.get()
    as_committed()
    return verdict
