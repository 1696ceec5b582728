"""The form for a complaint about a claim, on a separate page so that the claim's page can be cached."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.features.complaints.intake.private_pages import add_limit_fields, check_limit, render_form_page
from claims.features.complaints.intake.reader_forms import ComplaintForm
from claims.features.complaints.models import Complaint
from claims.features.complaints.models.request_state import MAX_READER_TEXT_LENGTH
from claims.features.complaints.submissions import submit_complaint
from claims.models import Publication
from factcheck.api.query_values import MAX_ID
from factcheck.database.read_connections import read_freshly


def find_newest_entry(claim_id: int) -> Publication:
    """Return the newest ledger entry of a claim, even if it is a retraction or a merge.

    Raises:
        Http404: the claim was never published.
    """
    rows = Publication.objects.newest().only("claim_id", "version", "slug", "body", "merged_into_id")
    return get_object_or_404(rows, claim_id=min(claim_id, MAX_ID))


@require_http_methods(["GET", "HEAD", "POST"])
def show_complaint_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the complaint form and process its submission."""
    entry = read_freshly(lambda: find_newest_entry(pk))
    if entry.merged_into_id:
        return redirect("reader-complaint", pk=entry.merged_into_id)
    form = ComplaintForm(request.POST if request.method == "POST" else None)
    admission = None
    if form.is_bound and form.is_valid():
        if (refusal := check_limit(request)) is None:
            cleaned_data = form.cleaned_data
            submit_complaint(
                entry,
                kind=cleaned_data["kind"],
                text=cleaned_data["text"],
                sender=form.sender,
                context=form.submission_context,
            )
            return redirect("reader-message-sent")
        message, admission = refusal
        form.add_error(None, f"{_('Too many messages came from your network.')} {message}")
    context = {
        "form": form,
        "claim": entry.document,
        "entry": entry,
        "kinds": Complaint.Kind.choices,
        "max_length": MAX_READER_TEXT_LENGTH,
    }
    page = render_form_page(request, "readers/complain.html", context)
    return add_limit_fields(page, admission) if admission else page
