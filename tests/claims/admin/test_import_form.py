"""Importing a file from the desk: chosen, looked at, its mapping corrected, started."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from claims.admin.import_form import get_format_title
from claims.models import ImportRun
from tests.claims.admin.conftest import make_run
from tests.helpers.desk import Desk, said
from tests.helpers.desk_imports import SETTINGS, Intake, illegal

pytestmark = pytest.mark.django_db

ADD = reverse("admin:claims_importrun_add")
TABLE = (
    b"claim,verdict,day,who\nTrams are free.,Wrong,03/04/2019,ida-holm\n,Right,,\n<b>Buses</b> are late.,,,\n"
)


def set_up(run: ImportRun) -> str:
    return reverse("admin:claims_importrun_set-up", args=[run.pk])


def upload(desk: Desk, content: bytes = TABLE) -> Any:
    return desk.client.post(ADD, {"file": SimpleUploadedFile("archive.csv", content)})


def filled_in(page: Any) -> dict[str, str]:
    """The mapping's form as a browser would send it back."""
    form = page.context["form"]
    return {field.html_name: "" if field.value() is None else str(field.value()) for field in form}


def records(page: Any) -> list[tuple[str, str]]:
    return [
        ("stored", shown.review.statement) if shown.review else ("refused", shown.refusal.reason)
        for shown in page.context["records"]
    ]


@pytest.mark.parametrize("role", ["contributor", "checker"])
def test_is_for_editors(
    role: str, client: Client, request: pytest.FixtureRequest, intake: Intake, run: ImportRun
) -> None:
    desk = Desk(client).sign_in(request.getfixturevalue(role))
    assert desk.client.get(ADD).status_code == 403
    assert upload(desk).status_code == 403
    assert desk.client.get(set_up(run)).status_code == 403
    assert desk.client.post(set_up(run), {"do": "start"}).status_code == 403
    assert 'href="/admin/claims/importrun' not in desk.client.get(reverse("admin:index")).content.decode()
    assert (ImportRun.objects.count(), intake.calls) == (1, [])


def test_permission_to_view_imports_does_not_allow_starting_them(
    client: Client, checker: User, intake: Intake
) -> None:
    run = make_run(checker)
    checker.user_permissions.add(*_permissions("view_importrun"))
    desk = Desk(client).sign_in(checker)
    assert desk.client.get(desk.page(run)).status_code == 200
    assert desk.client.post(set_up(run), {"do": "start"}).status_code == 403
    assert "Preview and start" not in desk.text(run)


def _permissions(*names: str) -> Any:
    return Permission.objects.filter(codename__in=names)


def test_a_chosen_file_is_shown_as_it_would_be_stored(desk: Desk, intake: Intake) -> None:
    answer = upload(desk)
    run = ImportRun.objects.get()
    assert answer.headers["Location"] == set_up(run)
    page = desk.client.get(set_up(run))
    assert records(page) == [
        ("stored", "Trams are free."),
        ("refused", "There is no statement."),
        ("stored", "<b>Buses</b> are late."),
    ]
    text = page.content.decode()
    assert "&lt;b&gt;Buses&lt;/b&gt; are late." in text
    assert "<b>Reviewed on:</b> 03/04/2019 could be two days." in text
    assert "&quot;verdict&quot;: &quot;Right&quot;" in text
    assert [page.context[name] for name in ("stored", "refused", "incomplete")] == [2, 1, 2]
    assert (run.state, intake.calls) == ("chosen", [])


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(b"", "The submitted file is empty."), (b"x" * 1_000_001, "the limit here is 976.6\xa0KB")],
)
def test_a_file_that_is_not_taken(
    content: bytes, refusal: str, desk: Desk, intake: Intake, settings: Any
) -> None:
    settings.IMPORT_MAX_BYTES = 1_000_000
    (error,) = upload(desk, content).context["form"].errors["file"]
    assert refusal in error
    assert ImportRun.objects.count() == 0


def test_a_file_that_the_intake_refuses(desk: Desk, intake: Intake) -> None:
    intake.refusal = illegal("This file is being imported already.")
    assert upload(desk).context["form"].errors["file"] == ["This file is being imported already."]


