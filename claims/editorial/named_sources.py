"""Sources in requests: by id, by a known or new URL, or by their fields."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext

from claims.editorial.refused_requests import build_unprocessable
from claims.models import Appearance, Evidence
from claims.newsroom.roles import require_permission
from claims.quotes.anchors import QuoteAmbiguous
from claims.quotes.locations import QuotedWords, build_quote, describe_places, read_quote_at
from factcheck.installation.messages import translate_message
from sources.capture import capture
from sources.extraction import ExtractionError
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import fetch
from sources.models import Source
from sources.overrides import NO_OVERRIDES, Overrides, read_overrides
from sources.registration import find_or_create_source
from sources.source_kinds import Material

#: Keys of a body that state the quoted words and their source.
_QUOTE_FIELDS = frozenset({"source", "source_url", "exact", "prefix", "suffix", "start"})


@dataclass(frozen=True)
class NamedSource:
    """The source that a request names, and whether it is new."""

    source: Source
    is_new: bool = False


def fetch_material(url: str, *, key: str, by: User) -> Material:
    """Fetch the URL. Call it before locking rows, because it may take a while.

    Args:
        key: the body key that contains the URL, for the error if nothing can be fetched.
    """
    _require_capturing(by)
    try:
        return Material.fetched(fetch(url))
    except FetchError as problem:
        raise build_unprocessable(key, translate_message(problem)) from None


def fetch_unless_known(values: dict[str, Any], *, by: User) -> Material | None:
    """Fetch `source_url`, unless the source is already known."""
    url = values.get("source_url")
    return (
        fetch_material(url, key="source_url", by=by) if url and not Source.objects.find_by_url(url) else None
    )


def find_source(values: dict[str, Any], material: Material | None, *, by: User) -> Source | None:
    """Return the source named in the body; None if the body names none."""
    if material is not None:
        return capture_source(material, NO_OVERRIDES, key="source_url", by=by).source
    if url := values.get("source_url"):
        known_source = Source.objects.find_by_url(url)
        if known_source is None:
            raise build_unprocessable(
                "source_url", gettext("The source at this address was removed a moment ago; try again.")
            )
        return known_source
    return values.get("source")


def capture_source(material: Material, overrides: Overrides, *, key: str, by: User) -> NamedSource:
    """Store the fetched material and return its source, with the text as its latest snapshot."""
    _require_capturing(by)
    try:
        result = capture(material, overrides=overrides, by=by)
    except ExtractionError as problem:
        raise build_unprocessable(key, str(problem)) from None
    return NamedSource(result.source, result.is_new_source)


def find_or_add_source(values: dict[str, Any], material: Material | None, *, by: User) -> NamedSource:
    """Find or add the source described in the body of `POST sources/`."""
    overrides = read_overrides(
        **{
            name: values.get(name, "") for name in ("title", "byline", "publisher", "language", "url", "kind")
        },
        date=values["published_on"].isoformat() if "published_on" in values else "",
    )
    if material is not None:
        return capture_source(material, overrides, key="url", by=by)
    if "text" in values:
        text = Material(
            values["text"].encode(), url=overrides.url, content_type="text/plain", charset="utf-8"
        )
        return capture_source(text, overrides, key="text", by=by)
    if known_source := Source.objects.find_by_url(overrides.url):
        return NamedSource(known_source)
    require_permission(by, "sources.add_source", gettext("add sources"))
    source, is_new = find_or_create_source(overrides, by=by)
    return NamedSource(source, is_new)


def read_quotation(
    values: dict[str, Any], source: Source, row: Appearance | Evidence | None = None
) -> QuotedWords | None:
    """Return the quote in the request body; None if the stored quote stays.

    Raises:
        QuoteNotFound, WrongPosition: the source does not contain the quote, or not at that position.
        Unprocessable: the source contains the quote several times.
    """
    if row is not None and not values.keys() & _QUOTE_FIELDS:
        return None
    if "start" in values:
        return read_quote_at(
            source, values["snapshot"], values["start"], values["end"], exact=values.get("exact", "")
        )
    exact = values.get("exact", row.exact if row else "")
    try:
        return build_quote(source, exact, prefix=values.get("prefix", ""), suffix=values.get("suffix", ""))
    except QuoteAmbiguous as problem:
        latest_snapshot = source.get_latest_snapshot()
        raise build_unprocessable(
            "exact",
            translate_message(problem),
            *describe_places(latest_snapshot.text if latest_snapshot else "", problem),
        ) from None


def _require_capturing(by: User) -> None:
    require_permission(by, "sources.add_source", gettext("add sources"))
    require_permission(by, "sources.add_snapshot", gettext("capture sources"))
