"""The form renderer: the project's widget templates first, then those of libraries."""

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.forms.utils import ErrorList
from django.utils.functional import cached_property

from factcheck.installation import program


class WidgetTemplates(DjangoTemplates):
    """A form renderer. `TemplatesSetting` would fail, because unfold renders a widget before all apps are loaded."""

    @cached_property
    def engine(self) -> Any:
        django_folder = f"{forms.__path__[0]}/{self.backend.app_dirname}"
        return self.backend(
            {
                "APP_DIRS": True,
                "DIRS": [program.FILES / "templates", django_folder],
                "NAME": "forms",
                "OPTIONS": {"libraries": {"widget_attributes": "factcheck.web.widget_attributes"}},
            }
        )

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Render a template. An empty error list, which every form field renders, gives "" without a template."""
        if template_name == ErrorList.template_name_ul and not context["errors"]:
            return ""
        return super().render(template_name, context, request)