def test_the_form_shows_the_mapping_and_sent_back_changes_nothing(desk: Desk, intake: Intake) -> None:
    upload(desk)
    run = ImportRun.objects.get()
    page = desk.client.get(set_up(run))
    sent = filled_in(page)
    assert {
        name: value for name, value in sent.items() if value and name.startswith(("column", "manner"))
    } == {
        "column-statement": '"claim"',
        "column-rating": '["verdict", "label"]',
        "column-reviewed_on": '"day"',
    }
    columns = [label for value, label in page.context["form"].fields["column-claimant"].choices]
    assert columns == [
        "–",
        "claim · Trams are free.",
        "verdict · Wrong",
        "day · 03/04/2019",
        "who · ida-holm",
    ]
    assert "found: day first, 25/12/2019" in page.content.decode()
    desk.client.post(set_up(run), sent | {"do": "preview"})
    run.refresh_from_db()
    assert run.format_settings == SETTINGS


def test_a_corrected_mapping_is_previewed_and_kept(desk: Desk, intake: Intake) -> None:
    upload(desk)
    run = ImportRun.objects.get()
    corrected = filled_in(desk.client.get(set_up(run))) | {
        "column-statement": '"who"',
        "column-rating": '"verdict"',
        "column-reviewed_on": "",
        "column-claimed_on": '"day"',
        "manner-claimed_on": "mdy",
        "column-topics": '"label"',
        "manner-topics": "\n",
        "constant-publisher": "Gazette",
        "ratings": "0 = False\n 1=True\n",
        "delimiter": ";",
        "header": "0",
    }
    corrected["column-topics"] = '"verdict"'
    answer = desk.client.post(set_up(run), corrected | {"do": "preview"}, follow=True)
    run.refresh_from_db()
    assert run.format_settings == {
        "dialect": {"encoding": "utf-8", "delimiter": ";", "quoting": "minimal", "header": False},
        "mapping": {
            "name": "suggested by the column names",
            "transform": {"claimant": "slug"},
            "fields": {"statement": "who", "rating": "verdict", "claimed_on": "day", "topics": "verdict"},
            "constants": {"publisher": "Gazette"},
            "ratings": {"0": "False", "1": "True"},
            "dates": {"claimed_on": {"order": "mdy"}},
            "split": {"topics": ["\n"]},
        },
        "date_order": {},
    }
    assert records(answer)[0] == ("stored", "ida-holm")
    assert (run.state, intake.calls) == ("chosen", [])


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("ratings", "0 False", "Write “0 False” in the form code = label."),
        ("encoding", "klingon", "“klingon” is not a known encoding. Common ones are utf-8 and cp1252."),
        (
            "column-statement",
            '"nowhere"',
            'Select a valid choice. "nowhere" is not one of the available choices.',
        ),
    ],
)
def test_an_invalid_mapping_is_reported_and_not_stored(
    name: str, value: str, error: str, desk: Desk, intake: Intake
) -> None:
    upload(desk)
    run = ImportRun.objects.get()
    sent = filled_in(desk.client.get(set_up(run))) | {name: value, "do": "start"}
    page = desk.client.post(set_up(run), sent)
    assert page.context["form"].errors == {name: [error]}
    run.refresh_from_db()
    assert (run.format_settings, intake.calls) == (SETTINGS, [])


def test_the_mapping_as_toml_is_the_same_mapping(desk: Desk, intake: Intake) -> None:
    upload(desk)
    run = ImportRun.objects.get()
    text = desk.client.get(set_up(run)).context["toml"]["toml"].value()
    desk.client.post(set_up(run), {"do": "toml", "toml": text.replace("\n", "\r\n")})
    run.refresh_from_db()
    assert run.format_settings == SETTINGS
    desk.client.post(set_up(run), {"do": "toml", "toml": 'name = "Ours"\n[fields]\nstatement = "who"\n'})
    run.refresh_from_db()
    assert run.format_settings == SETTINGS | {"mapping": {"name": "Ours", "fields": {"statement": "who"}}}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("fields = ", "This is not valid TOML: Invalid value (at end of document)"),
        ("day = 2024-01-01", "Put dates and times in quotation marks."),
    ],
)
def test_invalid_toml(text: str, error: str, desk: Desk, intake: Intake, run: ImportRun) -> None:
    page = desk.client.post(set_up(run), {"do": "toml", "toml": text})
    assert page.context["toml"].errors == {"toml": [error]}
    run.refresh_from_db()
    assert run.format_settings == SETTINGS


