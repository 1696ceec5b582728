"""The link status of the sources in a publication, from public data only."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, TypedDict

from django.conf import settings

from claims.features.archiving.models import ArchivedFile
from claims.features.links.models import LinkOutcome, LinkState
from claims.public.pages.source_notes import SourceNote
from factcheck.api.openapi.body_serializer import AllowBlank, Moment
from factcheck.web.language_addresses import build_permanent_path
from sources.addresses import build_url_key

#: The outcomes with a public message beside the link.
_PUBLIC_OUTCOMES = frozenset({LinkOutcome.GONE, LinkOutcome.MOVED, LinkOutcome.CHANGED})
#: The files of a copy offered to readers, easiest to open first. Uploads are for the newsroom.
_READABLE_ROLES = [
    ArchivedFile.Role.PDF.value,
    ArchivedFile.Role.SCREENSHOT.value,
    ArchivedFile.Role.WARC.value,
]


class PublicLink(TypedDict):
    """The URL of a source in a publication, with its link status."""

    source: Annotated[int, "Id of the source, as in the claim."]
    url: Annotated[str, "The URL in the claim."]
    outcome: Annotated[
        str,
        AllowBlank,
        LinkOutcome,
        "`alive`: the page exists; `moved`: it has a new URL, see `moved_to`; `gone`: it no longer exists; `changed`: "
        "it no longer contains all quoted words; `unreachable`: unknown at present; empty before the first check.",
    ]
    since: Annotated[Moment | None, "Since when this has been known."]
    checked_at: Annotated[Moment | None, "When it was last checked."]
    http_status: Annotated[int | None, "The last HTTP status; null without a response."]
    moved_to: Annotated[str, "The new URL, if `moved`; otherwise empty."]
    archived_url: Annotated[str, "URL of an archived copy, even if made later; empty if there is none."]
    copy_url: Annotated[
        str, "URL of our own copy of the page; empty if there is none, or if readers may not see it."
    ]
    copied_at: Annotated[Moment | None, "When our copy was made."]


def build_public_links(sources: Iterable[dict[str, Any]]) -> list[PublicLink]:
    """Return the links of the sources in order, each URL once. Uses one or two queries.

    A source without a URL has no link.
    """
    sources_by_id = {source["id"]: source for source in sources if source["url"]}
    rows = LinkState.objects.filter(pk__in=sources_by_id).select_related("source") if sources_by_id else ()
    link_states = {state.pk: state for state in rows}
    links = [_build_link(source, link_states.get(source_key)) for source_key, source in sources_by_id.items()]
    _add_own_copies(links, link_states)
    return links


def find_problem_links(links: Iterable[PublicLink]) -> dict[int, PublicLink]:
    """Return the links that have a public message, keyed by the id of their source."""
    return {link["source"]: link for link in links if link["outcome"] in _PUBLIC_OUTCOMES}


def build_source_notes(sources: list[dict[str, Any]]) -> dict[int, SourceNote]:
    """Return a note on each source whose page is gone, has moved or has changed."""
    return {
        source: SourceNote("claims/_link_note.html", link)
        for source, link in find_problem_links(build_public_links(sources)).items()
    }


def _build_link(source: dict[str, Any], state: LinkState | None) -> PublicLink:
    link: PublicLink = {
        "source": source["id"],
        "url": source["url"],
        "outcome": "",
        "since": None,
        "checked_at": None,
        "http_status": None,
        "moved_to": "",
        "archived_url": source["archived_url"],
        "copy_url": "",
        "copied_at": None,
    }
    if state is None:
        return link
    link |= {
        "outcome": state.outcome,
        "since": _format_moment(state.since),
        "checked_at": _format_moment(state.checked_at),
        "http_status": state.http_status,
        "moved_to": state.moved_to if state.outcome == LinkOutcome.MOVED else "",
        # Use the current archived URL, because copies are also made after publication.
        "archived_url": state.source.archived_url or source["archived_url"],
    }
    if build_url_key(state.url) != build_url_key(source["url"]) and state.outcome in ("", LinkOutcome.ALIVE):
        # The URL was corrected after publication; the publication keeps the old one forever.
        link |= {"outcome": LinkOutcome.MOVED.value, "moved_to": state.url}
        link["since"] = link["since"] or _format_moment(state.written_at)
    return link


def _add_own_copies(links: Iterable[PublicLink], states: dict[int, LinkState]) -> None:
    """Add the best archived copy of each changed page to its link, if readers may see our copies."""
    if not settings.ARCHIVE_PUBLIC_COPIES:
        return
    changed_sources = {
        source_key: link
        for source_key, link in find_problem_links(links).items()
        if source_key in states and states[source_key].source.show_text
    }
    if not changed_sources:
        return
    archived_files = ArchivedFile.objects.filter(
        copy__source__in=changed_sources, role__in=_READABLE_ROLES
    ).select_related("copy")
    files_by_source: dict[int, list[ArchivedFile]] = {}
    for file in archived_files.order_by("copy_id", "pk"):
        files_by_source.setdefault(file.copy.source_id, []).append(file)
    for source_key, files in files_by_source.items():
        changed_at = states[source_key].since
        best_file = max(files, key=lambda file: _rank_copy(file, changed_at))
        changed_sources[source_key]["copy_url"] = settings.SITE_URL + build_permanent_path(
            "source-file", source_key, best_file.sha256
        )
        changed_sources[source_key]["copied_at"] = _format_moment(best_file.copy.captured_at)


def _rank_copy(file: ArchivedFile, changed_at: datetime | None) -> tuple[bool, datetime, int]:
    """Return a sort key: copies from before the page changed rank highest, then newer ones, then easier formats."""
    captured_at = file.copy.captured_at
    return (changed_at is None or captured_at < changed_at, captured_at, -_READABLE_ROLES.index(file.role))


def _format_moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
