"""Any list of the desk as a file: its columns, its filters, and nothing in it that a spreadsheet would run."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import format_html
from hypothesis import given
from hypothesis import strategies as st

from claims.models import AuditRecord, Claim, Claimant
from factcheck.admin.spreadsheet_files import MAX_CELL_LENGTH, strip_markup, write_csv, write_xlsx
from factcheck.formulas import FORMULA_SIGNS
from tests.helpers.full_desk import MODELS, asks, make_superuser
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.sweeps import sweep

QUERIES = 23
#: A day as a workbook has it.
DAY = datetime(2026, 1, 2)  # noqa: DTZ001  workbooks know no time zones

LIST = "/admin/claims/claim/download/"


def table(response: Any) -> list[list[Any]]:
    """The rows of a CSV or a workbook."""
    body = b"".join(response.streaming_content)
    if response["Content-Type"].startswith("text/csv"):
        return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    return sheet(body)


def sheet(body: bytes) -> list[list[Any]]:
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True)]


@pytest.mark.django_db
def test_the_list_is_downloaded_as_it_is_shown(client: Client, editor: User) -> None:
    claimant = Claimant.objects.create(name='=HYPERLINK("http://evil.example")')
    long = "The bridge is long, " * 20
    first = make_claim(long, claimant=claimant, claimed_on=date(2026, 1, 2), score=0.5, state="proposed")
    make_appearance(first, make_source("Long.", title="A <b>bold</b> paper"), "Long")
    make_claim("The tunnel is closed.", state="accepted")
    client.force_login(editor)
    asked = {
        "state__exact": "proposed",
        "columns": "state_badge,score_band,claimant_name,source_links,claimed_on,id",
    }
    response = client.get(f"{LIST}xlsx/", asked)
    assert response["Content-Disposition"].startswith('attachment; filename="claims-')
    assert table(response) == [
        ["Statement", "State", "Check-worthiness", "Claimant", "Found in", "Claimed on", "ID"],
        [
            long,
            "Proposed",
            0.5,
            '=HYPERLINK("http://evil.example")',
            "A <b>bold</b> paper",
            DAY,
            first.pk,
        ],
    ]
    assert table(client.get(f"{LIST}csv/", asked))[1] == [
        long,
        "Proposed",
        "0.5",
        '\'=HYPERLINK("http://evil.example")',
        "A <b>bold</b> paper",
        "2026-01-02",
        str(first.pk),
    ]


@pytest.mark.django_db
def test_downloads_are_logged(client: Client, editor: User) -> None:
    client.force_login(editor)
    client.get(f"{LIST}csv/", {"queue": "triage"})
    record = AuditRecord.objects.get(kind="downloaded")
    assert (record.actor, record.what, record.detail) == (editor, "claims (csv)", {"filters": "queue=triage"})


@pytest.mark.django_db
def test_downloads_contain_only_readable_rows(client: Client, contributor: User, checker: User) -> None:
    make_claim("A colleague’s draft.", state="proposed", created_by=checker)
    own = make_claim("My own proposal.", state="proposed", created_by=contributor)
    client.force_login(contributor)
    assert [row[0] for row in table(client.get(f"{LIST}csv/"))[1:]] == [own.statement]
    assert client.get(reverse("admin:claims_importrun_download", args=["csv"])).status_code == 403
    assert client.get(f"{LIST}html/").status_code == 404
    client.logout()
    assert client.get(f"{LIST}csv/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_list_can_be_downloaded(form: str, client: Client, publish: Callable[..., Claim]) -> None:
    publish()
    client.force_login(make_superuser())
    for model in MODELS:
        if admin.site._registry[model].has_view_or_change_permission(asks(User.objects.get(username="root"))):
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_download", args=[form])
            rows = table(client.get(address))
            assert len({len(row) for row in rows}) == 1, model
            assert not any("<" in str(cell) and ">" in str(cell) for row in rows for cell in row), model


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_rows_cost_no_queries_of_their_own(number: int, client: Client, editor: User) -> None:
    for _row in range(number):
        make_appearance(make_claim(), make_source("Long."), "Long")
    client.force_login(editor)
    table(client.get(f"{LIST}csv/"))
    with CaptureQueriesContext(connection) as queries:
        assert len(table(client.get(f"{LIST}csv/"))) == number + 1
    # The session, the person and their permissions; the list's own; what was taken out; the keys, the rows and what
    # goes with them.
    assert len(queries) == QUERIES


@pytest.mark.django_db
def test_filters_that_do_not_exist_download_nothing(client: Client, editor: User) -> None:
    client.force_login(editor)
    answer = client.get(f"{LIST}csv/", {"no_such": "1"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/claims/claim/")


# Cells ----------------------------------------------------------------------------------------------------------------


def in_csv(cell: Any) -> str:
    body = b"".join(write_csv(["A"], [[cell]]).parts).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(body, newline="")))[1][0]


def in_xlsx(cell: Any) -> Any:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(write_xlsx(["A"], [[cell]]).parts)))
    return book.active["A2"]


@sweep("sign", FORMULA_SIGNS)
def test_formulas_are_texts(sign: str) -> None:
    text = f"{sign}1+1"
    assert in_csv(text) == f"'{text}"
    cell = in_xlsx(text)
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_numbers_and_dates_keep_their_type() -> None:
    assert (in_csv(-5), in_xlsx(-5).value) == ("-5", -5)
    assert (in_csv(-0.5), in_xlsx(-0.5).value) == ("-0.5", -0.5)
    assert (in_csv(date(2026, 1, 2)), in_xlsx(date(2026, 1, 2)).value) == ("2026-01-02", DAY)
    assert in_xlsx(date(1850, 3, 1)).value == "1850-03-01"
    assert (in_csv(None), in_xlsx(None).value) == ("", None)


def test_a_text_is_whole_as_far_as_excel_takes_it() -> None:
    long = "x" * (MAX_CELL_LENGTH + 1)
    assert in_csv(long) == long
    cut = in_xlsx(long).value
    assert len(cut) == MAX_CELL_LENGTH
    assert cut.endswith("The CSV file contains them all.)")
    assert in_xlsx(long[1:]).value == long[1:]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=100))
def test_any_text_arrives(text: str) -> None:
    arrived = in_csv(text)
    assert arrived in (text, f"'{text}")
    assert arrived == text or text.startswith(FORMULA_SIGNS)


def test_markup_is_not_downloaded() -> None:
    assert strip_markup(format_html("<p>{}</p><p>{}</p>", "a < b", "&amp;")) == "a < b\n&amp;"
    assert strip_markup("<b>typed</b>") == "<b>typed</b>"
    assert strip_markup("–") == ""
