"""The pages for setting up an import, and its progress."""

import json
import tomllib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import tomli_w
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from claims.admin.mapping_form import FIELD_LABELS, MappingForm, Settings, get_section
from claims.imports.reading import recipe
from claims.imports.reading.raw_record import RawRecord, Refusal
from claims.imports.reading.review_record import Review
from claims.imports.storing import house_archive, runs
from claims.models import ImportRun, RatingClass
from claims.newsroom.refusals import NotAllowed, NotPossible
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.row_actions import RefusalMessages
from factcheck.installation.messages import translate_message

#: The states of a run that a worker has started or will start.
ACTIVE_STATES = (ImportRun.State.WAITING, ImportRun.State.READING, ImportRun.State.WRITING)

#: A run without progress for this many seconds was interrupted, because workers record progress every few seconds.
_MAX_SILENT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class ProgressSample:
    """The progress of an import at one moment. The page sends its last sample back, to compute the speed."""

    time: float
    state: str
    record_count: int
    step_count: int
    """The bytes read or, while the import writes, the records written."""

    @classmethod
    def from_run(cls, run: ImportRun, now: datetime) -> Self:
        steps = run.done if run.state == ImportRun.State.WRITING else run.bytes_read
        return cls(now.timestamp(), run.state, run.records, steps)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse a sample sent back by a page; return None if it is invalid."""
        try:
            time, state, records, steps = text.split("~")
            return cls(float(time), state, int(records), int(steps))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.time:.3f}~{self.state}~{self.record_count}~{self.step_count}"


def describe_progress(run: ImportRun, *, since: str = "") -> dict[str, Any]:
    """Return the progress in words and numbers.

    Args:
        since: an earlier sample as text, from which the speed is computed; "" for the average speed so far.
    """
    now = timezone.now()
    sample, total = ProgressSample.from_run(run, now), _get_total(run)
    earlier_sample = ProgressSample.parse(since)
    if earlier_sample is None or earlier_sample.state != sample.state or earlier_sample.time >= sample.time:
        start_time = (run.started_at or now).timestamp()
        earlier_sample = ProgressSample(start_time, sample.state, 0, 0)
    seconds = max(sample.time - earlier_sample.time, 0.001)
    steps_per_second = max(sample.step_count - earlier_sample.step_count, 0) / seconds
    new_records = (
        sample.step_count - earlier_sample.step_count
        if _is_writing(run)
        else sample.record_count - earlier_sample.record_count
    )
    return {
        "sample": str(sample),
        "state": run.state,
        "label": run.get_state_display(),
        "is_moving": run.state in ACTIVE_STATES,
        "percent": min(100, 100 * sample.step_count // total) if total else None,
        "far": _describe_position(run),
        "speed": _describe_speed(round(new_records / seconds)) if new_records > 0 else "",
        "left": _describe_time_left((total - sample.step_count) / steps_per_second)
        if total and steps_per_second
        else "",
        "refused": _describe_rejected(run),
    }


def is_interrupted(run: ImportRun) -> bool:
    """Return whether an unfinished run seems to have lost its worker."""
    if run.state not in (ImportRun.State.READING, ImportRun.State.WRITING):
        return False
    last_progress = run.moved_at or run.started_at
    return last_progress is None or (timezone.now() - last_progress).total_seconds() > _MAX_SILENT_SECONDS


def _is_writing(run: ImportRun) -> bool:
    return run.state == ImportRun.State.WRITING


def _get_total(run: ImportRun) -> int:
    return run.records if _is_writing(run) else run.size or 0


def _describe_position(run: ImportRun) -> str:
    numbers = {"done": intcomma(run.done), "records": intcomma(run.records)}
    if _is_writing(run):
        template = ngettext(
            "%(done)s of %(records)s record processed",
            "%(done)s of %(records)s records processed",
            run.records,
        )
        return template % numbers
    template = ngettext("%(records)s record found", "%(records)s records found", run.records)
    return template % numbers if run.records else ""


def _describe_speed(records_per_second: int) -> str:
    template = ngettext("%(records)s record per second", "%(records)s records per second", records_per_second)
    return template % {"records": intcomma(records_per_second)}


def _describe_rejected(run: ImportRun) -> str:
    return _("%s rejected so far") % intcomma(run.refused) if run.refused else ""


def _describe_time_left(seconds: float) -> str:
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    if minutes < 120:
        return ngettext("about %d minute left", "about %d minutes left", minutes) % minutes
    hours = round(minutes / 60)
    return ngettext("about %d hour left", "about %d hours left", hours) % hours


#: The most records previewed before an import.
PREVIEW_LIMIT = 20


class FileForm(forms.Form):
    """The form for choosing the file to import."""

    file = forms.FileField(label=gettext_lazy("File"), widget=UnfoldAdminFileFieldWidget)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(
                _(
                    "The file is %(size)s; the limit here is %(most)s. For larger files, use the command import_claims."
                )
                % {"size": filesizeformat(file.size), "most": filesizeformat(settings.IMPORT_MAX_BYTES)}
            )
        return file


class TomlForm(forms.Form):
    """The form with the whole column mapping as TOML."""

    toml = forms.CharField(
        label=gettext_lazy("The mapping as TOML"),
        strip=False,
        widget=UnfoldAdminTextareaWidget({"rows": 24, "spellcheck": "false", "class": "desk-code"}),
    )

    def clean_toml(self) -> Settings:
        try:
            mapping = tomllib.loads(self.cleaned_data["toml"].replace("\r\n", "\n"))
            json.dumps(mapping)
        except tomllib.TOMLDecodeError as error:
            raise forms.ValidationError(_("This is not valid TOML: %s") % error) from None
        except TypeError:
            raise forms.ValidationError(_("Put dates and times in quotation marks.")) from None
        return mapping


@dataclass(frozen=True, slots=True)
class PreviewRecord:
    """A record of an import in the preview."""

    review: Review | None
    refusal: Refusal | None
    rating_class: SafeString | str = ""

    @property
    def field(self) -> str:
        """Return the name of the rejected field, as the mapping form names it."""
        name = self.refusal.field if self.refusal else ""
        return str(FIELD_LABELS.get(name, name))

    @property
    def remarks(self) -> list[tuple[str, str]]:
        remarks = self.review.remarks if self.review else ()
        return [(str(FIELD_LABELS.get(remark.field, remark.field)), remark.reason) for remark in remarks]

    @property
    def raw(self) -> str:
        """Return the raw values of a rejected record."""
        if self.refusal is None:
            return ""
        raw = _get_raw(self.refusal)
        return "" if raw is None else json.dumps(raw, indent=2, ensure_ascii=False, default=str)


def get_format_title(run: ImportRun) -> str:
    """Return the title of the import's format; for an unknown format, its name."""
    titles = {file_format.NAME: file_format.TITLE for file_format in recipe.FORMATS}
    return translate_message(titles.get(run.format, run.format)) or "–"


