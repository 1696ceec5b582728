"""The form for a request to check something. Existing checks are shown at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.features.complaints.intake.first_answers import FirstAnswer, find_first_answer
from claims.features.complaints.intake.private_pages import add_limit_fields, check_limit, render_form_page
from claims.features.complaints.intake.reader_forms import RequestForm
from claims.features.complaints.models.request_state import LONGEST_READER_TEXT
from claims.features.complaints.submissions import ask
from factcheck.web.freshness import read_for


@require_safe
def asking(request: HttpRequest) -> HttpResponse:
    """Show the form, which is the same for every visitor and may be found by search engines."""
    response = _page(request, RequestForm())
    del response["X-Robots-Tag"]
    return response


def asked(request: HttpRequest) -> HttpResponse:
    """Show what is known already; otherwise store the request and ask to confirm the email address."""
    if request.method != "POST":
        return redirect("reader-request")
    form = RequestForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    what = {"text": form.text, "address": form.address, "picture": form.cleaned_data["picture"]}
    if not form.cleaned_data["anyway"]:
        found = read_for(request, lambda: _Found(find_first_answer(**what)))
        if found.answer.is_answer:
            return _page(request, form, found.answer)
    if refused := check_limit(request):
        words, limit = refused
        form.add_error(None, f"{_('Too many messages came from your network.')} {words}")
        return add_limit_fields(_page(request, form), limit)
    ask(**what, sender=form.sender, sent=form.sent)
    return redirect("reader-message-sent")


class _Found(HttpResponse):
    """An answer that is read as an answer of the public is: from where it may be, within the public's time."""

    def __init__(self, answer: FirstAnswer) -> None:
        super().__init__()
        self.answer = answer


def _page(request: HttpRequest, form: RequestForm, found: FirstAnswer | None = None) -> HttpResponse:
    context = {"form": form, "found": found, "longest": LONGEST_READER_TEXT}
    return render_form_page(request, "readers/ask.html", context, ratings=found.ratings if found else None)
