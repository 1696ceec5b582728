"""Check a text: highlight the checked sentences of a post, a speech or an article.

Other sites are never fetched for readers. Otherwise, anyone could make this server attack others, or read addresses
that only it can reach. A URL is looked up among the published data only.
"""

from django import forms
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from claims.ledger.queries.address_search import build_address_key, read_search
from claims.matching.answers import POST_LENGTH, Answer, MatchOptions, match_published_text
from claims.matching.repeat_detection import find_repeated_sentences, record_reader_repeats
from claims.models import Mention, Publication
from claims.public.pages.checked_text import check_passages
from claims.public.pages.page_cache import cache_page, read_public
from claims.public.pages.published_source import (
    CLAIMS_PER_SOURCE,
    DEFERRED_COLUMNS,
    PublishedSource,
    load_published_source,
)
from claims.public.pages.responses import Document, respond, respond_uncached
from factcheck import features
from sources.models import Source

#: The maximum number of characters, some 4,000 words or half an hour of speech. Readers must split longer texts.
MAX_TEXT_LENGTH = 25_000
#: The limit on processor time. The longest text allowed uses half of it on an idle core.
CPU_SECONDS = 15.0
#: The number of claims shown per sentence: readers want to know whether it was checked, not everything similar.
CLAIMS_PER_SENTENCE = 3


class CheckForm(forms.Form):
    """A reader's input: a text, or the URL of a page."""

    text = forms.CharField(
        max_length=MAX_TEXT_LENGTH,
        error_messages={
            "required": _("Paste a text first: a post, a speech, an article, or an address."),
            "max_length": _(
                "The text has %(show_value)s characters; the limit is %(limit_value)s. Paste it in parts."
            ),
        },
    )

    @property
    def address(self) -> str:
        """Return the input if it is a URL and nothing else; otherwise ""."""
        text: str = self.cleaned_data["text"]
        return text if build_address_key(text) else ""


@require_safe
@read_public
@cache_page
def show_form(request: HttpRequest) -> HttpResponse:
    """Show the page with the input field, or the answer for the text in the URL."""
    if text := request.GET.get("text", "").strip():
        return redirect(reverse("check-answer", query={"text": text}))
    return respond(request, "claims/check.html", {"max_length": MAX_TEXT_LENGTH}, dependencies=[])


# No token is needed: another site can make a browser send a text, but cannot read the response or change anything.
@csrf_exempt
@read_public
def show_matches(request: HttpRequest) -> HttpResponse:
    """Show the text that was pasted, or that is in the URL, with its matches."""
    if request.method != "POST" and "text" not in request.GET:
        return redirect("check")
    form = CheckForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        context = {
            "max_length": MAX_TEXT_LENGTH,
            "form": form,
            "text": form.data.get("text", "")[:MAX_TEXT_LENGTH],
        }
        return respond_uncached(request, "claims/check.html", context)
    return (
        _check_address(request, form.address)
        if form.address
        else _check_text(request, form.cleaned_data["text"])
    )


def _check_text(request: HttpRequest, text: str) -> HttpResponse:
    text_answer = match_text(text)
    # A link is followed by programs too, which would count as readers.
    if settings.KEEP_REPEATED_SENTENCES and request.method == "POST":
        record_reader_repeats(text, find_repeated_sentences(text_answer))
    passages = check_passages(text, text_answer)
    context = {"passages": passages, "text": text, "max_length": MAX_TEXT_LENGTH}
    for build_context in features.load_declared("below_answer"):
        context |= build_context(text)
    return respond_uncached(
        request, "claims/check_results.html", context, ratings=_list_ratings(passages.claims)
    )


def _check_address(request: HttpRequest, address: str) -> HttpResponse:
    """Show the page for a URL: its text if we may show that, and the claims that cite the URL."""
    source = _find_source(address)
    text = source.text[:MAX_TEXT_LENGTH] if source else ""
    passages = check_passages(text, match_text(text)) if text else None
    related_claims = find_claims_at_address(address)
    context = {
        "address": address,
        "source": source.source_text.source if source else None,
        "is_cut": source is not None and len(source.text) > MAX_TEXT_LENGTH,
        "passages": passages,
        "related_claims": related_claims,
        "text": address,
        "max_length": MAX_TEXT_LENGTH,
    }
    shown_claims = [*related_claims, *(passages.claims if passages else [])]
    return respond_uncached(
        request, "claims/check_results.html", context, ratings=_list_ratings(shown_claims)
    )


def match_text(text: str) -> Answer:
    """Match each sentence, or a short text as a whole if none of its sentences matches."""
    sentence_answer = match_published_text(
        text, MatchOptions(cut="sentences", max_matches=CLAIMS_PER_SENTENCE, cpu_seconds=CPU_SECONDS)
    )
    if len(text) > POST_LENGTH or len(sentence_answer.passages) < 2 or _has_match(sentence_answer, "same"):
        return sentence_answer
    whole_answer = match_published_text(
        text, MatchOptions(cut="text", max_matches=CLAIMS_PER_SENTENCE, cpu_seconds=CPU_SECONDS)
    )
    # A sentence that contradicts a claim is shown itself. Otherwise the post as a whole may match better.
    if _has_match(sentence_answer, "contradicts") and not _has_match(whole_answer, "same"):
        return sentence_answer
    return whole_answer if _has_match(whole_answer, "same", "contradicts", "related") else sentence_answer


def _has_match(text_match: Answer, *kinds: str) -> bool:
    return any(passage.kind in kinds for passage in text_match.passages)


def _find_source(address: str) -> PublishedSource | None:
    public_ids = Mention.objects.filter(kind=Mention.Kind.SOURCE).values("thing_id")
    sources = (
        Source.objects.filter(url_key=build_address_key(address), pk__in=public_ids)
        .values_list("pk", flat=True)
        .first()
    )
    return load_published_source(sources) if sources else None


def find_claims_at_address(address: str) -> list[Document]:
    """Return the claims that appeared at a URL, cite it, are reviewed there, or have their page there."""
    targets = read_search(address).targets
    if not targets:
        return []
    condition = Q(source_ids__overlap=targets.sources) | Q(id__any_of=targets.entries)
    rows = Publication.objects.current().filter(condition).defer(*DEFERRED_COLUMNS)
    return [row.document for row in rows.order_by("-published_at", "-claim_id")[:CLAIMS_PER_SOURCE]]


def _list_ratings(documents: list[Document]) -> list[Document]:
    return [
        verdict["rating"] for document in documents for verdict in document["verdicts"] if verdict["rating"]
    ]
