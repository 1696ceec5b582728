"""Buttons for the moves that the workflow allows."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.live_preview import SANDBOX
from claims.admin.scheduling import (
    PUBLIC_MOVES,
    build_previews,
    compute_fingerprint,
    find_last_editor_name,
    list_public_changes,
)
from claims.admin.timeline import AFTER_MOVE_MESSAGES, get_move_label
from claims.ledger.preview_entries import EntryPreview
from claims.models import Claim, Publication, Transition, Verdict
from claims.models.verdict import CorrectionKind
from claims.newsroom.refusals import NotPossible
from claims.review import workflow
from claims.review.moves import Move
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.row_actions import RefusalMessages, desk_page
from factcheck.admin.unsaved import WRITERS_FIELD, mark_form_as_saved
from factcheck.database import clock


def get_last_move(subject: Claim | Verdict) -> int:
    """Return the id of the subject's last transition, with which a page detects that it shows an outdated state."""
    conditions = {"verdict": subject} if isinstance(subject, Verdict) else {"claim": subject, "verdict": None}
    moves = Transition.objects.filter(**conditions).order_by("pk")
    return moves.values_list("pk", flat=True).last() or 0


def find_change_request(verdict: Verdict) -> Transition | None:
    """Return the reviewer's request for changes, if it was the verdict's last move."""
    if verdict.state != Verdict.State.DRAFT:
        return None
    last_transition = verdict.transitions.first()
    return last_transition if last_transition and last_transition.action == "request_changes" else None


#: Shown if a page's state is outdated.
OUTDATED_PAGE_MESSAGE = gettext_lazy(
    "Another user has already changed the state. Nothing was done. Reload the page and check."
)
#: The keyboard shortcut of each button, on pages that have shortcuts.
KEYBOARD_SHORTCUTS = {
    "accept": "a",
    "decline": "d",
    "merge": "g",
    "unmerge": "g",
    "republish": "u",
    "submit": "b",
    "sign_off": "o",
    "request_changes": "w",
    "withdraw": "z",
    "publish": "y",
    "retract": "x",
}


class MoveButton(NamedTuple):
    """A possible move, with its keyboard shortcut."""

    action: str
    move: Move[Any]
    key: str


def build_moves_context(subject: Claim | Verdict, person: User) -> dict[str, Any]:
    """Return the template context of the buttons' panel."""
    options = workflow.list_options(subject, person)
    return {
        "options": [
            MoveButton(option.action, option.move, KEYBOARD_SHORTCUTS.get(option.action, ""))
            for option in options
            if not option.obstacle
        ],
        "obstacles": [option for option in options if option.obstacle],
        "last_move": get_last_move(subject),
        "correction_kinds": CorrectionKind.choices,
    }


class ConfirmationNeeded(Exception):
    """The move changes what readers see, and the person has not yet confirmed this change."""

    def __init__(self, previews: list[EntryPreview], fingerprint: str, refusal: str) -> None:
        super().__init__(refusal)
        self.previews, self.fingerprint, self.refusal = previews, fingerprint, refusal


