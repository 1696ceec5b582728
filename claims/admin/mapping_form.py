"""The form for a column mapping. It edits the same values as the TOML file.

Settings that have no field in the form (variants, skipped rows, transformations) stay unchanged; the TOML
mapping on the same page contains all settings.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from claims.imports.reading.raw_record import FIELDS
from claims.imports.storing.runs import UNRATED_KEY
from factcheck.list_phrases import join_phrases

Settings = dict[str, Any]
Choices = list[tuple[str, StrOrPromise]]

FIELD_LABELS: dict[str, StrOrPromise] = {
    "statement": gettext_lazy("Statement"),
    "rating": gettext_lazy("Rating"),
    "publisher": gettext_lazy("Publisher"),
    "claimant": gettext_lazy("Claimant"),
    "review_url": gettext_lazy("Address of the review"),
    "reviewed_on": gettext_lazy("Reviewed on"),
    "claimed_on": gettext_lazy("Claimed on"),
    "language": gettext_lazy("Language"),
    "id": gettext_lazy("Record number in the file"),
    "summary": gettext_lazy("Summary"),
    "topics": gettext_lazy("Topics"),
    "appearances": gettext_lazy("Appearances"),
    "context": gettext_lazy("Context"),
    "title": gettext_lazy("Headline of the review"),
    "byline": gettext_lazy("Byline"),
    "review_language": gettext_lazy("Language of the review"),
    "publisher_url": gettext_lazy("Address of the publisher"),
    "claimant_title": gettext_lazy("Claimant’s job title"),
    "claimant_kind": gettext_lazy("Kind of claimant"),
    "claimant_same_as": gettext_lazy("Address of the claimant’s page"),
    "rating_value": gettext_lazy("Rating as a number"),
    "rating_best": gettext_lazy("Number that means true"),
    "rating_worst": gettext_lazy("Number that means false"),
    "media": gettext_lazy("Addresses of pictures, audio or video"),
    "media_kind": gettext_lazy("Picture, audio or video"),
    "media_authenticity_category": gettext_lazy("Category of the picture, audio or video"),
    "original_media_context": gettext_lazy("Actual content"),
    "original_media_url": gettext_lazy("Address of the original"),
}
#: The fields that nearly every file has; the other fields are collapsed.
USUAL_FIELDS = (
    "statement",
    "rating",
    "publisher",
    "claimant",
    "review_url",
    "reviewed_on",
    "claimed_on",
    "language",
)

_DATE_FIELDS = ("reviewed_on", "claimed_on")
_LIST_FIELDS = ("topics", "appearances", "claimant_same_as", "media")
_DATE_ORDERS: Choices = [
    ("dmy", gettext_lazy("day first, 25/12/2019")),
    ("mdy", gettext_lazy("month first, 12/25/2019")),
    ("ymd", gettext_lazy("year first, 2019/12/25")),
    ("mixed", gettext_lazy("sometimes day first, sometimes month first")),
]
_SEPARATORS: Choices = [
    (",", gettext_lazy("split at commas")),
    (";", gettext_lazy("split at semicolons")),
    ("|", gettext_lazy("split at |")),
    ("\n", gettext_lazy("split at line breaks")),
]
_DELIMITERS: Choices = [
    (",", gettext_lazy("comma")),
    (";", gettext_lazy("semicolon")),
    ("\t", gettext_lazy("tab")),
    ("|", gettext_lazy("vertical bar")),
]
_QUOTING_CHOICES: Choices = [
    ("minimal", gettext_lazy("quotation marks around cells where needed, doubled inside a cell")),
    ("literal", gettext_lazy("quotation marks are ordinary characters")),
]


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of a claim, with the inputs that assign columns to it."""

    label: StrOrPromise
    hint: str
    column: forms.BoundField
    constant: forms.BoundField
    option_field: forms.BoundField | None
    """The input for the format of the values: the date order, or the separator between several values."""


