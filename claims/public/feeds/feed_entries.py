"""Build feed entries from publication bodies, for all feed formats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from claims.ledger.document.headline import build_headline, choose_lead_verdict, find_correction, find_label
from claims.ledger.document.markdown import make_links_absolute

Document = dict[str, Any]


@dataclass(frozen=True)
class FeedEntry:
    """One claim in a feed. Texts are plain except `html`; times are in UTC."""

    #: The claim's URL without the slug, which changes with the statement.
    id: str
    url: str
    title: str
    #: BCP 47 tags: `language` of the title, `content_language` of the summary and `html`.
    language: str
    content_language: str
    summary: str
    html: str
    published_at: datetime
    updated_at: datetime
    author: str
    author_url: str
    #: The URL of the publisher's own review; "" if the review is on this site.
    review_url: str
    topics: tuple[Document, ...]
    rating: Document | None
    document: Document


@dataclass(frozen=True)
class Channel:
    """A feed and the requested page of it. The URL of an adjacent page is "" if there is no such page."""

    title: str
    description: str
    language: str
    home_url: str
    author: str
    #: The URL of the feed without paging parameters, which is the same for all pages.
    id: str
    own_url: str
    first_url: str
    next_url: str
    previous_url: str
    #: The number of entries on all pages, if requested.
    total: int | None
    #: Hubs to notify of changes of the feed (W3C WebSub).
    hubs: tuple[str, ...] = ()


def build_entry(document: Document) -> FeedEntry:
    """Return the feed entry of a publication, retraction or merge."""
    verdict = choose_lead_verdict(document)
    latest_change = find_correction(document)
    withdrawal_note = latest_change["note"] if latest_change and not verdict else ""
    publisher = (
        verdict["publisher"] if verdict else {"name": settings.NEWSROOM_NAME, "url": settings.SITE_URL}
    )
    return FeedEntry(
        id=build_address(document["id"]),
        url=document["url"],
        title=build_headline(document),
        language=document["language"],
        content_language=verdict["language"] if verdict else document["language"],
        summary=verdict["summary"] if verdict else withdrawal_note,
        html=_render_html(document, latest_change),
        published_at=datetime.fromisoformat(document["published_at"]),
        updated_at=datetime.fromisoformat(document["updated_at"]),
        author=publisher["name"],
        author_url=publisher["url"],
        review_url=verdict["url"] if verdict else "",
        topics=tuple(document["topics"]),
        rating=verdict["rating"] if verdict else None,
        document=document,
    )


def build_address(claim_id: int) -> str:
    """Return the permanent URL of a claim, which does not depend on the wording."""
    return settings.SITE_URL + reverse("claim-permanent", args=[claim_id])


def _render_html(document: Document, latest_change: Document | None) -> str:
    verdicts = [
        {
            **verdict,
            "label": find_label(document["language"], verdict["rating"]) if verdict["rating"] else "",
            "explanation_html": make_links_absolute(verdict["explanation_html"], document["url"]),
        }
        for verdict in document["verdicts"]
    ]
    context = {
        "claim": document,
        "verdicts": verdicts,
        "correction": latest_change,
        "merged_into": build_address(document["merged_into"]) if document["merged_into"] else "",
    }
    return render_to_string("claims/feed_entry.html", context).strip()


def build_feed_address(request: HttpRequest, *, omitted_names: Sequence[str] = (), cursor: str = "") -> str:
    """Return the feed's public URL, whichever host name the request used."""
    parameters = request.GET.copy()
    for name in omitted_names:
        parameters.pop(name, None)
    if cursor:
        parameters["cursor"] = cursor
    query = f"?{parameters.urlencode()}" if parameters else ""
    return f"{settings.SITE_URL}{request.path}{query}"
