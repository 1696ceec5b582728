"""The list of claims: its columns, search, filters, and optional grouping by article."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.auth.models import User
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import (
    Count,
    F,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    TextField,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce, Lower
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateFilter

from claims.admin.claim_bulk import ClaimBulkActions
from claims.admin.list_filters import (
    AddedDateFilter,
    LanguageFilter,
    PartyFilter,
    PublishedDateFilter,
    QueueFilter,
    QueueOrder,
    ScoreFilter,
    VerdictStateFilter,
    VisibilityFilter,
)
from claims.admin.pasted import IMPORT_PERMISSION, paste_view
from claims.admin.public_state import build_public_badge, prefetch_states
from claims.admin.status_badges import build_verdict_badges
from claims.admin.triage import Triage
from claims.articles.score_reasons import get_band_label
from claims.matching.desk import find_claims_by_meaning
from claims.models import Appearance, Claim, Repeat, Verdict
from claims.models.visibility import READ_DRAFTS
from claims.search.spelling import compute_edit_distance, count_tolerated_typos, find_corrections
from claims.search.texts import compile_word_pattern, fold_text
from factcheck.admin.abbreviations import shorten
from factcheck.admin.badges import render_badge
from factcheck.admin.base import get_page_url, get_person
from factcheck.admin.found_rows import filter_by_words, split_words
from factcheck.admin.list_columns import FilterableList
from factcheck.admin.row_actions import desk_page
from factcheck.list_phrases import join_words


def build_readable_claim_count(relation: str, person: User) -> Coalesce:
    """Return an expression that counts, for each row, the related claims that this person may read."""
    claims = Claim.objects.readable_by(person).filter(**{relation: OuterRef("pk")})
    claim_counts = claims.order_by().values(relation).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(claim_counts, output_field=IntegerField()), 0)


ARTICLE_ORDER = "article"
#: Above this number of claims, each page is sorted by article separately, because sorting all would take seconds.
MAX_ORDERED_CLAIMS = 5_000


def is_by_article(request: HttpRequest) -> bool:
    return request.GET.get("group") == ARTICLE_ORDER


class ArticleGroupedList(FilterableList):
    """The list of claims grouped by article: the newest article first and, within an article, claims in list order."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        if rows.order_by()[: MAX_ORDERED_CLAIMS + 1].count() > MAX_ORDERED_CLAIMS:
            return rows
        first_source = Appearance.objects.filter(claim=OuterRef("pk")).order_by("pk").values("source")[:1]
        rows = rows.annotate(article=Subquery(first_source))
        return rows.order_by(F("article").desc(nulls_last=True), *rows.query.order_by)


def add_article_headings(claims: Sequence[Claim]) -> None:
    """Sort the claims by article, and give the first claim of each article a heading."""
    articles = {claim.pk: _get_article(claim) for claim in claims}
    claim_counts = Counter(articles.values())
    positions = {article: position for position, article in reversed(list(enumerate(articles.values())))}
    if isinstance(claims, list):
        claims.sort(key=lambda claim: positions[articles[claim.pk]])
    grouped_articles: set[int | None] = set()
    for claim in claims:
        article = articles[claim.pk]
        if article in grouped_articles:
            continue
        grouped_articles.add(article)
        claim_count_text = ngettext("%d claim", "%d claims", claim_counts[article]) % claim_counts[article]
        first_appearance = next(iter(_list_appearances(claim)), None)
        title = first_appearance.source.title if first_appearance else _("Without an article")
        # No link here: the heading is inside the link to the claim.
        heading = format_html(
            '<span class="list-group"><span dir="auto">{}</span> · {}</span>', title, claim_count_text
        )
        claim.article_heading = heading  # type: ignore[attr-defined]  # for the list


def _list_appearances(claim: Claim) -> list[Appearance]:
    return sorted(claim.appearances.all(), key=lambda appearance: appearance.pk)


