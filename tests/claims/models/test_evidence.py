"""The evidence of a verdict in the version that replaces it: all rows, all columns, and no other rows."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from claims.models import Evidence, Verdict
from claims.models.evidence import copy_evidence
from tests.helpers.media_rows import make_media
from tests.helpers.newsroom import make_claim, make_draft, make_source

pytestmark = pytest.mark.django_db

#: Columns that a copy does not share. A column added to the model is copied unless it is named here.
OWN = {"id", "verdict_id", "created_at"}


def rows(verdict: Verdict) -> list[dict[str, object]]:
    return [
        {name: value for name, value in row.items() if name not in OWN}
        for row in Evidence.objects.filter(verdict=verdict).values()
    ]


@pytest.fixture
def verdicts(checker: User) -> list[Verdict]:
    return [make_draft(make_claim(), checker) for _ in range(4)]


def test_every_column_is_carried_over(
    verdicts: list[Verdict], django_assert_num_queries: DjangoAssertNumQueries, archive: Path
) -> None:
    old, new, other, apart = verdicts
    Evidence.objects.exclude(verdict__in=[old, other]).delete()
    source = make_source("The bridge cost nine million euros.")
    snapshot = source.snapshots.get()
    Evidence.objects.create(
        verdict=old,
        source=source,
        stance="context",
        note="Page 3.",
        position=7,
        snapshot=snapshot,
        exact=snapshot.text[2:9],
        prefix=snapshot.text[:2],
        suffix=snapshot.text[9:12],
        start=2,
        end=9,
        media=make_media(),
        media_fragment="t=3,4",
    )
    expected = rows(old)
    filled = expected[-1]
    assert [name for name, value in filled.items() if not value] == []
    with django_assert_num_queries(2):  # one to read, one COPY
        copy_evidence({old.pk: new.pk})
    assert rows(new) == expected == rows(old)
    assert rows(apart) == []
    assert len(rows(other)) == 1


def test_each_to_its_own_successor(verdicts: list[Verdict]) -> None:
    one, two, after_one, after_two = verdicts
    Evidence.objects.filter(verdict__in=[after_one, after_two]).delete()
    two.evidence.update(note="Another.")
    copy_evidence({one.pk: after_one.pk, two.pk: after_two.pk})
    assert rows(after_one) == rows(one) != rows(two) == rows(after_two)


def test_nothing_to_carry_over() -> None:
    copy_evidence({})
    assert not Evidence.objects.exists()
