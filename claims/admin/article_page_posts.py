"""The JSON requests of the article page, which does not reload while an editor works on it.

A request contains the selected words and their position in the displayed snapshot. A response contains the parts of the
page that have changed. A rejected request is answered with a sentence, and status 403 if the person's role forbids the
action, or 409 if the claim's state forbids it.
"""

from collections.abc import Callable
from typing import Any

import orjson
from django import forms
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from claims.admin.article_page_text import build_marked_paragraphs, list_notes
from claims.admin.move_buttons import get_last_move
from claims.admin.timeline import AFTER_MOVE_MESSAGES, get_move_label
from claims.models import Claim, Claimant, Evidence, Transition, Verdict
from claims.models.claim import MAX_STATEMENT_LENGTH
from claims.models.evidence import MAX_NOTE_LENGTH
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.newsroom.roles import require_permission
from claims.quotes.locations import QuotedWords
from claims.quotes.selected_words import find_selected_words
from claims.review import workflow
from claims.review.annotations import attach_to_claim, create_claim, create_evidence
from factcheck.admin.row_actions import explain_refusal
from factcheck.refusals import ActionRefused
from sources.models import Snapshot, Source

#: The decisions on a proposal that have keys on this page, and the one that undoes them.
DECISIONS = ("accept", "decline", "reconsider")
_MAX_OFFSET = 2**31 - 1


class SelectionForm(forms.Form):
    """A form with words selected in a snapshot, as the page sends them."""

    snapshot = forms.IntegerField(min_value=1, max_value=_MAX_OFFSET)
    start = forms.IntegerField(min_value=0, max_value=_MAX_OFFSET)
    end = forms.IntegerField(min_value=1, max_value=_MAX_OFFSET)
    exact = forms.CharField(strip=False)


class NewClaimFromTextForm(SelectionForm):
    statement = forms.CharField(max_length=MAX_STATEMENT_LENGTH)
    claimant = forms.CharField(max_length=Claimant._meta.get_field("name").max_length, required=False)


class AttachTextForm(SelectionForm):
    claim = forms.IntegerField(min_value=1, max_value=_MAX_OFFSET)


class EvidenceFromTextForm(SelectionForm):
    verdict = forms.IntegerField(min_value=1, max_value=_MAX_OFFSET)
    stance = forms.ChoiceField(choices=Evidence.Stance.choices)
    note = forms.CharField(max_length=MAX_NOTE_LENGTH, required=False)


class InvalidPageRequest(Exception):
    """The request is malformed; `str()` gives the reason. The response has the status 400."""


def answer_page_request(
    request: HttpRequest, source: Source, action: Callable[[Any], dict[str, Any]]
) -> JsonResponse:
    """Return the response to a request of the page: the result of `action`, or an error."""
    if request.method != "POST":
        raise Http404
    try:
        result = action(_parse_body(request))
    except InvalidPageRequest as refusal:
        return _build_refusal(str(refusal), 400)
    except NotAllowed as refusal:
        return _build_refusal(str(refusal), 403)
    except (ActionRefused, IntegrityError) as refusal:
        return _build_refusal(explain_refusal(refusal), 409)
    return JsonResponse(result, status=409 if "problem" in result else 200)


def propose_claim(source: Source, values: Any, person: User) -> dict[str, Any]:
    """Propose a claim from the selected text."""
    fields = _clean_form(NewClaimFromTextForm, values)
    quote = _read_selection(source, fields)
    claim = create_claim(quote, source, statement=fields["statement"], claimant=fields["claimant"], by=person)
    return _render_changed_parts(
        quote.snapshot, person, f"c{claim.pk}", _("Proposed as claim %d.") % claim.pk
    )


def add_appearance(source: Source, values: Any, person: User) -> dict[str, Any]:
    """Add the selected text to a claim as another appearance."""
    fields = _clean_form(AttachTextForm, values)
    claim = Claim.objects.readable_by(person).filter(pk=fields["claim"]).first()
    if claim is None:
        raise NotPossible(_("There is no claim %d, or you do not have access to it.") % fields["claim"])
    quote = _read_selection(source, fields)
    attach_to_claim(quote, source, claim, by=person)
    return _render_changed_parts(
        quote.snapshot, person, f"c{claim.pk}", _("Attached to claim %d.") % claim.pk
    )


