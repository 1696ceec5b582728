"""Texts and pages that run from right to left: style sheets, and what people wrote."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from lxml import html

from claims.models import Claim, Claimant
from tests.helpers.reader_site import LONG_WORD, pages_of_readers
from tests.helpers.shared_newsroom import checker, claimant, editor, publish, shared_rows

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db

ROOT: Path = settings.BASE_DIR
_PHYSICAL = re.compile(
    r"(?:^|[;{\s])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)[\w-]*"
    r"|border-(?:top|bottom)-(?:left|right)-radius|left|right)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
)


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOT / "static").rglob("*.css"), *ROOT.glob("claims/features/*/static/**/*.css")]),
    ids=lambda path: path.name,
)
def test_style_sheets_know_start_and_end_and_no_left_or_right(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = [match[0] for match in _PHYSICAL.finditer(text)]
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("code, direction", [("en", "ltr"), ("ar", "rtl"), ("ko", "ltr")])
def test_every_text_by_people_has_its_own_direction(
    client: Client,
    publish: Callable[..., Claim],
    claimant: Claimant,
    editor: User,
    code: str,
    direction: str,
) -> None:
    places = pages_of_readers(publish, claimant, editor)
    left = []
    for name, path in places.items():
        page = html.document_fromstring(client.get(f"/{code}{path}").content.decode())
        assert (page.get("lang"), page.get("dir")) == (code, direction), name
        for element in page.body.iter():
            texts = [element.text or "", *(child.tail or "" for child in element)]
            if not isinstance(element.tag, str) or element.tag in ("script", "style", "option", "code"):
                continue
            if any(LONG_WORD in text or claimant.name in text for text in texts) and not _is_isolated(
                element
            ):
                left.append((name, html.tostring(element, encoding="unicode")[:200]))
    assert left == []


def _is_isolated(element: html.HtmlElement) -> bool:
    """Whether it, or its parent, gets its direction from its own text."""
    around = [element, *element.iterancestors()]
    return any(each.get("dir") == "auto" or each.tag in ("bdi", "textarea") for each in around)
