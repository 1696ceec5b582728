"""The page of a source: its text with only published claims highlighted."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import html
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Evidence
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_snapshot, make_source
from tests.helpers.reader_pages import page, words

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


TEXT = "A minister spoke today.\n\nShe said the tunnel is safe and that it cost nine million.\n\nShe left at noon."


def highlights(document: html.HtmlElement) -> list[tuple[str, str]]:
    """The highlighted words, as screen readers read them, and their links."""
    return [
        (words(mark), mark.cssselect("a")[0].get("href")) for mark in document.cssselect(".source-text mark")
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_source_page_costs_three_queries_whatever_its_length(
    client: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    source = make_source(TEXT)
    for exact in ("A minister spoke", "the tunnel is safe", "She left at noon")[:count]:
        claim = make_claim()
        make_appearance(claim, source, exact)
        publish(claim)
    with django_assert_num_queries(3):
        document = page(client, f"/sources/{source.pk}/")
    assert len(highlights(document)) == count


def test_source_text_is_kept_and_claims_are_marked(client: Client, publish: Publish) -> None:
    source = make_source(TEXT, title="A minister speaks")
    safe, cost = make_claim("The tunnel is safe."), make_claim("The tunnel cost nine million.")
    make_appearance(safe, source, "the tunnel is safe")
    appearance = make_appearance(cost, source, "it cost nine million")
    publish(cost, code="true")
    publish(safe)
    document = page(client, f"/sources/{source.pk}/")
    assert highlights(document) == [
        ("Rated False: the tunnel is safe1", safe.get_absolute_url()),
        ("Rated True: it cost nine million2", cost.get_absolute_url()),
    ]
    for hidden in document.cssselect(".source-text .visually-hidden, .source-text sup"):
        hidden.drop_tree()
    assert [p.text_content() for p in document.cssselect(".source-text p")] == TEXT.split("\n\n")
    assert document.get_element_by_id(f"appearance-{appearance.pk}").getnext().tag == "mark"
    assert [words(li) for li in document.cssselect("aside .passages li")] == [
        "1 False The tunnel is safe.",
        "2 True The tunnel cost nine million.",
    ]
    snapshot = source.snapshots.get()
    (copy,) = document.cssselect("header details:not([open]) > p")
    assert words(copy).endswith(f"Checksum of this text, for comparing a copy: {snapshot.text_sha256}")
    assert "SHA-256" not in document.text_content()


def test_overlapping_claims_can_all_be_reached(client: Client, publish: Publish) -> None:
    source = make_source("She said the tunnel is safe and cheap.")
    claims = [make_claim(statement) for statement in ("It is safe.", "It is safe and cheap.", "Twice safe.")]
    for claim, exact in zip(claims, ("tunnel is safe", "safe and cheap", "tunnel is safe"), strict=True):
        make_appearance(claim, source, exact)
        publish(claim)
    document = page(client, f"/sources/{source.pk}/")
    reached = {a.get("href") for a in document.cssselect(".source-text a")}
    assert reached == {claim.get_absolute_url() for claim in claims}
    assert len({e.get("id") for e in document.cssselect(".source-text .anchor")}) == 3


def test_unpublished_claims_leave_no_trace_in_the_text(
    client: Client, publish: Publish, checker: User
) -> None:
    source = make_source(TEXT)
    published, draft = make_claim("It is safe."), make_claim("It cost nine million.")
    make_appearance(published, source, "the tunnel is safe")
    make_appearance(draft, source, "it cost nine million")
    make_draft(draft, checker)
    publish(published)
    document = page(client, f"/sources/{source.pk}/")
    assert [heard for heard, _ in highlights(document)] == ["Rated False: the tunnel is safe1"]
    assert len(document.cssselect(".passages li")) == 1


def test_source_that_only_drafts_mention_is_not_found(client: Client, checker: User) -> None:
    source = make_source(TEXT)
    claim = make_claim()
    make_appearance(claim, source, "the tunnel is safe")
    make_draft(claim, checker)
    assert client.get(f"/sources/{source.pk}/").status_code == 404


def test_text_without_rights_shows_only_the_quotes(client: Client, publish: Publish) -> None:
    source = make_source(TEXT, show_text=False)
    claim = make_claim("The tunnel is safe.")
    make_appearance(claim, source, "the tunnel is safe")
    publish(claim)
    content = client.get(f"/sources/{source.pk}/").content.decode()
    document = html.document_fromstring(content)
    assert "A minister spoke" not in content
    assert [words(q) for q in document.cssselect(".passages .quote")] == ["the tunnel is safe"]


def test_rights_that_end_hide_the_text_at_once(client: Client, publish: Publish) -> None:
    source = make_source(TEXT)
    claim = make_claim()
    make_appearance(claim, source, "the tunnel is safe")
    publish(claim)
    before = client.get(f"/sources/{source.pk}/")
    source.show_text = False
    source.save()
    after = client.get(f"/sources/{source.pk}/", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "A minister spoke" not in after.content.decode()


def test_page_shows_the_snapshot_that_the_publication_names(client: Client, publish: Publish) -> None:
    source = make_source(TEXT)
    old = make_claim("It is safe.")
    make_appearance(old, source, "the tunnel is safe")
    publish(old)
    make_snapshot(source, "Rewritten: the tunnel is closed.")
    assert "A minister spoke today." in words(page(client, f"/sources/{source.pk}/"))
    new = make_claim("It is closed.")
    make_appearance(new, source, "the tunnel is closed")
    publish(new)
    newest = page(client, f"/sources/{source.pk}/")
    assert [heard for heard, _ in highlights(newest)] == ["Rated False: the tunnel is closed1"]
    assert [words(li) for li in newest.cssselect("section .passages li")] == [
        "2 False It is safe. the tunnel is safe"
    ]
    earlier = page(client, f"/sources/{source.pk}/snapshots/1/")
    assert [heard for heard, _ in highlights(earlier)] == ["Rated False: the tunnel is safe1"]
    assert client.get(f"/sources/{source.pk}/snapshots/3/").status_code == 404


def test_snapshot_that_no_publication_names_is_not_found(client: Client, publish: Publish) -> None:
    source = make_source(TEXT)
    claim = make_claim()
    make_appearance(claim, source, "the tunnel is safe")
    publish(claim)
    make_snapshot(source, "A later text that nobody has published.")
    assert client.get(f"/sources/{source.pk}/snapshots/2/").status_code == 404


def test_a_source_of_evidence_lists_the_verdicts_that_cite_it(client: Client, publish: Publish) -> None:
    claim = publish(make_claim("The tunnel is safe."))
    evidence = Evidence.objects.get()
    document = page(client, f"/sources/{evidence.source_id}/")
    assert [words(li) for li in document.cssselect(".history li")] == ["False The tunnel is safe."]
    assert document.cssselect(".history a")[0].get("href") == claim.get_absolute_url()


def test_right_to_left_text_is_marked(client: Client, publish: Publish) -> None:
    source = make_source("قال الوزير إن النفق آمن.", language="ar")
    claim = make_claim("النفق آمن.", language="ar")
    make_appearance(claim, source, "النفق آمن")
    publish(claim)
    for path, selector in ((f"/sources/{source.pk}/", ".source-text"), (claim.get_absolute_url(), "h1")):
        element = page(client, path).cssselect(selector)[0]
        assert (element.get("lang"), element.get("dir")) == ("ar", "auto")
