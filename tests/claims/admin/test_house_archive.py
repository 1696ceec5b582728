"""The newsroom's own archive at the desk: imported, held, inspected and released."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.models import Claim, ImportRun, Publication
from sources.models import Publisher
from tests.claims.admin.conftest import make_run
from tests.claims.admin.test_import_form import filled_in
from tests.helpers.desk import Desk
from tests.helpers.desk_imports import Intake
from tests.helpers.newsroom import person
from tests.helpers.worker import run_waiting_jobs

TABLE = b"""statement,rating,review_url,reviewed_on,language
The bridge cost nine million euros.,False,https://newsroom.example/1,2019-04-13,en
The tunnel is closed.,True,https://newsroom.example/2,2019-04-14,en
"""


def address(run: ImportRun, name: str) -> str:
    return reverse(f"admin:claims_importrun_{name}", args=[run.pk])


@pytest.mark.django_db(transaction=True)
def test_two_administrators_publish_an_archive(
    client: Client, administrator: User, settings: Any, tmp_path: Path, without_schedule: None
) -> None:
    settings.MEDIA_ROOT = tmp_path
    Publisher.objects.filter(is_house=True).update(domain="newsroom.example", url="https://newsroom.example")
    desk = Desk(client).sign_in(administrator)
    client.post(reverse("admin:claims_importrun_add"), {"file": SimpleUploadedFile("archive.csv", TABLE)})
    run = ImportRun.objects.get()
    shown = client.get(address(run, "set-up"))
    assert 'name="house_archive"' in shown.content.decode()
    client.post(address(run, "set-up"), filled_in(shown) | {"do": "start", "house_archive": "yes"})
    run_waiting_jobs()
    run.refresh_from_db()
    assert (run.state, run.records, Claim.objects.count()) == ("held", 2, 0)
    assert "Release and publish" not in desk.text(run)
    assert "The tunnel is closed." in desk.text(run)
    client.post(address(run, "release"), {"is_checked": "yes"})
    assert not ProcrastinateJob.objects.filter(status="todo").exists()

    desk.sign_in(person("ben", "Administrator"))
    assert "Release and publish" in desk.text(run)
    unconfirmed = client.post(address(run, "release")).content.decode()
    assert "Check the sample, then confirm that you have checked it." in unconfirmed
    client.post(address(run, "release"), {"is_checked": "yes"})
    run_waiting_jobs()
    run.refresh_from_db()
    assert (run.state, run.created, run.released_by_name) == ("finished", 2, "Ben")
    claim = Publication.objects.current().order_by("pk")[0].document
    assert claim["verdicts"][0]["origin"] == "house_archive"
    page = client.get(claim["url"].partition("/claims/")[1] + claim["url"].partition("/claims/")[2])
    assert "From our archive, imported unchanged; not reviewed again here" in page.content.decode()
    listed = client.get("/api/v1/verdicts/?fields=origin").json()["results"]
    assert {verdict["origin"] for verdict in listed} == {"house_archive"}


@pytest.mark.django_db
class TestEditors:
    def test_do_not_see_the_choice_nor_have_it(self, desk: Desk, intake: Intake, run: ImportRun) -> None:
        shown = desk.client.get(address(run, "set-up"))
        assert 'name="house_archive"' not in shown.content.decode()
        desk.client.post(address(run, "set-up"), filled_in(shown) | {"do": "start", "house_archive": "yes"})
        run.refresh_from_db()
        assert (run.state, run.house_archive, intake.calls) == ("chosen", False, [])

    def test_do_not_release(self, desk: Desk, intake: Intake, administrator: User) -> None:
        run = make_run(administrator, house_archive=True, state="held", sample=[{"statement": "It leans."}])
        assert "Release and publish" not in desk.text(run)
        assert "It leans." in desk.text(run)
        assert desk.client.post(address(run, "release"), {"is_checked": "yes"}).status_code == 403
        run.refresh_from_db()
        assert (run.state, run.released_by) == ("held", None)


@pytest.mark.django_db
def test_a_sample_is_shown_as_text(client: Client, administrator: User, intake: Intake) -> None:
    desk = Desk(client).sign_in(person("ben", "Administrator"))
    run = make_run(administrator, house_archive=True, state="held", sample=[{"statement": "<b>Buses</b>"}])
    assert "&lt;b&gt;Buses&lt;/b&gt;" in desk.text(run)
