"""Element names and link texts that reveal the role of a text."""

import itertools
import re
from functools import lru_cache

from lxml.html import HtmlElement

# Names (classes and ids, split into words) of the parts around an article on publishers' pages.
_SEPARATE_WORDS = frozenset(
    [
        "comment", "comments", "disqus", "respond", "replies", "reply", "newsletter", "newsletters", "signup",
        "cookie", "cookies", "consent", "onetrust", "didomi", "gdpr", "cmp", "sponsored", "advert",
        "advertisement", "advertorial", "outbrain", "taboola", "breadcrumb", "breadcrumbs", "pagination",
        "sharing", "sharedaddy", "share", "social", "bio", "sidebar", "modal", "popup", "paywall", "subscribe",
        "regwall", "pullquote", "copyright",
    ]
)  # fmt: skip
# The same for links to other articles; without a link, such text may be anything.
_LINK_WORDS = frozenset(
    [
        "related", "recommended", "recommendation", "recommendations", "recirculation", "teaser", "teasers",
        "promo", "promos", "trending", "popular", "mostread", "mostviewed", "readmore", "alsoread", "card",
        "cards", "rail", "upnext", "nextup", "onward", "linklist", "links", "also",
    ]
)  # fmt: skip
_SEPARATE_PAIRS = frozenset({("author", "box"), ("about", "author"), ("author", "info"), ("author", "bio")})
_LINK_PAIRS = frozenset(
    [
        ("most", "read"), ("also", "read"), ("read", "more"), ("read", "also"), ("more", "links"), ("see", "also"),
        ("next", "story"), ("next", "article"),
    ]
)  # fmt: skip
_CONTAINERS = frozenset({"div", "section", "ul", "ol", "article", "table", "details"})
_BOILERPLATE_TAGS = frozenset({"nav", "aside", "footer", "form", "menu", "dialog"})

#: Names of the paragraph between headline and text.
LEAD_NAMES = frozenset(
    [
        "lead", "lede", "standfirst", "dek", "deck", "subtitle", "subtitulo", "subheadline", "subheading",
        "subhead", "intro", "introduction", "summary", "excerpt", "sapo", "abstract", "description", "desc",
        "teaser", "vorspann", "chapo", "chapeau", "bajada", "copete", "entradilla", "sumario", "sommario",
        "occhiello", "catenaccio", "ingress", "ingres", "manchet", "perex", "anons", "anounce", "spot",
        "strapline", "sub", "zajawka", "kicker", "preamble",
    ]
)  # fmt: skip

_LINK_LINE = re.compile(
    r"\W*(?:read (?:also|more|next|on)|also read|see also|more on this|more from|related(?: stor\w+| article\w*|"
    r" news)?:|don['’]t miss|watch:|"
    r"lesen sie (?:auch|dazu|mehr)|lies auch|mehr zum thema|mehr dazu|auch interessant|siehe auch|"
    r"(?:à )?lire (?:aussi|également)|voir aussi|sur le même sujet|"
    r"le[ae] también|lee además|te puede interesar|también te puede|más información:|ver también|"
    r"leia (?:também|mais)|veja também|saiba mais|leggi anche|approfondisci|vedi anche|"
    r"lees ook|lees meer|læs også|läs (?:också|även|mer)|les også|lue myös|"
    r"czytaj (?:też|także|więcej)|zobacz (?:też|także)|przeczytaj (?:też|także)|(?:pře)?čtěte (?:také|i)|"
    r"čítajte (?:aj|tiež)|"
    r"olvassa el|citește și|citiți și|прочетете още|читайте (?:также|ещё|еще|також)|чытайце таксама|"
    r"διαβάστε (?:επίσης|ακόμα)|"
    r"ayrıca (?:oku|bak)|okuyun:|ilgili haber|baca juga|simak juga|xem thêm|đọc thêm|"
    r"اقرأ (?:أيضا|أيضًا|أيضاً|المزيد)|طالع أيضا|بیشتر بخوانید|קראו (?:גם|עוד)|(?:यह|ये) भी पढ़ें|और पढ़ें|আরও পড়ুন|"
    r"관련 ?기사|더 ?보기|関連記事|あわせて読みたい|相关(?:阅读|新闻|报道)|延伸阅读|更多阅读)",
    re.IGNORECASE,
)


def is_link_line(text: str) -> bool:
    """Return whether a line starts like a link to another article, such as "Read also: …"."""
    return bool(_LINK_LINE.match(text))


def is_separate_section(element: HtmlElement) -> bool:
    """Return whether an element's name shows that it contains comments, advertising, teasers or navigation."""
    if element.tag in _BOILERPLATE_TAGS:
        return True
    names = split_names(element.get("class"), element.get("id"))
    if not names:
        return False
    pairs = set(itertools.pairwise(names))
    if not _SEPARATE_WORDS.isdisjoint(names) or pairs & _SEPARATE_PAIRS:
        return True
    leads_away = not _LINK_WORDS.isdisjoint(names) or pairs & _LINK_PAIRS
    # A paragraph of an article may have any name, and may contain links.
    return bool(leads_away) and element.tag in _CONTAINERS and element.find(".//a") is not None


@lru_cache(maxsize=4096)
def split_names(*names: str | None) -> tuple[str, ...]:
    """Return the words of classes and ids: "article__Body-main" is article, body, main."""
    joined_names = " ".join(filter(None, names))[:500]
    return tuple(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", joined_names).lower()))
