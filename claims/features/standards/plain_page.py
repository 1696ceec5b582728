"""The standards report as Markdown."""

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from claims.features.discovery.plain_pages import list_text
from claims.features.discovery.plain_pages.markdown_escapes import escape_line
from claims.features.discovery.plain_pages.plain_page import PlainPage
from claims.features.standards.pages import PeriodForm
from claims.features.standards.period import InvalidPeriod
from claims.features.standards.report import StandardsReport, get_report
from factcheck.web.language_addresses import build_permanent_path


def build_standards_page(request: HttpRequest) -> PlainPage:
    """Return the report on the requested period as Markdown, by default on the last year."""
    try:
        standards_report = get_report(PeriodForm(request.GET).period())
    except InvalidPeriod as refusal:
        raise Http404(str(refusal)) from None
    text = list_text.write_page(_("How we meet the standards"), _write_text(standards_report))
    return PlainPage(text, build_permanent_path("standards"))


def _write_text(standards_report: StandardsReport) -> str:
    parts = [
        _("Based on what was published from %(first)s to %(last)s.")
        % {"first": standards_report.first_day.isoformat(), "last": standards_report.last_day.isoformat()}
    ]
    for indicator in standards_report.indicators:
        value = (
            _("nothing to count") if indicator.value is None else f"{indicator.value:g} ({indicator.unit})"
        )
        parts.append(f"## {escape_line(indicator.title)}\n\n{value}\n\n{escape_line(indicator.definition)}")
    return "\n\n".join(parts)
