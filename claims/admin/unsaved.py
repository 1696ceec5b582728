"""Unsaved forms that autosave has stored: their list, and the requests that store them."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from claims.models import UnsavedForm
from claims.models.desk_state import MAX_BYTES, RETENTION_DAYS
from factcheck.admin.base import get_person
from factcheck.admin.pages import find_page
from factcheck.admin.session import mark_background

_MAX_SHOWN_LENGTH = 160
View = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class UnsavedText:
    """An unsaved form: its page, age and typed texts."""

    writer: UUID
    page_title: str
    url: str
    #: Whether the person can still open the form's page.
    can_continue: bool
    updated_at: datetime
    typed_texts: tuple[tuple[str, str], ...]

    @property
    def beginning(self) -> str:
        longest = max((text for _name, text in self.typed_texts), key=len, default="")
        return longest if len(longest) <= _MAX_SHOWN_LENGTH else longest[:_MAX_SHOWN_LENGTH] + "…"


def list_unsaved(person: User) -> list[UnsavedText]:
    """Return the person's unsaved forms, newest first."""
    person_request = HttpRequest()
    person_request.user = person
    pages: dict[str, tuple[str, bool]] = {}
    forms = []
    for unsaved_form in UnsavedForm.objects.of_person(person):
        if unsaved_form.page not in pages:
            page = find_page(unsaved_form.page, person_request)
            pages[unsaved_form.page] = (
                str(page or _("A page that no longer exists")),
                bool(page and page.is_viewable),
            )
        title, can_continue = pages[unsaved_form.page]
        typed_texts = tuple(_list_typed(unsaved_form.values))
        forms.append(
            UnsavedText(
                unsaved_form.writer,
                title,
                quote(unsaved_form.page),
                can_continue,
                unsaved_form.updated_at,
                typed_texts,
            )
        )
    return forms


