"""Pages as sites build them around an article, each with the words that are its own: for `benchmarks.articles.extraction`.

The stories are those that the detector is measured on; what stands around them is written here, one function for one way
of building a page. A page is `Page(markup, words)`; a page that holds no article has the code of its refusal instead.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

STORIES = Path(__file__).parents[2] / "tests" / "claims" / "articles" / "detection" / "labelled"


@dataclass(frozen=True, slots=True)
class Story:
    """An article without the furniture that its file has for the detector's sake."""

    language: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def lead(self) -> str:
        return self.paragraphs[0]

    @property
    def body(self) -> tuple[str, ...]:
        return self.paragraphs[1:]


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and what is to be read of it."""

    name: str
    markup: str
    words: str = ""
    refusal: str = ""
    caveat: str = ""
    held_out: bool = False
    lines: tuple[str, ...] = field(default=())
    """Lines that must stand in the text as they are, times of a live blog for one."""


def stories() -> dict[str, Story]:
    found = {}
    for path in sorted(STORIES.glob("*.txt")):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        language = path.name.partition("-")[0]
        least = 25 if language in ("ja", "zh", "ko") else 70
        paragraphs = [line for line in lines[1:] if len(line) >= least and "©" not in line]
        found[path.stem] = Story(language, lines[0], tuple(paragraphs))
    return found


Layout = Callable[[Story, Story], tuple[str, list[str]]]
_LAYOUTS: list[tuple[str, Layout, dict[str, object]]] = []


def layout(**labels: object) -> Callable[[Layout], Layout]:
    """A way of building a page: (story, another story) → markup, and the paragraphs that are the article's."""

    def registered(function: Layout) -> Layout:
        _LAYOUTS.append((function.__name__, function, labels))
        return function

    return registered


def pages() -> Iterator[Page]:
    """All of them, each way of building with two stories."""
    known = stories()
    long = [story for story in known.values() if len(story.paragraphs) >= 6]
    for number, (name, build, labels) in enumerate(_LAYOUTS):
        for turn in (0, 5):
            story = long[(number + turn) % len(long)]
            other = long[(number + turn + 3) % len(long)]
            markup, words = build(story, other)
            yield Page(f"{name}/{story.language}", markup, " ".join(words), **labels)  # type: ignore[arg-type]
    for name, refusal, markup in WALLS:
        yield Page(name, markup, refusal=refusal)


# What stands around an article ------------------------------------------------------------------------------


def document(story: Story, body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="{story.language}"><head><meta charset="utf-8"><title>{escape(story.title)} - The '
        f'Tidings</title><meta property="og:title" content="{escape(story.title)}">{head}</head><body>{body}</body></html>'
    )


def described(story: Story, kind: str = "NewsArticle", **values: object) -> str:
    node = {"@context": "https://schema.org", "@type": kind, "headline": story.title} | values
    return f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'


def ps(paragraphs: tuple[str, ...] | list[str], tag: str = "p", attributes: str = "") -> str:
    return "\n".join(
        f"<{tag} {attributes}>{escape(text)}</{tag.split(maxsplit=1)[0]}>" for text in paragraphs
    )