def test_a_mapping_that_makes_no_sense_still_opens(desk: Desk, intake: Intake, run: ImportRun) -> None:
    strange = 'fields = "all"\nratings = [1]\nsplit = {topics = ";"}\n[dates]\nreviewed_on = 3\n'
    desk.client.post(set_up(run), {"do": "toml", "toml": strange})
    page = desk.client.get(set_up(run))
    assert page.status_code == 200
    assert page.context["form"]["column-statement"].value() == ""


def test_starting_leads_to_the_page_of_the_import(desk: Desk, intake: Intake, editor: User) -> None:
    upload(desk)
    run = ImportRun.objects.get()
    sent = filled_in(desk.client.get(set_up(run))) | {"constant-language": "en", "do": "start"}
    answer = desk.client.post(set_up(run), sent)
    assert answer.headers["Location"] == desk.page(run)
    run.refresh_from_db()
    assert (run.state, intake.calls) == ("waiting", [("start", run.pk, editor.username)])
    assert run.format_settings["mapping"]["constants"] == {"language": "en"}


def test_a_started_import_cannot_be_set_up_again(desk: Desk, intake: Intake, editor: User) -> None:
    run = make_run(editor, state="reading")
    answer = desk.client.post(set_up(run), {"do": "toml", "toml": 'name = "Late"'})
    assert answer.headers["Location"] == desk.page(run)
    run.refresh_from_db()
    assert (run.format_settings, intake.calls) == (SETTINGS, [])


def test_a_format_that_settles_everything_itself_is_only_started(desk: Desk, intake: Intake) -> None:
    intake.format, intake.settings = "claimreview", {}
    upload(desk)
    run = ImportRun.objects.get()
    page = desk.client.get(set_up(run))
    assert (page.context["form"], page.context["toml"]) == (None, None)
    desk.client.post(set_up(run), {"do": "start"})
    assert [call[0] for call in intake.calls] == ["start"]


def test_a_refused_start_is_reported(desk: Desk, intake: Intake, run: ImportRun) -> None:
    intake.format, intake.refusal = "claimreview", illegal("Another import of this file is running.")
    ImportRun.objects.filter(pk=run.pk).update(format_settings={})
    assert said(desk.client.post(set_up(run), {"do": "start"}, follow=True)) == [
        "Another import of this file is running."
    ]


def test_a_file_that_was_lost_is_chosen_again(desk: Desk, intake: Intake, run: ImportRun) -> None:
    intake.is_lost = True
    answer = desk.client.get(set_up(run), follow=True)
    assert answer.redirect_chain == [(ADD, 302)]
    assert said(answer) == ["The file is no longer stored here. Choose it again."]


def test_imports_started_by_command_are_not_set_up_here(desk: Desk, intake: Intake, editor: User) -> None:
    run = make_run(editor, upload="")
    assert desk.client.get(set_up(run)).headers["Location"] == desk.page(run)
    assert set_up(run) not in desk.text(run)


def test_setting_up_costs_five_queries(
    desk: Desk, intake: Intake, run: ImportRun, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    desk.client.get(set_up(run))
    with django_assert_num_queries(5):  # the session, the person, two for permissions, the import
        desk.client.get(set_up(run))


def test_every_format_is_called_in_the_language_of_the_reader(desk: Desk) -> None:
    assert get_format_title(ImportRun(format="xlsx")) == "Spreadsheet (Excel)"
    assert [get_format_title(ImportRun(format=name)) for name in ("gone", "")] == ["gone", "–"]
    answer = desk.client.get(reverse("admin:claims_importrun_add"), headers={"Accept-Language": "de"})
    page = answer.content.decode()
    assert "Webseite mit ClaimReview-Auszeichnung" in page
    assert "ClaimReview markup" not in page
