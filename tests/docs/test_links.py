"""Links between the pages of docs/ lead somewhere."""

import re
from pathlib import Path

from django.conf import settings

from tests.helpers.sweeps import sweep

PAGES = [
    *sorted(settings.BASE_DIR.glob("*.md")),
    # Packages that an example needs bring pages of their own.
    *sorted(page for page in (settings.BASE_DIR / "docs").rglob("*.md") if "node_modules" not in page.parts),
]


def anchors(page: Path) -> set[str]:
    """What headings can be linked to as, the way code forges make it of them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@sweep("page", PAGES)
def test_links_lead_to_pages_and_headings(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text())
    broken = []
    for name, anchor in links:
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(f"{name}#{anchor}")
    assert broken == []


def test_every_page_is_linked_from_another() -> None:
    """Decisions and steps have lists of their own."""
    linked = {
        (page.parent / name).resolve()
        for page in PAGES
        for name in re.findall(r"\]\((?!https?://)([^)#\s]+)", page.read_text())
        if (page.parent / name).resolve() != page
    }
    pages = {page for page in PAGES if page.parent == settings.BASE_DIR / "docs"}
    assert sorted(page.name for page in pages - linked) == []