def _get_article(claim: Claim) -> int | None:
    first_appearance = next(iter(_list_appearances(claim)), None)
    return first_appearance.source_id if first_appearance else None


#: Shorter words are not shortened to their stems, which would resemble too many other words.
_MIN_STEM_LENGTH = 5
_MAX_ENDING_LENGTH = 3
#: The number of newest claims whose words are compared letter by letter.
MAX_COMPARED_CLAIMS = 5_000
_WORD_LIMIT = 6
_MAX_SEARCH_LENGTH = 200
#: The similarity (pg_trgm, 0 to 1) from which one word may be a form of the other.
_MIN_SIMILARITY = 0.5


def find_intended_claims(
    rows: QuerySet[Claim], columns: Sequence[str], search: str, reader: User
) -> QuerySet[Claim] | None:
    """Search again with likely corrections of the search words. Return the first non-empty result, or None."""
    if "://" in search or '"' in search or len(search) > _MAX_SEARCH_LENGTH:
        return None  # a URL, a quoted phrase or a whole text is not corrected
    interpretations = _iterate_interpretations(rows, columns, search, reader)
    return next((interpretation for interpretation in interpretations if interpretation.exists()), None)


def _iterate_interpretations(
    rows: QuerySet[Claim], columns: Sequence[str], search: str, reader: User
) -> Iterator[QuerySet[Claim]]:
    searched_words = list(split_words(search))[:_WORD_LIMIT]
    stems = [_remove_ending(word) for word in searched_words]
    if stems != searched_words:
        yield filter_by_words(rows, columns, " ".join(stems))
    for correction in find_corrections(search):
        yield filter_by_words(rows, columns, correction)
    yield _find_with_corrections(rows, columns, searched_words)
    yield _find_with_similar_words(rows, columns, searched_words)
    if len(searched_words) > 1:
        yield rows.filter(pk__in=find_claims_by_meaning(search, reader=reader))


