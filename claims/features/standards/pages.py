"""The page with the standards report, for readers and assessors."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from claims.features.standards.period import InvalidPeriod, Period
from claims.features.standards.report import get_report
from claims.public.pages.page_cache import read_public
from claims.public.pages.responses import respond


class PeriodForm(forms.Form):
    """The form for choosing the report's date range."""

    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def period(self) -> Period:
        """Return the chosen period. Raises InvalidPeriod with a sentence for the user."""
        if not self.is_valid():
            raise InvalidPeriod(gettext("Enter the dates as 2026-01-31."))
        return Period.between(self.cleaned_data["since"], self.cleaned_data["until"])


@require_safe
@read_public
def show_standards(request: HttpRequest) -> HttpResponse:
    """Show the report on the requested period, by default the last year."""
    problem = ""
    try:
        period = PeriodForm(request.GET).period()
    except InvalidPeriod as refusal:
        problem, period = str(refusal), Period.between(None, None)
    report = get_report(period)
    context = {"report": report, "problem": problem, "since": period.first_day, "until": period.last_day}
    response = respond(request, "claims/standards.html", context, dependencies=[report.made_at, problem])
    if problem and response.status_code == 200:
        response.status_code = 400
    return response
