"""Identifiers are stored in one spelling, through whichever door they come."""

import pytest
from django import forms

from claims.models import Claimant, Topic
from factcheck.database.bulk_copy import copy_rows, reserve_ids
from sources.models import Publisher
from tests.helpers.broken_rules import refused, sql

pytestmark = pytest.mark.django_db

SPELLED = ["http://www.wikidata.org/entity/Q64", "https://m.wikidata.org/wiki/q64", "https://example.org/x"]
STORED = ["https://www.wikidata.org/wiki/Q64", "https://example.org/x"]


def test_every_door_spells_them_alike() -> None:
    Claimant.objects.create(name="By save", same_as=SPELLED)
    Claimant.objects.bulk_create([Claimant(name="By bulk", same_as=SPELLED)])
    (pk,) = reserve_ids(Claimant, 1)
    copy_rows(Claimant, [Claimant(id=pk, name="By copy", same_as=SPELLED)])
    Claimant.objects.create(name="By update")
    Claimant.objects.filter(name="By update").update(same_as=SPELLED)
    assert list(Claimant.objects.values_list("same_as", flat=True)) == [STORED] * 4


@pytest.mark.parametrize(
    "address",
    [
        "http://www.wikidata.org/entity/Q64",
        "https://m.wikidata.org/wiki/Q64",
        "https://www.wikidata.org/wiki/q64",
        "https://www.wikidata.org/wiki/Special:EntityPage/Q64",
        "http://ror.org/05a28rw58",
        "https://www.ror.org/05a28rw58/",
    ],
)
@pytest.mark.parametrize("model", [Claimant, Topic, Publisher])
def test_raw_sql_cannot_store_other_spellings(model: type, address: str) -> None:
    row = model.objects.create(name="Somebody", same_as=STORED)  # type: ignore[attr-defined]
    table = row._meta.db_table
    refused(
        f"UPDATE {table} SET same_as = %s WHERE id = %s",
        ["https://example.org/y", address],
        row.pk,
        match=f"{row._meta.model_name}_same_as_is_canonical",
    )
    for other in (
        "https://www.wikidata.org/wiki/Lexeme:L1",
        "https://ror.org/about",
        "https://ror.org/05a28rw58",
    ):
        assert sql(f"UPDATE {table} SET same_as = %s WHERE id = %s", [other, *STORED], row.pk) == 1


def test_a_form_takes_an_identifier_alone() -> None:
    form = forms.modelform_factory(Topic, fields=["name", "slug", "same_as"])
    filled = form({"name": "Berlin", "slug": "berlin", "same_as": "Q64, ror:05a28rw58,example.org/x,wd:Q64"})
    assert filled.is_valid(), filled.errors
    assert filled.save().same_as == [
        "https://www.wikidata.org/wiki/Q64",
        "https://ror.org/05a28rw58",
        "https://example.org/x",
    ]
    assert form({"name": "x", "slug": "x", "same_as": "no address"}).errors["same_as"]


@pytest.mark.parametrize("model", [Claimant, Publisher, Topic])
def test_a_form_can_ask_the_database_before_it_stores(model: type, caplog: pytest.LogCaptureFixture) -> None:
    model(name="Berlin", same_as=["https://www.wikidata.org/wiki/Q64"]).validate_constraints()
    assert caplog.messages == []