NAV = (
    "<header class='site-header'><a href='/' class='logo'>The Tidings</a><nav><ul><li><a href='/news'>News</a></li><li><a "
    "href='/sport'>Sport</a></li><li><a href='/weather'>Weather</a></li><li><a href='/culture'>Culture</a></li></ul></nav>"
    "</header>"
)
FOOTER = (
    "<footer class='site-footer'><p>The Tidings is published by Tidings Media Group, Quay Street 4. All rights reserved. "
    "No part of this site may be copied without permission.</p><ul><li><a href='/imprint'>Imprint</a></li><li><a "
    "href='/privacy'>Privacy</a></li></ul></footer>"
)
COOKIES = (
    "<div id='onetrust-consent-sdk'><div class='cookie-banner' role='dialog'><h2>We value your privacy</h2><p>We and our "
    "214 partners store and access information on your device, such as cookies, to show personalised advertising and to "
    "measure content. You can change your choices at any time in our privacy policy.</p><button>Accept all</button>"
    "<button>Manage settings</button></div></div>"
)
NEWSLETTER = (
    "<div class='newsletter-signup'><h3>The morning in your inbox</h3><p>Every day at six our editors write down what has "
    "happened overnight and what to expect of the day. Sign up and never miss a story again.</p><form><input type='email'>"
    "<button>Sign up</button></form></div>"
)
SHARE = (
    "<div class='share-tools'><a href='#'>Facebook</a> <a href='#'>Mail</a> <a href='#'>Copy link</a></div>"
)
COMMENTS = [
    "I have lived here for thirty years and nothing of this surprises me. They promise and promise, and in the end it is "
    "always the same people who pay for it.",
    "Does anybody at the paper ever check these figures? My cousin works there and tells me quite another story about it.",
    "Finally some good reporting. I would like to know, however, why nobody asked the former director what she thinks.",
    "Typical. When we complained about the same thing in our street, not one of them came to have a look at it.",
]


def teasers(other: Story) -> str:
    cards = "".join(
        f"<div class='card teaser'><a href='/a{number}'><h3>{escape(text[:60])}</h3></a><p>{escape(text)}</p></div>"
        for number, text in enumerate(other.paragraphs[:4])
    )
    return f"<section class='related-stories'><h2>More on this</h2>{cards}</section>"


def comments(times: int = 1) -> str:
    said = "".join(
        f"<li class='comment'><b>Reader {n}</b><p>{text}</p></li>" for n, text in enumerate(COMMENTS * times)
    )
    return f"<section id='comments'><h2>Comments</h2><ol class='comment-list'>{said}</ol></section>"


def own(story: Story) -> list[str]:
    return list(story.paragraphs)


# Ways of building a page ------------------------------------------------------------------------------------


@layout()
def plain(story: Story, other: Story) -> tuple[str, list[str]]:
    return document(story, f"<article><h1>{story.title}</h1>{ps(story.paragraphs)}</article>"), own(story)


@layout()
def news_site(story: Story, other: Story) -> tuple[str, list[str]]:
    head = described(
        story, articleBody=" ".join(story.paragraphs), wordCount=len(" ".join(story.paragraphs).split())
    )
    body = (
        f"{COOKIES}{NAV}<main><article><h1>{story.title}</h1><p class='standfirst'>{escape(story.lead)}</p>{SHARE}"
        f"<div class='article-body'>{ps(story.body[:3])}<div class='inline-related'><a href='/x'>{escape(other.title)}</a>"
        f"</div>{ps(story.body[3:])}</div></article><aside>{teasers(other)}</aside></main>{NEWSLETTER}{FOOTER}"
    )
    return document(story, body, head), own(story)


@layout()
def lead_in_header(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<article><header class='article__header'><h1>{story.title}</h1><p class='article__lead'>{escape(story.lead)}"
        f"</p><div class='meta'><span class='byline'>By Ida Holm</span></div></header><div class='article__content'>"
        f"{ps(story.body)}</div></article>{teasers(other)}{FOOTER}"
    )
    return document(story, body), own(story)


@layout()
def lead_as_heading(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<main><h1>{story.title}</h1><h2 class='subtitle'>{escape(story.lead)}</h2><div class='text'>{ps(story.body)}"
        f"</div></main>{FOOTER}"
    )
    return document(story, body), own(story)


@layout()
def blog(story: Story, other: Story) -> tuple[str, list[str]]:
    widgets = "".join(
        f"<li><a href='/{n}'>{escape(text[:70])}</a></li>" for n, text in enumerate(other.paragraphs)
    )
    body = (
        f"<div id='page'>{NAV}<div id='primary'><article class='post hentry'><h1 class='entry-title'>{story.title}</h1><div "
        f"class='entry-content'>{ps(story.paragraphs)}<div class='sharedaddy'><h3>Share this:</h3><ul><li><a href='#'>Mail"
        f"</a></li></ul></div></div><footer class='entry-footer'>Posted in <a href='/c'>City</a></footer></article>"
        f"{comments()}</div><div id='secondary' class='widget-area'><h2>Recent posts</h2><ul>{widgets}</ul></div></div>"
    )
    return document(story, body), own(story)