def add_evidence(source: Source, values: Any, person: User) -> dict[str, Any]:
    """Add the selected text to a draft as evidence."""
    require_permission(person, "claims.add_evidence", _("add evidence"))
    fields = _clean_form(EvidenceFromTextForm, values)
    verdict = Verdict.objects.readable_by(person).filter(pk=fields["verdict"]).first()
    if verdict is None:
        raise NotPossible(_("There is no draft %d, or you do not have access to it.") % fields["verdict"])
    quote = _read_selection(source, fields)
    item = create_evidence(quote, source, verdict, stance=fields["stance"], note=fields["note"], by=person)
    return _render_changed_parts(quote.snapshot, person, f"e{item.pk}", _("Added as evidence to the draft."))


def decide_proposal(source: Source, values: Any, person: User, pk: int, action: str) -> dict[str, Any]:
    """Accept or decline a proposal, or undo that decision, and return the changed parts of the page."""
    claim = Claim.objects.readable_by(person).filter(pk=pk, appearances__source=source).first()
    if claim is None or action not in DECISIONS:
        raise Http404
    require_permission(person, "claims.triage_claim", _("accept and decline claims"))
    if not isinstance(values, dict):
        raise InvalidPageRequest(_("The page sent an invalid request. Reload it and try again."))
    number = values.get("snapshot")
    snapshot = source.snapshots.filter(number=number).first() if isinstance(number, int) else None
    if snapshot is None:
        raise InvalidPageRequest(
            _("The page sent a snapshot that does not belong to this source. Reload it and try again.")
        )
    try:
        _make_move(claim, action, str(values.get("last_move", "")), str(values.get("note", "")), person)
    except NotPossible as refusal:
        # The response has the claim's current state as well as the refusal.
        return {"problem": str(refusal), **_render_changed_parts(snapshot, person, f"c{pk}", "")}
    return _render_changed_parts(snapshot, person, f"c{pk}", str(AFTER_MOVE_MESSAGES[action]))


@transaction.atomic
def _make_move(claim: Claim, action: str, shown_move: str, note: str, person: User) -> None:
    """Make the move, or raise an exception if the page shows an older state of the claim."""
    if not Claim.objects.select_for_update().filter(pk=claim.pk).exists():
        raise NotPossible(_("The claim has been deleted in the meantime."))
    newest_move = get_last_move(claim)
    if shown_move != str(newest_move):
        last_transition = Transition.objects.get(pk=newest_move)
        raise NotPossible(
            _("%(who)s has just taken this step: “%(move)s”. Nothing was changed. Reload the page and check.")
            % {"who": last_transition.actor_name, "move": get_move_label(last_transition.action)}
        )
    workflow.move(claim, action, by=person, note=note)


def _parse_body(request: HttpRequest) -> Any:
    try:
        return orjson.loads(request.body)
    except ValueError:
        raise InvalidPageRequest(_("The page sent an invalid request. Reload it and try again.")) from None


def _clean_form(form: type[forms.Form], values: Any) -> dict[str, Any]:
    is_flat = isinstance(values, dict) and all(isinstance(value, str | int) for value in values.values())
    bound_form = form(values if is_flat else {})
    if not bound_form.is_valid():
        raise InvalidPageRequest(
            " ".join(
                f"{bound_form[name].label}: {' '.join(map(str, errors))}"
                for name, errors in bound_form.errors.items()
            )
        )
    return bound_form.cleaned_data


def _read_selection(source: Source, fields: dict[str, Any]) -> QuotedWords:
    return find_selected_words(source, fields["snapshot"], fields["start"], fields["end"], fields["exact"])


def _render_changed_parts(snapshot: Snapshot | None, person: User, key: str, message: str) -> dict[str, Any]:
    """Return the changed parts of the page as HTML after a change to one note."""
    if snapshot is None:
        raise Http404
    notes = list_notes(snapshot, person)
    spans = [span for note in notes for span in note.spans]
    changed_spans = [span for span in spans if span.note == key]
    changed_paragraphs = [
        paragraph
        for paragraph in build_marked_paragraphs(snapshot.text, spans)
        if any(span.start < paragraph.end and span.end > paragraph.start for span in changed_spans)
    ]
    note = next((note for note in notes if note.key == key), None)
    return {
        "message": message,
        "key": key,
        "note": note.html if note else "",
        "paragraphs": {str(paragraph.start): paragraph.html for paragraph in changed_paragraphs},
    }


def _build_refusal(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"problem": sentence}, status=status)
