"""More of them, which the reader was not made with: looked at when it was done."""

from html import escape

from benchmarks.articles.furniture import (
    COMMENTS,
    COOKIES,
    FOOTER,
    NAV,
    described,
    document,
    own,
    ps,
    teasers,
)
from benchmarks.articles.layout import layout
from benchmarks.articles.stories import Story


@layout(held_out=True)
def summary_box(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<div class='single-post'><h1>{story.title}</h1><div "
        f"class='article-summary'>{escape(story.lead)}</div><img "
        f"src='a.jpg'><div class='article-content' dir='auto'>{ps(story.body)}</div><div "
        f"class='also-read'><h4>Also read"
        f"</h4><a href='/1'>{escape(other.title)}</a></div></div>{FOOTER}"
    )
    return document(story, body), own(story)


@layout(held_out=True)
def tabloid(story: Story, other: Story) -> tuple[str, list[str]]:
    boxes = [
        f"<div class='promo-box'><a href='/{n}'><img src='t.jpg'>{escape(t[:80])}</a></div>"
        for n, t in enumerate(other.paragraphs)
    ]
    mixed = "".join(
        f"<div class='txt-blk'>{ps([text])}</div>{box}"
        for text, box in zip(story.paragraphs, boxes * 3, strict=False)
    )
    return document(story, f"{NAV}<div id='content'><h1>{story.title}</h1>{mixed}</div>{FOOTER}"), own(story)


@layout(held_out=True)
def press_release(story: Story, other: Story) -> tuple[str, list[str]]:
    contact = "Press contact: Jon Aas, telephone 040 555 0112. The office answers from nine to four on working days."
    body = (
        f"<div class='release'><div class='date'>Granby, 3 May 2024</div><h1>{story.title}</h1>{ps(story.paragraphs)}"
        f"<p>{contact}</p></div>{FOOTER}"
    )
    return document(story, body), [*own(story), contact]


@layout(held_out=True)
def letter_in_tables(story: Story, other: Story) -> tuple[str, list[str]]:
    rows = "".join(f"<tr><td style='padding:8px'>{escape(text)}</td></tr>" for text in story.paragraphs)
    body = f"<table><tr><td><table><tr><td><h1>{story.title}</h1></td></tr>{rows}</table></td></tr></table>"
    return document(story, body), own(story)


@layout(held_out=True, lines=("09:15", "08:50"))
def live_blog_of_articles(story: Story, other: Story) -> tuple[str, list[str]]:
    times = ["09:15", "08:50", "08:20", "07:45", "07:30"]
    entries = "".join(
        f"<article class='timeline-post'><header><time "
        f"datetime='2024-05-03T{clock}:00Z'>{clock}</time><h3>Update {n}</h3>"
        f"</header>{ps([text])}</article>"
        for n, (clock, text) in enumerate(zip(times, story.body, strict=False), 1)
    )
    kept = list(story.body[: len(times)])
    headed = [f"Update {n}" for n in range(1, len(kept) + 1)]
    body = f"{NAV}<main><h1>{story.title}</h1>{ps([story.lead])}{entries}</main>{FOOTER}"
    return document(story, body), [story.lead, *kept, *times[: len(kept)], *headed]


@layout(held_out=True)
def appended_under_a_link(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<section class='article-wrapper'><h1>{story.title}</h1>{ps(story.paragraphs)}</section><section "
        f"class='article-wrapper'><h2><a href='/next'>{other.title}</a></h2>{ps(other.paragraphs)}</section>{FOOTER}"
    )
    return document(story, body), own(story)


@layout(held_out=True)
def sidebar_inside_main(story: Story, other: Story) -> tuple[str, list[str]]:
    items = "".join(f"<li><h4>{escape(text[:50])}</h4>{escape(text)}</li>" for text in other.paragraphs[:5])
    body = (
        f"{NAV}<main class='grid'><div class='col-8'><h1>{story.title}</h1>{ps(story.paragraphs)}</div><div "
        f"class='col-4 "
        f"sidebar'><h3>Most read</h3><ul>{items}</ul></div></main>{FOOTER}"
    )
    return document(story, body), own(story)


@layout(held_out=True)
def microdata(story: Story, other: Story) -> tuple[str, list[str]]:
    spans = "".join(f"<span class='s'>{escape(text)}</span><br><br>" for text in story.body)
    body = (
        f"{NAV}<div itemscope itemtype='https://schema.org/NewsArticle'><h1 itemprop='headline'>{story.title}</h1><p "
        f"itemprop='description'>{escape(story.lead)}</p><div "
        f"itemprop='articleBody'>{spans}</div></div>{COOKIES}{FOOTER}"
    )
    return document(story, body), own(story)


@layout(held_out=True)
def own_elements(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"<app-shell>{NAV}<story-page><story-title>{story.title}</story-title><story-text>{ps(story.paragraphs)}"
        f"</story-text></story-page><story-rail>{teasers(other)}</story-rail></app-shell>"
    )
    return document(story, body), own(story)


@layout(held_out=True)
def body_in_data_is_longer(story: Story, other: Story) -> tuple[str, list[str]]:
    half = len(story.paragraphs) // 2
    head = described(story, articleBody=" ".join(story.paragraphs))
    body = (
        f"{NAV}<article><h1>{story.title}</h1>{ps(story.paragraphs[:half])}<div class='widget'><div "
        f"class='more-text'>"
        f"{ps(story.paragraphs[half:], 'div')}</div></div></article>{teasers(other)}{FOOTER}"
    )
    return document(story, body, head), own(story)


@layout(held_out=True)
def forum(story: Story, other: Story) -> tuple[str, list[str]]:
    replies = "".join(f"<div class='reply'>{text}</div>" for text in COMMENTS)
    body = (
        f"{NAV}<div class='post'><div class='post-title'>{story.title}</div><div "
        f"class='post-body'>{ps(story.paragraphs)}"
        f"</div></div><div class='replies'>{replies}</div>{FOOTER}"
    )
    return document(story, body), own(story)