@layout()
def paragraphs_are_divs(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<div class='story'><div class='headline'>{story.title}</div><div class='story-text'>"
        f"{ps(story.paragraphs, 'div', 'class=para')}</div></div><div class='rail'>{teasers(other)}</div>{FOOTER}"
    )
    return document(story, body), own(story)


@layout()
def line_breaks(story: Story, other: Story) -> tuple[str, list[str]]:
    text = "<br><br>".join(map(escape, story.paragraphs))
    body = (
        f"<table width='100%'><tr><td width='150'><a href='/'>Home</a><br><a href='/a'>Archive</a><br><a href='/k'>Contact"
        f"</a></td><td><font size='5'><b>{story.title}</b></font><br><br><font face='Arial'>{text}</font></td></tr></table>"
    )
    return document(story, body), own(story)


@layout()
def two_containers(story: Story, other: Story) -> tuple[str, list[str]]:
    half = len(story.paragraphs) // 2
    body = (
        f"{NAV}<div class='layout'><h1>{story.title}</h1><div class='body-part'>{ps(story.paragraphs[:half])}</div><div "
        f"class='ad-slot'>Advertisement</div><div class='body-part'>{ps(story.paragraphs[half:])}</div></div>"
        f"{teasers(other)}{FOOTER}"
    )
    return document(story, body), own(story)


@layout()
def many_containers(story: Story, other: Story) -> tuple[str, list[str]]:
    parts = "".join(f"<div data-component='text-block'>{ps([text])}</div>" for text in story.paragraphs)
    body = (
        f"{NAV}<main id='main-content'><article><h1>{story.title}</h1>{parts}<div data-component='links-block'>"
        f"{teasers(other)}</div></article></main>{FOOTER}"
    )
    return document(story, body), own(story)