def choose_view(model_admin: DeskAdmin, request: HttpRequest) -> HttpResponse:
    """Show the page for choosing the file, and create the import from an uploaded file."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = runs.create_run(form.cleaned_data["file"], by=get_person(request))
        except (NotPossible, NotAllowed) as refusal:
            form.add_error("file", str(refusal))
        else:
            return HttpResponseRedirect(reverse("admin:claims_importrun_set-up", args=[run.pk]))
    context = {
        "title": _("Import a file"),
        "form": form,
        "formats": [translate_message(file_format.TITLE) for file_format in recipe.FORMATS],
        "most": settings.IMPORT_MAX_BYTES,
    }
    return model_admin.show_page(request, "import_file", context)


def set_up_view(model_admin: DeskAdmin, request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Show a preview of the import, and the settings for reading the file."""
    if run.state != ImportRun.State.CHOSEN or not run.upload:
        return HttpResponseRedirect(get_page_url(run))
    try:
        return _show_or_apply_settings(model_admin, request, run)
    except FileNotFoundError:
        messages.error(request, _("The file is no longer stored here. Choose it again."))
        return HttpResponseRedirect(reverse("admin:claims_importrun_add"))


def _show_or_apply_settings(model_admin: DeskAdmin, request: HttpRequest, run: ImportRun) -> HttpResponse:
    form, toml = _build_forms(request, run)
    action = request.POST.get("do", "") if request.method == "POST" else ""
    form_data = toml if action == "toml" else form
    if action and (form_data is None or form_data.is_valid()):
        if form_data is not None and not _store_settings(run, form_data):
            messages.error(
                request,
                _("The import has been started in the meantime. Reload the page to see its progress."),
            )
            return HttpResponseRedirect(get_page_url(run))
        if action != "start":
            return HttpResponseRedirect(request.path)
        start_import = house_archive.queue_archive if request.POST.get("house_archive") else runs.start_run
        with RefusalMessages(request):
            start_import(run, by=get_person(request))
        return HttpResponseRedirect(get_page_url(run))
    notes: list[str] = []
    records = [
        _build_preview_record(item) for _record, item in _preview_records(run, run.format_settings, notes)
    ]
    stored_records = [item for item in records if item.review]
    context = {
        "title": _("Import %s") % run.origin,
        "run": run,
        "format": get_format_title(run),
        "form": form,
        "toml": toml,
        "notes": notes,
        "records": records,
        "refused": len(records) - len(stored_records),
        "incomplete": sum(bool(item.remarks) for item in stored_records),
        "stored": len(stored_records),
        "may_bring_archive": request.user.has_perm(house_archive.PERMISSION),
    }
    return model_admin.show_page(request, "import_set_up", context)


