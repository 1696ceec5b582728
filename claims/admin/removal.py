"""Removals of text that the law requires. One administrator proposes a removal; a second checks and confirms it."""

from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import Removal, RemovalSearch
from claims.newsroom.refusals import NotPossible
from claims.review import removals
from claims.review.removal_search import request_search
from claims.review.removal_words import build_word_finder, is_long_enough
from factcheck.admin.base import DeskAdmin, get_person
from factcheck.admin.row_actions import row_action
from factcheck.admin.versions import DeskForm
from factcheck.backups import generations
from factcheck.backups.backup_folder import BackupFailed
from factcheck.backups.subject import get_backup_folder
from factcheck.list_phrases import join_words


class RemovalForm(DeskForm):
    whole = forms.BooleanField(
        label=_("The whole claim"),
        required=False,
        help_text=_("Remove all texts of the claim in all its versions. Retract its verdicts first."),
    )
    exact = forms.CharField(
        label=_("Exact words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "class": "desk-input"}),
        help_text=_(
            "Enter each word or phrase on its own line, exactly as stored and in all its forms. The words "
            "are removed everywhere, not only here."
        ),
    )

    class Meta:
        model = Removal
        fields = ("claim", "reason", "note")

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or self.cleaned_data
        removed_words = [line.strip() for line in cleaned_data.get("exact", "").splitlines() if line.strip()]
        if short_words := [word for word in removed_words if not is_long_enough(word)]:
            self.add_error(
                "exact",
                gettext("Too short: %s. It is part of too many other words.") % join_words(short_words),
            )
        if cleaned_data.get("whole") and "claim" in cleaned_data:
            removed_words += removals.find_claim_texts(cleaned_data["claim"])
        if not removed_words:
            self.add_error("exact", gettext("Enter the words to be removed."))
        if build_word_finder(removed_words)(cleaned_data.get("note", "")):
            self.add_error("note", gettext("The note contains words to be removed."))
        cleaned_data["words"] = removed_words
        return cleaned_data


def _is_open(removal: Removal, person: User) -> bool:
    return removal.confirmed_at is None


def _is_searched(removal: Removal) -> bool:
    return RemovalSearch.objects.filter(removal=removal, finished_at__isnull=False).exists()


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
        """Allow withdrawing a removal until it is carried out."""
        return self.has_add_permission(request) and (obj is None or obj.confirmed_at is None)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        # Django would redirect to the start page of the desk if the person may not change rows.
        super().response_delete(request, obj_display, obj_id)
        return HttpResponseRedirect(reverse("admin:claims_removal_changelist"))

    def save_model(self, request: HttpRequest, obj: Removal, form: Any, change: bool) -> None:
        removal = removals.propose(
            form.cleaned_data["claim"],
            form.cleaned_data["words"],
            reason=form.cleaned_data["reason"],
            note=form.cleaned_data["note"],
            by=get_person(request),
        )
        request_search(removal)
        obj.pk = removal.pk
        obj.refresh_from_db()

    def build_page_context(self, request: HttpRequest, removal: Any, /) -> dict[str, Any]:
        search = RemovalSearch.objects.filter(removal=removal).first()
        return {
            "removal": removal,
            "search": search,
            "places": _translate_table_names(search.places) if search else {},
            "has_backups": settings.BACKUP_DIR is not None,
            "backups": _list_backups(removal),
        }

    @row_action(_("Search again"), permission="add", is_offered=_is_open)
    def search(self, request: HttpRequest, removal: Removal) -> str:
        """Queue another search for the words to remove, and return a message."""
        if removal.confirmed_at is None:
            request_search(removal)
        return ""

    @row_action(
        _("Remove"),
        permission="add",
        is_offered=lambda removal, person: (
            _is_open(removal, person) and removal.proposed_by_id != person.pk and _is_searched(removal)
        ),
        question=_("This cannot be undone. The files are deleted."),
        look="retract",
        is_atomic=False,  # caches are cleared after the commit
    )
    def confirm(self, request: HttpRequest, removal: Removal) -> str:
        """Carry out a removal that another administrator proposed. The search for the text must have finished."""
        if not _is_searched(removal):
            raise NotPossible(gettext("Wait until the search has finished."))
        removals.confirm(removal, by=get_person(request))
        return gettext("Removed from everything stored here.")


def _translate_table_names(row_counts: dict[str, int]) -> dict[str, int]:
    """Return the row counts, keyed by the names that the desk uses for the tables."""
    names = {model._meta.db_table: str(model._meta.verbose_name_plural) for model in apps.get_models()}
    return {capfirst(names.get(table, gettext("files"))): count for table, count in row_counts.items()}


def _list_backups(removal: Removal) -> list[dict[str, Any]]:
    """Return the backups that contain the words to remove, and how long each is kept."""
    if settings.BACKUP_DIR is None:
        return []
    now = timezone.now()
    try:
        generations_kept = generations.list_generations(get_backup_folder())
        expiries = generations.compute_expiries(generations_kept, now=now, days=settings.BACKUP_DAYS)
    except (BackupFailed, OSError):
        return []
    removed_at = removal.confirmed_at or now
    return [
        {"finished_at": generation.finished_at, "expires_at": expiries[generation.name]}
        for generation in generations_kept
        if generation.begun_at <= removed_at
    ]
