"""The search parameter `q` of claim lists: parsing, ordering and messages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, cast

from django.db.models import Func, Q, QuerySet, Value
from django.db.models.expressions import Expression
from django.utils.functional import cached_property

from claims.ledger.queries.address_search import read_search
from claims.models.publication import PublicationQuerySet
from claims.search.highlights import find_highlights
from claims.search.queries import (
    MAX_LENGTH,
    RANKED_MATCHES,
    AddressTargets,
    SearchReading,
    SearchValues,
    build_match_condition,
    correct_search,
)
from factcheck.api.pagination import Ordering, decode_cursor, make_id_key, make_moment_key, make_rank_key
from factcheck.api.query_strings import ListQuery, Parameter
from factcheck.api.query_values import InvalidValue, Keyword, Words
from factcheck.api.resources import read_planned_rows
from factcheck.database.cached_sql import Parts, Slot, Template

RELEVANCE = Ordering("relevance", (make_rank_key("rank"), make_id_key("claim_id")), descending=True)
#: If there are more matches, enough of them contain the exact words to fill a page.
MAX_RANKED_MATCHES = 1_000
_QUOTED_PATTERN = re.compile(r"'(?:[^']|'')*'")
#: The order by `relevance` if there are too many matches to rank: newest first.
NEWEST = Ordering("newest", (make_moment_key("published_at"), make_id_key("claim_id")), descending=True)

#: Parameters that do not affect which claims match, in addition to those for paging.
_SEARCH_PARAMETERS = {
    "q",
    "spelling",
    "highlight",
    "ordering",
    "page_size",
    "cursor",
    "count",
    "fields",
    "view",
}


_TARGETS = AddressTargets(Slot("sources", "bigint[]"), Slot("entries", "bigint[]"))


class SearchParameter(Parameter):
    """A search query, parsed into the `SearchReading` that claim lists use."""

    def make_slot(self, name: str) -> Any:
        return SearchValues(Slot("query", "tsquery"), Slot("ranking", "tsquery"))


class WordsQuery(ListQuery):
    """The query of a list that can be searched for words."""

    q = SearchParameter(
        Words(MAX_LENGTH),
        'Words to search for, in web-search syntax: `"an exact phrase"`, `either or other`, `-without`. Case,'
        " accents and word endings are ignored. A URL finds the claims that appeared there, cite it or are "
        "reviewed there, as in the look-up, followed by claims whose texts mention it.",
        resolves=read_search,
    )

    @property
    def search(self) -> SearchReading | None:
        """Return the parsed search in `q`; None without a search."""
        return self.filter_values.get("q")

    @property
    def template(self) -> Template:
        template, reading = super().template, self.search
        if reading is None:
            return template
        values = {**template.values, "query": reading.query, "ranking": reading.ranking}
        if reading.targets:
            values |= {"sources": reading.targets.sources, "entries": reading.targets.entries}
        # Few matches are found through the search index, whatever the order of the list.
        finds_few = (
            template.values.keys() == {"q"} and reading.match_count <= RANKED_MATCHES and not reading.targets
        )
        return Template(template.shape, template.rows, values, has_one_plan=finds_few)

    @property
    def shape(self) -> AddressTargets | None:
        """Return the SQL placeholders for what a URL search looks up; None for a search for words."""
        targets = self.search.targets if self.search else None
        return targets and replace(_TARGETS, is_ranked=targets.is_ranked)

    def select_candidates(self, filter_values: Mapping[str, Any]) -> QuerySet[Any]:
        if self.shape:
            filter_values = {**filter_values, "q": replace(filter_values["q"], targets=self.shape)}
        return super().select_candidates(filter_values)

    @cached_property
    def ordering(self) -> Ordering:
        """Return the order of the list. If there are few matches, they are found first and then sorted.

        PostgreSQL might otherwise read rows in list order until a page is full: nearly all rows if the word is rare. It
        knows the frequency of only the most common words.
        """
        ordering = super().ordering
        return (
            avoid_index(ordering) if self.search and self.search.match_count <= RANKED_MATCHES else ordering
        )


class SearchQuery(WordsQuery):
    """The query of a list that can be searched for words, with spelling correction, most relevant first."""

    spelling = Parameter(
        Keyword(("forgiving", "exact")),
        "What to do if hardly anything matches `q` and it seems misspelt: `forgiving` also searches for the "
        "words that were probably meant, which `search` names; `exact` searches for `q` only.",
        default="forgiving",
    )

    @cached_property
    def filter_values(self) -> dict[str, Any]:
        filter_values = super().filter_values
        # If a query lacks this parameter, its responses cannot say that the search was corrected.
        is_forgiving = "spelling" in self.filters and self.value("spelling") != "exact"
        if "q" not in filter_values or not is_forgiving:
            return filter_values
        other_values = {name: value for name, value in filter_values.items() if name != "q"}

        def count_matches(reading: SearchReading, limit: int) -> int:
            return cast(PublicationQuerySet, self.apply_filters(self.queryset, other_values)).count_matches(
                reading, limit
            )

        return {**filter_values, "q": correct_search(filter_values["q"], count_matches)}

    @property
    def template(self) -> Template:
        template, reading = super().template, self.search
        if reading and _has_parts(self.ordering, reading) and _is_frequent(reading):
            return replace(template, parts=_PARTS_BY_WORDING)
        return template

    @property
    def text_for_meaning_search(self) -> str:
        """Return the text to search by meaning if no claim contains the words; "" if that is not allowed."""
        reading = self.search
        is_forgiving = "spelling" in self.filters and self.value("spelling") != "exact"
        is_about_present = not {"as_of", "status"} & self.given_values.keys()
        if reading is None or reading.targets or not (reading.ranking and is_forgiving and is_about_present):
            return ""
        return reading.typed_text

    def use_meaning_matches(self, entries: Sequence[int]) -> None:
        """Replace the entries that contain the words with these entries, most relevant first."""
        reading = self.filter_values["q"]
        query = replace(
            reading,
            targets=AddressTargets([], list(entries), is_ranked=True),
            match_count=0,
            searched_text=reading.typed_text,
        )
        self.filter_values = {**self.filter_values, "q": query}
        for cached_name in ("ordering", "qs"):
            self.__dict__.pop(cached_name, None)

    @property
    def highlights(self) -> bool:
        """Return whether the response shows where `q` was found."""
        return self.search is not None and self.value("highlight") == "true"

    @cached_property
    def ordering(self) -> Ordering:
        ordering = super().ordering
        return NEWEST if ordering.name == RELEVANCE.name and self._has_too_many_matches() else ordering

    @property
    def ordering_label(self) -> str:
        """Return the public name of the order."""
        return "-updated" if self.ordering is NEWEST else self.ordering.name

    def _has_too_many_matches(self) -> bool:
        """Return whether there are too many matches to rank. Later pages keep the order of the first page."""
        reading = self.search
        if reading is None:
            return False
        cursor = self.value("cursor")
        if cursor and has_ordering(cursor, NEWEST):
            return True
        if not reading.ranking:
            return True
        # Later pages allow twice as many matches, so that claims published meanwhile do not change the order.
        limit = 2 * RANKED_MATCHES if cursor else RANKED_MATCHES
        if reading.match_count <= limit:
            return False
        filter_names = self.given_values.keys() - _SEARCH_PARAMETERS
        return not filter_names or read_planned_rows(self.qs) > limit


def split_by_wording(ranking: str | Expression) -> Parts:
    """Split the matches: those with the exact search words come first, ranked; all others have rank 0.

    The search index finds the exact matches. There are far more other matches, but usually a page is full before any of
    these must be read.
    """
    has_exact_words = Q(build_match_condition("search_heading", ranking))
    return lambda rows: (
        rows.filter(has_exact_words),
        rows.filter(~has_exact_words).annotate(rank=Value(0.0)),
    )


def split_parts(ordering: Ordering, reading: SearchReading | None) -> Parts | None:
    """Return the parts of a list with very many matches, to query each part separately; None for other lists."""
    if reading is None or not _has_parts(ordering, reading) or reading.match_count <= MAX_RANKED_MATCHES:
        return None
    return split_by_wording(reading.ranking)


def _has_parts(ordering: Ordering, reading: SearchReading) -> bool:
    return ordering.name == RELEVANCE.name and not reading.targets


def _is_frequent(reading: SearchReading) -> bool:
    """Return whether a word, or several words together, are known to be frequent."""
    return reading.match_count > MAX_RANKED_MATCHES or not re.search(
        "[&<!]", _QUOTED_PATTERN.sub("", reading.query)
    )


_PARTS_BY_WORDING = split_by_wording(Slot("ranking", "tsquery"))


@cache
def avoid_index(ordering: Ordering) -> Ordering:
    """Return the same order as expressions that no index supports, so that PostgreSQL sorts after filtering."""
    return Ordering(
        ordering.name,
        tuple(replace(key, expression=_UnindexedExpression(key.expression)) for key in ordering.keys),
        ordering.descending,
    )


class _UnindexedExpression(Func):
    """An identity expression that hides its operand from PostgreSQL's planner."""

    function = "COALESCE"
    template = "COALESCE(%(expressions)s, NULL)"
    arity = 1