@layout()
def chapters(story: Story, other: Story) -> tuple[str, list[str]]:
    third = max(1, len(story.body) // 3)
    parts = [story.body[:third], story.body[third : 2 * third], story.body[2 * third :]]
    sections = "".join(
        f"<section><h2>Part {number}</h2>{ps(part)}</section>" for number, part in enumerate(parts, 1)
    )
    body = (
        f"{NAV}<article><h1>{story.title}</h1><p class='intro'>{escape(story.lead)}</p>{sections}<aside class='pullquote'>"
        f"{escape(story.body[1])}</aside></article>{FOOTER}"
    )
    return document(story, body), [*own(story), "Part 1 Part 2 Part 3"]


@layout()
def next_article_below(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<main><article><h1>{story.title}</h1>{ps(story.paragraphs)}</article><article><h1>{other.title}</h1>"
        f"{ps(other.paragraphs)}</article></main>{FOOTER}"
    )
    return document(story, body, described(story)), own(story)


@layout()
def next_story_without_a_name(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<div class='content'><div class='story-wrap'><h1>{story.title}</h1><div class='txt'>{ps(story.paragraphs)}"
        f"</div></div><div class='story-wrap'><h1>{other.title}</h1><div class='txt'>{ps(other.paragraphs)}</div></div></div>"
    )
    return document(story, body), own(story)


@layout()
def teasers_between_paragraphs(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<article><h1>{story.title}</h1>{ps(story.paragraphs[:2])}<p><strong>Read also: <a href='/x'>"
        f"{escape(other.title)}</a></strong></p>{ps(story.paragraphs[2:4])}<div class='promo'><a href='/y'>"
        f"{escape(other.paragraphs[1][:90])}</a></div>{ps(story.paragraphs[4:])}<ul class='more-links'><li><a href='/z'>"
        f"{escape(other.paragraphs[2][:80])}</a></li><li><a href='/w'>{escape(other.paragraphs[3][:80])}</a></li></ul>"
        f"</article>{FOOTER}"
    )
    return document(story, body), own(story)


@layout(lines=("14:32", "14:05", "13:40"))
def live_blog(story: Story, other: Story) -> tuple[str, list[str]]:
    times = ["14:32", "14:05", "13:40", "13:10", "12:55", "12:30"]
    entries = "".join(
        f"<div class='live-entry'><div class='stamp'><time datetime='2024-05-03T{clock}:00+01:00'>{clock}</time></div>"
        f"<div class='entry-text'>{ps([text])}</div></div>"
        for clock, text in zip(times, story.body, strict=False)
    )
    body = f"{NAV}<main><h1>{story.title}</h1><p>{escape(story.lead)}</p><div class='live'>{entries}</div></main>{FOOTER}"
    kept = list(story.body[: len(times)])
    return document(story, body, described(story, "LiveBlogPosting")), [
        story.lead,
        *kept,
        *times[: len(kept)],
    ]


@layout()
def cookies_first(story: Story, other: Story) -> tuple[str, list[str]]:
    vendors = "".join(
        f"<li>{name} Ads Ltd. uses cookies for 365 days to create profiles.</li>" for name in "ABCDEFGHIJ"
    )
    body = (
        f"<div class='cmp-container'>{COOKIES}<ul class='vendors'>{vendors}</ul></div>{NAV}<article><h1>{story.title}</h1>"
        f"{ps(story.paragraphs)}</article>{FOOTER}"
    )
    return document(story, body), own(story)


@layout()
def list_article(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<article><h1>{story.title}</h1>{ps([story.lead])}<ol>{ps(story.body, 'li')}</ol></article>"
        f"{teasers(other)}{FOOTER}"
    )
    return document(story, body), own(story)


@layout()
def interview(story: Story, other: Story) -> tuple[str, list[str]]:
    asked = "".join(
        f"<p><strong>{escape(text)}</strong></p>" if number % 2 else f"<p>{escape(text)}</p>"
        for number, text in enumerate(story.body)
    )
    body = f"{NAV}<article><h1>{story.title}</h1>{ps([story.lead])}{asked}</article>{FOOTER}"
    return document(story, body), own(story)


@layout()
def furniture_inside(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<article><h1>{story.title}</h1>{ps(story.paragraphs)}{NEWSLETTER}<div class='author-bio'><p>Ida Holm has "
        f"written about the region since 2009. She was born on the islands and studied history in Granby.</p></div><div "
        f"class='tags'><a href='/t'>Council</a> <a href='/u'>Money</a></div>{comments()}</article>{FOOTER}"
    )
    return document(story, body), own(story)


@layout()
def more_comments_than_text(story: Story, other: Story) -> tuple[str, list[str]]:
    short = list(story.paragraphs[:4])
    body = f"{NAV}<main><h1>{story.title}</h1><div class='body'>{ps(short)}</div>{comments(5)}</main>{FOOTER}"
    return document(story, body), short


@layout()
def short_with_excerpts(story: Story, other: Story) -> tuple[str, list[str]]:
    short = list(story.paragraphs[:2])
    body = f"{NAV}<div class='wrap'><div class='article'><h1>{story.title}</h1>{ps(short)}</div>{teasers(other)}</div>{FOOTER}"
    return document(story, body), short


@layout()
def text_in_data_only(story: Story, other: Story) -> tuple[str, list[str]]:
    head = described(story, articleBody="\n\n".join(story.paragraphs))
    body = "<div id='root'></div><noscript>You need to enable JavaScript to read this page.</noscript><script>a()</script>"
    return document(story, body, head), own(story)


@layout(caveat="partly_read")
def behind_a_gate(story: Story, other: Story) -> tuple[str, list[str]]:
    head = described(story, isAccessibleForFree=False, wordCount=900)
    body = (
        f"{NAV}<article><h1>{story.title}</h1>{ps(story.paragraphs[:3])}<div class='paywall'><h2>Read on with Tidings Plus"
        f"</h2><p>Subscribe now and read all articles for 2.99 a week. Already a subscriber? Log in.</p></div></article>"
        f"{FOOTER}"
    )
    return document(story, body, head), list(story.paragraphs[:3])


@layout()
def captions(story: Story, other: Story) -> tuple[str, list[str]]:
    caption = "The building in 1987, shortly before its roof was made new. Photo: Jon Aas"
    body = (
        f"{NAV}<article><h1>{story.title}</h1>{ps(story.paragraphs[:3])}<figure><img src='a.jpg'><figcaption>{caption}"
        f"</figcaption></figure>{ps(story.paragraphs[3:])}</article>{FOOTER}"
    )
    return document(story, body), [*own(story), caption]


@layout()
def figures_in_a_table(story: Story, other: Story) -> tuple[str, list[str]]:
    rows = "".join(f"<tr><td>{year}</td><td>{year - 1800} ships</td></tr>" for year in range(2016, 2022))
    body = (
        f"{NAV}<article><h1>{story.title}</h1>{ps(story.paragraphs)}<table>{rows}</table></article>{FOOTER}"
    )
    return document(story, body), [
        *own(story),
        *(f"{year} {year - 1800} ships" for year in range(2016, 2022)),
    ]


# Held out: not looked at while the reader was made ----------------------------------------------------------


@layout(held_out=True)
def summary_box(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<div class='single-post'><h1>{story.title}</h1><div class='article-summary'>{escape(story.lead)}</div><img "
        f"src='a.jpg'><div class='article-content' dir='auto'>{ps(story.body)}</div><div class='also-read'><h4>Also read"
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
        f"<article class='timeline-post'><header><time datetime='2024-05-03T{clock}:00Z'>{clock}</time><h3>Update {n}</h3>"
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
        f"{NAV}<main class='grid'><div class='col-8'><h1>{story.title}</h1>{ps(story.paragraphs)}</div><div class='col-4 "
        f"sidebar'><h3>Most read</h3><ul>{items}</ul></div></main>{FOOTER}"
    )
    return document(story, body), own(story)


@layout(held_out=True)
def microdata(story: Story, other: Story) -> tuple[str, list[str]]:
    spans = "".join(f"<span class='s'>{escape(text)}</span><br><br>" for text in story.body)
    body = (
        f"{NAV}<div itemscope itemtype='https://schema.org/NewsArticle'><h1 itemprop='headline'>{story.title}</h1><p "
        f"itemprop='description'>{escape(story.lead)}</p><div itemprop='articleBody'>{spans}</div></div>{COOKIES}{FOOTER}"
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
        f"{NAV}<article><h1>{story.title}</h1>{ps(story.paragraphs[:half])}<div class='widget'><div class='more-text'>"
        f"{ps(story.paragraphs[half:], 'div')}</div></div></article>{teasers(other)}{FOOTER}"
    )
    return document(story, body, head), own(story)


@layout(held_out=True)
def forum(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<div class='post'><div class='post-title'>{story.title}</div><div class='post-body'>{ps(story.paragraphs)}"
        f"</div></div><div class='replies'>{''.join(f'<div class=reply>{text}</div>' for text in COMMENTS)}</div>{FOOTER}"
    )
    return document(story, body), own(story)


# Pages that hold no article ---------------------------------------------------------------------------------

WALLS = [
    (
        "consent, English",
        "consent_wall",
        "<html lang='en'><head><title>Before you continue</title></head><body><h1>Before you continue to The Tidings</h1><p>We "
        "use cookies and data to deliver our services, to measure audiences and to show personalised content and ads. If "
        "you choose to accept, we and our partners will also use cookies for advertising.</p><button>Reject all</button>"
        "<button>Accept all</button></body></html>",
    ),
    (
        "consent, German",
        "consent_wall",
        "<html lang='de'><head><title>Zustimmung</title></head><body><div class='cmp'><h1>Mit Werbung weiterlesen</h1><p>Wir "
        "und unsere Partner verwenden Cookies und ähnliche Technologien, um Werbung zu zeigen. Mit Ihrer Einwilligung "
        "werden personenbezogene Daten verarbeitet. Näheres steht in der Datenschutzerklärung.</p><button>Alle akzeptieren"
        "</button><p>Oder lesen Sie mit dem Pur-Abo ohne Tracking für 3,99 im Monat.</p></div></body></html>",
    ),
    (
        "consent, French",
        "consent_wall",
        "<html lang='fr'><body><div id='didomi-host'><p>Avec votre consentement, nos partenaires et nous utilisons des cookies "
        "pour stocker et consulter des données personnelles comme votre visite sur ce site. Vous pouvez retirer votre "
        "consentement à tout moment dans notre politique de confidentialité.</p><button>Tout accepter</button></div></body>"
        "</html>",
    ),
    (
        "log-in, English",
        "login_wall",
        "<html lang='en'><head><title>Log in</title></head><body><h1>Log in to continue</h1><p>This article is for members. Log "
        "in with your account or create a new one to go on reading The Tidings.</p><form><input type='email'><input "
        "type='password'><button>Log in</button></form><p>Forgot your password? We can send you a new one.</p></body></html>",
    ),
    (
        "pay, Spanish",
        "login_wall",
        '<html lang=\'es\'><head><script type=\'application/ld+json\'>{"@type":"NewsArticle","isAccessibleForFree":false,'
        '"headline":"El puerto"}</script></head><body><h1>El puerto</h1><div class=\'paywall\'><p>Contenido exclusivo para '
        "suscriptores. Suscríbete para seguir leyendo. ¿Ya eres suscriptor? Inicia sesión.</p></div></body></html>",
    ),
    (
        "pay, German",
        "login_wall",
        "<html lang='de'><body><h1>Der Hafen</h1><div class='offer'><p>Jetzt weiterlesen mit Plus. Dieser Artikel ist nur für "
        "Abonnenten. Sie haben schon ein Abo? Hier anmelden. Monatlich kündbar.</p></div></body></html>",
    ),
    (
        "drawn, empty",
        "script_drawn",
        "<!doctype html><html><head><title>The Tidings</title></head><body><noscript>You need to enable JavaScript to run this "
        "app.</noscript><div id='root'></div><script src='/static/main.js'></script></body></html>",
    ),
    (
        "drawn, with a frame",
        "script_drawn",
        "<!doctype html><html><head><title>The Tidings</title></head><body><header><a href='/'>The Tidings</a></header><div "
        "id='__next'><div class='spinner'>Loading…</div></div><footer>Imprint</footer><script>window.__STATE__={\"a\":"
        + "1" * 3000
        + "}</script><script src='a.js'></script></body></html>",
    ),
    (
        "drawn, in words",
        "script_drawn",
        "<html lang='de'><body><div class='app'><p>Bitte aktivieren Sie JavaScript in Ihrem Browser, um diese Seite zu "
        "sehen.</p></div><script src='a.js'></script></body></html>",
    ),
    (
        "robots",
        "robot_check",
        "<html lang='en'><head><title>Just a moment...</title></head><body><h1>tidings.example</h1><p>Checking if the site "
        "connection is secure. Verify you are human by completing the action below. tidings.example needs to review the "
        "security of your connection before proceeding.</p><p>Ray ID: 85c1</p></body></html>",
    ),
    (
        "robots, denied",
        "robot_check",
        "<html lang='en'><head><title>Access denied</title></head><body><h1>Access Denied</h1><p>You don't have permission to "
        "access this page on this server. Our systems have detected unusual traffic from your computer network. Please "
        "solve the CAPTCHA to continue.</p></body></html>",
    ),
]
