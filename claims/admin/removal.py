"""Removal by law: one administrator proposes, another one sees all places and confirms."""

from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import Removal, RemovalSearch
from claims.review import removals
from claims.review.removal_search import request_search
from claims.review.removal_words import build_search, is_long_enough
from factcheck.admin.base import DeskAdmin, change_page, get_person
from factcheck.admin.versions import DeskForm
from factcheck.backups import generations
from factcheck.backups.backup_folder import BackupFailed
from factcheck.backups.subject import get_backup_folder
from factcheck.database.rules import describe_refusal
from factcheck.list_phrases import join_words


class RemovalForm(DeskForm):
    whole = forms.BooleanField(
        label=_("The whole claim"),
        required=False,
        help_text=_("All texts of the claim in all its versions. Retract its verdicts first."),
    )
    exact = forms.CharField(
        label=_("Exact words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "class": "desk-input"}),
        help_text=_(
            "Whole words as they are stored, each on a line of its own, with all their endings. They are removed"
            " everywhere, not only here."
        ),
    )

    class Meta:
        model = Removal
        fields = ("claim", "reason", "note")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        words = [line.strip() for line in cleaned.get("exact", "").splitlines() if line.strip()]
        if short := [word for word in words if not is_long_enough(word)]:
            self.add_error(
                "exact", gettext("Too short: %s. It is part of too many other words.") % join_words(short)
            )
        if cleaned.get("whole") and "claim" in cleaned:
            words += removals.find_own_texts(cleaned["claim"])
        if not words:
            self.add_error("exact", gettext("Say what is to be removed."))
        if build_search(words)(cleaned.get("note", "")):
            self.add_error("note", gettext("The note has words that are to be removed."))
        cleaned["words"] = words
        return cleaned


@admin.register(Removal)
class RemovalAdmin(DeskAdmin):
    form = RemovalForm
    list_display = ("claim", "reason", "proposed_by_name", "proposed_at", "confirmed_by_name", "confirmed_at")
    sortable_by = ("proposed_at", "confirmed_at")
    list_select_related = ("claim",)
    search_fields = ()
    ordering = ("-pk",)
    autocomplete_fields = ("claim",)
    change_form_outer_before_template = "admin/desk/removal_top.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Removal]:
        return super().get_queryset(request).defer("stand_ins")

    def get_fields(self, request: HttpRequest, obj: Removal | None = None) -> tuple[Any, ...]:
        if obj is None:
            return ("claim", "whole", "exact", "reason", "note")
        return (
            *("claim", "reason", "note", ("proposed_by_name", "proposed_at")),
            ("confirmed_by_name", "confirmed_at"),
        )

    def has_change_permission(self, request: HttpRequest, obj: Removal | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Removal | None = None) -> bool:
        """Allow withdrawing a removal that has not been carried out."""
        return self.has_add_permission(request) and (obj is None or obj.confirmed_at is None)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        # Django leads to the first page of the desk where rows cannot be changed.
        super().response_delete(request, obj_display, obj_id)
        return HttpResponseRedirect(reverse("admin:claims_removal_changelist"))

    def save_model(self, request: HttpRequest, obj: Removal, form: Any, change: bool) -> None:
        made = removals.propose(
            form.cleaned_data["claim"],
            form.cleaned_data["words"],
            reason=form.cleaned_data["reason"],
            note=form.cleaned_data["note"],
            by=get_person(request),
        )
        request_search(made)
        obj.pk = made.pk
        obj.refresh_from_db()

    def get_urls(self) -> list[URLPattern]:
        confirm = self.admin_site.admin_view(self.confirm_view)
        again = self.admin_site.admin_view(self.search_view)
        return [
            path("<int:pk>/confirm/", confirm, name="claims_removal_confirm"),
            path("<int:pk>/search/", again, name="claims_removal_search"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        removal = kwargs.get("obj")
        if removal:
            is_open = removal.confirmed_at is None
            search = RemovalSearch.objects.filter(removal=removal).first()
            may_decide = is_open and self.has_add_permission(request)
            is_searched = search is not None and search.finished_at is not None
            context |= {
                "removal": removal,
                "search": search,
                "places": _name_places(search.places) if search else {},
                "may_search": may_decide,
                "may_confirm": may_decide
                and is_searched
                and removal.proposed_by_id != get_person(request).pk,
                "has_backups": settings.BACKUP_DIR is not None,
                "backups": _list_backups(removal),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def _find_proposal(self, request: HttpRequest, pk: int) -> Removal:
        removal = self.get_object(request, str(pk))
        if removal is None:
            raise Http404
        if not self.has_add_permission(request):
            raise PermissionDenied
        return removal

    def search_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have the worker search for the words again."""
        removal = self._find_proposal(request, pk)
        if request.method == "POST" and removal.confirmed_at is None:
            request_search(removal)
        return HttpResponseRedirect(change_page(removal))

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Carry a removal out, as the second administrator, who has seen what was found."""
        removal = self._find_proposal(request, pk)
        if request.method == "POST":
            if not RemovalSearch.objects.filter(removal=removal, finished_at__isnull=False).exists():
                messages.error(request, gettext("Wait until the search has ended."))
                return HttpResponseRedirect(change_page(removal))
            try:
                removals.confirm(removal, by=get_person(request))
            except IntegrityError as refusal:
                messages.error(request, describe_refusal(refusal))
            else:
                messages.success(request, gettext("Removed from everything that is stored here."))
        return HttpResponseRedirect(change_page(removal))


def _name_places(places: dict[str, int]) -> dict[str, int]:
    """Return the numbers of rows by the names that the desk has for tables."""
    names = {model._meta.db_table: str(model._meta.verbose_name_plural) for model in apps.get_models()}
    return {capfirst(names.get(place, gettext("files"))): number for place, number in places.items()}


def _list_backups(removal: Removal) -> list[dict[str, Any]]:
    """Return the backups that have the words, with the moment until which each is kept."""
    if settings.BACKUP_DIR is None:
        return []
    now = timezone.now()
    try:
        kept = generations.list_generations(get_backup_folder())
        expiries = generations.compute_expiries(kept, now=now, days=settings.BACKUP_DAYS)
    except (BackupFailed, OSError):
        return []
    until = removal.confirmed_at or now
    return [
        {"finished_at": one.finished_at, "expires_at": expiries[one.name]}
        for one in kept
        if one.begun_at <= until
    ]
