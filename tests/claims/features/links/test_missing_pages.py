"""Which pages say that they are not there, and which only speak of such pages."""

import pytest

from claims.features.links.missing_pages import is_missing_page, is_redirected_to_front
from tests.helpers.sweeps import sweep

PAGE = "https://post.example/2024/ferries"


def says(title: str, h1: str = "", known: str = "", final_url: str = PAGE) -> bool:
    content = f"<html><head><title>{title}</title></head><body><h1 class=x>{h1}</h1><p>…</p></body>".encode()
    return is_missing_page(PAGE, final_url, content, "utf-8", known)


@sweep(
    "title",
    [
        "404",
        "404 Not Found",
        "Error 404",
        "Page not found | Brunnholm Post",
        "Brunnholm Post — Page Not Found!",
        "Seite nicht gefunden – Brunnholm Post",
        "Página no encontrada",
        "Страница не найдена",
        "ページが見つかりません",
        "页面不存在",
        "Oops! That page can&#8217;t be found.",
        "Sayfa bulunamadı | Gazete",
    ],
)
def test_a_heading_about_a_missing_page(title: str) -> None:
    assert says(title)
    assert says("Brunnholm Post", h1=f"<span>{title}</span>")


@sweep(
    "title",
    [
        "404 people were counted at the pier of Brunnholm",
        "Why a page was not found guilty",
        "Bus 404 to the harbour",
        "Missing ferry found",
        "Nothing was found in the archive of the council, says the audit",
        "",
    ],
)
def test_a_heading_that_only_sounds_like_it(title: str) -> None:
    assert not says(title)


def test_an_article_about_missing_pages_is_not_missing() -> None:
    assert not says("Page not found", known="Page not found: a history of error messages | Page not found")


@pytest.mark.parametrize(
    "final_url", ["https://post.example/404", "https://post.example/error/not-found.html"]
)
def test_a_redirect_to_an_error_page(final_url: str) -> None:
    assert says("Brunnholm Post", final_url=final_url)


@sweep(
    ("asked", "final_url", "expected"),
    [
        (PAGE, "https://post.example/", True),
        (PAGE, "https://post.example", True),
        (PAGE, "https://other.example/en/", True),
        (PAGE, "https://post.example/de-AT/index.html", True),
        (PAGE, "https://post.example/?p=77", False),
        (PAGE, "https://post.example/2024/", False),
        ("https://post.example/", "https://post.example/en/", False),
        ("https://post.example/?p=77", "https://post.example/", True),
    ],
)
def test_leading_to_the_front_page(asked: str, final_url: str, expected: bool) -> None:
    assert is_redirected_to_front(asked, final_url) is expected


def test_a_hostile_page_takes_no_time() -> None:
    content = b"<title" + b" a" * 500_000 + b"<h1>" * 100_000
    assert not is_missing_page(PAGE, PAGE, content, "no-such-charset")
