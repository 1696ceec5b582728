"""The page with the form for a request to check something. The page shows existing checks immediately."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.features.complaints.intake.first_answers import FirstAnswer, find_first_answer
from claims.features.complaints.intake.private_pages import add_limit_fields, check_limit, render_form_page
from claims.features.complaints.intake.reader_forms import RequestForm
from claims.features.complaints.models.request_state import MAX_READER_TEXT_LENGTH
from claims.features.complaints.submissions import submit_request
from factcheck.web.freshness import read_for_request


@require_safe
def show_request_form(request: HttpRequest) -> HttpResponse:
    """Show the form, which is the same for every visitor. Search engines may index it."""
    response = _render_page(request, RequestForm())
    del response["X-Robots-Tag"]
    return response


def receive_request(request: HttpRequest) -> HttpResponse:
    """Show existing checks. If there are none, store the request and ask for confirmation by email."""
    if request.method != "POST":
        return redirect("reader-request")
    form = RequestForm(request.POST, request.FILES)
    if not form.is_valid():
        return _render_page(request, form)
    values = {"text": form.text, "address": form.address, "picture": form.cleaned_data["picture"]}
    if not form.cleaned_data["send_anyway"]:
        first_answer = read_for_request(request, lambda: _FirstAnswerResponse(find_first_answer(**values)))
        if first_answer.answer.has_same_claim:
            return _render_page(request, form, first_answer.answer)
    if refusal := check_limit(request):
        message, admission = refusal
        form.add_error(None, f"{_('Too many messages came from your network.')} {message}")
        return add_limit_fields(_render_page(request, form), admission)
    submit_request(**values, sender=form.sender, context=form.submission_context)
    return redirect("reader-message-sent")


class _FirstAnswerResponse(HttpResponse):
    """A wrapper for the immediate results, needed because `read_for_request` can return only responses."""

    def __init__(self, answer: FirstAnswer) -> None:
        super().__init__()
        self.answer = answer


def _render_page(
    request: HttpRequest, form: RequestForm, first_answer: FirstAnswer | None = None
) -> HttpResponse:
    context = {"form": form, "first_answer": first_answer, "max_length": MAX_READER_TEXT_LENGTH}
    return render_form_page(
        request, "readers/ask.html", context, ratings=first_answer.ratings if first_answer else None
    )
