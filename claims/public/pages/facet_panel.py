"""The filter panel of a claim list, with the number of claims for each value.

The numbers are those of the API's facets, cached until the ledger changes. If many claims must be counted first, the
page is sent without the numbers, and a script adds them (`static/facets.js`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from claims.ledger.queries.facet_counts import FACETS, REVIEWED_MONTH, FacetCounting, FacetCounts
from claims.models import Publication
from claims.models.rating import RatingClass
from claims.public.pages.claim_search import ClaimSearch, parse_period
from claims.public.pages.reader_tags import month_name
from claims.public.pages.subject_names import build_subject_path, load_names
from factcheck.api.resources import read_planned_rows
from factcheck.language_names import get_language_name

#: Counting more claims than this takes longer than a reader should wait for the page.
EXPENSIVE_LIST = 5_000
#: The number of values counted per facet, and of those shown at first.
_VALUES, _FIRST_FACETS = 20, 6

#: The facets in order: their names in reader URLs and in the API.
_FACETS = {
    "rating": "rating_class",
    "topic": "topic",
    "claimant": "claimant",
    "publisher": "publisher",
    "language": "language",
    "reviewed": "reviewed_year",
}
TITLES = {
    "rating": _("Rating"),
    "topic": _("Topic"),
    "claimant": _("Claimant"),
    "publisher": _("Publisher"),
    "language": _("Language"),
    "reviewed": pgettext_lazy("when something was checked", "Date"),
    "q": _("Wording"),
}
_NAMED_FACETS = ("claimant", "topic", "publisher")


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """A value of a facet with its label, count and URL."""

    value: str
    label: str
    count: int
    query: str
    is_chosen: bool = False
    #: Whether the value refines the chosen one: a month of the chosen year.
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class ShownFacet:
    name: str
    title: str
    first_choices: list[FacetChoice]
    more_choices: list[FacetChoice]
    #: The number of values that are not shown.
    other_count: int


@dataclass(frozen=True, slots=True)
class ChosenFacet:
    """An active filter, and the URL without it."""

    name: str
    title: str
    label: str
    query: str
    #: The path of the page about the filtered value; "" if there is none.
    page: str = ""


@dataclass(frozen=True, slots=True)
class FacetPanel:
    """All facets of a list.

    Attributes:
        total: the number of claims in the list.
    """

    total: int
    facets: list[ShownFacet]


def build_quick_panel(search: ClaimSearch, *, is_long: bool) -> FacetPanel | None:
    """Return the filter panel of a list; None if counting would take long and no result is cached.

    Args:
        is_long: whether the list has more than one page.
    """
    counting = _prepare_counting(search)
    cached_counts = counting.get_cached()
    if cached_counts is None and (is_long or _is_narrowed(counting)) and _is_expensive(counting):
        return None
    return _build_panel(search, cached_counts or counting.compute_counts())


def _is_narrowed(counting: FacetCounting) -> bool:
    """Return whether the list is filtered by a facet, which is counted without its own filter."""
    return any(name in FACETS[facet].parameters for facet in counting.names for name in counting.conditions)


def _is_expensive(counting: FacetCounting) -> bool:
    """Return whether counting the facets is expensive by the planner's estimate."""
    all_entries = Publication.objects.all()
    conditions = {
        tuple(name for name in counting.conditions if name not in FACETS[facet].parameters)
        for facet in counting.names
    }
    # With few claims, all counts are cheap. With a single set of conditions, the check below includes this one.
    if (
        len(conditions) > 1
        and read_planned_rows(counting.query.apply_filters(all_entries, {})) <= EXPENSIVE_LIST
    ):
        return False
    return any(
        read_planned_rows(
            counting.query.apply_filters(all_entries, {name: counting.conditions[name] for name in names})
        )
        > EXPENSIVE_LIST
        for names in sorted(conditions, key=len)
    )


def build_panel(search: ClaimSearch) -> FacetPanel:
    """Build the filter panel of a list with all numbers, however long the counting takes."""
    return _build_panel(search, _prepare_counting(search).get_counts())


