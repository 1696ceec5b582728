"""What stands around an article on a page, and the pieces that pages are built of."""

import json
from html import escape

from benchmarks.articles.stories import Story


def document(story: Story, body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="{story.language}"><head><meta charset="utf-8"><title>{escape(story.title)} '
        f"- The "
        f'Tidings</title><meta property="og:title" '
        f'content="{escape(story.title)}">{head}</head><body>{body}</body></html>'
    )


def described(story: Story, kind: str = "NewsArticle", **values: object) -> str:
    node = {"@context": "https://schema.org", "@type": kind, "headline": story.title} | values
    return f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'


def ps(paragraphs: tuple[str, ...] | list[str], tag: str = "p", attributes: str = "") -> str:
    return "\n".join(
        f"<{tag} {attributes}>{escape(text)}</{tag.split(maxsplit=1)[0]}>" for text in paragraphs
    )


NAV = (
    "<header class='site-header'><a href='/' class='logo'>The Tidings</a><nav><ul><li><a "
    "href='/news'>News</a></li><li><a "
    "href='/sport'>Sport</a></li><li><a href='/weather'>Weather</a></li><li><a "
    "href='/culture'>Culture</a></li></ul></nav>"
    "</header>"
)
FOOTER = (
    "<footer class='site-footer'><p>The Tidings is published by Tidings Media Group, Quay Street 4. All rights "
    "reserved. "
    "No part of this site may be copied without permission.</p><ul><li><a href='/imprint'>Imprint</a></li><li><a "
    "href='/privacy'>Privacy</a></li></ul></footer>"
)
COOKIES = (
    "<div id='onetrust-consent-sdk'><div class='cookie-banner' role='dialog'><h2>We value your privacy</h2><p>We "
    "and our "
    "214 partners store and access information on your device, such as cookies, to show personalised advertising "
    "and to "
    "measure content. You can change your choices at any time in our privacy policy.</p><button>Accept all</button>"
    "<button>Manage settings</button></div></div>"
)
NEWSLETTER = (
    "<div class='newsletter-signup'><h3>The morning in your inbox</h3><p>Every day at six our editors write down "
    "what has "
    "happened overnight and what to expect of the day. Sign up and never miss a story again.</p><form><input "
    "type='email'>"
    "<button>Sign up</button></form></div>"
)
SHARE = (
    "<div class='share-tools'><a href='#'>Facebook</a> <a href='#'>Mail</a> <a href='#'>Copy link</a></div>"
)
COMMENTS = [
    (
        "I have lived here for thirty years and nothing of this surprises me. They promise and promise, and in the "
        "end it is "
        "always the same people who pay for it."
    ),
    (
        "Does anybody at the paper ever check these figures? My cousin works there and tells me quite another story "
        "about it."
    ),
    (
        "Finally some good reporting. I would like to know, however, why nobody asked the former director what she "
        "thinks."
    ),
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
