"""Buttons and additional pages of the desk, each declared on its method.

unfold's own actions are links that act on GET, so they suit opening pages but not changing rows.
"""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise
from unfold.admin import ModelAdmin

from factcheck.database.rules import describe_refusal
from factcheck.refusals import ActionRefused

ButtonStyle = Literal["", "main", "retract"]


def get_person(request: HttpRequest) -> User:
    """Return the signed-in person of the request."""
    return cast(User, request.user)


def get_page_url(row: Model) -> str:
    """Return the URL of the desk's page for this row."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def explain_refusal(refusal: ActionRefused | IntegrityError) -> str:
    """Return the reason for a refusal as a sentence for a person."""
    return (
        str(refusal) if isinstance(refusal, ActionRefused) else _("Not saved: %s") % describe_refusal(refusal)
    )


class RefusalMessages:
    """A context manager that turns refusals into messages. A missing permission still leads to an error page."""

    def __init__(
        self, request: HttpRequest, describe: Callable[[str], str] = str, level: int = messages.ERROR
    ) -> None:
        self.request, self.describe, self.level = request, describe, level

    def __enter__(self) -> None:
        """Begin the block in which refusals become messages."""

    def __exit__(self, kind: Any, refusal: BaseException | None, traceback: Any) -> bool:
        if isinstance(refusal, PermissionDenied) or not isinstance(refusal, (ActionRefused, IntegrityError)):
            return False
        messages.add_message(self.request, self.level, self.describe(explain_refusal(refusal)))
        return True


def describe_unchanged(name: object, reason: str) -> str:
    """Return the message that says why an action on several rows left the row of this name unchanged."""
    return _("“%(claim)s” was not changed. %(why)s") % {"claim": str(name)[:100], "why": reason}


def change_rows(
    request: HttpRequest,
    rows: Iterable[Any],
    change: Callable[[Any], object],
    name: Callable[[Any], object] = str,
) -> int:
    """Change the selected rows one by one, report refusals, and return the number of changed rows."""
    changed_count = 0
    for row in rows:
        with RefusalMessages(request, partial(describe_unchanged, name(row)), messages.WARNING):
            change(row)
            changed_count += 1
    return changed_count


def _is_always_offered(row: Any, person: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class RowAction:
    """A change to one row, made with a button on its page.

    Attributes:
        run: makes the change, with the form's cleaned data as keyword arguments. Returns a message for the person, or a
            response. An `ActionRefused` is shown to the person.
        permission: a permission of the page (`change` calls `has_change_permission`) or of the person
            (`claims.run_import`).
        is_offered: whether the page shows the button; `run` decides whether the change is possible.
        form: the form to fill in first; a form with only hidden fields is not shown, or is drawn by the page itself.
        initial: the form's values, from the row.
        question: the text above the form or, without a form, the question to confirm.
        is_atomic: False if the function waits for another server, or if a refusal must be recorded.
    """

    run: Callable[..., str | HttpResponseBase]
    label: StrOrPromise
    permission: str
    is_offered: Callable[[Any, User], bool]
    form: type[forms.Form]
    initial: Callable[[Any], dict[str, Any]]
    question: StrOrPromise
    look: ButtonStyle
    is_atomic: bool

    @property
    def name(self) -> str:
        return self.run.__name__.replace("_", "-")


def row_action(
    label: StrOrPromise,
    *,
    permission: str = "change",
    is_offered: Callable[[Any, User], bool] = _is_always_offered,
    form: type[forms.Form] = forms.Form,
    initial: Callable[[Any], dict[str, Any]] = lambda row: {},
    question: StrOrPromise = "",
    look: ButtonStyle = "",
    is_atomic: bool = True,
) -> Callable[[Callable[..., str | HttpResponseBase]], RowAction]:
    """Return a decorator that turns a model admin's method, called with the request and the row, into an action."""
    return lambda run: RowAction(run, label, permission, is_offered, form, initial, question, look, is_atomic)


