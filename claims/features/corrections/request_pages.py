"""The public correction requests: an Atom feed of the newest requests, and a table of all requests."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.features.corrections.models import Rectification, RectificationStep
from claims.models import Publication
from factcheck.formulas import escape_formula

_MAX_FEED_REQUESTS = 50
CSV_COLUMNS = (
    *("id", "claim_id", "claim_url", "publication", "url", "asked_on", "state", "since"),
    *("reminded_on", "answered_on", "answer", "corrected_on", "fixed", "refused_on", "refusal"),
)


@require_safe
def show_feed(request: HttpRequest) -> HttpResponse:
    """Return the Atom feed of public requests with their latest steps, in the same language for everyone."""
    with translation.override(settings.LANGUAGE_CODE):
        newsroom = {"newsroom": settings.NEWSROOM_NAME}
        feed = Atom1Feed(
            title=_("Corrections requested by %(newsroom)s") % newsroom,
            link=settings.SITE_URL + reverse("corrections"),
            description="",
            feed_url=settings.SITE_URL + reverse("correction-requests-feed"),
            language=settings.LANGUAGE_CODE,
        )
        for row in _find_public_requests().order_by("-last_step_on", "-pk")[:_MAX_FEED_REQUESTS]:
            steps = list(row.steps.all())
            feed.add_item(
                title=f"{row.get_state_display()}: {row.outlet}",
                link=row.url,
                description=steps[-1].note if steps else "",
                unique_id=f"{settings.SITE_URL}{reverse('correction-requests-feed')}#{row.pk}",
                updateddate=make_aware(datetime.combine(row.last_step_on, time(12))),
                pubdate=make_aware(datetime.combine(row.asked_on, time(12))),
            )
        response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    response["Cache-Control"] = "public, max-age=60"
    return response


@require_safe
def export_table(request: HttpRequest) -> StreamingHttpResponse:
    """Export all public requests as CSV."""
    response = StreamingHttpResponse(_iterate_csv_lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="correction-requests.csv"'
    response["Cache-Control"] = "public, max-age=60"
    return response


def _iterate_csv_lines() -> Iterator[str]:
    for row in [CSV_COLUMNS, *map(_build_row, _find_public_requests().order_by("pk"))]:
        line = io.StringIO()
        csv.writer(line).writerow([escape_formula(value) for value in row])
        yield line.getvalue()


def _build_row(row: Rectification) -> list[Any]:
    last_steps = {step.kind: step for step in row.steps.all()}

    def get_day(kind: str) -> Any:
        return last_steps[kind].on_day if kind in last_steps else None

    def get_note(kind: str) -> str:
        return last_steps[kind].note if kind in last_steps else ""

    claim_url = f"{settings.SITE_URL}/claims/{row.claim_id}/"
    return [
        *(row.pk, row.claim_id, claim_url, row.outlet, row.url, row.asked_on, row.state, row.last_step_on),
        *(
            get_day("reminded"),
            get_day("answered"),
            get_note("answered"),
            get_day("corrected"),
            get_note("corrected"),
        ),
        *(get_day("refused"), get_note("refused")),
    ]


def _find_public_requests() -> Any:
    published_claims = Publication.objects.newest().values("claim")
    steps = Prefetch("steps", RectificationStep.objects.order_by("pk"))
    return Rectification.objects.shown().filter(claim__in=published_claims).prefetch_related(steps)
