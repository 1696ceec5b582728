"""Reader pages. They read publications, and of a published source its text; nothing else."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from claims.ledger.document import claim_document
from claims.ledger.document.markdown import to_html
from claims.ledger.queries.address_search import sought
from claims.ledger.queries.search_query import NEWEST, RELEVANCE, belongs_to, parts_of
from claims.links.link_standings import link_standings, links_in_need
from claims.matching.meant_claims import entries_meant
from claims.models import Publication, PublishedVerdict, Rating, RatingScale
from claims.models.publication import PublicationQuerySet
from claims.models.rating import NormalisedRating
from claims.public.pages.claim_ledger import address_of, ledger_of
from claims.public.pages.entry_page import absolute, entry_page, ratings_of
from claims.public.pages.page_cache import kept, public
from claims.public.pages.published_source import UNSHOWN, published_source
from claims.public.pages.responses import reader_language, respond
from claims.search import LONGEST, RANKED, Places, SearchReading, forgiven
from factcheck.api.pagination import KeysetPage, Ordering, page_of_rows
from factcheck.api.query_values import GREATEST_ID, ValueRefused

Document = dict[str, Any]

CLAIMS_PER_PAGE = 20


class Search(forms.Form):
    """What a reader may ask the list of claims for."""

    q = forms.CharField(required=False, max_length=LONGEST)
    rating = forms.ChoiceField(required=False, choices=NormalisedRating)
    topic = forms.IntegerField(required=False, min_value=1, max_value=GREATEST_ID)
    claimant = forms.IntegerField(required=False, min_value=1, max_value=GREATEST_ID)
    by = forms.ChoiceField(required=False, choices=[("house", "house"), ("all", "all")])
    cursor = forms.CharField(required=False, max_length=2000)

    @property
    def narrows(self) -> bool:
        """Whether the reader asked for a part of the claims only."""
        return any(self.cleaned_data[name] for name in ("q", "rating", "topic", "claimant"))

    @property
    def is_by_house(self) -> bool:
        """Whether only what the newsroom checked itself is listed: unless other words are asked for, or all."""
        by, words = self.cleaned_data["by"], self.cleaned_data["q"]
        return bool(by == "house" or not (by or words))

    @property
    def feed(self) -> str:
        """The query string of the feed of the same claims, which follows the API's names."""
        asked = self.cleaned_data
        names = {"q": "q", "rating_class": "rating", "topic": "topic", "claimant": "claimant"}
        same = {name: asked[field] for name, field in names.items() if asked[field]}
        return "?" + urlencode(same if self.is_by_house else {**same, "by": "all"})

    @cached_property
    def reading(self) -> SearchReading | None:
        """What the words ask for, with the spelling corrected where they find nothing."""
        rows = self._narrowed()
        words = self.cleaned_data["q"]
        return forgiven(sought(words), rows.answers) if words else None

    @cached_property
    def ordering(self) -> Ordering:
        """The most relevant first, unless too much matches for any of it to be relevant.

        A page that follows another keeps the order of that one.
        """
        if self.cleaned_data["cursor"] and belongs_to(self.cleaned_data["cursor"], NEWEST):
            return NEWEST
        reading = self.reading
        return RELEVANCE if reading and reading.ranking and reading.matches <= RANKED else NEWEST

    def mean(self) -> bool:
        """Answer claims that the words may mean, where none has them; returns whether there are any."""
        reading = self.reading
        if not reading or not reading.ranking or reading.places:
            return False
        entries = entries_meant(reading.asked)
        if entries:
            meant = Places([], entries, is_ranked=True)
            self.__dict__["reading"] = replace(reading, answered=reading.asked, places=meant, matches=0)
        return bool(entries)

    def page(self) -> KeysetPage[Publication]:
        """The page of them that is asked for."""
        return page_of_rows(
            self.results().defer(*UNSHOWN),
            ordering=self.ordering,
            size=CLAIMS_PER_PAGE,
            cursor=self.cleaned_data["cursor"],
            parts=parts_of(self.ordering, self.reading),
        )

    def results(self) -> PublicationQuerySet:
        """The published claims that were asked for."""
        rows = self._narrowed()
        return rows.answering(self.reading) if self.reading else rows

    def _narrowed(self) -> PublicationQuerySet:
        asked = self.cleaned_data
        rows = Publication.objects.current()
        if self.is_by_house:
            rows = rows.by_house()
        if asked["topic"]:
            rows = rows.filter(topic_ids__contains=[asked["topic"]])
        if asked["claimant"]:
            rows = rows.filter(claimant_id=asked["claimant"])
        if asked["rating"]:
            rated = PublishedVerdict.objects.current().filter(rating_class=asked["rating"])
            rows = rows.filter(Exists(rated.filter(publication=OuterRef("pk"))))
        return rows


