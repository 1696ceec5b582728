"""How documents become sources and snapshots."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources import archive as archiving
from sources.capture import CaptureResult, capture
from sources.extraction import ExtractionError
from sources.models import Publisher, Snapshot, Source
from sources.overrides import Overrides
from sources.source_kinds import Material
from tests.helpers.parallel import at_once

pytestmark = pytest.mark.django_db

TEXT = (
    "Ferry line closes\n\n"
    "The council of Norrhamn closes the ferry line on 1 May 2024.\n\n"
    "It carried 48,000 passengers last year, a third fewer than in 2019.\n"
)
EDITED = TEXT.replace("48,000", "52,000")


@pytest.fixture(autouse=True)
def archive(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def page(
    text: str = TEXT,
    *,
    title: str = "Ferry line closes",
    site: str = "Norrhamn Post",
    head: str = "",
    **material: Any,
) -> Material:
    """A web page; `url` is where it was fetched."""
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n\n"))
    meta = f'<meta property="og:site_name" content="{site}">' if site else ""
    markup = (
        f'<!doctype html><html lang="en"><head><title>{title}</title><meta property="og:title" content="{title}">'
        f"{meta}{head}</head><body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )
    return Material(markup.encode(), content_type="text/html", **material)


def typed(text: str = TEXT) -> Material:
    return Material(text.encode(), filename="ferry.txt")


def counted() -> tuple[int, int, int]:
    return Source.objects.count(), Snapshot.objects.count(), Publisher.objects.filter(is_house=False).count()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.slow
def test_text_becomes_a_source_with_a_snapshot_and_its_bytes(archive: Path, contributor: User) -> None:
    captured = capture(typed(), by=contributor)
    source, snapshot = Source.objects.get(), Snapshot.objects.get()
    assert captured == CaptureResult(source, snapshot, True, True, captured.document, captured.answers)
    assert (source.title, source.kind, source.url, source.publisher, source.language, source.created_by) == (
        "Ferry line closes",
        "article",
        "",
        None,
        "en",
        contributor,
    )
    assert (snapshot.source, snapshot.number, snapshot.captured_by) == (source, 1, contributor)
    assert snapshot.text == captured.document.text == TEXT.strip()
    assert snapshot.text_sha256 == hashlib.sha256(snapshot.text.encode()).hexdigest()
    assert archiving.load(snapshot.content_sha256) == TEXT.encode()
    assert snapshot.content_size == len(TEXT.encode())
    assert len(files(archive)) == 1


def test_page_brings_its_address_and_publisher() -> None:
    captured = capture(page(url="https://www.norrhamn-post.example.org/ferry?utm_source=x"))
    publisher = Publisher.objects.get(is_house=False)
    assert captured.source.url == "https://www.norrhamn-post.example.org/ferry?utm_source=x"
    assert captured.source.url_key == "https://norrhamn-post.example.org/ferry"
    assert captured.source.publisher == publisher
    assert (publisher.name, publisher.domain) == ("Norrhamn Post", "example.org")


def test_same_text_again_changes_nothing(archive: Path) -> None:
    first = capture(page(url="https://post.example.org/ferry"))
    before = Source.objects.values().get()
    advertised = page(url="http://m.post.example.org/ferry/?fbclid=1", head="<script>var ad = 2</script>")
    again = capture(advertised)
    assert (again.source, again.snapshot, again.is_new_source, again.is_new_snapshot) == (
        first.source,
        first.snapshot,
        False,
        False,
    )
    assert Source.objects.values().get() == before
    assert counted() == (1, 1, 1)
    assert len(files(archive)) == 1


def test_changed_text_is_the_next_snapshot_of_the_same_source() -> None:
    first = capture(page(url="https://post.example.org/ferry"))
    second = capture(page(EDITED, url="https://post.example.org/ferry"))
    assert (second.source, second.is_new_source, second.is_new_snapshot) == (first.source, False, True)
    assert second.snapshot.number == 2
    assert list(Snapshot.objects.order_by("number").values_list("text", flat=True)) == [
        first.document.text,
        second.document.text,
    ]


def test_text_that_returns_to_an_earlier_wording_is_a_new_snapshot() -> None:
    captured = [capture(page(text, url="https://post.example.org/ferry")) for text in (TEXT, EDITED, TEXT)]
    assert [one.snapshot.number for one in captured] == [1, 2, 3]


# Which source it is -----------------------------------------------------------------------------------------


def test_redirect_leads_to_the_source_known_by_either_address() -> None:
    known = Source.objects.create(title="Ferry", url="https://post.example.org/a-17")
    captured = capture(
        page(url="https://post.example.org/a-17", final_url="https://post.example.org/news/ferry")
    )
    assert captured.source == known
    assert counted()[0] == 1
    assert captured.snapshot.url == "https://post.example.org/news/ferry"


def test_repeating_the_fetched_address_keeps_the_redirect() -> None:
    known = capture(page(url="https://post.example.org/news/ferry")).source
    short = page(EDITED, url="https://post.example.org/17", final_url="https://post.example.org/news/ferry")
    captured = capture(short, overrides=Overrides(url="https://post.example.org/17"))
    assert captured.source == known
    assert captured.source.url == "https://post.example.org/news/ferry"


def test_canonical_address_is_believed_within_one_site_only() -> None:
    own = '<link rel="canonical" href="https://www.post.example.org/ferry">'
    captured = capture(page(head=own, url="https://amp.post.example.org/x/17"))
    assert captured.source.url == "https://www.post.example.org/ferry"
    foreign = capture(page(EDITED, head=own, url="https://copycat.example.net/17", site=""))
    assert foreign.is_new_source
    assert foreign.source.url == "https://copycat.example.net/17"


def test_saved_page_is_recognised_by_the_address_it_names() -> None:
    captured = capture(page(url="https://post.example.org/ferry"))
    saved = page(
        EDITED, head='<link rel="canonical" href="https://post.example.org/ferry">', filename="ferry.html"
    )
    assert capture(saved).source == captured.source


def test_same_report_in_two_outlets_is_two_sources() -> None:
    capture(page(url="https://post.example.org/ferry"))
    captured = capture(page(url="https://kurier.example.net/faehre", site="Kurier"))
    assert captured.is_new_source
    assert counted() == (2, 2, 2)


def test_address_is_added_to_the_text_that_came_without_one() -> None:
    first = capture(typed())
    again = capture(typed(), overrides=Overrides(url="https://post.example.org/ferry"))
    assert (again.source, again.is_new_source, again.is_new_snapshot) == (first.source, False, False)
    assert again.source.url_key == "https://post.example.org/ferry"
    assert again.source.publisher == Publisher.objects.get(domain="example.org")


def test_text_that_came_with_an_address_is_recognised_without_it() -> None:
    first = capture(typed(), overrides=Overrides(url="https://post.example.org/ferry"))
    assert capture(typed()).source == first.source


def test_edited_text_without_address_is_recognised_by_its_title() -> None:
    first = capture(typed())
    second = capture(typed(EDITED))
    assert (second.source, second.is_new_source, second.snapshot.number) == (first.source, False, 2)


@pytest.mark.parametrize(
    "text",
    [
        "Ferry line closes\n\nA wholly different text of the same name, about the harbour of Sundvik and its mayor.\n",
        EDITED.replace("Ferry line closes", "Council closes ferry line"),
    ],
    ids=["same title, nothing in common", "another title"],
)
def test_other_text_without_address_is_another_source(text: str) -> None:
    capture(typed())
    assert capture(typed(text)).is_new_source


def test_same_title_of_another_publisher_or_day_is_another_source() -> None:
    capture(typed(), overrides=Overrides(publisher="Norrhamn Post", published_on=date(2024, 4, 2)))
    other_paper = capture(typed(EDITED), overrides=Overrides(publisher="Kurier"))
    other_day = capture(
        typed(EDITED.replace("52,000", "53,000")),
        overrides=Overrides(publisher="Norrhamn Post", published_on=date(2024, 4, 9)),
    )
    assert (other_paper.is_new_source, other_day.is_new_source) == (True, True)
    assert counted()[0] == 3


# Stored data ---------------------------------------------------------------------------------------


def test_overrides_take_precedence_over_the_page() -> None:
    stated = Overrides(
        title="Norrhamn gives up its ferry",
        byline="Ida Berg",
        publisher="Västkusten",
        published_on=date(2024, 4, 3),
        language="sv",
        url="https://vastkusten.example.net/farja",
        kind="report",
    )
    captured = capture(page(url="https://post.example.org/ferry"), overrides=stated)
    source = Source.objects.get()
    assert (source.title, source.byline, source.published_on, source.language, source.url, source.kind) == (
        "Norrhamn gives up its ferry",
        "Ida Berg",
        date(2024, 4, 3),
        "sv",
        "https://vastkusten.example.net/farja",
        "report",
    )
    assert source.publisher == Publisher.objects.get(name="Västkusten")
    assert (captured.snapshot.title, captured.snapshot.language) == ("Norrhamn gives up its ferry", "sv")


def test_overrides_correct_a_source_that_is_known_without_a_new_snapshot() -> None:
    capture(typed(), overrides=Overrides(published_on=date(2024, 4, 3)))
    again = capture(typed(), overrides=Overrides(published_on=date(2024, 4, 2), byline="Ida Berg"))
    source = Source.objects.get()
    assert (source.published_on, source.byline) == (date(2024, 4, 2), "Ida Berg")
    assert not again.is_new_snapshot


def test_missing_input_never_erases_and_an_editors_words_stay() -> None:
    publisher = Publisher.objects.create(name="Norrhamn Post")
    Source.objects.create(
        title="Ferry closes (edited)",
        url="https://post.example.org/ferry",
        publisher=publisher,
        byline="Ida Berg",
        published_on=date(2024, 4, 3),
        language="sv",
        kind="report",
        notes="Ask Ida.",
    )
    before = Source.objects.values().get()
    bare = Material(
        b"<html><body><p>The ferry stops in May, the council says.</p></body></html>",
        content_type="text/html",
        url="https://post.example.org/ferry",
    )
    capture(bare)
    assert Source.objects.values().get() == before


def test_a_known_source_gets_missing_values() -> None:
    source = Source.objects.create(title="Ferry", url="https://post.example.org/ferry")
    dated = (
        '<meta property="article:published_time" content="2024-04-03T06:00:00Z">'
        '<meta name="author" content="Ida Berg">'
    )
    capture(page(head=dated, url="https://post.example.org/ferry"))
    source.refresh_from_db()
    assert (source.title, source.byline, source.published_on, source.language) == (
        "Ferry",
        "Ida Berg",
        date(2024, 4, 3),
        "en",
    )
    assert source.publisher == Publisher.objects.get(name="Norrhamn Post")


def test_text_without_headline_is_called_by_its_first_words() -> None:
    captured = capture(
        typed("The council of Norrhamn closes the ferry line on 1 May 2024, as it said on Tuesday.")
    )
    assert (
        captured.source.title
        == "The council of Norrhamn closes the ferry line on 1 May 2024, as it said on Tuesday."
    )
    assert captured.snapshot.title == ""


def test_stated_publisher_does_not_get_the_domain_of_the_portal() -> None:
    stated = Overrides(publisher="Nordic News Agency")
    captured = capture(page(url="https://post.example.org/ferry"), overrides=stated)
    assert captured.source.publisher is not None
    assert (captured.source.publisher.name, captured.source.publisher.domain) == ("Nordic News Agency", "")


# All or nothing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\x7fELF\x02\x01" + bytes(200), b"\x89PNG\r\n\x1a\n" + bytes(50)]
)
def test_files_without_text_leave_nothing(content: bytes, archive: Path) -> None:
    before = counted()
    with pytest.raises(ExtractionError):
        capture(Material(content))
    assert counted() == before
    assert not archive.exists()


def test_file_is_stored_before_its_row(monkeypatch: pytest.MonkeyPatch, archive: Path) -> None:
    def fail(**fields: Any) -> None:
        raise RuntimeError(f"{len(files(archive))} file")

    monkeypatch.setattr(Snapshot.objects, "create", fail)
    with pytest.raises(RuntimeError, match="1 file"):
        capture(typed())
    assert counted() == (0, 0, 0)


def test_dry_run_keeps_no_file(archive: Path) -> None:
    with transaction.atomic():
        captured = capture(typed(), dry_run=True)
        transaction.set_rollback(True)
    assert captured.snapshot.content_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert not archive.exists()
    assert counted() == (0, 0, 0)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_stored_whole_or_refused(content: bytes) -> None:
    with transaction.atomic():
        try:
            captured = capture(Material(content), dry_run=True)
        except ExtractionError:
            return
        stored = Snapshot.objects.get(pk=captured.snapshot.pk)
        assert stored.text == captured.document.text
        assert stored.source.title
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "material", [page(url="https://post.example.org/ferry"), typed()], ids=["with address", "without address"]
)
def test_two_captures_at_once_make_one_source_and_one_snapshot(material: Material) -> None:
    results = at_once(*[lambda: capture(material)] * 2)
    assert sorted(result.is_new_source for result in results) == [False, True]
    assert sorted(result.is_new_snapshot for result in results) == [False, True]
    assert len({result.snapshot.pk for result in results}) == 1
    assert counted()[:2] == (1, 1)