class MovesAdmin(DeskAdmin):
    """Mixin for the desk's page of an object that moves through the workflow."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        # "Save" stays on the page, because the next move is made there; see `response_change`.
        context["show_save_and_continue"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if "_save" in request.POST and "_popup" not in request.POST:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)

    def get_stored_subject(self, request: HttpRequest, subject: Any) -> Any:
        """Return the object as stored, because a rejected form may have assigned other values to it."""
        if subject is None or request.method != "POST":
            return subject
        return self.get_queryset(request).get(pk=subject.pk)

    @desk_page("<int:pk>/move/<slug:action>/")
    def move_view(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Make the move of the pressed button, and redirect to the page."""
        subject = self.get_row(request, pk)
        redirect = HttpResponseRedirect(self.get_page_after(request, subject))
        if request.method != "POST":
            return redirect
        try:
            with RefusalMessages(request):
                moved_subject = self._move(request, subject, action)
                messages.success(request, self.build_moved_message(moved_subject, action))
        except ConfirmationNeeded as question:
            return self.ask_for_confirmation(request, subject, action, question)
        return self.get_next_page(request, subject, action) or redirect

    def ask_for_confirmation(
        self, request: HttpRequest, subject: Any, action: str, confirmation: "ConfirmationNeeded"
    ) -> HttpResponse:
        """Show what readers see before and after the move, with a button to confirm."""
        carried_fields = ("last_move", "note", "into", "kind", "from_claim", WRITERS_FIELD)
        claim = subject.claim if isinstance(subject, Verdict) else subject
        context = {
            "title": get_move_label(action),
            "subject": subject,
            "claim": claim,
            "action": action,
            "action_label": get_move_label(action),
            "is_without_appearance": action == "publish" and not claim.appearances.exists(),
            "question": confirmation,
            "changes": list_public_changes(confirmation.previews),
            "looked_at": clock.get_database_time().isoformat(),
            "carried": [(name, value) for name in carried_fields for value in request.POST.getlist(name)],
            "back": get_page_url(claim if "from_claim" in request.POST else subject),
            "sandbox": SANDBOX,
            "original": subject,
        }
        return self.show_page(request, "publish_confirmation", context)

    def get_next_page(self, request: HttpRequest, subject: Any, action: str) -> HttpResponseRedirect | None:
        """Return a redirect to another page after a move, or None to stay on the page."""
        return None

    def build_moved_message(self, subject: Claim | Verdict, action: str) -> str:
        """Return the message to show after a move, with a link to the public page."""
        message = str(AFTER_MOVE_MESSAGES[action])
        claim = subject.claim if isinstance(subject, Verdict) else subject
        if action not in PUBLIC_MOVES:
            return message
        entry = (
            Publication.objects.newest()
            .filter(claim=claim.merged_into_id or claim.pk)
            .only("slug", "claim")
            .first()
        )
        if entry is None:
            return message
        url = reverse("claim", args=[entry.claim_id, entry.slug])
        link = format_html(
            '<a href="{}" target="_blank" rel="noopener">{}</a>', url, _("See the public page")
        )
        return format_html("{} {}", message, link)

    @transaction.atomic
    def _move(self, request: HttpRequest, subject: Any, action: str) -> Any:
        values = request.POST
        merge_target = (
            Claim.objects.filter(pk=values["into"]).first() if values.get("into", "").isdecimal() else None
        )
        claim_id = subject.claim_id if isinstance(subject, Verdict) else subject.pk
        # Ordered by id, because `workflow` locks claims in this order.
        claim_ids = [claim_id, merge_target.pk] if merge_target else [claim_id]
        list(Claim.objects.select_for_update().filter(pk__in=claim_ids).order_by("pk").values_list("pk"))
        self._reject_outdated_move(subject, action, values.get("last_move", ""))
        kind = values.get("kind", CorrectionKind.UPDATE)
        if kind not in CorrectionKind.values:
            raise NotPossible(_("Choose the kind of change."))
        note = values.get("note", "")
        if action in PUBLIC_MOVES:
            workflow.require_move(subject, action, by=get_person(request), note=note)
            subject.refresh_from_db()
            previews = build_previews(subject, action, note=note, kind=kind, into=merge_target)
            self._require_confirmation(request, subject, previews)
        moved_subject = workflow.move(
            subject, action, by=get_person(request), note=note, into=merge_target, kind=kind
        )
        mark_form_as_saved(request)
        return moved_subject

    def _require_confirmation(
        self, request: HttpRequest, subject: Claim | Verdict, previews: list[EntryPreview]
    ) -> None:
        """Raise ConfirmationNeeded unless the person confirmed exactly these changes. The claim is already locked."""
        fingerprint, confirmed_fingerprint = compute_fingerprint(previews), request.POST.get("confirmed", "")
        if not previews or confirmed_fingerprint == fingerprint:
            return
        refusal = ""
        if confirmed_fingerprint:
            refusal = _(
                "Nothing was changed: since you opened the page, %(who)s has changed what readers would see. "
                "Check the page again."
            ) % {
                "who": find_last_editor_name(subject, get_person(request), request.POST.get("looked_at", ""))
            }
        raise ConfirmationNeeded(previews, fingerprint, refusal)

    def _reject_outdated_move(self, subject: Claim | Verdict, action: str, shown_move: str) -> None:
        """Reject a move if the page showed an older state, for example after a second click or in an old tab."""
        newest_move = Transition.objects.filter(pk=get_last_move(subject)).first()
        if shown_move == str(newest_move.pk if newest_move else 0):
            return
        if newest_move and newest_move.action == action:
            raise NotPossible(
                _("%s had already taken this step. Nothing was changed.") % newest_move.actor_name
            )
        raise NotPossible(OUTDATED_PAGE_MESSAGE)
