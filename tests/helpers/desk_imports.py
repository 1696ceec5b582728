"""Imports for tests of the desk's pages, without the worker: what they ask for is done at once, or written down."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import User

from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal
from claims.imports.reading.review_record import Label, Outlet, Person, Remark, Review
from claims.models import ImportRun
from claims.newsroom.refusals import NotPossible
from factcheck.translatable_messages import TranslatableMessage

SETTINGS = {
    "dialect": {"encoding": "utf-8", "delimiter": ",", "quoting": "minimal", "header": True},
    "mapping": {
        "name": "suggested by the column names",
        "fields": {"statement": "claim", "rating": ["verdict", "label"], "reviewed_on": "day"},
        "transform": {"claimant": "slug"},
    },
    "date_order": {"reviewed_on": {"/": "dmy"}},
}


class Format:
    """A format whose settings hold a mapping."""

    NAME, TITLE = "csv", TranslatableMessage("Table (CSV, TSV)")


class Intake:
    """Stands in for `claims.imports.storing`."""

    def __init__(self) -> None:
        self.text = ""
        self.format, self.settings = Format.NAME, SETTINGS
        self.is_lost = False
        self.refusal: Exception | None = None
        self.hindrances: list[str] = []
        self.calls: list[tuple[str, int, str]] = []

    def create_run(self, upload: Any, *, by: User) -> ImportRun:
        self._refuse()
        self.text = upload.read().decode()
        return ImportRun.objects.create(
            origin=upload.name,
            upload=f"imports/{upload.name}",
            size=upload.size,
            format=self.format,
            format_settings=self.settings,
            started_by=by,
            started_by_name=by.get_full_name(),
        )

    def start_run(self, run: ImportRun, *, by: User) -> None:
        self._refuse()
        self.calls.append(("start", run.pk, by.get_username()))
        ImportRun.objects.filter(pk=run.pk).update(state="waiting", error="")

    def write_problem_report(self, run: ImportRun) -> Iterator[bytes]:
        for problem in run.problems.all():
            yield json.dumps({"position": problem.position, "reason": problem.reason}).encode() + b"\n"

    def find_obstacles(self, run: ImportRun) -> list[str]:
        return self.hindrances

    def queue_undo(self, run: ImportRun, *, by: User, keep_later_work: bool = False) -> None:
        self._refuse()
        self.calls.append(("undo the rest" if keep_later_work else "undo", run.pk, by.get_username()))
        ImportRun.objects.filter(pk=run.pk).update(state="undone")

    def preview_run(
        self,
        run: ImportRun,
        *,
        format: str,  # noqa: A002  as claims.imports.storing has it
        settings: Any,
        count: int = 20,
        report_note: Callable[[str], None] = lambda sentence: None,
    ) -> list[tuple[RawRecord | Refusal, Review | Refusal]]:
        fields = settings.get("mapping", {}).get("fields", {})
        if self.is_lost:
            raise FileNotFoundError(run.upload.name)
        rows = csv.DictReader(io.StringIO(self.text))
        return [
            _read(RecordLocation(run.origin, f"row {number}"), row, fields)
            for number, row in zip(range(1, count + 1), rows, strict=False)
        ]

    def _refuse(self) -> None:
        if self.refusal:
            raise self.refusal


def _read(
    location: RecordLocation, row: dict[str, str], fields: dict[str, Any]
) -> tuple[RawRecord, Review | Refusal]:
    values = {name: row.get(column, "") for name, column in fields.items() if isinstance(column, str)}
    found = RawRecord(location, values, row)
    if not values.get("statement"):
        return found, Refusal(location, "statement", "There is no statement.", "no statement", found)
    ambiguous = Remark("reviewed_on", "03/04/2019 could be two days.", "ambiguous date")
    return found, Review(
        location,
        values["statement"],
        "en",
        Outlet("Gazette", "gazette.example.org"),
        Label(
            values.get("rating") or "Odd",
            values.get("rating") or "Odd",
            "false" if values.get("rating") else "",
        ),
        Person("Ida Holm", job_title="Mayor"),
        remarks=(ambiguous,),
    )


def illegal(why: str) -> NotPossible:
    return NotPossible(why)
