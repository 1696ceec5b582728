"""Read ledger entries for responses with one query; the body is only read if the client's copy is outdated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse

from claims.models import Publication
from claims.public.api import markup
from factcheck.api.query_values import MAX_ID
from factcheck.api.resources import build_conditional_response, is_conditional
from factcheck.database.cached_sql import Slot, Template
from factcheck.web.site_urls import insert_site_url


@dataclass(frozen=True)
class ServedEntry:
    """An entry of the ledger. Its body is loaded only if the client's copy is outdated."""

    pk: int
    sha256: str
    published_at: datetime
    status: str
    merged_into: int | None
    body: bytes | None = None

    def load_content(self) -> bytes:
        return insert_site_url(load_texts([self.pk])[0] if self.body is None else self.body)

    def respond(
        self, request: HttpRequest, *, cache: str, pick: Callable[[bytes], bytes] = bytes
    ) -> HttpResponse:
        """Return the body or the selected parts of it, or 304 if the client's copy is current."""
        return build_conditional_response(
            request,
            lambda: pick(self.load_content()),
            etag=self.sha256,
            cache=cache,
            last_modified=self.published_at,
        )

    def respond_with_markup(self, request: HttpRequest, *, cache: str) -> HttpResponse:
        """Return the entry as ClaimReview markup, or 304 if the client's copy is current."""
        return markup.respond(request, self.load_content(), published_at=self.published_at, cache=cache)


def read_entry(template: Template, request: HttpRequest) -> ServedEntry:
    """Return the requested entry of the ledger.

    Raises:
        Http404: there is no such entry.
    """
    columns = ["id", "body_sha256", "published_at", "status", "merged_into_id"]
    rows = template.fetch(*columns, *([] if is_conditional(request) else ["body"]))
    if not rows:
        raise Http404
    return ServedEntry(*rows[0])


_CLAIM_SLOT = Slot("claim", "bigint")


def select_newest_entry(claim_id: int) -> Template:
    """Return the query for the newest entry of a claim."""
    return Template(
        "newest",
        lambda: Publication.objects.newest().filter(claim_id=_CLAIM_SLOT),
        {"claim": min(claim_id, MAX_ID)},
    )


def select_entry_as_of(claim_id: int, moment: datetime) -> Template:
    """Return the query for the entry of a claim as of a moment in the past."""
    moment_slot = Slot("moment", "timestamptz")
    return Template(
        "as of",
        lambda: Publication.objects.as_of(moment_slot).filter(claim_id=_CLAIM_SLOT),  # type: ignore[arg-type]  # a slot for a moment
        {"claim": min(claim_id, MAX_ID), "moment": moment},
    )


def select_version(claim_id: int, version: int) -> Template:
    """Return the query for the entry of a claim with this version number."""
    version_slot = Slot("version", "bigint")
    return Template(
        "version",
        lambda: Publication.objects.filter(claim_id=_CLAIM_SLOT, version=version_slot),
        {"claim": min(claim_id, MAX_ID), "version": min(version, MAX_ID)},
    )


def load_texts(ids: list[int], column: str = "body") -> list[bytes]:
    """Return the stored bodies or summaries of these publications, in this order."""
    wanted_ids = Slot("ids", "bigint[]")
    template = Template("texts", lambda: Publication.objects.filter(id__any_of=wanted_ids), {"ids": ids})
    texts = dict(template.fetch("id", column))
    return [texts[pk] for pk in ids]
