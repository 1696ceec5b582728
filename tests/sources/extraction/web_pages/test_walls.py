"""Pages in front of an article are refused by their names; articles about such pages are not."""

import pytest

from sources.extraction import ExtractionError
from sources.extraction.extract import extract
from tests.helpers.sweeps import sweep
from tests.helpers.walls import WALLS


@sweep(("code", "markup"), [wall[1:] for wall in WALLS])
def test_a_wall_is_called_by_its_name(code: str, markup: str) -> None:
    with pytest.raises(ExtractionError) as refused:
        extract(markup.encode(), content_type="text/html")
    assert refused.value.reason_code == code
    assert refused.value.sentence.endswith("paste it, or save the page and import the file.")


ABOUT = {
    "cookies": (
        "The data protection authority has fined a publisher 2 million crowns for its cookie banner. Visitors "
        "were asked to "
        "accept all cookies, and could refuse consent only after five clicks. The publisher and its 214 partners "
        "say that "
        "advertising pays for the articles. It will appeal, a spokesman said on Tuesday."
    ),
    "payment": (
        "The Linden Gazette will ask its readers to subscribe from July. Ten articles a month stay free, then "
        "readers have to "
        "log in or pay 4 crowns a week. The paper has lost a third of its income from advertising since 2019, "
        "its editor Ada "
        "Brook told the staff."
    ),
    "scripts": (
        "JavaScript is thirty years old this week. The language was written in ten days in May 1995, and runs on "
        "nearly every "
        "web page today. Its author left the company in 1998."
    ),
    "robots": (
        "A captcha asks people to show that they are no robot. In a test of 1,400 of them, machines were right "
        "in 96 of 100 "
        "cases, and people in 71. Unusual traffic is mostly told by other means today."
    ),
}


@sweep("words", ABOUT.values())
@sweep("times", [1, 4])
def test_an_article_about_walls_is_not_a_wall(words: str, times: int) -> None:
    body = "".join(f"<p>{sentence}</p>" for sentence in words.split(". ") * times)
    banner = "<div class=cookie-banner><p>We use cookies.</p><button>Accept all</button></div>"
    article = f"<article><h1>News</h1>{body}</article>"
    page = f"<html lang=en><head><title>News</title></head><body>{banner}{article}</body></html>"
    read = extract(page.encode(), content_type="text/html").text
    assert [sentence in read for sentence in words.split(". ")] == [True] * len(words.split(". "))


def test_a_form_to_log_in_on_every_page_is_no_wall() -> None:
    form = "<form class=login><input type=password><button>Log in</button></form><a href=/s>Subscribe</a>"
    article = (
        "<article><h1>Ferries</h1><p>The ferries to the islands sail again from Monday on.</p></article>"
    )
    page = f"<html><body>{form}{article}</body></html>"
    assert "sail again" in extract(page.encode(), content_type="text/html").text


def test_a_choice_between_advertising_and_a_subscription_is_a_wall_though_it_is_long() -> None:
    sentence = (
        "Gemeinsam mit unseren 190 Partnern verarbeiten wir personenbezogene Daten für Werbung und Messung. "
        "Ihre Einwilligung in das Tracking können Sie im Bereich Datenschutz jederzeit widerrufen. "
    )
    wall = f"<h1>Mit Werbung weiterlesen</h1><p>{sentence * 7}</p><p>Oder werbefrei lesen im Pur-Abo.</p>"
    page = f"<html lang=de><head><title>Der Hafenbote</title></head><body><main>{wall}</main></body></html>"
    with pytest.raises(ExtractionError) as refused:
        extract(page.encode(), content_type="text/html")
    assert refused.value.reason_code == "consent_wall"


def test_an_article_about_such_a_choice_is_not_a_wall() -> None:
    told = (
        "<p>„Mit Werbung weiterlesen“ steht seit Juli auf den Seiten des Hafenboten. Der Verlag hat damit "
        "400 neue Kunden gewonnen. Das Gericht in Linden hält das für zulässig, der Verein der Leser nicht.</p>"
        "<p>Im nächsten Jahr entscheidet die zweite Instanz. Bis dahin bleibt alles, wie es ist.</p>"
    )
    page = f"<html lang=de><head><title>Abo</title></head><body><article><h1>Abo</h1>{told}</article></body></html>"
    assert "zweite Instanz" in extract(page.encode(), content_type="text/html").text
