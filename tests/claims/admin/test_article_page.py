"""An article's page shows its text to the character, with what this person may read marked in it."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from claims.admin.article_page import build_annotated_context, build_article_path
from claims.admin.article_page_text import NoteSpan, build_marked_paragraphs
from claims.models import Evidence
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_snapshot, make_source

pytestmark = pytest.mark.django_db

QUERIES = 9
TEXT = "The mayor spoke for an hour.\n\nThe tunnel cost 240 million euros, she said. Then it rained."


def shown_text(html: str) -> str:
    """The text that a browser reads from the paragraphs, with the separators between them."""
    found = re.findall(r'<p data-at="\d+"(?: data-gap="([^"]*)")? dir="auto">(.*?)</p>', html, re.DOTALL)
    return "".join(
        unescape(re.sub(r"<[^>]*>", "", words)) + (unescape(gap) or "\n\n") for gap, words in found
    )


def marks(html: str) -> list[str]:
    return re.findall(r"<mark[^>]* (?:id|data-note)=[^>]*>(.*?)</mark>", html)


def test_the_text_beside_a_claim_is_the_part_around_its_quote(checker: User) -> None:
    long = "\n\n".join(f"Paragraph {number} says little." for number in range(1000))
    source = make_source(long)
    claim = make_claim("Number 500 says little.")
    make_appearance(claim, source, "Paragraph 500 says little")
    context = build_annotated_context(source.snapshots.get(), checker, claim)
    annotated = context["annotated"]
    assert (annotated.has_text_before, annotated.has_text_after) == (True, True)
    first, last = annotated.paragraphs[0].start, annotated.paragraphs[-1].end
    assert long[first:last].startswith("Paragraph ")
    assert 4_000 < last - first < 4_200
    html = render_to_string("admin/desk/annotated_text.html", context)
    assert f'href="{build_article_path(source.pk)}#at-c{claim.pk}"' in html
    assert f'<mark class="accepted" id="at-c{claim.pk}">' in html
    assert shown_text(html).strip() == long[first:last]


def test_an_older_snapshot_is_shown_with_its_own_marks(client: Client, checker: User) -> None:
    source = make_source(TEXT)
    claim = make_claim("The tunnel cost 240 million euros.", state="proposed")
    make_appearance(claim, source, "The tunnel cost 240 million euros")
    make_snapshot(source, "Nothing of it.")
    client.force_login(checker)
    newest = client.get(build_article_path(source.pk)).content.decode()
    assert shown_text(newest).strip() == "Nothing of it."
    assert marks(newest) == []
    older = client.get(build_article_path(source.pk, source.snapshots.get(number=1))).content.decode()
    assert shown_text(older).strip() == TEXT
    assert marks(older) == ["The tunnel cost 240 million euros"]
    assert client.get(build_article_path(source.pk), {"snapshot": "3"}).status_code == 404


HOSTILE = st.text(alphabet="ab &<>\"'\r\n\u00ad\u00a0\u0301\u200d👩🏽مרク。", min_size=1, max_size=80)


@given(HOSTILE, st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=8), st.booleans())
def test_paragraphs_hold_the_text_to_the_character(
    text: str, spans: list[tuple[int, int]], in_part: bool
) -> None:
    places = [NoteSpan(start, end, f"c{number}", "proposed") for number, (start, end) in enumerate(spans)]
    start, end = (1, len(text) - 1) if in_part and len(text) > 2 else (0, len(text))
    shown = build_marked_paragraphs(text, places, start=start, end=end)
    for paragraph, following in zip(shown, [*shown[1:], None][: len(shown)], strict=True):
        found = re.fullmatch(
            r'<p data-at="(\d+)"(?: data-gap="([^"]*)")? dir="auto">(.*)</p>', paragraph.html, re.DOTALL
        )
        assert found is not None
        at, gap, html = int(found[1]), unescape(found[2]) if found[2] is not None else "\n\n", found[3]
        assert "\r" not in paragraph.html  # a browser would read a line feed
        next_one = following.start if following else end
        assert unescape(re.sub(r"<[^>]*>", "", html)) + gap == text[at:next_one]
    assert "".join(text[start : shown[0].start] if shown else text[start:end]).strip() == ""


def test_places_that_overlap_and_nest_are_all_marked() -> None:
    places = [
        NoteSpan(0, 8, "c1", "accepted"),
        NoteSpan(4, 12, "c2", "proposed"),
        NoteSpan(5, 7, "c3", "declined"),
    ]
    [paragraph] = build_marked_paragraphs("One two three.", places)
    assert re.sub(r'<p data-at="0" data-gap="" dir="auto">|</p>', "", paragraph.html) == (
        '<mark class="accepted" id="at-c1">One </mark>'
        '<mark class="accepted" data-note="c1"><mark class="proposed l1" id="at-c2">t</mark></mark>'
        '<mark class="accepted" data-note="c1"><mark class="proposed l1" data-note="c2">'
        '<mark class="declined l2" id="at-c3">wo</mark></mark></mark>'
        '<mark class="accepted" data-note="c1"><mark class="proposed l1" data-note="c2"> </mark></mark>'
        '<mark class="proposed l1" data-note="c2">thre</mark>e.'
    )


def test_people_see_only_what_they_may_read(client: Client, contributor: User, checker: User) -> None:
    source = make_source(TEXT)
    own = make_claim("Own words.", state="proposed", created_by=contributor)
    make_appearance(own, source, "The mayor spoke")
    secret = make_claim("A secret of others.", state="accepted", created_by=checker)
    make_appearance(secret, source, "The tunnel cost 240 million euros")
    draft = make_draft(secret, checker)
    start = TEXT.index("Then it rained")
    Evidence.objects.create(
        verdict=draft,
        source=source,
        snapshot=source.snapshots.get(),
        stance="context",
        exact="Then it rained",
        start=start,
        end=start + 14,
    )
    client.force_login(contributor)
    theirs = client.get(build_article_path(source.pk)).content.decode()
    assert marks(theirs) == ["The mayor spoke"]
    assert "secret" not in theirs
    assert f"/admin/claims/claim/{secret.pk}/" not in theirs
    assert 'data-decide="accept"' not in theirs
    client.force_login(checker)
    all_of_it = client.get(build_article_path(source.pk)).content.decode()
    assert marks(all_of_it) == ["The mayor spoke", "The tunnel cost 240 million euros", "Then it rained"]
    assert 'data-decide="accept"' in all_of_it


@pytest.mark.parametrize("claims", [1, 3])
def test_the_page_costs_the_same_however_much_is_noted(
    claims: int, client: Client, checker: User, django_assert_num_queries: Any
) -> None:
    source = make_source("\n\n".join(f"Sentence {number} says so." for number in range(claims)))
    for number in range(claims):
        make_appearance(make_claim(state="proposed"), source, f"Sentence {number} says so")
    client.force_login(checker)
    client.get(build_article_path(source.pk))
    with django_assert_num_queries(QUERIES):
        client.get(build_article_path(source.pk))


def test_a_source_without_a_text_says_so(client: Client, checker: User) -> None:
    client.force_login(checker)
    page = client.get(build_article_path(make_source().pk)).content.decode()
    assert "The text of this source has not been captured yet." in page
