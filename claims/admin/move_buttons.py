"""The legal moves of the workflow as buttons of a page."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from claims.admin.claim_history import label_of
from claims.models import Claim, Transition, Verdict
from claims.models.verdict import CorrectionKind
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import workflow
from factcheck.admin.base import DeskAdmin, person_at


def last_move(subject: Claim | Verdict) -> int:
    """The subject's last transition, by which a page knows whether it still shows the present state."""
    of_subject = {"verdict": subject} if isinstance(subject, Verdict) else {"claim": subject, "verdict": None}
    moves = Transition.objects.filter(**of_subject).order_by("pk")
    return moves.values_list("pk", flat=True).last() or 0


def returned_with(verdict: Verdict) -> Transition | None:
    """The reviewer's request for changes that a draft has to answer, if that was its last move."""
    if verdict.state != Verdict.State.DRAFT:
        return None
    last = verdict.transitions.first()
    return last if last and last.action == "request_changes" else None


class MovesAdmin(DeskAdmin):
    """A page whose subject moves through the workflow."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_move"
        view = self.admin_site.admin_view(self.move_view)
        return [path("<int:pk>/move/<slug:action>/", view, name=name), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        # "Save" stays on the page, where the next move is; see `response_change`.
        context["show_save_and_continue"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if "_save" in request.POST and "_popup" not in request.POST:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)

    def as_saved(self, request: HttpRequest, subject: Any) -> Any:
        """The subject as it stands: a form that was refused has put what was typed into the one it was given."""
        if subject is None or request.method != "POST":
            return subject
        return self.get_queryset(request).get(pk=subject.pk)

    def moves_context(self, subject: Claim | Verdict, by: User) -> dict[str, Any]:
        """What the panel of buttons needs."""
        options = workflow.options(subject, by)
        return {
            "options": [option for option in options if not option.obstacle],
            "obstacles": [option for option in options if option.obstacle],
            "last_move": last_move(subject),
            "correction_kinds": CorrectionKind.choices,
        }

    def move_view(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Carry out one move that a button of the page asked for, and return to the page."""
        subject = self.get_object(request, str(pk))
        if subject is None or not self.has_view_or_change_permission(request, subject):
            raise Http404
        page = redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)
        if request.method != "POST":
            return page
        try:
            moved = self._move(request, subject, action)
        except (NotPossible, NotAllowed) as refusal:
            messages.error(request, str(refusal))
        except IntegrityError as refusal:
            messages.error(request, self.in_words(refusal))
        else:
            messages.success(request, self.moved_message(moved, action))
        return self.after_move(request, subject, action) or page

    def after_move(self, request: HttpRequest, subject: Any, action: str) -> HttpResponseRedirect | None:
        """Where to go after a move, where that is not the page itself."""
        return None

    def moved_message(self, subject: Claim | Verdict, action: str) -> str:
        """What a person reads after a move."""
        return _("%(move)s: done. The state is “%(state)s”.") % {
            "move": label_of(action),
            "state": subject.get_state_display(),
        }

    @transaction.atomic
    def _move(self, request: HttpRequest, subject: Any, action: str) -> Any:
        asked = request.POST
        into = Claim.objects.filter(pk=asked["into"]).first() if asked.get("into", "").isdecimal() else None
        claim_id = subject.claim_id if isinstance(subject, Verdict) else subject.pk
        # In the order of the ids, as `workflow` locks them.
        wanted = [claim_id, into.pk] if into else [claim_id]
        list(Claim.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))
        self._refuse_stale(subject, action, asked.get("last_move", ""))
        kind = asked.get("kind", CorrectionKind.UPDATE)
        if kind not in CorrectionKind.values:
            raise NotPossible(_("Choose the kind of change."))
        return workflow.move(
            subject, action, by=person_at(request), note=asked.get("note", ""), into=into, kind=kind
        )

    def _refuse_stale(self, subject: Claim | Verdict, action: str, seen: str) -> None:
        """Refuse a move that the person decided on while looking at an older state: a second click, an old tab."""
        now = Transition.objects.filter(pk=last_move(subject)).first()
        if seen == str(now.pk if now else 0):
            return
        if now and now.action == action:
            raise NotPossible(
                _("That had been done already, by %s. Nothing was done twice.") % now.actor_name
            )
        raise NotPossible(
            _("Meanwhile somebody has moved this on. Nothing was done: look at it as it is now.")
        )
