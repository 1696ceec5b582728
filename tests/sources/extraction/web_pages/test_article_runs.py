"""What of a page is the article's, where trafilatura alone takes too little or too much."""

import json
from typing import Any

import pytest

from sources.extraction import Document
from sources.extraction.extract import extract
from tests.helpers.sweeps import sweep

TITLE = "Harbour of Linden closed for nine days"
LEAD = "For nine days no ship could enter the harbour of Linden, and nobody knows who pays for that."
STORY = [
    "The harbour was closed on a Monday in March, its operator said in a statement that had two lines.",
    "Trade through the port fell by a fifth in that month, according to figures of the ministry.",
    "Fishing crews were paid 1.2 million crowns from a relief fund, and a second payment is due.",
    "Ada Brook, who has run the port since 2011, expects to make up for most of it by the summer.",
]
OTHER = [
    "The museum of Granby opens a new wing with forty paintings, two of which were thought to be lost.",
    "It was built in three years for nine million crowns, half of which came from a private purse.",
    "Visitors pay eight crowns, and nothing on the first Sunday of each month, its director said.",
]


def ps(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def read(body: str, **article: Any) -> Document:
    data = json.dumps({"@type": "NewsArticle", "headline": TITLE} | article)
    page = (
        f"<!doctype html><html lang=en><head><title>{TITLE}</title><script "
        f"type='application/ld+json'>{data}</script></head>"
        f"<body>{body}</body></html>"
    )
    return extract(page.encode(), content_type="text/html", url="https://gazette.example/harbour")


def paragraphs(body: str, **article: Any) -> list[str]:
    """The paragraphs that were read; the headline may be among them or not."""
    return [text for text in read(body, **article).text.split("\n\n") if text != TITLE]


@sweep(
    "lead",
    [
        "<p class=standfirst>{}</p>",
        "<h2 class=subtitle>{}</h2>",
        "<div class='article__teaser-text'>{}</div>",
        "<header><p class=lead>{}</p></header>",
        "<p itemprop=description>{}</p>",
        "<header><p>{}</p></header>",
    ],
)
def test_the_lead_is_read(lead: str) -> None:
    body = f"<article><h1>{TITLE}</h1>{lead.format(LEAD)}<div class=body>{ps(STORY)}</div></article>"
    assert paragraphs(body) == [LEAD, *STORY]


def test_a_byline_above_the_text_is_no_lead() -> None:
    body = f"<article><h1>{TITLE}</h1><p class=meta>By Ada Brook, 3 May 2024</p>{ps(STORY)}</article>"
    assert [text for text in paragraphs(body) if "By Ada" not in text] == STORY


@pytest.mark.parametrize(
    "between",
    ["<div class=ad>Advertisement</div>", "<aside><a href=/x>Another story about ports</a></aside>", "<hr>"],
)
def test_containers_beside_each_other(between: str) -> None:
    parts = [f"<div class=part>{ps(STORY[:2])}</div>", f"<div class=part>{ps(STORY[2:])}</div>"]
    body = f"<div><h1>{TITLE}</h1>{between.join(parts)}</div>"
    assert paragraphs(body) == STORY


class TestAppended:
    @pytest.mark.parametrize(
        "appended",
        [
            "<article><h1>Museum opens</h1>{}</article>",
            "<div class=story><h1>Museum opens</h1>{}</div>",
            "<article class=main><h2><a href=/museum>Museum opens</a></h2>{}</article>",
        ],
    )
    def test_the_next_story_is_not_read(self, appended: str) -> None:
        own = f"<article class=main><h1>{TITLE}</h1>{ps(STORY)}</article>"
        assert paragraphs(f"<main>{own}{appended.format(ps(OTHER))}</main>") == STORY

    def test_text_after_the_described_body_is_not_read(self) -> None:
        body = f"<article><h1>{TITLE}</h1>{ps(STORY)}<div>{ps(OTHER[:1])}</div></article>"
        assert paragraphs(body, articleBody=" ".join(STORY)) == STORY

    def test_a_second_headline_inside_the_article_ends_nothing(self) -> None:
        body = f"<article><h1>{TITLE}</h1>{ps(STORY[:2])}<h1>What comes next</h1>{ps(STORY[2:])}</article>"
        assert [text for text in paragraphs(body) if text != "What comes next"] == STORY


class TestTeasers:
    @sweep(
        "teaser",
        [
            "<p><strong>Read also: <a href=/x>Museum of Granby opens a new wing</a></strong></p>",
            "<p>Lesen Sie auch: <a href=/x>Museum eröffnet einen neuen Flügel mit Bildern</a></p>",
            "<p>Читайте также: <a href=/x>Музей открывает новое крыло в Гранби</a></p>",
            "<p>اقرأ أيضا: <a href=/x>متحف يفتتح جناحا جديدا في المدينة</a></p>",
            "<p><a href=/x>Museum of Granby opens a new wing with paintings</a></p>",
            (
                "<ul><li><a href=/x>Museum of Granby opens a new wing</a></li><li><a href=/y>Two paintings were "
                "found again</a></li></ul>"
            ),
            (
                "<div class=related-inline><h3>More</h3><p>The museum of Granby opens a wing. <a href=/x>Go "
                "on</a></p></div>"
            ),
        ],
    )
    def test_between_paragraphs_are_not_read(self, teaser: str) -> None:
        body = f"<article><h1>{TITLE}</h1>{ps(STORY[:2])}{teaser}{ps(STORY[2:])}</article>"
        assert paragraphs(body) == STORY

    def test_a_sentence_with_a_link_is_no_teaser(self) -> None:
        sentence = (
            "<p><a href=/x>The ministry has published all of its figures about the port on one page.</a></p>"
        )
        assert len(paragraphs(f"<article><h1>{TITLE}</h1>{ps(STORY)}{sentence}</article>")) == 5

    def test_longer_than_a_short_article(self) -> None:
        cards = "".join(
            f"<div class=card><a href=/x><h3>{text[:40]}</h3></a><p>{text}</p></div>" for text in OTHER * 2
        )
        own = f"<div class=article><h1>{TITLE}</h1>{ps(STORY[:2])}</div>"
        body = f"<div>{own}<section class=related>{cards}</section></div>"
        assert paragraphs(body) == STORY[:2]


@sweep("name", ["newsletter-signup", "comments", "author-bio", "cookie-notice", "paywall"])
def test_elements_separate_by_name_are_not_read(name: str) -> None:
    apart = f"<div class={name}><p>{OTHER[0]}</p></div>"
    assert paragraphs(f"<article><h1>{TITLE}</h1>{ps(STORY)}{apart}</article>") == STORY


def test_a_name_on_the_whole_page_says_nothing() -> None:
    own = f"<article class='post tag-newsletter'><h1>{TITLE}</h1>{ps(STORY)}</article>"
    body = f"<div class='page comments-open has-sidebar'>{own}</div>"
    assert paragraphs(body) == STORY


class TestDescribedBody:
    def test_is_not_read_twice_if_the_page_has_it_in_one_piece_too(self) -> None:
        body = f"<article><h1>{TITLE}</h1>{ps(STORY)}</article><div class=speech>{' '.join(STORY)}</div>"
        assert paragraphs(body, articleBody=" ".join(STORY)) == STORY

    def test_has_no_captions_or_boxes_between_its_paragraphs(self) -> None:
        box = f"<div><p>{OTHER[0]}</p></div>"
        body = (
            f"<article><h1>{TITLE}</h1><p class=lead>{LEAD}</p>{ps(STORY[:3])}{box}{ps(STORY[3:])}</article>"
        )
        assert paragraphs(body, articleBody=" ".join(STORY)) == [LEAD, *STORY]

    def test_is_the_text_if_the_page_shows_little_of_it(self) -> None:
        document = read(
            f"<article><h1>{TITLE}</h1>{ps(STORY[:1])}</article>", articleBody="\n\n".join(STORY * 2)
        )
        assert (document.text, document.extractor) == ("\n\n".join(STORY * 2), "schema.org articleBody")
        assert [caveat.code for caveat in document.caveats] == ["text_from_data"]

    def test_of_another_text_changes_nothing(self) -> None:
        assert (
            paragraphs(f"<article><h1>{TITLE}</h1>{ps(STORY)}</article>", articleBody=" ".join(OTHER * 3))
            == STORY
        )


class TestNothingIsLost:
    """Pages with a part that only looks like something else."""

    @sweep(
        "body",
        [
            # Several headings of the first order, in a container apart from the headline.
            "<div><h1>{t}</h1><p class=lead>{lead}</p></div><div>{a}<h1>What comes next</h1>{b}</div>",
            "<div><h1>{t}</h1></div><div>{a}<h2><a href='#next'>What comes next</a></h2>{b}</div>",
            "<article><h1>{t}</h1>{a}<h2><a href='/topic'>What comes next</a></h2>{b}</article>",
            "<div class=card><div class=card-body><h1>{t}</h1>{a}{b}</div></div>",
            "<main><h1>{t}</h1><div class=social-impact>{a}</div><div class=text>{b}</div></main>",
        ],
    )
    def test_headings_and_names(self, body: str) -> None:
        page = body.format(t=TITLE, lead=LEAD, a=ps(STORY[:2]), b=ps(STORY[2:]))
        assert [text for text in paragraphs(page) if text not in (LEAD, "What comes next")] == STORY

    def test_paragraphs_with_links_in_cards(self) -> None:
        linked = [
            text.replace("harbour", "<a href=/h>harbour</a>").replace("port", "<a href=/p>port</a>")
            for text in STORY
        ]
        body = "".join(f"<p class=card-text>{text}</p>" for text in linked)
        assert paragraphs(f"<article><h1>{TITLE}</h1>{body}</article>") == STORY

    def test_a_description_of_the_beginning(self) -> None:
        body = f"<article><h1>{TITLE}</h1>{ps(STORY * 3)}</article>"
        beginning = " ".join(STORY)
        assert len(paragraphs(body, articleBody=beginning)) == 12
        assert len(paragraphs(body, articleBody=beginning[:-20] + "…")) == 12

    def test_a_text_apart_from_its_headline_and_its_summary(self) -> None:
        summary = ps(
            [LEAD, "The ministry has not answered the questions that this paper sent to it on Monday."]
        )
        cards = f"<div class=card><h3><a href=/x>Museum</a></h3>{ps(STORY)}</div>"
        text = read(f"<header><h1>{TITLE}</h1>{summary}</header><div class=teasers>{cards}</div>").text
        assert [paragraph in text for paragraph in STORY] == [True] * len(STORY)

    def test_text_outside_of_it_is_not_taken_in(self) -> None:
        outside = "".join(f"<div><b>{text[:30]}</b><br>{text}</div>" for text in OTHER)
        body = f"<main><h1>{TITLE}</h1>{ps(STORY + OTHER[:1])}</main><div class=info>{outside}</div>"
        assert paragraphs(body) == STORY + OTHER[:1]
