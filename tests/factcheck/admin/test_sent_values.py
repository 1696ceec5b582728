"""The values of forms as browsers send them: unchanged values equal those of the page, replaced ones those sent."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.http import QueryDict

from factcheck.admin.sent_values import (
    describe_value,
    get_initial_values,
    get_submitted_values,
    iterate_fields,
    list_names,
    set_submitted_values,
)


class Everything(forms.Form):
    """A field of each kind that pages of the desk have, and those that are never sent back."""

    words = forms.CharField()
    day = forms.DateField()
    moment = forms.SplitDateTimeField(widget=forms.SplitDateTimeWidget)
    ticked = forms.BooleanField(required=False)
    stance = forms.ChoiceField(choices=[("", "–"), ("Kinds", [("supports", "Supports")])])
    kinds = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")])
    secret = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput)
    fixed = forms.CharField(disabled=True)
    upload = forms.FileField()


FULL = {
    "words": "a < b\nc",
    "day": date(2026, 3, 1),
    "moment": datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
    "ticked": True,
    "stance": "supports",
    "kinds": ["a", "b"],
    "secret": "s3cret",
    "hidden": "h1dden",
    "fixed": "f1xed",
}
SENT = {
    "words": ("a < b\nc",),
    "day": ("2026-03-01",),
    "moment": ("2026-03-01", "12:30:00"),
    "ticked": ("on",),
    "stance": ("supports",),
    "kinds": ("a", "b"),
}
EMPTY = {"words": ("",), "day": ("",), "moment": ("", ""), "ticked": (), "stance": ("",), "kinds": ()}


@pytest.mark.parametrize(("initial", "values"), [(FULL, SENT), ({}, EMPTY)])
def test_unchanged_values(initial: dict[str, object], values: dict[str, tuple[str, ...]]) -> None:
    form = Everything(initial=initial)
    assert {bound.name: get_initial_values(bound) for bound in iterate_fields(form)} == values
    # A value put into the sent data and read again is the same; and the form accepts it.
    post = QueryDict(mutable=True)
    for bound in iterate_fields(form):
        set_submitted_values(list_names(bound), values[bound.name], post)
    assert {
        bound.name: get_submitted_values(list_names(bound), post) for bound in iterate_fields(form)
    } == values
    read = Everything(post, initial=initial)
    read.is_valid()
    assert not {bound.name for bound in iterate_fields(form)} & set(read.changed_data)


def test_a_person_reads_labels() -> None:
    form = Everything(initial=FULL)
    assert {bound.name: describe_value(bound, SENT[bound.name]) for bound in iterate_fields(form)} == {
        "words": "a < b\nc",
        "day": "2026-03-01",
        "moment": "2026-03-01 12:30:00",
        "ticked": "yes",
        "stance": "Supports",
        "kinds": "A, B",
    }
    assert describe_value(form["ticked"], ()) == "no"
    assert describe_value(form["stance"], ("gone",)) == "gone"
