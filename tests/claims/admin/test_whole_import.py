"""From a file on an editor's computer to published claims, through the pages of the desk and the worker."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.models import Claim, ImportRun, Publication, Rating
from claims.review import classification
from tests.claims.admin.test_import_form import filled_in, records
from tests.helpers.desk import Desk
from tests.helpers.worker import run_waiting_jobs

pytestmark = pytest.mark.slow

TABLE = (
    b"Said;Finding;Page;Day;Outlet\n"
    b"Trams in Sundvik are free.;Half baked;https://gazette.example.org/1;03/04/2019;Harbour Gazette\n"
    b"Sundvik has two ferries.;Well done;https://gazette.example.org/2;14/04/2019;Harbour Gazette\n"
    b";Half baked;https://gazette.example.org/3;15/04/2019;Harbour Gazette\n"
)


@pytest.mark.django_db(transaction=True)
def test_a_table_is_imported_followed_classified_and_undone(
    desk: Desk, editor: Any, settings: Any, tmp_path: Any, without_schedule: None
) -> None:
    settings.MEDIA_ROOT = tmp_path
    desk.client.post(
        reverse("admin:claims_importrun_add"), {"file": SimpleUploadedFile("archive.csv", TABLE)}
    )
    run = ImportRun.objects.get()
    page = reverse("admin:claims_importrun_set-up", args=[run.pk])
    shown = desk.client.get(page)
    columns = [value for value, _label in shown.context["form"].fields["column-statement"].choices]
    assert columns == ["", '"Said"', '"Finding"', '"Page"', '"Day"', '"Outlet"']
    corrected = filled_in(shown) | {
        "column-statement": '"Said"',
        "column-rating": '"Finding"',
        "column-review_url": '"Page"',
        "column-reviewed_on": '"Day"',
        "column-publisher": '"Outlet"',
        "constant-language": "en",
        "manner-reviewed_on": "dmy",
    }
    shown = desk.client.post(page, corrected | {"do": "preview"}, follow=True)
    assert [outcome for outcome, _what in records(shown)] == ["stored", "stored", "refused"]
    desk.client.post(page, filled_in(shown) | {"do": "start"})
    run_waiting_jobs()
    run.refresh_from_db()
    assert (run.state, run.created, run.refused) == ("finished", 2, 1)
    assert "Undo this import" in desk.text(run)
    assert Publication.objects.current().count() == 2
    label = Rating.objects.get(label="Half baked")
    classification.classify([label], "mixed", by=editor)
    run_waiting_jobs()
    newest = Publication.objects.current().get(rating_ids=[label.pk])
    assert (newest.version, newest.kind) == (2, "classification")
    assert newest.document["verdicts"][0]["rating"]["rating_class"] == "mixed"
    desk.client.post(reverse("admin:claims_importrun_undo", args=[run.pk]))
    run_waiting_jobs()
    run.refresh_from_db()
    assert (run.state, Publication.objects.current().count()) == ("undone", 0)
    assert Claim.objects.exclude(state="declined").count() == 0
    assert not ProcrastinateJob.objects.filter(status="failed").exists()
