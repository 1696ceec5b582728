"""Lists as Markdown: claims, rumours, corrections, and the claims of a source."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.features.discovery.plain_pages.claim_text import (
    build_markdown_url,
    explain_not_checked,
    write_listed_claim,
)
from claims.features.discovery.plain_pages.markdown_escapes import escape_line, format_link, quote_plain_text
from claims.ledger.document.claim_body import CORRECTION_KINDS
from factcheck.web.language_addresses import build_permanent_path

Document = dict[str, Any]


def write_page(title: str, *parts: str, introduction: str = "") -> str:
    """Return a page: its title, `introduction` (a sentence about its content) and `parts`."""
    heading = [f"# {escape_line(title)}", *([f"> {introduction}"] if introduction else [])]
    return "\n\n".join([*heading, *(part for part in parts if part)]) + "\n"


def write_claims(documents: Sequence[Document], *, next_url: str = "") -> str:
    """Return the claims as a Markdown list in the given order, with a link to the next page."""
    items = "\n".join(map(write_listed_claim, documents))
    return f"{items}\n\n{format_next_link(next_url)}".rstrip() if next_url else items


def format_next_link(address: str) -> str:
    """Return the Markdown link to the next page of a list."""
    return format_link(_("Next page"), address)


def describe_search_result(search_text: str, documents: Sequence[Document], *, is_semantic: bool) -> str:
    """Describe the result of a search, and explain that an empty result is not a verdict."""
    quoted_words = f"“{escape_line(search_text)}”"
    if not documents:
        return _("No published claim matches %(words)s. %(not_checked)s") % {
            "words": quoted_words,
            "not_checked": explain_not_checked(),
        }
    if is_semantic:
        return _(
            "No published claim contains the words %(words)s. These may be related: check whether they are."
        ) % {"words": quoted_words}
    return _(
        "Published claims that contain the words %(words)s. Check whether they make the same statement."
    ) % {"words": quoted_words}


def write_clusters(rows: Iterable[Document], *, next_url: str = "") -> str:
    """Return the rumours as a Markdown list in the given order."""
    items = "\n".join(_write_cluster(row) for row in rows)
    return f"{items}\n\n{format_next_link(next_url)}".rstrip() if next_url else items


def _write_cluster(row: Document) -> str:
    count = ngettext("%(count)s checked claim", "%(count)s checked claims", row["claim_count"]) % {
        "count": row["claim_count"]
    }
    address = settings.SITE_URL + build_permanent_path("cluster", row["id"], row["slug"])
    languages = ", ".join(map(escape_line, row["languages"]))
    return f"- {format_link(row['title'], build_markdown_url(address))}: {count}, {languages}"


def write_corrections(entries: Iterable[Document], *, next_url: str = "") -> str:
    """Return the corrections as Markdown: type, reason, and the old and new wording of each changed field."""
    kind_labels = {kind: str(label) for kind, label in CORRECTION_KINDS}
    parts = []
    for entry in entries:
        parts.append(
            f"## {escape_line(kind_labels.get(entry['kind'], entry['kind']))}, {entry['published_at'][:10]}"
        )
        parts.append(format_link(entry["statement"], build_markdown_url(entry["url"])))
        parts.append(quote_plain_text(entry["note"]))
        for change in entry["changes"]:
            parts.append(
                f"- {escape_line(change['part'])}"
                + (f", {escape_line(change['publisher'])}" if change["publisher"] else "")
            )
            parts += _write_both_wordings(change)
    if next_url:
        parts.append(format_next_link(next_url))
    return "\n\n".join(parts)


def _write_both_wordings(change: Document) -> list[str]:
    change_lines = []
    for name, wording in ((_("before"), change["before"]), (_("now"), change["after"])):
        quoted_text = "\n".join(f"  {line}".rstrip() for line in quote_plain_text(wording or "–").split("\n"))
        change_lines.append(f"  {name}:\n\n{quoted_text}")
    return change_lines


def write_source(document: Document, passages: Sequence[Document], *, text: str, captured_at: str) -> str:
    """Return a source as Markdown, with its checked claims and, if readers may see it, its text."""
    labelled_values = [
        (_("Published by"), escape_line((document["publisher"] or {}).get("name", ""))),
        (_("Byline"), escape_line(document["byline"])),
        (_("Published on"), document["published_on"] or ""),
        (_("Location"), format_link(document["url"], document["url"])),
        (_("Archived copy"), format_link(document["archived_url"], document["archived_url"])),
        (_("As of"), captured_at),
    ]
    parts = ["\n".join(f"- {name}: {value}" for name, value in labelled_values if value)]
    if passages:
        parts += [f"## {_('Checked in this source')}", write_claims(passages)]
    if text:
        parts += [f"## {_('Text')}", _("Quoted from the source, not our own words."), quote_plain_text(text)]
    return "\n\n".join(parts)