def desk_page(route: str, name: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that serves a model admin's method at a URL below the model's pages.

    The route is named `name` or, by default, after the method.
    """

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        view.desk_page = route, name or view.__name__.removesuffix("_view")  # type: ignore[attr-defined]  # read below
        return view

    return declare


@dataclass(frozen=True, slots=True)
class Button:
    """An action that a row's page offers to a person, with its URL and form."""

    action: RowAction
    address: str
    form: forms.Form

    @property
    def asks_first(self) -> bool:
        """Return whether a form or question is shown before the action is carried out."""
        return bool(self.action.question or self.form.visible_fields())


class RowActions(ModelAdmin):
    """Mixin for pages with declared actions and additional URLs."""

    def get_urls(self) -> list[URLPattern]:
        prefix, protect_view = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        own_urls = [
            path(
                f"<int:pk>/{action.name}/",
                protect_view(partial(self.take_action, action=action)),
                name=f"{prefix}_{action.name}",
            )
            for action in self.list_actions().values()
        ]
        for ancestor in type(self).__mro__:
            for method, value in vars(ancestor).items():
                if declaration := getattr(value, "desk_page", None):
                    route, name = declaration
                    own_urls.append(path(route, protect_view(getattr(self, method)), name=f"{prefix}_{name}"))
        return [*own_urls, *super().get_urls()]

    @classmethod
    def list_actions(cls) -> dict[str, RowAction]:
        """Return the declared actions by method name, in the order in which the code declares them."""
        pairs = [pair for ancestor in reversed(cls.__mro__) for pair in vars(ancestor).items()]
        return {name: value for name, value in pairs if isinstance(value, RowAction)}

    def build_buttons(self, request: HttpRequest, row: Any) -> dict[str, Button]:
        """Return the actions that this person may take now; templates draw them with `row_actions.html`."""
        return {
            name: self._build_button(action, row)
            for name, action in self.list_actions().items()
            if self._has_named_permission(action.permission, request, row)
            and action.is_offered(row, get_person(request))
        }

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        row = kwargs.get("obj")
        if row and kwargs.get("change"):
            context["row_actions"] = self.build_buttons(request, row)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_row(self, request: HttpRequest, pk: int | str, permission: str = "view") -> Any:
        """Return the row that a URL names.

        Raises:
            Http404: the row does not exist, or the person may not read it.
            PermissionDenied: the person lacks the permission.
        """
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        if not self._has_named_permission(permission, request, row):
            raise PermissionDenied
        return row

    def take_action(self, request: HttpRequest, pk: int, action: RowAction) -> HttpResponseBase:
        """Ask for confirmation (GET) or carry out the action (POST), then report the result on the next page."""
        row = self.get_row(request, pk, action.permission)
        if request.method != "POST":
            button = self._build_button(action, row)
            page = self.get_page_after(request, row)
            return (
                self._show_question(request, row, button) if button.asks_first else HttpResponseRedirect(page)
            )
        button = self._build_button(action, row, request)
        if not button.form.is_valid():
            if button.form.visible_fields():
                return self._show_question(request, row, button)
            errors = [str(error) for errors in button.form.errors.values() for error in errors]
            return self.show_refusal(request, row, button, " ".join(errors))
        try:
            with transaction.atomic() if action.is_atomic else nullcontext():
                result = action.run(self, request, row, **button.form.cleaned_data)
        except PermissionDenied:
            raise
        except (ActionRefused, IntegrityError) as refusal:
            return self.show_refusal(request, row, button, explain_refusal(refusal))
        if not isinstance(result, str):
            return result
        if result:
            messages.success(request, result)
        return HttpResponseRedirect(self.get_page_after(request, row))

    def show_refusal(self, request: HttpRequest, row: Any, button: Button, sentence: str) -> HttpResponseBase:
        """Show the reason for a refusal: above the form if something was typed, and otherwise on the row's page."""
        if button.form.visible_fields():
            button.form.add_error(None, sentence)
            return self._show_question(request, row, button)
        messages.error(request, sentence)
        return HttpResponseRedirect(self.get_page_after(request, row))

    def get_page_after(self, request: HttpRequest, row: Any) -> str:
        """Return the URL of the page to show after an action."""
        return get_page_url(row)

    def show_page(
        self, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
    ) -> TemplateResponse:
        """Render a page below the model's pages with a template from `admin/desk`."""
        request.current_app = self.admin_site.name
        base_context = {**self.admin_site.each_context(request), "subtitle": None, "opts": self.opts}
        return TemplateResponse(request, f"admin/desk/{template}.html", base_context | context, status=status)

    def _show_question(self, request: HttpRequest, row: Any, button: Button) -> HttpResponseBase:
        back_url = self.get_page_after(request, row)
        context = {"title": button.action.label, "original": row, "button": button, "back": back_url}
        return self.show_page(request, "row_action_page", context)

    def _build_button(self, action: RowAction, row: Any, request: HttpRequest | None = None) -> Button:
        """Return a button, with its form bound to the request's data."""
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{action.name}", args=[row.pk])
        data = request.POST if request else None
        form = action.form(data, initial=action.initial(row), auto_id=f"id_{action.name}_%s")
        return Button(action, address, form)

    def _has_named_permission(self, permission: str, request: HttpRequest, row: Any) -> bool:
        """Return whether the person has a permission: the page's own (`change`) or any other (`claims.run_import`)."""
        if "." in permission:
            return get_person(request).has_perm(permission)
        if permission == "view":
            return self.has_view_or_change_permission(request, row)
        check = getattr(self, f"has_{permission}_permission")
        return bool(check(request, row) if permission in ("change", "delete") else check(request))
