"""Rows pasted from a spreadsheet: how they are read, messages about each, and duplicates."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.imports.reading.pasted_text import MAX_BYTES, detect_settings, iterate_rows, list_columns
from claims.imports.reading.review_record import Review
from claims.models import Claim, Topic
from sources.models import Source
from tests.helpers.newsroom import make_claim
from tests.helpers.unsaved_writer import Writer, kept

PAGE = "/admin/claims/claim/paste/"

EXCEL = (
    "\ufeffClaim\tClaimant\tclaimed_on\tTopics\tRating\r\n"
    "The bridge cost 90 million euros.\tMara Lindqvist\t25/12/2025\tTransport\tFalse\r\n"
    '"She said: “It is safe,\nand it is ""cheap"".”"\tMara Lindqvist\t2025-12-26\t\tTrue\r\n'
)


def outcomes(response: Any) -> list[tuple[str, str]]:
    return [(row.outcome, row.review.statement if row.review else "") for row in response.context["rows"]]


def sent(client: Client, text: str, do: str = "read", **more: str) -> Any:
    return client.post(PAGE, {"pasted": text, "do": do, **more})


def stored(client: Client, text: str, **more: str) -> Any:
    """Look at the rows, then press the button as the page has it."""
    page = sent(client, text, **more)
    fields = {
        bound.html_name: str(bound.value() or "")
        for bound in page.context["form"]
        if bound.value() not in (None, False)
    }
    return sent(client, text, "store", settings=page.context["settings"], **fields, **more)


@pytest.mark.django_db
def test_rows_become_proposals_and_the_same_again_nothing(client: Client, editor: User) -> None:
    Topic.objects.create(name="Transport", slug="transport")
    client.force_login(editor)
    looked = sent(client, EXCEL)
    assert outcomes(looked) == [
        ("created", "The bridge cost 90 million euros."),
        ("created", 'She said: “It is safe, and it is "cheap".”'),
    ]
    assert Claim.objects.count() == 0
    done = stored(client, EXCEL)
    assert [row.outcome for row in done.context["rows"]] == ["created", "created"]
    first, second = Claim.objects.order_by("pk")
    assert (first.state, first.language, str(first.claimant), first.claimed_on, first.created_by) == (
        "proposed",
        "en",
        "Mara Lindqvist",
        date(2025, 12, 25),
        editor,
    )
    assert [topic.name for topic in first.topics.all()] == ["Transport"]
    assert second.claimant == first.claimant
    assert first.verdicts.count() == 0  # ratings are not pasted
    again = stored(client, EXCEL)
    assert [(row.outcome, row.claim.pk) for row in again.context["rows"]] == [
        ("there", first.pk),
        ("there", second.pk),
    ]
    assert Claim.objects.count() == 2


@pytest.mark.django_db
def test_errors_name_the_cell_and_existing_claims_are_linked(client: Client, editor: User) -> None:
    known = make_claim("The tunnel is closed")
    client.force_login(editor)
    text = (
        "Statement\tClaimant\tclaimed_on\n"
        "“the tunnel is closed.”\t\t\n"
        "The ferry sank.\tJo Doe\t03/04/2019\n"
        "\tNobody\t\n"
        "The ferry sank.\tAnother Person\t\n"
    )
    done = stored(client, text)
    assert [(row.outcome, [remark[0] for remark in row.remarks]) for row in done.context["rows"]] == [
        ("there", []),
        ("created", ["Language", "Claimed on"]),
        ("refused", ["Statement"]),
        ("created", ["Language"]),
    ]
    assert done.context["rows"][0].claim == known
    ferry = Claim.objects.get(claimant__name="Jo Doe")
    assert ferry.claimed_on is None  # two days are possible, and none was guessed
    assert Claim.objects.filter(statement="The ferry sank.").count() == 2


@pytest.mark.django_db
def test_addresses_become_places(client: Client, editor: User) -> None:
    client.force_login(editor)
    stored(client, 'statement,appearances\n"The pier, at last, is open.",https://example.org/pier\n')
    claim = Claim.objects.get()
    assert [place.source for place in claim.appearances.all()] == [
        Source.objects.get(url="https://example.org/pier")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["contributor", "checker"])
def test_pasting_needs_permission_to_import(
    role: str, client: Client, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(role))
    assert client.get(PAGE).status_code == 403
    assert sent(client, EXCEL, "store").status_code == 403
    assert Claim.objects.count() == 0
    assert PAGE not in client.get(reverse("admin:claims_claim_changelist")).content.decode()


@pytest.mark.django_db
def test_too_much_and_nothing_and_garbage(client: Client, editor: User) -> None:
    client.force_login(editor)
    assert "Nothing was pasted" in sent(client, " \n\t\n").content.decode()
    assert "larger than 2 MB" in sent(client, "x" * (MAX_BYTES + 1)).content.decode()
    assert "more than 2000 rows" in sent(client, "It is so.\n" * 2001).content.decode()
    for broken in ("", "[]", '{"mapping": 1}', '{"mapping": {"fields": {"statement": "none"}}}', "{"):
        answer = sent(client, "It is so, they say.\n", "store", settings=broken)
        assert answer.status_code == 200, broken
    assert Claim.objects.filter(statement="It is so, they say.").count() <= 1


def statements(text: str) -> list[str]:
    return [
        review.statement
        for _record, review in iterate_rows(text, detect_settings(text))
        if isinstance(review, Review)
    ]


def test_without_names_of_columns() -> None:
    two = "The bridge cost 90 million.\tMara Lindqvist\nThe tunnel cost 40 million.\tJo Doe\n"
    assert statements(two) == ["The bridge cost 90 million.", "The tunnel cost 40 million."]
    assert list(list_columns(two, detect_settings(two))) == ["column 1", "column 2"]
    one = "The bridge, they say, cost 90 million.\nThe tunnel is closed, and wet.\n"
    assert statements(one) == one.splitlines()
    assert statements("The bridge cost 90 million.") == ["The bridge cost 90 million."]


@settings(suppress_health_check=list(HealthCheck))
@given(st.text(max_size=200))
def test_nothing_that_is_pasted_raises(text: str) -> None:
    how = detect_settings(text)
    list_columns(text, how)
    list(iterate_rows(text, how))


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
_CELL = st.lists(_WORDS, min_size=1, max_size=5).map(" ".join)


@given(st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=6))
def test_cells_arrive_as_a_spreadsheet_copies_them(cells: list[tuple[str, str]]) -> None:
    """Tabs between cells; a cell with a quotation mark or a line break is in quotation marks."""

    def copied(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if '"' in cell else cell

    text = "Statement\tContext\n" + "".join(f"{copied(one)}\t{copied(other)}\n" for one, other in cells)
    how = {**detect_settings(text)}
    how["dialect"] = {**how["dialect"], "quoting": "minimal"}
    found = [record.raw for record, _review in iterate_rows(text, how) if hasattr(record, "raw")]
    assert [(row["Statement"], row["Context"]) for row in found] == cells


@pytest.mark.django_db
def test_stored_rows_are_not_kept_as_unsaved(editor: User) -> None:
    """Otherwise it would be in the field again for the next rows."""
    writer = Writer(editor, PAGE)
    writer.write({"pasted": "Snow is black."})
    sent(writer.client, "Snow is black.", _autosave=writer.name)
    assert kept() == [{"pasted": "Snow is black."}]
    stored(writer.client, "Snow is black.", _autosave=writer.name)
    assert (Claim.objects.count(), kept()) == (1, [])
