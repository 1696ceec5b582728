"""Pages as sites build them."""

from html import escape

from benchmarks.articles.furniture import (
    COOKIES,
    FOOTER,
    NAV,
    NEWSLETTER,
    SHARE,
    comments,
    described,
    document,
    own,
    ps,
    teasers,
)
from benchmarks.articles.layout import layout
from benchmarks.articles.stories import Story


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
        f"<div class='article-body'>{ps(story.body[:3])}<div class='inline-related'><a "
        f"href='/x'>{escape(other.title)}</a>"
        f"</div>{ps(story.body[3:])}</div></article><aside>{teasers(other)}</aside></main>{NEWSLETTER}{FOOTER}"
    )
    return document(story, body, head), own(story)


@layout()
def lead_in_header(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<article><header class='article__header'><h1>{story.title}</h1><p "
        f"class='article__lead'>{escape(story.lead)}"
        f"</p><div class='meta'><span class='byline'>By Ida Holm</span></div></header><div class='article__content'>"
        f"{ps(story.body)}</div></article>{teasers(other)}{FOOTER}"
    )
    return document(story, body), own(story)


@layout()
def lead_as_heading(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<main><h1>{story.title}</h1><h2 class='subtitle'>{escape(story.lead)}</h2><div "
        f"class='text'>{ps(story.body)}"
        f"</div></main>{FOOTER}"
    )
    return document(story, body), own(story)


@layout()
def blog(story: Story, other: Story) -> tuple[str, list[str]]:
    widgets = "".join(
        f"<li><a href='/{n}'>{escape(text[:70])}</a></li>" for n, text in enumerate(other.paragraphs)
    )
    body = (
        f"<div id='page'>{NAV}<div id='primary'><article class='post hentry'><h1 "
        f"class='entry-title'>{story.title}</h1><div "
        f"class='entry-content'>{ps(story.paragraphs)}<div class='sharedaddy'><h3>Share this:</h3><ul><li><a "
        f"href='#'>Mail"
        f"</a></li></ul></div></div><footer class='entry-footer'>Posted in <a href='/c'>City</a></footer></article>"
        f"{comments()}</div><div id='secondary' class='widget-area'><h2>Recent "
        f"posts</h2><ul>{widgets}</ul></div></div>"
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
        f"<table width='100%'><tr><td width='150'><a href='/'>Home</a><br><a href='/a'>Archive</a><br><a "
        f"href='/k'>Contact"
        f"</a></td><td><font size='5'><b>{story.title}</b></font><br><br><font "
        f"face='Arial'>{text}</font></td></tr></table>"
    )
    return document(story, body), own(story)


@layout()
def two_containers(story: Story, other: Story) -> tuple[str, list[str]]:
    half = len(story.paragraphs) // 2
    body = (
        f"{NAV}<div class='layout'><h1>{story.title}</h1><div "
        f"class='body-part'>{ps(story.paragraphs[:half])}</div><div "
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
        f"{NAV}<article><h1>{story.title}</h1><p class='intro'>{escape(story.lead)}</p>{sections}<aside "
        f"class='pullquote'>"
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
        f"{NAV}<div class='content'><div class='story-wrap'><h1>{story.title}</h1><div "
        f"class='txt'>{ps(story.paragraphs)}"
        f"</div></div><div class='story-wrap'><h1>{other.title}</h1><div "
        f"class='txt'>{ps(other.paragraphs)}</div></div></div>"
    )
    return document(story, body), own(story)


@layout()
def teasers_between_paragraphs(story: Story, other: Story) -> tuple[str, list[str]]:
    body = (
        f"{NAV}<article><h1>{story.title}</h1>{ps(story.paragraphs[:2])}<p><strong>Read also: <a href='/x'>"
        f"{escape(other.title)}</a></strong></p>{ps(story.paragraphs[2:4])}<div class='promo'><a href='/y'>"
        f"{escape(other.paragraphs[1][:90])}</a></div>{ps(story.paragraphs[4:])}<ul class='more-links'><li><a "
        f"href='/z'>"
        f"{escape(other.paragraphs[2][:80])}</a></li><li><a "
        f"href='/w'>{escape(other.paragraphs[3][:80])}</a></li></ul>"
        f"</article>{FOOTER}"
    )
    return document(story, body), own(story)


@layout(lines=("14:32", "14:05", "13:40"))
def live_blog(story: Story, other: Story) -> tuple[str, list[str]]:
    times = ["14:32", "14:05", "13:40", "13:10", "12:55", "12:30"]
    entries = "".join(
        f"<div class='live-entry'><div class='stamp'><time "
        f"datetime='2024-05-03T{clock}:00+01:00'>{clock}</time></div>"
        f"<div class='entry-text'>{ps([text])}</div></div>"
        for clock, text in zip(times, story.body, strict=False)
    )
    body = (
        f"{NAV}<main><h1>{story.title}</h1><p>{escape(story.lead)}</p><div class='live'>{entries}</div></main>"
        f"{FOOTER}"
    )
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
        f"<div class='cmp-container'>{COOKIES}<ul "
        f"class='vendors'>{vendors}</ul></div>{NAV}<article><h1>{story.title}</h1>"
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
        f"{NAV}<article><h1>{story.title}</h1>{ps(story.paragraphs)}{NEWSLETTER}<div class='author-bio'><p>Ida "
        f"Holm has "
        f"written about the region since 2009. She was born on the islands and studied history in "
        f"Granby.</p></div><div "
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
    body = (
        f"{NAV}<div class='wrap'><div class='article'><h1>{story.title}</h1>{ps(short)}</div>{teasers(other)}</div>"
        f"{FOOTER}"
    )
    return document(story, body), short


@layout()
def text_in_data_only(story: Story, other: Story) -> tuple[str, list[str]]:
    head = described(story, articleBody="\n\n".join(story.paragraphs))
    body = "<div id='root'></div><noscript>You need to enable JavaScript.</noscript><script>a()</script>"
    return document(story, body, head), own(story)


@layout(caveat="partly_read")
def behind_a_gate(story: Story, other: Story) -> tuple[str, list[str]]:
    head = described(story, isAccessibleForFree=False, wordCount=900)
    body = (
        f"{NAV}<article><h1>{story.title}</h1>{ps(story.paragraphs[:3])}<div class='paywall'><h2>Read on with "
        f"Tidings Plus"
        f"</h2><p>Subscribe now and read all articles for 2.99 a week. Already a subscriber? Log "
        f"in.</p></div></article>"
        f"{FOOTER}"
    )
    return document(story, body, head), list(story.paragraphs[:3])


@layout()
def captions(story: Story, other: Story) -> tuple[str, list[str]]:
    caption = "The building in 1987, shortly before its roof was made new. Photo: Jon Aas"
    body = (
        f"{NAV}<article><h1>{story.title}</h1>{ps(story.paragraphs[:3])}<figure><img "
        f"src='a.jpg'><figcaption>{caption}"
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
