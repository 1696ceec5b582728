"""Pickers that accept a typed name. A new name is added when the page is saved.

`NamedDesk` is the base for the desk pages of named rows; a page with `TypedNames` picks from these rows. In a form, a
new name is sent as `NEW_NAME_PREFIX` followed by the name, so that a name is never mistaken for a key.
"""

from abc import abstractmethod
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from factcheck.admin.base import DeskAdmin

NEW_NAME_PREFIX = "+"


class NamesView(AutocompleteJsonView):
    """The view that returns the rows matching a typed name as JSON, with an offer to add the name."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        self.term, self.model_admin, self.source_field, key = self.process_request(request)
        if not self.has_perm(request):
            raise PermissionDenied
        self.object_list = self.get_queryset()
        page = self.get_context_data()["page_obj"]
        results = [self.serialize_result(row, key) for row in page.object_list]
        if page.number == 1 and (name := self.term.strip()):
            model_admin: Any = self.model_admin  # a NamedDesk, whose route this is
            results = model_admin.offer_typed_name(request, name, results)
        return JsonResponse({"results": results, "pagination": {"more": page.has_next()}})


class NamedDesk(DeskAdmin):
    """The desk pages of a model whose rows can be picked by typing a name on other pages."""

    #: The field that keeps the name.
    name_field = "name"

    @abstractmethod
    def get_or_create_named(self, request: HttpRequest, name: str) -> models.Model:
        """Return the row with this name, adding it if it is unknown."""

    def offer_typed_name(
        self, request: HttpRequest, name: str, results: list[dict[str, str]]
    ) -> list[dict[str, str]]:
        """Return the results, with an offer to add the name unless it exists or the user may not add names."""
        is_known = any(result["text"].casefold() == name.casefold() for result in results)
        if is_known or not self.has_add_permission(request):
            return results
        return [*results, {"id": NEW_NAME_PREFIX + name, "text": offer_to_add(name)}]

    def find_or_add_row(self, request: HttpRequest, typed_name: str) -> models.Model:
        """Return the row for a new name in a form, adding it if necessary.

        Raises:
            ValidationError: the name is invalid, or the person may not add names.
        """
        name = typed_name.removeprefix(NEW_NAME_PREFIX).strip()
        if not name:
            raise ValidationError(_("Enter a name."), code="required")
        self.opts.get_field(self.name_field).run_validators(name)
        if not self.has_add_permission(request):
            raise ValidationError(
                _("“%s” does not exist yet, and your role does not allow you to add it.") % name,
                code="unknown",
            )
        return self.get_or_create_named(request, name)

    def get_urls(self) -> list[URLPattern]:
        view = NamesView.as_view(admin_site=self.admin_site)
        return [
            path("names/", self.admin_site.admin_view(view), name=_build_route_name(self.opts)),
            *super().get_urls(),
        ]


def offer_to_add(name: str) -> str:
    return _("Create “%s”") % name


def _build_route_name(opts: Any) -> str:
    return f"{opts.app_label}_{opts.model_name}_names"


def _is_new(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(NEW_NAME_PREFIX)


class _NamePicker:
    """unfold's picker, changed to keep a new name when the page is shown again."""

    @property
    def media(self) -> forms.Media:
        own_media: forms.Media = super().media  # type: ignore[misc]  # the widget's
        return own_media + forms.Media(
            js=["admin/js/jquery.init.js", "admin/js/autocomplete.js", "desk/typed_names.js"]
        )

    def get_url(self) -> str:
        return reverse(f"admin:{_build_route_name(self.field.remote_field.model._meta)}")  # type: ignore[attr-defined]  # the widget's

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> Any:
        new_values = [chosen_value for chosen_value in value if _is_new(chosen_value)]
        known_values = [chosen_value for chosen_value in value if chosen_value not in new_values]
        groups = super().optgroups(name, known_values, attr)  # type: ignore[misc]  # the widget's
        options = groups[0][1]
        for chosen_value in new_values:
            label = offer_to_add(chosen_value.removeprefix(NEW_NAME_PREFIX))
            options.append(self.create_option(name, chosen_value, label, True, len(options)))  # type: ignore[attr-defined]  # the widget's
        return groups


class NamePicker(_NamePicker, AutocompleteSelect):  # type: ignore[misc]  # the stubs have another name for the parameter
    """A picker for one name."""


class NamesPicker(_NamePicker, AutocompleteSelectMultiple):  # type: ignore[misc]  # as above
    """A picker for several names."""


class NameField(forms.ModelChoiceField):
    """A form field for a row, or for the name of a new one."""

    model_admin: NamedDesk
    request: HttpRequest

    def to_python(self, value: Any) -> Any:
        return (
            self.model_admin.find_or_add_row(self.request, value)
            if _is_new(value)
            else super().to_python(value)
        )


class NamesField(forms.ModelMultipleChoiceField):
    """A form field for several rows, including new ones by name."""

    model_admin: NamedDesk
    request: HttpRequest

    def clean(self, value: Any) -> Any:
        return super().clean(
            [
                self.model_admin.find_or_add_row(self.request, item).pk if _is_new(item) else item
                for item in value or ()
            ]
        )


class TypedNames:
    """A page or inline whose name pickers can add missing names."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        model_admin = self._get_model_admin(db_field, request)
        if model_admin is None:
            return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # the admin's
        picks_several = isinstance(db_field, models.ManyToManyField)
        picker, form_class = (NamesPicker, NamesField) if picks_several else (NamePicker, NameField)
        arguments = {
            "widget": picker(db_field, model_admin.admin_site, {"data-names": ""}),
            "form_class": form_class,
        }
        field: Any = super().formfield_for_dbfield(db_field, request, **arguments | kwargs)  # type: ignore[misc]  # the admin's
        field.widget = getattr(field.widget, "widget", field.widget)  # without the buttons that open windows
        field.model_admin, field.request = model_admin, request
        return field

    def _get_model_admin(self, db_field: Any, request: HttpRequest) -> NamedDesk | None:
        page: ModelAdmin[Any] = self  # type: ignore[assignment]  # mixed into one
        if db_field.name not in page.get_autocomplete_fields(request):
            return None
        model = db_field.remote_field.model
        model_admin = page.admin_site.get_model_admin(model) if page.admin_site.is_registered(model) else None
        return model_admin if isinstance(model_admin, NamedDesk) else None