def has_ordering(cursor: str, ordering: Ordering) -> bool:
    """Return whether the cursor belongs to this order."""
    try:
        decode_cursor(cursor, ordering)
    except InvalidValue:
        return False
    return True


def describe_search(query: SearchQuery, bodies: Iterable[bytes]) -> dict[str, Any]:
    """Return the search message of a page of claims: how `q` was understood, and highlights if requested."""
    reading = query.search
    if reading is None:
        return {}
    description: dict[str, Any] = {
        "search": {
            "asked": reading.typed_text,
            "answered": reading.searched_text,
            "is_corrected": reading.is_corrected,
            "is_matched": reading.is_matched_by_meaning,
            "ordering": query.ordering_label,
        }
    }
    return (
        {**description, "highlights": find_highlights(bodies, reading)} if query.highlights else description
    )


#: The JSON Schema of the result of `describe_search`.
SEARCH_SCHEMA: dict[str, Any] = {
    "search": {
        "type": "object",
        "description": "How `q` was understood. Only if `q` is given.",
        "properties": {
            "asked": {"type": "string", "description": "`q` as given."},
            "answered": {
                "type": "string",
                "description": "The search that was used: `q`, or `q` with corrected spelling.",
            },
            "is_corrected": {"type": "boolean", "description": "Whether the spelling was corrected."},
            "is_matched": {
                "type": "boolean",
                "description": "Whether no claim contains these words, so that the results are claims that "
                "may be meant, most probable first, as in `/api/v1/match/`.",
            },
            "ordering": {
                "type": "string",
                "description": "The order of the results. `relevance` becomes `-updated` if the search matches more"
                f" than about {RANKED_MATCHES:,} claims, or only excludes words.",
            },
        },
        "required": ["asked", "answered", "is_corrected", "is_matched", "ordering"],
    },
    "highlights": {
        "type": "object",
        "description": "Where `q` was found, by claim id. Only if requested with `highlight`.",
        "additionalProperties": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {
                        "type": "string",
                        "format": "json-pointer",
                        "description": "The text of the claim, as a JSON Pointer (RFC 6901).",
                    },
                    "start": {"type": "integer", "description": "The position of the fragment in that text."},
                    "text": {"type": "string", "description": "The text of the fragment."},
                    "marks": {
                        "type": "array",
                        "description": "Start and end of each match in the fragment, in Unicode code points.",
                        "items": {
                            "type": "array",
                            "items": {"type": "integer"},
                            "minItems": 2,
                            "maxItems": 2,
                        },
                    },
                },
                "required": ["pointer", "start", "text", "marks"],
            },
        },
    },
}
