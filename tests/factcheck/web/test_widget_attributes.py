"""Attributes of form fields equal those from Django's own template."""

from pathlib import Path

from django import forms
from django.forms.renderers import get_default_renderer
from django.template import Context, Engine
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from factcheck.web.widget_attributes import render_attributes


def test_same_as_the_template_of_django() -> None:
    attributes = {
        "id": "id_name",
        "required": True,
        "hidden": False,
        "maxlength": 20,
        "step": 0.5,
        "title": '<"quoted"> & ’',
        "data-safe": mark_safe("&amp;"),
        "placeholder": gettext_lazy("Title"),
        "data-none": None,
        "data-empty": "",
    }
    text = Path(forms.__path__[0], "templates/django/forms/widgets/attrs.html").read_text(encoding="utf-8")
    expected = Engine().from_string(text).render(Context({"widget": {"attrs": attributes}}))
    assert render_attributes(attributes) == expected


def test_every_widget_is_drawn_with_it() -> None:
    included = get_default_renderer().get_template("django/forms/widgets/attrs.html")
    assert included.template.source == "{% load widget_attributes %}{{ widget.attrs|as_attributes }}"


def test_no_errors_are_no_list() -> None:
    class Form(forms.Form):
        name = forms.CharField()

    assert (str(Form()["name"].errors), str(Form({})["name"].errors)) == (
        "",
        '<ul class="errorlist" id="id_name_error"><li>This field is required.</li></ul>',
    )
