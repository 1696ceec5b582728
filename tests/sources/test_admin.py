"""Sources, their snapshots with marked claims, and publishers at the desk."""

import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from lxml import html

from sources.admin.snapshot import Mark, render_marked_passages
from sources.models import Publisher, Snapshot, Source
from tests.helpers.newsroom import make_appearance, make_claim, make_snapshot, make_source


def test_marks_are_whole_escaped_and_never_overlap() -> None:
    text = "One <b> two three four."
    shown = render_marked_passages(
        text,
        [Mark(4, 11, "/a", "A & B"), Mark(8, 17, "/b", "B"), Mark(9, 10, "/c", "C"), Mark(90, 99, "/d", "D")],
    )
    assert shown == (
        '<div class="desk-text" dir="auto">One '
        '<a href="/a" title="A &amp; B"><mark>&lt;b&gt; two</mark></a>'
        '<a href="/b" title="B"><mark> three</mark></a> four.</div>'
    )


def test_a_source_with_a_text_links_to_its_article(client: Client, editor: User) -> None:
    source, bare = make_source("The ferry was late. Trams are free, she said."), make_source()
    client.force_login(editor)
    address = reverse("admin:claims_claim_article", args=[source.pk])
    page = client.get(reverse("admin:sources_source_change", args=[source.pk])).content.decode()
    assert f'href="{address}"' in page
    assert "The ferry was late" not in page
    without = client.get(reverse("admin:sources_source_change", args=[bare.pk])).content.decode()
    assert reverse("admin:claims_claim_article", args=[bare.pk]) not in without
    listed = client.get(reverse("admin:sources_source_changelist")).content.decode()
    assert listed.count(f'href="{address}"') == 1
    assert reverse("admin:claims_claim_article", args=[bare.pk]) not in listed


def test_a_snapshot_marks_the_claims_in_it(client: Client, editor: User) -> None:
    source = make_source("The ferry was late. Trams are free, she said.")
    make_appearance(make_claim("The trams cost nothing."), source, "Trams are free")
    client.force_login(editor)
    page = client.get(
        reverse("admin:sources_snapshot_change", args=[source.snapshots.get().pk])
    ).content.decode()
    assert "The ferry was late. <a" in page
    assert "<mark>Trams are free</mark></a>, she said." in page
    assert 'title="The trams cost nothing. (Accepted)"' in page


def test_a_snapshot_shows_only_quotes_anchored_in_it(client: Client, editor: User) -> None:
    source = make_source("Trams are free, she said.")
    make_appearance(make_claim(), source, "Trams are free")
    newer = make_snapshot(source, "Trams are free, she said on Monday.")
    client.force_login(editor)
    page = client.get(reverse("admin:sources_snapshot_change", args=[newer.pk])).content.decode()
    assert "Trams are free, she said on Monday." in page
    assert "<mark>" not in page


def test_the_list_counts_claims_evidence_and_snapshots_apart(client: Client, editor: User) -> None:
    source = make_source("Trams are free. Ferries are not.")
    make_snapshot(source, "Trams are free. Ferries are late.")
    make_appearance(make_claim(), source, "Trams are free")
    client.force_login(editor)
    (row,) = client.get(reverse("admin:sources_source_changelist")).context["cl"].result_list
    assert (row.claims_number, row.evidence_number, row.snapshots_number) == (1, 0, 2)


def test_a_source_added_by_hand_is_its_finders_and_means_https(client: Client, contributor: User) -> None:
    client.force_login(contributor)
    fields = {"title": "Report", "kind": "report", "url": "example.org/report"}
    client.post(reverse("admin:sources_source_add"), fields)
    source = Source.objects.get()
    assert (source.url, source.created_by) == ("https://example.org/report", contributor)


def test_the_same_address_twice_is_refused_in_words(client: Client, editor: User) -> None:
    make_source(url="https://example.org/a", title="The audit")
    client.force_login(editor)
    fields = {"title": "Again", "kind": "report", "url": "http://www.example.org/a?utm_source=x"}
    page = client.post(reverse("admin:sources_source_add"), fields)
    assert "There is already a source with this address: “The audit”." in page.content.decode()
    assert Source.objects.count() == 1


def test_our_newsroom_cannot_be_deleted(client: Client, administrator: User, house: Publisher) -> None:
    client.force_login(administrator)
    address = reverse("admin:sources_publisher_delete", args=[house.pk])
    assert client.post(address, {"post": "yes"}).status_code == 403


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("role", ["contributor", "editor"])
@pytest.mark.parametrize("text", ["", "Trams are free, she said."])
@pytest.mark.parametrize(
    "fields",
    [
        {"url": ""},
        {"url": "https://example.org/report"},
        {"url": "", "archived_url": "https://archive.example/report"},
    ],
)
def test_no_panel_of_a_source_is_empty(
    fields: dict[str, Any], text: str, role: str, client: Client, request: pytest.FixtureRequest
) -> None:
    source = make_source(text, **fields)
    client.force_login(request.getfixturevalue(role))
    page = opened(client, reverse("admin:sources_source_change", args=[source.pk]))
    panels = page.cssselect(".desk-panel, .desk-panel .desk-line")
    assert [panel for panel in panels if not panel.text_content().strip()] == []


def test_unread_parts_and_times_of_speech_are_shown(client: Client, editor: User) -> None:
    source = make_source()
    text = "Trams are free, she said."
    sentence = "About half of this article was not read."
    digest = hashlib.sha256(text.encode()).hexdigest()
    snapshot = Snapshot.objects.create(
        source=source,
        number=1,
        media_type="text/vtt",
        content_sha256=digest,
        content_size=len(text),
        text=text,
        text_sha256=digest,
        extractor="test",
        caveats=[{"code": "partly_read", "sentence": sentence}],
        cues=[[0, 61.5, 64.0]],
    )
    make_appearance(make_claim("The trams cost nothing."), source, "Trams are free")
    client.force_login(editor)
    page = opened(client, reverse("admin:sources_snapshot_change", args=[snapshot.pk]))
    assert sentence in page.text_content()
    assert [mark.get("title") for mark in page.cssselect("a[title]:has(mark)")] == [
        "The trams cost nothing. (Accepted), t=61.5,64"
    ]


def test_the_evidence_of_a_snapshot_is_described_in_words(client: Client, contributor: User) -> None:
    snapshot = make_source("Trams are free, she said.").snapshots.get()
    client.force_login(contributor)
    page = opened(client, reverse("admin:sources_snapshot_change", args=[snapshot.pk]))
    folds = {
        fold.cssselect("summary")[0].text_content(): fold.cssselect("p")[0].text_content()
        for fold in page.cssselect("details.desk-fold:not([open])")
    }
    assert folds == {
        "A snapshot cannot be changed. Anyone who has the same file can compare the two.": (
            f"Checksum: {snapshot.content_sha256}"
        ),
        "The text below is unchanged since quotes were found in it.": f"Checksum: {snapshot.text_sha256}",
    }
    assert "SHA-256" not in page.text_content()


def opened(client: Client, address: str) -> html.HtmlElement:
    return html.document_fromstring(client.get(address).content.decode())
