"""The quote status of a publication, read from public data only."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, TypedDict

from claims.models import QuoteStatus
from claims.quotes.highlights import PublishedQuote, QuotedPlace, find_published_quotes
from factcheck.api.openapi.body_serializer import Moment
from sources.api.source_bodies import PublicSource


class SeenSnapshot(TypedDict):
    """The number of a source's snapshot, and the time of its capture."""

    number: Annotated[int, "The number of the snapshot, counted per source from 1."]
    captured_at: Moment


class PublicQuoteStatus(TypedDict):
    """A quote in the publication, and whether its source still contains it."""

    cited_by: Annotated[str, [("appearance", "Appearance"), ("evidence", "Evidence")]]
    id: Annotated[int, "Id of the appearance or the evidence, as in the claim."]
    exact: Annotated[str, "The quoted words."]
    source: PublicSource
    snapshot: Annotated[SeenSnapshot, "The snapshot that contains the quote."]
    outcome: Annotated[
        str,
        QuoteStatus.Outcome,
        "`stands`: in the newest snapshot; `changed`: the sentence has different words, see `wording`; "
        "`gone`: neither.",
    ]
    last_found_in: Annotated[SeenSnapshot, "The newest snapshot that contains the words."]
    first_missing_in: Annotated[
        SeenSnapshot | None, "The first snapshot without the words; null while the quote stands."
    ]
    last_compared_in: Annotated[SeenSnapshot, "The newest snapshot that was compared."]
    wording: Annotated[
        str,
        "The new wording, if `changed`; otherwise empty, and if the text of the source is not public.",
    ]


def load_quote_statuses(body: dict[str, Any]) -> list[PublicQuoteStatus]:
    """Return the quotes of a publication with their status, in the order of its body.

    If a source was never captured again, its quotes count as present, because the cited snapshot contains them.
    """
    quotes = list(find_published_quotes(body))
    statuses = _load_statuses({quote.place.snapshot for quote in quotes}) if quotes else {}
    return [_build_status(quote, statuses.get(quote.place)) for quote in quotes]


def _load_statuses(snapshots: Iterable[int]) -> dict[QuotedPlace, dict[str, Any]]:
    rows = QuoteStatus.objects.filter(snapshot__in=snapshots).values(
        *("snapshot_id", "start", "end", "outcome", "wording", "snapshot__source__show_text"),
        *(
            f"{name}__{field}"
            for name in ("last_found_in", "first_missing_in", "last_compared_in")
            for field in ("number", "captured_at")
        ),
    )
    return {QuotedPlace(row["snapshot_id"], row["start"], row["end"]): row for row in rows}


def _build_status(quote: PublishedQuote, status: dict[str, Any] | None) -> PublicQuoteStatus:
    exact = quote.quoted_item
    snapshot: SeenSnapshot = {
        "number": exact["snapshot"]["number"],
        "captured_at": exact["snapshot"]["captured_at"],
    }
    return {
        "cited_by": quote.cited_by,
        "id": exact["id"],
        "exact": exact["exact"],
        "source": exact["source"],
        "snapshot": snapshot,
        "outcome": status["outcome"] if status else QuoteStatus.Outcome.STANDS.value,
        "last_found_in": _build_seen_snapshot(status, "last_found_in") if status else snapshot,
        "first_missing_in": _build_seen_snapshot(status, "first_missing_in")
        if status and status["first_missing_in__number"]
        else None,
        "last_compared_in": _build_seen_snapshot(status, "last_compared_in") if status else snapshot,
        # `show_text` is read now, not from the publication, because rights to a text can end later.
        "wording": status["wording"] if status and status["snapshot__source__show_text"] else "",
    }


def _build_seen_snapshot(status: dict[str, Any], name: str) -> SeenSnapshot:
    captured_at: datetime = status[f"{name}__captured_at"]
    moment = captured_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {"number": status[f"{name}__number"], "captured_at": moment}