def _remove_ending(word: str) -> str:
    """Return a word without its probable ending, which is at most a quarter of its letters."""
    if len(word) < _MIN_STEM_LENGTH or not word.isalpha():
        return word
    return word[: -min(_MAX_ENDING_LENGTH, len(word) // 4)]


def _split_known_words(
    rows: QuerySet[Claim], columns: Sequence[str], words: Sequence[str]
) -> tuple[QuerySet[Claim], list[str], list[str]]:
    """Return the claims with all known words (words found in any claim), the known words and the unknown words."""
    known_words: list[str] = []
    unknown_words: list[str] = []
    for word in words:
        (known_words if filter_by_words(rows, columns, word).exists() else unknown_words).append(word)
    return (
        (filter_by_words(rows, columns, " ".join(known_words)) if known_words else rows),
        known_words,
        unknown_words,
    )


def _find_with_corrections(
    rows: QuerySet[Claim], columns: Sequence[str], words: Sequence[str]
) -> QuerySet[Claim]:
    """Return the claims that contain all known words and the likeliest correction of each unknown word."""
    candidates, known_words, unknown_words = _split_known_words(rows, columns, words)
    newest_rows = candidates.order_by("-pk").values_list("statement", "claimant__name")[:MAX_COMPARED_CLAIMS]
    texts = (fold_text(f"{statement} {name or ''}").lower() for statement, name in newest_rows)
    word_counts = Counter(word for text in texts for word in compile_word_pattern().findall(text))
    # With two correct words, even a short word may have one wrong letter.
    min_typos = 1 if len(known_words) > 1 else 0
    corrections = [
        _choose_correction(fold_text(word).lower(), word_counts, min_typos) for word in unknown_words
    ]
    return (
        filter_by_words(candidates, columns, " ".join(corrections))
        if unknown_words and all(corrections)
        else rows.none()
    )


def _find_with_similar_words(
    rows: QuerySet[Claim], columns: Sequence[str], words: Sequence[str]
) -> QuerySet[Claim]:
    """Return the claims with all known words and with words similar to the unknown words."""
    candidates, _known, unknown_words = _split_known_words(rows, columns, words)
    newest_ids = candidates.order_by("-pk").values_list("pk", flat=True)[:MAX_COMPARED_CLAIMS]
    matches = rows.filter(pk__in=list(newest_ids))
    plain_statement = Lower(Func(F("statement"), function="unaccent", output_field=TextField()))
    for word_number, word in enumerate(unknown_words):
        similarity = f"likeness_{word_number}"
        matches = matches.annotate(**{similarity: TrigramWordSimilarity(fold_text(word), plain_statement)})
        matches = matches.filter(
            **{f"{similarity}__gte": _MIN_SIMILARITY if len(word) >= _MIN_STEM_LENGTH else 1}
        )
    return matches if unknown_words else rows.none()


def _choose_correction(word: str, word_counts: Counter[str], min_typos: int) -> str:
    """Return the most likely correction of a word among the words that occur, or "" if there is none."""
    max_typos = max(count_tolerated_typos(word), min_typos)
    candidates = (
        (compute_edit_distance(word, known_word), known_word[0] != word[0], -count, known_word)
        for known_word, count in word_counts.items()
        if abs(len(known_word) - len(word)) <= max_typos and len(set(word) - set(known_word)) <= max_typos
    )
    return min(
        (candidate for candidate in candidates if candidate[0] <= max_typos), default=(0, False, 0, "")
    )[3]


_RATING_FILTER = ("verdicts__rating", AutocompleteSelectFilter)


class ClaimList(QueueOrder, ClaimBulkActions, Triage):
    """The list of claims. `ClaimBulkActions` has the bulk actions, `Triage` the decisions on single claims."""

    list_display = (
        "statement_cell",
        "state_badge",
        "verdict",
        "score_band",
        "claimant_name",
        "source_links",
    )
    list_display_links = ("statement_cell",)
    list_filter = (
        QueueFilter,
        ("state", ChoicesDropdownFilter),
        VerdictStateFilter,
        VisibilityFilter,
        ScoreFilter,
        ("topics", AutocompleteSelectFilter),
        ("claimant", AutocompleteSelectFilter),
        PartyFilter,
        ("appearances__source", AutocompleteSelectFilter),
        _RATING_FILTER,
        LanguageFilter,
        ("claimed_on", RangeDateFilter),
    )
    extra_columns = (
        "topic_names",
        "claimed_on",
        "id",
        "language",
        "context",
        "reason",
        "created_at",
        "updated_at",
    )
    download_paths: ClassVar[dict[str, str]] = {"statement_cell": "statement", "score_band": "score"}
    search_fields = ("statement", "claimant__name", "appearances__exact")
    search_help_text = gettext_lazy("Search by words in the statement or quote, or by claimant")
    ordering = ("-pk",)
    # Few enough that a page of long statements stays small.
    list_per_page = 38
    list_select_related = ("claimant",)

    @desk_page("paste/")
    def paste_view(self, request: HttpRequest) -> HttpResponse:
        return paste_view(self, request)

    # By article -------------------------------------------------------------------------------------------------------

    def list_links(self, request: HttpRequest) -> list[tuple[str, str]]:
        query = request.GET.copy()
        query.pop(PAGE_VAR, None)
        links = []
        if self.has_triage_permission(request):
            links = [(_("Triage this list"), f"{reverse('admin:claims_claim_triage')}?{query.urlencode()}")]
        if request.user.has_perm(IMPORT_PERMISSION):
            links.append((_("Paste rows"), reverse("admin:claims_claim_paste")))
        if is_by_article(request):
            del query["group"]
            return [*links, (_("Do not group by article"), f"?{query.urlencode()}")]
        query["group"] = ARTICLE_ORDER
        return [*links, (_("Group by article"), f"?{query.urlencode()}")]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[FilterableList]:
        return ArticleGroupedList if is_by_article(request) else FilterableList

    def prepare(self, request: HttpRequest, rows: Sequence[Claim]) -> None:
        verdicts = Verdict.objects.readable_by(get_person(request)).select_related("rating").order_by("-pk")
        appearances = Appearance.objects.select_related("source").defer("prefix", "suffix")
        open_repeats = Repeat.objects.open().defer("exact", "prefix", "suffix")
        prefetch_related_objects(
            rows,
            *prefetch_states(verdicts),
            Prefetch("appearances", appearances),
            Prefetch("checked_before", open_repeats),
            *(["topics"] if "topic_names" in self.get_list_display(request) else []),
        )
        if is_by_article(request):
            add_article_headings(rows)

    # Columns ----------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("statement"), ordering="statement")
    def statement_cell(self, claim: Claim) -> SafeString:
        checked_badge = render_badge(_("Already checked"), "waiting") if claim.checked_before.all() else ""
        heading = getattr(claim, "article_heading", "")
        return format_html(
            '{}<span class="desk-statement" dir="auto">{}</span> {}', heading, claim, checked_badge
        )

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, claim: Claim) -> SafeString:
        return build_public_badge(claim, claim.verdicts.all())

    @admin.display(description=gettext_lazy("verdict"))
    def verdict(self, claim: Claim) -> SafeString | str:
        """Return badges of the current verdict of each publisher; superseded verdicts are on the claim's page."""
        past_states = (Verdict.State.SUPERSEDED, Verdict.State.RETRACTED)
        live_verdicts = [verdict for verdict in claim.verdicts.all() if verdict.state not in past_states]
        return (
            format_html_join(" ", "{}", ((build_verdict_badges(verdict),) for verdict in live_verdicts))
            or "–"
        )

    @admin.display(description=gettext_lazy("check-worthiness"), ordering="score")
    def score_band(self, claim: Claim) -> str:
        return get_band_label(claim.score) or "–"

    @admin.display(description=gettext_lazy("claimant"), ordering="claimant__name")
    def claimant_name(self, claim: Claim) -> str:
        return shorten(claim.claimant.name, 40) if claim.claimant else "–"

    @admin.display(description=gettext_lazy("found in"))
    def source_links(self, claim: Claim) -> SafeString | str:
        sources = {appearance.source_id: appearance.source for appearance in claim.appearances.all()}
        links = ((get_page_url(source), shorten(source.title, 50)) for source in sources.values())
        return format_html_join(" ", '<a href="{}" class="desk-where">{}</a>', links) or "–"

    @admin.display(description=gettext_lazy("topics"))
    def topic_names(self, claim: Claim) -> str:
        return join_words(shorten(topic.name, 30) for topic in claim.topics.all()) or "–"

    def suggest_rows(
        self, request: HttpRequest, rows: QuerySet[Claim], search: str
    ) -> QuerySet[Claim] | None:
        """Return claims that match corrected search words, or None. The list then says that nothing else matched."""
        matches = find_intended_claims(rows, self.get_search_fields(request), search, get_person(request))
        if matches is not None:
            request.unmatched_search = search  # type: ignore[attr-defined]  # for the list's header
        return matches

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Search the list. For the form field that selects the target of a merge, find only active claims."""
        if request.GET.get("field_name") == "merged_into":
            queryset = queryset.filter(state__in=[Claim.State.PROPOSED, Claim.State.ACCEPTED])
        return super().get_search_results(request, queryset, search_term)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Return the filters. People who may not read drafts get no rating filter, because it would reveal the
        ratings of drafts.

        People who may read drafts also get filters that match the figures on their dashboard.
        """
        filters = super().get_list_filter(request)
        if request.user.has_perm(READ_DRAFTS):
            return [*filters, AddedDateFilter, PublishedDateFilter]
        return tuple(list_filter for list_filter in filters if list_filter != _RATING_FILTER)