def _build_panel(search: ClaimSearch, counts: FacetCounts) -> FacetPanel:
    months = _count_months(search)
    ids = {
        name: [int(facet_value) for facet_value, _count in counts.facets[name].counts]
        for name in _NAMED_FACETS
        if name in counts.facets
    }
    names = load_names(ids)
    shown_facets = []
    for name in _list_offered_facets(search):
        values = counts.facets[_FACETS[name]]
        choices = [
            _build_choice(search, name, value, number, names)
            for value, number in _sort_values(name, values.counts)
        ]
        if name == "reviewed" and months:
            choices = _add_months(search, choices, months)
        choices = [choice for choice in choices if choice.label]
        if choices:
            first_choices = choices if name in ("rating", "reviewed") else choices[:_FIRST_FACETS]
            shown_facets.append(
                ShownFacet(
                    name,
                    str(TITLES[name]),
                    first_choices,
                    choices[len(first_choices) :],
                    max(values.value_count - len(values.counts), 0),
                )
            )
    return FacetPanel(counts.claim_count, shown_facets)


def list_chosen_facets(search: ClaimSearch) -> list[ChosenFacet]:
    """Return the reader's filters. Unpublished subjects are shown by number only."""
    chosen_values = search.active_filters
    names = load_names({name: [chosen_values[name]] for name in _NAMED_FACETS if name in chosen_values})
    return [
        ChosenFacet(
            name,
            str(TITLES[name]),
            _get_label(name, str(value), names) or str(value),
            _build_query(search, **{name: None}),
            _build_page_path(name, value, names),
        )
        for name, value in chosen_values.items()
        if name != "q"
    ]


def _build_page_path(name: str, value: Any, names: Mapping[tuple[str, int], str]) -> str:
    if name == "rating":
        return reverse("rating-class", args=[value])
    return build_subject_path(name, value, names[name, value]) if (name, value) in names else ""


def _list_offered_facets(search: ClaimSearch) -> list[str]:
    return [name for name in _FACETS if name not in search.subject_filter]


def _prepare_counting(search: ClaimSearch) -> FacetCounting:
    names = [_FACETS[name] for name in _list_offered_facets(search)]
    return FacetCounting(search.query, search.conditions, names, _VALUES)


def _count_months(search: ClaimSearch) -> list[tuple[str, int]]:
    """Count the claims of each month in the chosen year."""
    months = search.cleaned_data["reviewed"]
    if not months:
        return []
    first_day, last_day = parse_period(months[:4])
    conditions = {**search.conditions, "reviewed_after": first_day, "reviewed_before": last_day}
    counts = FacetCounting(search.query, conditions, [REVIEWED_MONTH.name], 12).get_counts()
    return sorted(counts.facets[REVIEWED_MONTH.name].counts, reverse=True)


def _add_months(
    search: ClaimSearch, years: list[FacetChoice], months: list[tuple[str, int]]
) -> list[FacetChoice]:
    year = search.cleaned_data["reviewed"][:4]
    choices = [_build_choice(search, "reviewed", value, number, {}, is_part=True) for value, number in months]
    return [
        choice
        for year_choice in years
        for choice in ([year_choice, *choices] if year_choice.value == year else [year_choice])
    ]


def _sort_values(name: str, counts: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Sort ratings from true to false, years from the newest, and other values by frequency."""
    if name == "rating":
        order = {value: index for index, value in enumerate(RatingClass.values)}
        return sorted(counts, key=lambda pair: order[pair[0]])
    return sorted(counts, reverse=True) if name == "reviewed" else counts


def _build_choice(
    search: ClaimSearch,
    name: str,
    value: str,
    number: int,
    names: Mapping[tuple[str, int], str],
    *,
    is_part: bool = False,
) -> FacetChoice:
    is_chosen = str(search.cleaned_data[name] or "") == value
    # Choosing a publisher already states whose fact checks to show.
    changes: dict[str, Any] = {"by": None} if name == "publisher" else {}
    if is_chosen:
        changes[name] = value[:4] if is_part else None
    else:
        changes[name] = value
    return FacetChoice(
        value,
        _get_label(name, value, names),
        number,
        _build_query(search, **changes),
        is_chosen=is_chosen,
        is_part=is_part,
    )


def _get_label(name: str, value: str, names: Mapping[tuple[str, int], str]) -> str:
    if name in _NAMED_FACETS:
        return names.get((name, int(value)), "")
    if name == "rating":
        return str(RatingClass(value).label)
    if name == "language":
        return get_language_name(value)
    return month_name(value) if "-" in value else value


def _build_query(search: ClaimSearch, **changes: Any) -> str:
    """Return the query string of the first page of the same list with different values."""
    parameters = QueryDict(mutable=True)
    for name, value in {**search.kept_parameters, **changes}.items():
        if value:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"
