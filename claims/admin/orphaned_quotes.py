"""Quotes that can no longer be located. The claim's page shows the reason, and a button for each likely place."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from claims.models import Appearance
from claims.quotes.changed_sources import LostQuote, find_lost_quote
from claims.quotes.locations import cut_words_after, cut_words_before, read_quote_at
from claims.quotes.orphans import OrphanReason
from claims.review import claim_edits
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.row_actions import RefusalMessages

#: The number of characters of text shown on each side of a possible location.
_CONTEXT_LENGTH = 120

_REASONS: dict[OrphanReason, StrOrPromise] = {
    OrphanReason.NOT_FOUND: gettext_lazy("The latest version does not contain this passage."),
    OrphanReason.CHANGED: gettext_lazy("The wording was changed."),
    OrphanReason.ELSEWHERE: gettext_lazy("The words appear only in another place, which may be a quotation."),
    OrphanReason.QUOTED: gettext_lazy(
        "The words are quoted there for another reason: in a correction, in a teaser or from another speaker."
    ),
    OrphanReason.SPEAKER: gettext_lazy("The words may now belong to another speaker."),
    OrphanReason.AROUND: gettext_lazy("The sentence around the quote was changed."),
    OrphanReason.REWRITTEN: gettext_lazy("The paragraph around the quote was rewritten."),
    OrphanReason.TWICE: gettext_lazy("The text now contains the passage twice, in different words."),
    OrphanReason.NOT_COMPARED: gettext_lazy(
        "The two versions could not be compared. Look for the passage in the latest version."
    ),
    OrphanReason.PLACE_TAKEN: gettext_lazy("This claim already has an appearance at this place."),
}


def build_orphaned_quote_context(appearance: Appearance) -> dict[str, Any] | None:
    """Return why a quote can no longer be located and where it may be now; None if the quote is located."""
    if appearance.anchor != Appearance.Anchor.ORPHANED or (lost_quote := find_lost_quote(appearance)) is None:
        return None
    return {
        "reason": _REASONS[lost_quote.reason],
        "newest": lost_quote.newest_snapshot,
        "candidates": [_build_candidate(appearance, lost_quote, *span) for span in lost_quote.candidates],
    }


def _build_candidate(appearance: Appearance, lost_quote: LostQuote, start: int, end: int) -> dict[str, str]:
    text = lost_quote.newest_snapshot.text
    url_arguments = [appearance.claim_id, appearance.pk, lost_quote.newest_snapshot.number, start, end]
    return {
        "before": cut_words_before(text, start, _CONTEXT_LENGTH),
        "exact": text[start:end],
        "after": cut_words_after(text, end, _CONTEXT_LENGTH),
        "take": reverse("admin:claims_claim_take_place", args=url_arguments),
    }


def move_quote(
    model_admin: DeskAdmin, request: HttpRequest, pk: int, appearance: int, number: int, start: int, end: int
) -> HttpResponse:
    """Move the appearance's quote to the chosen location."""
    claim = model_admin.get_object(request, str(pk))
    row = Appearance.objects.select_related("source", "claim").filter(pk=appearance, claim=pk).first()
    if claim is None or row is None or not model_admin.has_view_permission(request, claim):
        raise Http404
    if request.method == "POST":
        with RefusalMessages(request):
            quotation = read_quote_at(row.source, number, start, end)
            claim_edits.edit_appearance(row, by=get_person(request), source=row.source, quotation=quotation)
            messages.success(request, _("The quote has been located again: “%s”") % quotation.exact[:100])
    return HttpResponseRedirect(get_page_url(claim))
