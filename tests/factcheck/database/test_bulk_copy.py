"""Rows that arrive by COPY."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from django.db import IntegrityError, models, transaction

from claims.models import Claim, Claimant, Topic, Verdict
from factcheck.database.bulk_copy import RowMaker, build_lines, copy_rows, reserve_ids, send_lines
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

Store = Callable[[type[models.Model], Sequence[models.Model]], None]


def _sent(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    send_lines(build_lines(model, rows))


@pytest.mark.parametrize("store", [copy_rows, _sent], ids=["at once", "later"])
def test_texts_arrive_as_they_are(store: Store) -> None:
    odd = ["\\N", "a\tb\nc\r\\.", "\\", "“quoted”, {braces}", "", "橋"]
    ids = reserve_ids(Claimant, len(odd))
    store(
        Claimant,
        [Claimant(id=pk, name=f"n{text}", same_as=[text]) for pk, text in zip(ids, odd, strict=True)],
    )
    assert list(Claimant.objects.order_by("pk").values_list("pk", "name", "same_as")) == [
        (pk, f"n{text}", [text]) for pk, text in zip(ids, odd, strict=True)
    ]


@pytest.mark.parametrize("store", [copy_rows, _sent], ids=["at once", "later"])
def test_refusals_of_the_database_are_raised_as_for_other_statements(store: Store) -> None:
    rows = [Topic(name="Bridges", slug="bridges") for _ in range(2)]
    with pytest.raises(IntegrityError, match="slug"), transaction.atomic():
        store(Topic, rows)
    assert not Topic.objects.exists()


def test_without_rows_nothing_is_sent() -> None:
    copy_rows(Topic, [])
    assert build_lines(Topic, []) == []


def test_made_rows_are_those_of_the_constructor() -> None:
    claim = make_claim("The bridge is closed.", state="proposed")
    said = {"summary": "It is open.", "reviewed_on": date(2026, 3, 4)}
    made, constructed = RowMaker(Verdict)(claim=claim, **said), Verdict(claim=claim, **said)
    fields = [field.attname for field in Verdict._meta.concrete_fields if field.name != "created_at"]
    assert [getattr(made, name) for name in fields] == [getattr(constructed, name) for name in fields]
    assert made.claim is claim
    assert RowMaker(Claim)(claimant=None).claimant_id is None


def test_unknown_columns_are_refused() -> None:
    with pytest.raises(TypeError, match="Verdict has no claimed_on, sumary"):
        RowMaker(Verdict)(sumary="It is open.", claimed_on=None, language="en")
