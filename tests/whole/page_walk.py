"""A walk through the pages of the desk as a browser sees them: links are followed and buttons pressed.

Whatever is pressed is undone.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import Resolver404, ResolverMatch, resolve
from lxml import html

from factcheck import features
from factcheck.admin.row_actions import RowActions

#: Routes not followed: a download of genuine timestamps, which the rows of the tests do not have.
NOT_FOLLOWED = {"admin:claims_claim_evidence_pack"}
#: Buttons without a message: the page shows the result in the place of the button.
SHOWN_IN_PLACE = {
    "admin:claims_removal_search",
    "admin:teamwork_comment_resolve",
    "admin:teamwork_comment_withdraw",
}
#: What people type into required fields, by the field's name and by its type.
TYPED = {"language": "pt", "date": "2030-11-02", "time": "10:00", "datetime-local": "2030-11-02T10:00"}


def list_button_routes() -> set[str]:
    """Return the names of the routes of all declared actions and of the moves of the review."""
    actions = {
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{action.name}"
        for model, pages in admin.site._registry.items()
        if isinstance(pages, RowActions)
        for action in pages.list_actions().values()
    }
    return actions | {f"admin:claims_{subject}_move" for subject in ("claim", "verdict", "translation")}


@dataclass
class PageWalk:
    """A person who opens pages of the desk, and the faults on the way.

    Attributes:
        typed: what the person types into fields, by the field's name, in addition to `TYPED`.
        used: the features that the pages lead to.
        pressed: the routes of the buttons that were pressed; those of moves with the move's name.
    """

    person: User
    typed: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)
    used: set[str] = field(default_factory=set)
    pressed: set[str] = field(default_factory=set)
    faults: list[tuple[str, ...]] = field(default_factory=list)
    _opened: set[str] = field(default_factory=set)
    _links: dict[str, tuple[str, str]] = field(default_factory=dict)
    _buttons: set[str] = field(default_factory=list_button_routes)

    def __post_init__(self) -> None:
        self.client.force_login(self.person)

    def look(self, path: str, answer: Any) -> None:
        """Note where a page leads, and whether to a feature that is off."""
        self._opened.add(_find_route(path)[0])
        for element in _parse(answer).iter():
            for attribute in {"href", "action", "formaction"} & set(element.attrib):
                self._note_target(path, element.get(attribute), is_link=attribute == "href")

    def follow_links(self) -> None:
        """Follow one link to each route that was not opened, and note those that are refused or not found."""
        for route, (page, target) in self._links.items():
            if route in self._opened | NOT_FOLLOWED:
                continue
            with transaction.atomic(), patch.object(SimpleTemplateResponse, "rendered_content", ""):
                answer = self.client.get(target)
                if answer.streaming:
                    list(answer)  # a file is closed by its last reader
                transaction.set_rollback(True)
            if answer.status_code >= 400:
                self.faults.append((page, target, str(answer.status_code)))

    def press_buttons(self, path: str, answer: Any) -> None:
        """Press each button of a page that was not pressed yet, then those that the page shows afterwards."""
        for form in _parse(answer).forms:
            route, match = _find_route(form.action or path)
            name = f"{route} {match.kwargs['action']}" if match and "action" in match.kwargs else route
            if route not in self._buttons or name in self.pressed:
                continue
            self.pressed.add(name)
            self.client.cookies.pop("messages", None)  # of the button before
            with transaction.atomic():
                self._judge(path, name, self.client.post(form.action, self._fill(form)))
                after = self.client.get(path)
                if after.status_code == 200:
                    self.press_buttons(path, after)
                transaction.set_rollback(True)

    def _judge(self, page: str, name: str, answer: Any) -> None:
        errors = [] if answer.status_code == 302 else _parse(answer).xpath("//*[@role='alert']")
        if answer.status_code not in (200, 302) or errors:
            words = [" ".join(error.text_content().split()) for error in errors]
            self.faults.append((page, name, str(answer.status_code), *words))
        elif answer.status_code == 302 and not (
            name in SHOWN_IN_PLACE or [*get_messages(answer.wsgi_request)]
        ):
            self.faults.append((page, name, "no message"))

    def _note_target(self, page: str, target: str, *, is_link: bool) -> None:
        if not target.startswith("/") or target.startswith(("//", settings.STATIC_URL)):
            return
        route, match = _find_route(target)
        feature = getattr(match.func, "feature", None) if match else None
        if isinstance(feature, features.Feature):
            self.used.add(feature.label)
            if not feature.is_on:
                self.faults.append((page, target, "feature off"))
        if is_link:
            self._links.setdefault(route, (page, target))

    def _fill(self, form: html.FormElement) -> dict[str, str]:
        """Return the values of a form, with something in every required field and in every text."""
        values = dict(form.form_values())
        for element in reversed(form.xpath(".//*[@required] | .//textarea")):  # of several choices the last
            name = element.get("name")
            values[name] = values.get(name) or self._type_into(name, element)
        return values

    def _type_into(self, name: str, element: Any) -> str:
        typed = TYPED | self.typed
        if isinstance(element, html.SelectElement):
            return next((value for value in element.value_options if value), typed.get(name, ""))
        if element.get("type") in ("radio", "checkbox"):
            return str(element.get("value", "on"))
        return typed.get(name) or typed.get(element.get("type", ""), "Because.")


def _find_route(path: str) -> tuple[str, ResolverMatch | None]:
    """Return the name of a path's route, or the path itself if it has none."""
    with suppress(Resolver404):
        match = resolve(urlsplit(path).path)
        return match.view_name or path, match
    return path, None


def _parse(answer: Any) -> html.HtmlElement:
    return html.document_fromstring(answer.content.decode() or "<html>")
