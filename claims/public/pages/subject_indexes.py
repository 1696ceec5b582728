"""Indexes of claimants, topics and publishers: by name, by first letter, or by search.

Names are read in lower-case order. Tables in which the number of names is unlimited have an index for this. Each
page is then sorted like a dictionary, with accented letters beside plain ones. Names are never ranked.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.models import Claimant, Mention, Topic
from claims.public.api.entities import filter_mentioned
from claims.public.pages.letter_index import Letter, find_indexed_initials, find_initials, group_letters
from claims.public.pages.page_cache import public_page
from claims.public.pages.responses import respond
from claims.public.pages.subject_names import build_subject_path
from factcheck.api.pagination import KeysetPage, Ordering, make_id_key, make_text_key, read_rows_page
from factcheck.api.query_values import InvalidValue, Words
from factcheck.database.desk_words import ContainsWords, list_indexed_columns
from factcheck.database.read_connections import fetch_rows
from sources.api.list_queries import match_words
from sources.models import Publisher

# Each publisher has at most one verdict per claim, so its number of claims is the sum of the mentions of its ratings.
_COUNT_SQL = """
    SELECT scale.publisher_id, sum(known.publications)::bigint
    FROM claims_mention AS known
    JOIN claims_rating AS rating ON rating.id = known.thing_id
    JOIN claims_ratingscale AS scale ON scale.id = rating.scale_id
    WHERE known.kind = 'rating'
    GROUP BY scale.publisher_id
"""


def count_claims_by_publisher() -> dict[int, int]:
    """Return the number of published claims by publisher id.

    The number is not counted from verdicts: with 200,000 claims, that takes longer than a reader should wait.
    """
    return dict(fetch_rows(_COUNT_SQL, prepare=True))


NAMES_PER_PAGE = 100

_NAME_ORDERING = Ordering("name", (make_text_key("lower_name"), make_id_key("id")), descending=False)


@dataclass(frozen=True)
class SubjectIndex:
    """An index of one kind of subject.

    Args:
        kind: the route of a subject's page.
        route: the route of the index.
        rows: the subjects with a page.
        find_initials: returns the initials of the subjects' names.
        count_claims: returns the number of checked claims for each of these ids.
    """

    kind: str
    route: str
    title: str | Promise
    description: str | Promise
    search: str | Promise
    rows: Callable[[], QuerySet[Any]]
    find_initials: Callable[[QuerySet[Any]], list[str]]
    count_claims: Callable[[list[int]], dict[int, int]]


class NamedSubject(NamedTuple):
    """A name in an index, with its page and its number of checked claims."""

    name: str
    address: str
    number: int


class IndexedSubjects(NamedTuple):
    """The part of an index to show, with the words or letter requested."""

    subjects: list[NamedSubject]
    page: KeysetPage[Any]
    letters: list[Letter]
    words: str
    letter: str


def _make_ledger_counter(kind: str) -> Callable[[list[int]], dict[int, int]]:
    return lambda ids: dict(
        Mention.objects.filter(kind=kind, thing_id__in=ids).order_by().values_list("thing_id", "publications")
    )


CLAIMANTS = SubjectIndex(
    kind="claimant",
    route="claimants",
    title=_("Claimants"),
    description=_("People and organisations whose claims were checked."),
    search=_("Search claimants"),
    rows=lambda: filter_mentioned(Claimant.objects.only("name"), Mention.Kind.CLAIMANT),
    find_initials=lambda rows: find_indexed_initials(Claimant._meta.db_table, Mention.Kind.CLAIMANT.value),
    count_claims=_make_ledger_counter(Mention.Kind.CLAIMANT),
)
TOPICS = SubjectIndex(
    kind="topic",
    route="topics",
    title=_("Topics"),
    description=_("Topics of the claims that were checked."),
    search=_("Search topics"),
    rows=lambda: filter_mentioned(Topic.objects.only("name"), Mention.Kind.TOPIC),
    find_initials=find_initials,
    count_claims=_make_ledger_counter(Mention.Kind.TOPIC),
)
PUBLISHERS = SubjectIndex(
    kind="publisher",
    route="publishers",
    title=_("Publishers"),
    description=_("Publishers of the fact checks that are published or listed here."),
    search=_("Search publishers"),
    # The ledger also counts publishers of sources, which have no page.
    rows=lambda: Publisher.objects.only("name").filter(pk__in=list(count_claims_by_publisher())),
    find_initials=find_initials,
    count_claims=lambda ids: count_claims_by_publisher(),
)


@public_page
def claimants(request: HttpRequest) -> HttpResponse:
    """List claimants of published claims."""
    return _render_index(request, CLAIMANTS)


@public_page
def topics(request: HttpRequest) -> HttpResponse:
    """List topics of published claims."""
    return _render_index(request, TOPICS)


@public_page
def publishers(request: HttpRequest) -> HttpResponse:
    """List the publishers of published verdicts, including the newsroom."""
    return _render_index(request, PUBLISHERS)


def read_index_query(request: HttpRequest, index: SubjectIndex) -> IndexedSubjects:
    """Read the query of an index: `q`, `letter` and `cursor`.

    Raises:
        Http404: a filter is not valid.
    """
    try:
        search, letter, cursor = (
            Words()(request.GET.get(name, "").strip()) for name in ("q", "letter", "cursor")
        )
        rows = index.rows()
        letters = group_letters(index.find_initials(rows))
        named_rows = rows.alias(lower_name=Lower("name"))
        if search:
            named_rows = named_rows.filter(_has_words(named_rows, search))
        if letter:
            chosen_letters = [
                index_letter.build_condition() for index_letter in letters if index_letter.name == letter
            ]
            named_rows = named_rows.filter(*chosen_letters) if chosen_letters else named_rows.none()
        page = read_rows_page(named_rows, ordering=_NAME_ORDERING, size=NAMES_PER_PAGE, cursor=cursor)
    except InvalidValue as refusal:
        raise Http404(str(refusal)) from None
    claim_counts = index.count_claims([row.pk for row in page.rows])
    subjects = [
        NamedSubject(row.name, build_subject_path(index.kind, row.pk, row.name), claim_counts.get(row.pk, 0))
        for row in page.rows
    ]
    subjects.sort(key=lambda index_letter: _build_sort_key(index_letter.name))
    return IndexedSubjects(subjects, page, letters, search, letter)


def _render_index(request: HttpRequest, index: SubjectIndex) -> HttpResponse:
    index_page = read_index_query(request, index)
    context = {
        "index": index,
        "subjects": index_page.subjects,
        "page": index_page.page,
        "letters": [index_letter.name for index_letter in index_page.letters],
        "q": index_page.words,
        "letter": index_page.letter,
    }
    dependencies = [index_page.subjects, index_page.page.previous, index_page.page.next, context["letters"]]
    return respond(request, "claims/subject_index.html", context, dependencies=dependencies)


def _has_words(rows: QuerySet[Any], search: str) -> Q:
    """Return the condition that a name contains words that begin with each of these words.

    If the desk has an index of words, that index narrows the search. It also covers unpublished job titles, which must
    not be found, so the name itself is checked as well.
    """
    model: type[Model] = rows.model
    if columns := list_indexed_columns(model):
        return Q(ContainsWords(columns, search), ContainsWords(["name"], search))
    return match_words("name")(search)


def _build_sort_key(name: str) -> tuple[str, str]:
    """Return a sort key: the name without accents, then the name itself."""
    parts: Iterable[str] = unicodedata.normalize("NFD", name.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character)), name
