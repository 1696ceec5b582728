"""The form renderer: the project's widget templates first, then those of libraries."""

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.functional import cached_property

from factcheck.installation import program


class WidgetTemplates(DjangoTemplates):
    """Not `TemplatesSetting`: unfold draws a widget before all applications are loaded."""

    @cached_property
    def engine(self) -> Any:
        of_django = f"{forms.__path__[0]}/{self.backend.app_dirname}"
        return self.backend(
            {
                "APP_DIRS": True,
                "DIRS": [program.FILES / "templates", of_django],
                "NAME": "forms",
                "OPTIONS": {},
            }
        )