@require_safe
@public
@kept
def claims(request: HttpRequest) -> HttpResponse:
    """The newest published claims, or those that a reader searches for."""
    search = Search(request.GET)
    if not search.is_valid():
        raise Http404("The address asks for something that cannot be.")
    asked = search.cleaned_data
    try:
        page = search.page()
        if not page.rows and search.mean():
            page = search.page()
    except ValueRefused as refusal:
        raise Http404(str(refusal)) from None
    total = search.results().count() if search.narrows else None
    documents = [row.document for row in page.rows]
    context = {
        "asked": asked,
        "longest": LONGEST,
        "narrows": search.narrows,
        "reading": search.reading,
        "is_ranked": search.ordering is RELEVANCE,
        "total": total,
        "feed": search.feed,
        "is_by_house": search.is_by_house,
        "page": page,
        "claims": documents,
        "topic": _first(t for d in documents for t in d["topics"] if t["id"] == asked["topic"]),
        "claimant": _first(d["claimant"] for d in documents if asked["claimant"]),
        "rating_classes": NormalisedRating.choices,
        # What a new search keeps of the old one.
        "kept": [(name, asked[name]) for name in ("rating", "topic", "claimant", "by") if asked[name]],
    }
    made_of = [total, page.previous, page.next, *(row.body_sha256 for row in page.rows)]
    return respond(request, "claims/list.html", context, made_of=made_of, ratings=ratings_of(documents))


@require_safe
@public
@kept
def claim(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """A published claim with everything we found; or, where it was retracted, the note that says why."""
    ledger = ledger_of(pk)
    newest = ledger[0]
    if newest.merged_into_id:
        target = Publication.objects.newest().filter(claim_id=newest.merged_into_id).first()
        if target:
            return HttpResponsePermanentRedirect(address_of(target))
    if slug != newest.slug:
        return HttpResponsePermanentRedirect(address_of(newest))
    return _claim_page(request, ledger, newest)


@require_safe
@public
@kept
def claim_version(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """What we said about a claim before."""
    ledger = ledger_of(pk)
    shown = next((entry for entry in ledger if entry.version == version), None)
    if shown is None:
        raise Http404("The claim has no such version.")
    if shown is ledger[0]:
        return redirect(address_of(shown))
    return _claim_page(request, ledger, shown)


def _claim_page(request: HttpRequest, ledger: list[Publication], shown: Publication) -> HttpResponse:
    # `?original` leads to the wording that was translated.
    page = entry_page(ledger, shown, language=reader_language(), original="original" in request.GET)
    related = [(each.claim["id"], each.claim["version"], each.why) for each in page.context["related"]]
    made_of = [
        *(ledger[0].body_sha256, shown.version),
        *(page.context["standings"], page.context["links"], related),
    ]
    return respond(request, page.template, page.context, made_of=made_of, ratings=page.ratings)


@require_safe
@public
def source(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponse:
    """A source that published claims mention, its text with each of them highlighted."""
    known = published_source(pk, number)
    if known is None:
        raise Http404("No published claim mentions this source.")
    link = links_in_need(link_standings([known.found.source])).get(pk)
    context = {
        "link": link,
        "found": known.found,
        "source": known.found.source,
        "text": known.found.annotated(known.text),
        "more": known.has_more,
        "address": absolute("source", pk),
    }
    made_of = [bool(known.text), link, *known.hashes]
    ratings = ratings_of(known.documents)
    return respond(request, "sources/source.html", context, made_of=made_of, ratings=ratings)


@require_safe
@public
def methodology(request: HttpRequest) -> HttpResponse:
    """How we rate, and how we correct: the newsroom's scales that are in use or that a published verdict used."""
    used = PublishedVerdict.objects.current().filter(
        rating_id__in=Rating.objects.filter(scale=OuterRef(OuterRef("pk"))).values("pk")
    )
    scales = (
        RatingScale.objects.filter(publisher__is_house=True)
        .filter(Q(in_use=True) | Exists(used))
        .prefetch_related("ratings")
        .order_by("-in_use", "-id")
    )
    shown: list[Document] = [
        {
            "scale": scale,
            "methodology": mark_safe(to_html(scale.methodology)),  # noqa: S308 - to_html sanitises
            "ratings": [
                claim_document.rating(r) | {"definition": r.definition, "definitions": r.definitions}
                for r in scale.ratings.all()
            ],
        }
        for scale in scales
    ]
    ratings = [rating for entry in shown for rating in entry["ratings"]]
    made_of = [ratings, *(entry["methodology"] for entry in shown)]
    return respond(request, "claims/methodology.html", {"scales": shown}, made_of=made_of, ratings=ratings)


def _first(found: Any) -> Any:
    return next(iter(found), None)
