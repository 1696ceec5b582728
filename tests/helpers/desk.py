"""The editors' desk for tests: pages are opened and sent back as a browser does it."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django.forms import ChoiceField, Select
from django.test import Client
from django.urls import reverse

from claims.admin.move_buttons import get_last_move
from claims.models import Claim, Verdict


class Desk:
    """A person at the desk."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def sign_in(self, person: User) -> "Desk":
        self.client.force_login(person)
        return self

    def page(self, row: Model) -> str:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])

    def text(self, row: Model) -> str:
        """The HTML of the row's page."""
        return self.client.get(self.page(row)).content.decode()

    def form(self, row: Model) -> dict[str, Any]:
        """What the page would send back unchanged."""
        return sent_back(self.client.get(self.page(row)))

    def save(self, row: Model, form: dict[str, Any] | None = None, /, **changed: Any) -> Any:
        """Open the page (or go on from `form`), change fields and save."""
        return self.client.post(
            self.page(row), (form or self.form(row)) | changed | {"_save": "1"}, follow=True
        )

    def move(self, row: Claim | Verdict, action: str, *, seen: Any = None, **asked: Any) -> list[str]:
        """Press a button of the page; the messages that it then shows."""
        address = reverse(f"admin:claims_{row._meta.model_name}_move", args=[row.pk, action])
        asked = {"last_move": get_last_move(row) if seen is None else seen} | asked
        response = self.client.post(address, asked, follow=True)
        if "question" in response.context:
            # What readers would see is shown, and asked once more.
            asked |= {"confirmed": response.context["question"].fingerprint}
            response = self.client.post(address, asked, follow=True)
        return said(response)


def said(response: Any) -> list[str]:
    """The messages that the page shows."""
    return [str(message) for message in response.context["messages"]]


def buttons(page: str) -> set[str]:
    """The moves for which the page has a form."""
    return set(re.findall(r'action="[^"]*/move/(\w+)/"', page))


def sent_back(response: Any) -> dict[str, Any]:
    """The fields of an admin page with their present values, as a browser sends them."""
    fields: dict[str, Any] = {"_version": response.context["version"]}
    formsets = [section.formset for section in response.context["inline_admin_formsets"]]
    forms = [response.context["adminform"].form]
    for formset in formsets:
        forms += [formset.management_form, *formset.forms]
    for bound in (bound for form in forms for bound in form):
        value = bound.value()
        if value is None and isinstance(bound.field, ChoiceField) and isinstance(bound.field.widget, Select):
            # Of a list in which nothing is chosen, a browser takes the first.
            value = next(
                (option["value"] for option in bound.field.widget.options(bound.html_name, [])), None
            )
        if value is not None and value is not False:
            fields[bound.html_name] = [str(each) for each in value] if isinstance(value, list) else str(value)
    return fields
