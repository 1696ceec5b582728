"""Which claims an export is about: asked as the API is."""

import io
import json
from collections.abc import Callable

import pytest
from arro3.io import read_parquet
from django.contrib.auth.models import User
from django.test import Client

from claims.exports.export_run import ExportOptions
from claims.exports.formats import csv as table
from claims.exports.selection import ExportQuery, Selection
from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.models import Claim
from factcheck.api.problems import InvalidParameters
from tests.helpers.eventful_newsroom import exported
from tests.helpers.reader_pages import correct


@pytest.mark.django_db
def test_a_past_state_equals_that_of_the_api(
    client: Client, publish: Callable[..., Claim], checker: User, editor: User
) -> None:
    claim = publish()
    then = claim.publications.get().published_at.isoformat().replace("+00:00", "Z")
    correct(claim, checker, editor)
    publish()
    answer = client.get(f"/api/v1/claims/?view=full&as_of={then}").json()["results"]
    assert [
        json.loads(line) for line in exported(ExportOptions(filter=f"as_of={then}")).splitlines()
    ] == answer


@pytest.mark.parametrize(
    "asked", ["rating_class=fals", "language=english", "reviewed_after=03/04/2019", "raiting=false"]
)
@pytest.mark.django_db
def test_invalid_filters_are_reported_as_by_the_api(client: Client, asked: str) -> None:
    with pytest.raises(InvalidParameters) as refused:
        Selection(asked)
    (error,) = client.get(f"/api/v1/claims/?{asked}").json()["errors"]
    (told,) = refused.value.errors
    assert {key: told[key] for key in ("parameter", "code")} == {
        key: error[key] for key in ("parameter", "code")
    }
    known = " Valid names: "
    assert told["detail"].partition(known)[0] == error["detail"].partition(known)[0]


def test_every_condition_of_the_api_is_there_and_nothing_about_pages() -> None:
    shown = {"page_size", "cursor", "count", "fields", "ordering", "spelling"}
    assert ExportQuery.base_filters.keys() == ClaimListQuery.base_filters.keys() - shown


@pytest.mark.parametrize(
    "address",
    ["https://example.org/api/v1/claims/?language=ko", "/api/v1/claims/?language=ko", "?language=ko"],
)
@pytest.mark.django_db
def test_address_of_a_list_is_a_filter(address: str) -> None:
    assert Selection(address).filter == "language=ko"


@pytest.mark.django_db
def test_parquet_without_claims_has_its_columns() -> None:
    found = read_parquet(io.BytesIO(exported(ExportOptions("parquet")))).read_all()
    assert (found.num_rows, found.column_names) == (0, list(table.COLUMNS))
