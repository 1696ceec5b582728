"""Pages that editors write about the newsroom: their index, languages and versions."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import NewsroomPage
from tests.helpers.reader_pages import page, words

pytestmark = pytest.mark.django_db


def write(kind: str = "organisation", language: str = "en", **fields: Any) -> NewsroomPage:
    return NewsroomPage.objects.create(
        **{"kind": kind, "language": language, "title": "Us", "text": "We are four people."} | fields
    )


def test_the_index_lists_written_pages_and_links_to_the_others(client: Client) -> None:
    empty = page(client, "/about/")
    assert words(empty.cssselect(".empty")[0]) == "Nothing has been written here yet."
    write(
        kind="funding", title="Nobody pays", text="## Money\n\nAn [invented](https://example.org) <b>one</b>."
    )
    write()
    shown = page(client, "/about/")
    assert [words(one) for one in shown.cssselect(".card")] == [
        "Who we are Us We are four people.",
        "Funding Nobody pays An invented <b>one</b>.",
    ]
    assert [one.get("href") for one in shown.cssselect(".links a")] == [
        "/methodology/",
        "/standards/",
        "/corrections/",
    ]


@pytest.mark.parametrize(
    "written, wanted, shown",
    [
        (["en", "de"], "de", "de"),
        (["en", "de"], "ko", "en"),
        (["de"], "en", "de"),
        (["de-AT", "en"], "de", "de-AT"),
    ],
)
def test_language_is_the_readers_or_the_next_best(
    client: Client, written: list[str], wanted: str, shown: str
) -> None:
    for language in written:
        write(language=language, title=f"Us in {language}")
    document = page(client, "/about/organisation/", **{"Accept-Language": wanted})
    assert document.cssselect("h1")[0].get("lang") == shown
    assert words(document.cssselect("h1")[0]) == f"Us in {shown}"
    listed = page(client, "/about/", **{"Accept-Language": wanted})
    assert words(listed.cssselect(".card h2")[0]) == f"Us in {shown}"


def test_a_reader_may_choose_another_language(client: Client) -> None:
    write()
    write(language="de", title="Wir")
    document = page(client, "/about/organisation/")
    (other,) = document.cssselect("main a[hreflang]")
    assert (words(other), other.get("href")) == ("German", "/about/organisation/?language=de")
    assert words(page(client, f"{other.get('href')}").cssselect("h1")[0]) == "Wir"
    assert words(page(client, "/about/organisation/?language=xx").cssselect("h1")[0]) == "Us"


def test_a_new_version_is_there_at_once_and_the_old_one_stays(client: Client) -> None:
    write()
    before = client.get("/about/")
    write(version=2, title="Us, again", note="We are five now.")
    assert "Us, again" in client.get("/about/", headers={"If-None-Match": before["ETag"]}).content.decode()
    assert words(page(client, "/about/organisation/").cssselect("h1")[0]) == "Us, again"
    old = page(client, "/about/organisation/1/")
    assert "no longer current" in words(old.cssselect(".notice")[0])
    assert client.get("/about/organisation/3/").status_code == 404


@pytest.mark.parametrize("path", ["/about/nothing/", "/about/team/", "/about/organisation/9/"])
def test_missing_pages_return_404(client: Client, path: str) -> None:
    write()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_index_costs_one_query(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for kind in NewsroomPage.Kind.values[:count]:
        write(kind=kind)
    with django_assert_num_queries(1):
        document = page(client, "/about/")
    assert len(document.cssselect(".card")) == count


def test_every_page_leads_there(client: Client) -> None:
    document = page(client, "/methodology/")
    assert [words(one) for one in document.cssselect("header nav a")] == [
        "Claims",
        "Topics",
        "Claimants",
        "Publishers",
        "Rumours",
        "Check a text",
        "About us",
    ]
    assert document.cssselect(".brand")[0].get("href") == "/"
    assert "/about/" in [one.get("href") for one in document.cssselect("footer a")]