class MappingForm(forms.Form):
    """The form that assigns the columns of a file to the fields of claims.

    Args:
        settings: the settings of the import; the form edits their section "mapping".
        columns: the file's columns, each with a sample value.
    """

    ratings = forms.CharField(
        label=gettext_lazy("Meaning of the rating codes"),
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 5, "placeholder": "0 = False", "spellcheck": "false"}),
        help_text=gettext_lazy("One code per line: the code in the file, =, and the publisher’s own label."),
    )

    unrated = forms.BooleanField(
        label=gettext_lazy("These reviews have no ratings"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=gettext_lazy(
            "The reviews are imported as claims for triage. If there are ratings, name the column that contains them."
        ),
    )

    def __init__(self, *args: Any, settings: Settings, columns: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._settings = settings
        self._mapping = get_section(settings, "mapping")
        for name in FIELDS:
            self._add_line(name, columns)
        self.fields["ratings"].initial = "\n".join(
            f"{code} = {label}" for code, label in get_section(self._mapping, "ratings").items()
        )
        self.fields["unrated"].initial = bool(settings.get(UNRATED_KEY))
        if "dialect" in settings:
            self._add_dialect(get_section(settings, "dialect"))

    # The fields ------------------------------------------------------------------------------------------------------

    def _add_line(self, name: str, columns: Mapping[str, str]) -> None:
        field_value = get_section(self._mapping, "fields").get(name)
        choices: Choices = [("", "–")]
        choices += [
            (json.dumps(column), f"{column} · {value}" if value else column)
            for column, value in columns.items()
        ]
        self._add_select(
            f"column-{name}",
            choices,
            "" if field_value is None else json.dumps(field_value),
            _describe_columns(field_value),
        )
        self._set_screen_reader_label(f"column-{name}", str(FIELD_LABELS[name]))
        constant = get_section(self._mapping, "constants").get(name, "")
        self.fields[f"constant-{name}"] = forms.CharField(
            required=False,
            initial=constant,
            widget=UnfoldAdminTextInputWidget(
                {
                    "placeholder": _("fixed value"),
                    "aria-label": _("%s: value if missing") % FIELD_LABELS[name],
                }
            ),
        )
        if name in _DATE_FIELDS:
            order = get_section(get_section(self._mapping, "dates"), name).get("order", "")
            date_order = get_section(self._settings, "date_order").get(name)
            orders = [
                str(dict(_DATE_ORDERS)[order_name])
                for order_name in dict.fromkeys((date_order or {}).values())
                if order_name in dict(_DATE_ORDERS)
            ]
            default_label = _("found: %s") % join_phrases(orders) if orders else _("order of day and month")
            self._add_select(f"manner-{name}", [("", default_label), *_DATE_ORDERS], order, str(order))
            self._set_screen_reader_label(
                f"manner-{name}", _("%s: order of day and month") % FIELD_LABELS[name]
            )
        if name in _LIST_FIELDS:
            separators = get_section(self._mapping, "split").get(name) or []
            separator = (
                separators[0] if len(separators) == 1 else json.dumps(separators) if separators else ""
            )
            self._add_select(
                f"manner-{name}",
                [("", _("not split: one value")), *_SEPARATORS],
                separator,
                " ".join(separators),
            )
            self._set_screen_reader_label(
                f"manner-{name}", _("%s: separator between several values") % FIELD_LABELS[name]
            )

    def _add_dialect(self, dialect: Settings) -> None:
        self._add_select("delimiter", _DELIMITERS, dialect.get("delimiter", ","), label=_("Cell separator"))
        self._add_select(
            "quoting", _QUOTING_CHOICES, dialect.get("quoting", "minimal"), label=_("Quotation marks")
        )
        self.fields["encoding"] = forms.CharField(
            label=_("Encoding"), initial=dialect.get("encoding", "utf-8"), widget=UnfoldAdminTextInputWidget
        )
        header = (("1", _("column names")), ("0", _("an ordinary record")))
        self._add_select(
            "header", list(header), "1" if dialect.get("header", True) else "0", label=_("First row")
        )

    def _add_select(
        self, name: str, choices: Choices, current_value: str, current_label: str = "", *, label: str = ""
    ) -> None:
        """Add a select field. Its choices always include the current value."""
        if current_value not in dict(choices):
            choices = [*choices, (current_value, current_label or current_value)]
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=choices,
            initial=current_value,
            required=False,
            widget=UnfoldAdminSelectWidget,
        )

    def _set_screen_reader_label(self, name: str, label: str) -> None:
        """Add a label for screen readers to an input without a visible label."""
        self.fields[name].widget.attrs["aria-label"] = label

    def clean_encoding(self) -> str:
        encoding: str = self.cleaned_data["encoding"]
        try:
            "".encode(encoding)
        except (LookupError, ValueError):
            raise forms.ValidationError(
                _("“%s” is not a known encoding. Common ones are utf-8 and cp1252.") % encoding
            ) from None
        return encoding

    def clean_ratings(self) -> dict[str, str]:
        ratings = {}
        for line in filter(str.strip, self.cleaned_data["ratings"].splitlines()):
            code, sign, label = (part.strip() for part in line.partition("="))
            if not (sign and label):
                raise forms.ValidationError(_("Write “%s” in the form code = label.") % line.strip())
            ratings[code] = label
        return ratings

    # The page --------------------------------------------------------------------------------------------------------

    def common_lines(self) -> Iterator[FieldLine]:
        return self._build_lines(USUAL_FIELDS)

    def other_lines(self) -> Iterator[FieldLine]:
        return self._build_lines(name for name in FIELD_LABELS if name not in USUAL_FIELDS)

    def dialect(self) -> list[forms.BoundField]:
        return [self[name] for name in ("delimiter", "quoting", "encoding", "header") if name in self.fields]

    def _build_lines(self, names: Any) -> Iterator[FieldLine]:
        for name in names:
            option_field = self[f"manner-{name}"] if f"manner-{name}" in self.fields else None
            yield FieldLine(
                FIELD_LABELS[name],
                FIELDS[name],
                self[f"column-{name}"],
                self[f"constant-{name}"],
                option_field,
            )

    # The settings from the form -------------------------------------------------------------------------------------

    def settings(self) -> Settings:
        """Return the settings chosen in the form."""
        data = self.cleaned_data
        earlier_fields = get_section(self._mapping, "fields")
        fields = {name: json.loads(data[f"column-{name}"]) for name in FIELDS if data[f"column-{name}"]}
        mapping = {
            "fields": fields,
            "constants": {name: data[f"constant-{name}"] for name in FIELDS if data[f"constant-{name}"]},
            "ratings": data["ratings"],
            "dates": self._collect_date_orders(),
            "split": self._collect_separators(),
        }
        other_sections = {name: section for name, section in self._mapping.items() if name not in mapping}
        settings = {
            **self._settings,
            "mapping": other_sections | {name: section for name, section in mapping.items() if section},
        }
        settings.pop(UNRATED_KEY, None)
        if data["unrated"]:
            settings[UNRATED_KEY] = True
        # A date order detected in one column does not apply to another column.
        date_orders = get_section(settings, "date_order").items()
        if "date_order" in settings:
            settings["date_order"] = {
                name: order for name, order in date_orders if earlier_fields.get(name) == fields.get(name)
            }
        if "dialect" in settings:
            settings["dialect"] = get_section(settings, "dialect") | {
                "delimiter": data["delimiter"],
                "quoting": data["quoting"],
                "encoding": data["encoding"],
                "header": data["header"] == "1",
            }
        return settings

    def _collect_date_orders(self) -> Settings:
        dates = {
            name: dict(get_section(get_section(self._mapping, "dates"), name)) for name in ("", *_DATE_FIELDS)
        }
        for name in _DATE_FIELDS:
            dates[name].pop("order", None)
            if order := self.cleaned_data[f"manner-{name}"]:
                dates[name]["order"] = order
        return {name: date_settings for name, date_settings in dates.items() if date_settings}

    def _collect_separators(self) -> Settings:
        separators = {name: self.cleaned_data[f"manner-{name}"] for name in _LIST_FIELDS}
        return {
            name: json.loads(value) if value.startswith("[") else [value]
            for name, value in separators.items()
            if value
        }


def get_section(settings: Mapping[str, Any], name: str) -> Settings:
    """Return a section of the settings, or {} if it is not a table, because people may edit the settings by hand."""
    section = settings.get(name)
    return section if isinstance(section, dict) else {}


def _describe_columns(columns: Any) -> str:
    """Describe a mapping's columns in one line."""
    if isinstance(columns, dict):
        return " + ".join(map(str, columns.get("columns", [])))
    if isinstance(columns, list):
        description = ""
        for column in map(str, columns):
            description = (
                _("%(columns)s, otherwise %(column)s") % {"columns": description, "column": column}
                if description
                else column
            )
        return description
    return str(columns)
