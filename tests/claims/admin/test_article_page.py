"""An article's page shows its text to the character, with what this person may read marked in it."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client

from claims.admin.article_page import annotated_context, article_page
from tests.helpers.newsroom import make_appearance, make_claim, make_snapshot, make_source

pytestmark = pytest.mark.django_db

TEXT = "The mayor spoke for an hour.\n\nThe tunnel cost 240 million euros, she said. Then it rained."


def shown_text(html: str) -> str:
    """The text that a browser reads from the paragraphs, with what stands between them."""
    found = re.findall(r'<p data-at="\d+"(?: data-gap="([^"]*)")? dir="auto">(.*?)</p>', html, re.DOTALL)
    return "".join(
        unescape(re.sub(r"<[^>]*>", "", words)) + (unescape(gap) or "\n\n") for gap, words in found
    )


def test_the_text_beside_a_claim_is_the_part_around_its_quote(checker: User) -> None:
    long = "\n\n".join(f"Paragraph {number} says little." for number in range(1000))
    source = make_source(long)
    claim = make_claim("Number 500 says little.")
    make_appearance(claim, source, "Paragraph 500 says little")
    context = annotated_context(source.snapshots.get(), checker, claim)
    annotated = context["annotated"]
    assert (annotated.is_begun, annotated.is_ended) == (True, True)
    first, last = annotated.paragraphs[0].start, annotated.paragraphs[-1].end
    assert long[first:last].startswith("Paragraph ")
    assert 4_000 < last - first < 4_200
    html = render_to_string("admin/desk/annotated_text.html", context)
    assert f'href="{article_page(source.pk)}#at-c{claim.pk}"' in html
    assert f'<mark class="accepted l0" data-note="c{claim.pk}" id="at-c{claim.pk}">' in html
    assert shown_text(html).strip() == long[first:last]


def test_an_older_snapshot_is_shown_with_its_own_marks(client: Client, checker: User) -> None:
    source = make_source(TEXT)
    claim = make_claim("The tunnel cost 240 million euros.", state="proposed")
    make_appearance(claim, source, "The tunnel cost 240 million euros")
    make_snapshot(source, "Nothing of it.")
    client.force_login(checker)
    newest = client.get(article_page(source.pk)).content.decode()
    assert shown_text(newest).strip() == "Nothing of it."
    assert "<mark" not in newest
    older = client.get(article_page(source.pk, source.snapshots.get(number=1))).content.decode()
    assert shown_text(older).strip() == TEXT
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", older) == ["The tunnel cost 240 million euros"]
    assert client.get(article_page(source.pk), {"snapshot": "3"}).status_code == 404