def _list_typed(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the typed texts, each with the name of its field."""
    return [
        (name.rpartition("-")[2].replace("_", " "), text)
        for name, text in sorted(values.items())
        if isinstance(text, str) and text.strip() and not name.endswith(("_FORMS", "-id"))
    ]


# Pages ----------------------------------------------------------------------------------------------------------------


@never_cache
def show_unsaved(request: HttpRequest) -> HttpResponse:
    """Show the list of unsaved forms, to continue or discard each."""
    if request.method == "POST":
        _discard_listed_forms(request)
        return HttpResponseRedirect(reverse("desk-unsaved"))
    context = {
        **admin.site.each_context(request),
        "title": _("Not saved yet"),
        "unsaved": list_unsaved(get_person(request)),
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "admin/desk/unsaved.html", context)


def _discard_listed_forms(request: HttpRequest) -> None:
    try:
        writer = UUID(request.POST.get("writer", ""))
    except ValueError:
        return
    if UnsavedForm.objects.of_person(get_person(request)).filter(writer=writer).exists():
        UnsavedForm.objects.close_writers(get_person(request), {writer: None})
        messages.success(request, _("Discarded."))


# Requests from scripts ------------------------------------------------------------------------------------------


def require_sign_in(view: View) -> View:
    """Wrap a view so that signed-out users get a JSON error instead of a redirect to the sign-in page."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not (request.user.is_active and getattr(request.user, "is_staff", False)):
            return JsonResponse({}, status=401)
        try:
            return view(request)
        except TooLarge:
            return JsonResponse({}, status=413)
        except InvalidAutosave:
            return JsonResponse({}, status=400)

    return never_cache(mark_background(answer))


def is_from_signed_in_user(request: HttpRequest, body: dict[str, Any]) -> bool:
    """Return whether the page was rendered for the user who is now signed in; people may share a browser."""
    return str(body.get("person")) == str(request.user.pk)


@require_http_methods(["GET", "POST"])
@require_sign_in
def handle_autosave(request: HttpRequest) -> JsonResponse:
    """Store the unsaved content of a form, or return the content stored for a page."""
    return _store_form(request) if request.method == "POST" else _load_page_autosave(request)


def _store_form(request: HttpRequest) -> JsonResponse:
    body = read_body(request)
    if not is_from_signed_in_user(request, body):
        return JsonResponse({}, status=409)
    message = parse_message(body)
    try:
        with transaction.atomic():
            is_stored = UnsavedForm.objects.store_content(
                request.user,
                writer=message.writer,
                sequence=message.sequence,
                page=message.page,
                form=message.form,
                version=message.version,
                values=message.values,
                started=message.started,
                age=message.age,
            )
            if is_stored:
                UnsavedForm.objects.close_writers(request.user, message.replaces)
    except IntegrityError:
        # Of the limits, only the number of unsaved forms was not checked before.
        return JsonResponse({}, status=429)
    return JsonResponse({"is_stored": is_stored})


def _load_page_autosave(request: HttpRequest) -> JsonResponse:
    writers = set()
    for writer_text in request.GET.getlist("writer")[:100]:
        try:
            writers.add(UUID(writer_text))
        except ValueError:
            raise InvalidAutosave from None
    page = request.GET.get("page", "")
    if "\0" in page:
        raise InvalidAutosave
    # Leave out the original values: people with access to the page see them there.
    drafts = UnsavedForm.objects.of_person(request.user).filter(page=page).annotate(now=Now())
    closed_forms = UnsavedForm.objects.filter(
        person=get_person(request), writer__in=writers, closed_at__isnull=False
    )
    return JsonResponse(
        {
            "drafts": [
                {
                    "writer": str(unsaved_form.writer),
                    "sequence": unsaved_form.sequence,
                    "form": unsaved_form.form,
                    "version": unsaved_form.version,
                    "values": unsaved_form.values,
                    "age": (unsaved_form.now - unsaved_form.updated_at).total_seconds(),
                }
                for unsaved_form in drafts
            ],
            "closed": {
                str(writer): sequence for writer, sequence in closed_forms.values_list("writer", "sequence")
            },
        }
    )


@require_POST
@require_sign_in
def discard_autosave(request: HttpRequest) -> JsonResponse:
    """Delete the stored content of the pages named in the request, because their form was saved or discarded."""
    body = read_body(request)
    if not is_from_signed_in_user(request, body):
        return JsonResponse({}, status=409)
    UnsavedForm.objects.close_writers(request.user, parse_writers(body.get("writers")))
    return JsonResponse({})


_MAX_FIELDS = 2000
_MAX_NAME_LENGTH = 200
_MAX_PAGE_LENGTH = 500
_MAX_VERSION_LENGTH = 64
_MAX_REPLACED_WRITERS = 50
_MAX_SEQUENCE = 2**53
#: Fields whose names contain one of these words are never stored.
_SECRET_NAMES = ("csrf", "password", "passwd")

FieldValue = str | list[str] | list[list[str]]


class InvalidAutosave(ValueError):
    """The request does not have the format that autosave sends."""


class TooLarge(InvalidAutosave):
    """The request exceeds the limit on its size."""


@dataclass(frozen=True, slots=True)
class AutosaveMessage:
    """The current content of a form, as autosave sends it and `UnsavedForm` stores it."""

    writer: UUID
    sequence: int
    page: str
    form: str
    version: str
    values: dict[str, FieldValue]
    started: dict[str, FieldValue]
    age: float
    replaces: dict[UUID, int | None]


def read_body(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object in the body of the request."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise TooLarge
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidAutosave from None
    if not isinstance(body, dict):
        raise InvalidAutosave
    return body


def parse_message(body: dict[str, Any]) -> AutosaveMessage:
    page = _parse_text(body.get("page"), max_length=_MAX_PAGE_LENGTH)
    if not page.startswith("/admin/"):
        raise InvalidAutosave
    return AutosaveMessage(
        writer=_parse_writer(body.get("writer")),
        sequence=_parse_sequence(body.get("sequence")),
        page=page,
        form=_parse_text(body.get("form"), max_length=_MAX_NAME_LENGTH),
        version=_parse_text(body.get("version"), max_length=_MAX_VERSION_LENGTH),
        values=_parse_values(body.get("values")),
        started=_parse_values(body.get("started", {})),
        age=_parse_age(body.get("age", 0)),
        replaces=parse_writers(body.get("replaces", {})),
    )


def parse_writers(writers: Any) -> dict[UUID, int | None]:
    """Return the number of the last autosave to delete from each open page, keyed by the page's id."""
    if not isinstance(writers, dict) or len(writers) > _MAX_REPLACED_WRITERS:
        raise InvalidAutosave
    return {_parse_writer(writer): _parse_sequence(sequence) for writer, sequence in writers.items()}


def _parse_writer(value: Any) -> UUID:
    if not isinstance(value, str):
        raise InvalidAutosave
    try:
        return UUID(value)
    except ValueError:
        raise InvalidAutosave from None


def _parse_sequence(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_SEQUENCE:
        raise InvalidAutosave
    return value


def _parse_age(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or value < 0:
        raise InvalidAutosave
    return float(min(value, RETENTION_DAYS * 86_400))


def _parse_text(value: Any, *, max_length: int) -> str:
    if not isinstance(value, str) or len(value) > max_length:
        raise InvalidAutosave
    return _make_storable(value)


def _make_storable(text: str) -> str:
    """Return the text without null characters and unpaired surrogates, which the database cannot store."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _parse_values(value: Any) -> dict[str, FieldValue]:
    if not isinstance(value, dict) or len(value) > _MAX_FIELDS:
        raise InvalidAutosave
    return {
        _parse_text(name, max_length=_MAX_NAME_LENGTH): _parse_value(text)
        for name, text in value.items()
        if not any(word in name.lower() for word in _SECRET_NAMES)
    }


def _parse_value(value: Any) -> FieldValue:
    """Return a valid value of a field: a text, the state of a checkbox, or the chosen options with their labels."""
    if isinstance(value, str):
        return _make_storable(value)
    if isinstance(value, list) and all(isinstance(option, str) for option in value):
        return [_make_storable(option) for option in value]
    if isinstance(value, list) and all(_is_choice(option) for option in value):
        return [[_make_storable(text) for text in option] for option in value]
    raise InvalidAutosave


def _is_choice(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(text, str) for text in value)
