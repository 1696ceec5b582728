"""The newsroom's pages about itself as Markdown."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from claims.features.discovery.plain_pages.claim_text import build_markdown_url
from claims.features.discovery.plain_pages.markdown_escapes import escape_line, format_link, quote_markdown
from claims.ledger.document.claim_body import CORRECTION_KINDS
from claims.models import NewsroomPage, RatingScale
from factcheck.web.language_addresses import build_permanent_path


def write_scales(rows: Iterable[RatingScale]) -> str:
    """Return the newsroom's scales as Markdown: each rating with its rating class and meaning."""
    parts = []
    for scale in rows:
        title = _("%(name)s, version %(version)s") % {
            "name": escape_line(scale.name),
            "version": escape_line(scale.version),
        }
        parts.append(f"## {title}")
        if not scale.in_use:
            parts.append(_("No longer used for new verdicts."))
        parts.append(
            "\n".join(
                f"- “{escape_line(rating.label)}” ({rating.rating_class or _('not decided')}):"
                f" {escape_line(rating.definition)}"
                for rating in scale.ratings.all()
            )
        )
        if scale.methodology:
            parts.append(quote_markdown(scale.methodology))
    parts.append(f"## {_('Corrections')}")
    parts.append(
        _(
            "Every published claim has a history. A change becomes a new version that says what changed and "
            "why; the earlier versions stay readable."
        )
    )
    parts.append("\n".join(f"- {escape_line(label)}" for _kind, label in CORRECTION_KINDS))
    return "\n\n".join(parts)


def write_about_page(page: NewsroomPage, versions: Sequence[NewsroomPage]) -> str:
    """Return a page about the newsroom as Markdown, with links to its versions."""
    parts = []
    if page.pk != versions[0].pk:
        newest_version_url = build_markdown_url(settings.SITE_URL + build_permanent_path("about", page.kind))
        parts.append(
            _("This is version %(version)s of %(day)s. It is no longer current: %(newest)s")
            % {
                "version": page.version,
                "day": page.created_at.date().isoformat(),
                "newest": newest_version_url,
            }
        )
    if page.text:
        parts.append(quote_markdown(page.text))
    if page.url:
        parts.append(format_link(page.url, page.url))
    items = "\n".join(
        f"- {_('Version %(version)s') % {'version': about_version.version}}, "
        f"{about_version.created_at.date().isoformat()}"
        + (f": {escape_line(about_version.note)}" if about_version.note else "")
        for about_version in versions
    )
    parts.append(f"## {_('Versions')}\n\n{items}")
    return "\n\n".join(parts)


def write_links(links: Iterable[tuple[str, str, str]]) -> str:
    """Return links in the style of `llms.txt`: name, URL and an optional note."""
    return "\n".join(
        f"- {format_link(name, address)}" + (f": {note}" if note else "") for name, address, note in links
    )


def list_about_links(pages: Iterable[Any]) -> list[tuple[str, str, str]]:
    """Return the name, URL and note of each page about the newsroom, for a list of links."""
    return [
        (
            str(NewsroomPage.Kind(kind).label),
            build_markdown_url(settings.SITE_URL + build_permanent_path("about", kind)),
            "",
        )
        for kind in pages
    ]
