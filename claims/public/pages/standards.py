"""How the newsroom works, for readers and assessors: the standards report, and what the newsroom says of itself."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from claims.ledger.document.markdown import to_html
from claims.models import NewsroomPage
from claims.public.pages.page_cache import public
from claims.public.pages.responses import interface_language, respond
from claims.standards.period import NoSuchPeriod, Period
from claims.standards.report import report, statements


class PeriodForm(forms.Form):
    """The days that somebody wants a report on."""

    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def period(self) -> Period:
        """Raises NoSuchPeriod with a sentence for whoever asked."""
        if not self.is_valid():
            raise NoSuchPeriod("Write the days as 2026-01-31.")
        return Period.of(self.cleaned_data["since"], self.cleaned_data["until"])


@require_safe
@public
def standards(request: HttpRequest) -> HttpResponse:
    """The report on a period, a year unless another is asked for."""
    problem = ""
    try:
        period = PeriodForm(request.GET).period()
    except NoSuchPeriod as refusal:
        problem, period = str(refusal), Period.of(None, None)
    made = report(period)
    context = {"report": made, "problem": problem, "since": period.first, "until": period.last}
    response = respond(request, "claims/standards.html", context, made_of=[made.made_at, problem])
    if problem and response.status_code == 200:
        response.status_code = 400
    return response


@require_safe
@public
def about(request: HttpRequest, kind: str, version: int | None = None) -> HttpResponse:
    """A page on which the newsroom explains itself, in the reader's language where there is one, with its versions."""
    if kind not in NewsroomPage.Kind.values:
        raise Http404("There is no such page.")
    languages = list(NewsroomPage.objects.current().filter(kind=kind).values_list("language", flat=True))
    language = chosen_language(request.GET.get("language", ""), languages, reader=interface_language())
    versions = list(NewsroomPage.objects.filter(kind=kind, language=language).order_by("-version"))
    shown = next((one for one in versions if version in (None, one.version)), None)
    if shown is None:
        raise Http404("The newsroom has not written this page.")
    context: dict[str, Any] = {
        "page": shown,
        "text": mark_safe(to_html(shown.text)),  # noqa: S308 - to_html sanitises
        "versions": versions,
        "languages": languages,
        "others": [one for one in statements() if one.versions and one.kind != kind],
    }
    made_of = [*(one.pk for one in versions), *languages, *(one.title for one in context["others"])]
    return respond(request, "claims/about.html", context, made_of=made_of)


def chosen_language(asked: str, languages: list[str], *, reader: str) -> str:
    """The language to show: what was asked for, the reader's, English, or what there is."""
    wanted = (asked, reader, "en", *languages)
    return next((one for one in wanted if one in languages), "")
