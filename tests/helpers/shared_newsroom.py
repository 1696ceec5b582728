"""The newsroom of tests, made once for a whole module of them: each finds it as it was before the first.

A module whose tests look at the same rows imports these fixtures, in place of those of `newsroom`, and gives its own
the scope of the module. They are stored in a transaction around all its tests, each of which undoes what it does
besides. None of them can commit, then.
"""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from pytest_django import DjangoDbBlocker

from claims.matching import answers, shared_words
from claims.matching.embedding import choice
from claims.models import Claim, Claimant, Topic
from sources.models import Publisher
from tests.helpers.newsroom import person, publishing

__all__ = ["checker", "claimant", "editor", "house", "publish", "shared_rows", "topic"]


def clear_matching_caches() -> None:
    """Clear the cached model, frequent words and answers, which belong to other rows."""
    choice.forget_query_model()
    shared_words.load_common_words.cache_clear()
    answers.answer_cache.clear()


@pytest.fixture(scope="module")
def shared_rows(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    for item in request.session.items:
        if item.getparent(pytest.Module) is request.node:
            marker = item.get_closest_marker("django_db")
            assert marker is not None, f"{item.nodeid} would leave to the others what it does."
            assert not marker.kwargs.get("transaction"), (
                f"{item.nodeid} commits, and would not find the rows."
            )
    clear_matching_caches()  # fixtures of a module come before those of its tests
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def checker(shared_rows: None) -> User:
    return person("chris", "Fact-checker")


@pytest.fixture(scope="module")
def editor(shared_rows: None) -> User:
    return person("edith", "Editor")


@pytest.fixture(scope="module")
def house(shared_rows: None) -> Publisher:
    return Publisher.objects.get_house()


@pytest.fixture(scope="module")
def publish(checker: User, editor: User) -> Callable[..., Claim]:
    return publishing(checker, editor)


@pytest.fixture(scope="module")
def claimant(shared_rows: None) -> Claimant:
    return Claimant.objects.create(name="Mara Lindqvist", job_title="Minister of Transport")


@pytest.fixture(scope="module")
def topic(shared_rows: None) -> Topic:
    return Topic.objects.create(name="Transport", slug="transport")