def _build_forms(request: HttpRequest, run: ImportRun) -> tuple[MappingForm | None, TomlForm | None]:
    """Return the forms for correcting the settings, or None for each if the format has no settings."""
    if "mapping" not in run.format_settings:
        return None, None
    action = request.POST.get("do", "") if request.method == "POST" else ""
    form_data = request.POST if action in ("preview", "start") else None
    form = MappingForm(form_data, settings=run.format_settings, columns=_read_columns(run))
    initial = {"toml": tomli_w.dumps(_remove_none(get_section(run.format_settings, "mapping")))}
    return form, TomlForm(request.POST if action == "toml" else None, initial=initial)


@transaction.atomic
def _store_settings(run: ImportRun, form: MappingForm | TomlForm) -> bool:
    """Store the corrected settings. Return False if the import has already started."""
    row = ImportRun.objects.select_for_update().get(pk=run.pk)
    if row.state != ImportRun.State.CHOSEN:
        return False
    if isinstance(form, MappingForm):
        row.format_settings = form.settings()
    else:
        row.format_settings = {**row.format_settings, "mapping": form.cleaned_data["toml"]}
    row.save(update_fields=["format_settings"])
    return True


def _preview_records(
    run: ImportRun, format_settings: Settings, notes: list[str]
) -> list[runs.PreviewedRecord]:
    """Return the first records for a preview, and append a sentence on each skipped part to `notes`."""

    def report_note(sentence: str) -> None:
        notes.append(translate_message(sentence))

    return runs.preview_run(
        run, format=run.format, settings=format_settings, count=PREVIEW_LIMIT, report_note=report_note
    )


def _read_columns(run: ImportRun) -> dict[str, str]:
    """Return the columns of a table in order, each with its first value, even if the column mapping is invalid."""
    samples = {
        name: section
        for name, section in get_section(run.format_settings, "mapping").items()
        if name == "table"
    }
    trial_mapping = samples | {"name": "columns", "fields": {"statement": 1}}
    columns: dict[str, str] = {}
    for record, _item in _preview_records(run, {**run.format_settings, "mapping": trial_mapping}, []):
        raw = _get_raw(record)
        for name, value in raw.items() if isinstance(raw, dict) else ():
            text = "" if value is None else " ".join(str(value).split())
            columns[name] = columns.get(name) or (text if len(text) <= 40 else f"{text[:39]}…")
    return columns


def _get_raw(record: RawRecord | Refusal) -> Any:
    """Return the record's values as they are in the file."""
    if isinstance(record, Refusal):
        if record.raw is not None or record.found is None:
            return record.raw
        record = record.found
    return record.raw if record.raw is not None else dict(record.fields)


def _build_preview_record(item: Review | Refusal) -> PreviewRecord:
    if isinstance(item, Refusal):
        return PreviewRecord(None, item)
    if item.rating is None:
        return PreviewRecord(item, None)
    if not item.rating.rating_class:
        return PreviewRecord(item, None, render_badge(_("Not mapped yet"), "waiting"))
    return PreviewRecord(item, None, render_badge(RatingClass(item.rating.rating_class).label))


def _remove_none(value: Any) -> Any:
    """Return the value without None, which TOML cannot represent."""
    if isinstance(value, dict):
        return {key: _remove_none(member) for key, member in value.items() if member is not None}
    return [_remove_none(member) for member in value] if isinstance(value, list) else value
