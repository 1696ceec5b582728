"""Find the people named as authors of a page; organisations are ignored."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from babel import Locale
from lxml.html import HtmlElement

from sources.extraction.clean_text import clean_line

from .structured_data import ARTICLE_TYPES, find_text, get_types, to_list

AUTHOR_META = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "parsely-author",
    "sailthru.author",
)
# "byline", "meta-author", "author-names", "byline__name"
BYLINE_CLASS = re.compile(r"(?:\w+[-_]+)?(?:byline|authors?)(?:[-_]+names?)?")

MAX_NAME_LENGTH, MAX_BYLINE_LENGTH, MAX_NAME_WORDS = 60, 150, 6

_BYLINE_START = re.compile(
    r"^(?:(?:written|reported|text|story|words) )?(?:by|von|par|por|di|da|door|af|av|od|przez|de la|yazan|автор|"
    r"текст|από|oleh|bởi|"
    r"autor(?:a|in|ka)?|author|reporter|text|texte|testo|texto)(?::\s*|\s+)",
    re.IGNORECASE,
)
# Separators between two names, and between a name and a job title or newsroom.
_NAME_SEPARATOR = re.compile(
    r"\s*(?:[,;|/·•&+、，]|\s[–—-]\s|(?<=\s)(?:and|und|et|y|e|en|og|och|ja|i|a|и|та|ve|και|dan|và|și)(?=\s))\s*",
    re.IGNORECASE,
)
_BYLINE_END = re.compile(
    r"\s+(?:in|at|for|bei|aus|für|à|en|w|в|from)\s+.*$|\s*\([^()]*\)\s*$|\s+기자$|\s+記者$|\s*记者$",
    re.DOTALL,
)
_EAST_ASIAN_LABEL = re.compile(r"^(?:記者|记者|기자)[\s:：]*")

# Names of agencies and desks in bylines; the whole name, or one of its words.
_AGENCIES = frozenset(
    [
        "reuters", "afp", "ap", "dpa", "apa", "sda", "ats", "efe", "ansa", "agi", "tass", "xinhua", "yonhap",
        "kyodo", "jiji", "pti", "ani", "ians", "belga", "anp", "ntb", "ritzau", "tt", "stt", "lusa", "pap", "čtk",
        "ctk", "mti", "aa", "interfax", "upi", "aap", "sid", "epd", "kna", "bloomberg", "unn", "agerpres", "hina",
        "tanjug", "bta", "bns", "elta", "leta", "antara", "bernama", "irna", "wam", "spa", "petra", "mena",
        "sana", "тасс", "ріа", "риа", "укрінформ", "رويترز", "연합뉴스", "뉴시스", "新华社", "共同", "時事",
    ]
)  # fmt: skip
_DESKS = frozenset(
    [
        "staff", "newsroom", "newsdesk", "desk", "editor", "editors", "editorial", "team", "agency", "agencies",
        "agences", "agenturen", "agencias", "agências", "agenzie", "reporter", "reporters", "correspondent",
        "correspondents", "writer", "writers", "contributor", "contributors", "admin", "administrator",
        "webmaster", "null", "none", "unknown", "anonymous", "online", "news", "press", "redaktion",
        "redaktionen", "redaktionsteam", "nachrichtenagentur", "redazione", "redacción", "redaccion", "redação",
        "rédaction", "redactie", "redakcja", "redakce", "redakcia", "redacția", "redaksi", "redaksjonen",
        "toimitus", "szerkesztőség", "редакция", "редакція", "редактор", "корреспондент", "σύνταξη", "haber",
        "servisi", "merkezi", "editör", "تحرير", "التحرير", "وكالات", "编辑部", "編集部", "온라인뉴스팀", "뉴스팀",
        "media", "group", "ltd", "gmbh", "inc", "association", "ministry", "government", "university",
        "service", "wire", "tv", "radio", "daily", "times", "gazette", "tribune", "herald", "zeitung",
        "journal", "magazine", "today", "bureau", "office", "committee", "board", "company", "publishing",
        "network",
    ]
)  # fmt: skip
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "de",
        "da",
        "di",
        "du",
        "del",
        "della",
        "le",
        "la",
        "al",
        "el",
        "bin",
        "ter",
        "zu",
        "af",
        "d",
    ]
)
# Job titles, which follow the names of people.
_ROLE_PATTERN = re.compile(
    r"\b(?:correspondent|editor|reporter|writer|columnist|analyst|producer|chief|professor|redakteur\w*|"
    r"korrespondent\w*|journalist\w*|"
    r"periodista|jornalista|giornalista|journaliste|dziennikar\w+|директор|обозреватель|muhabir\w*)\b",
    re.IGNORECASE,
)  # fmt: skip
_MONTH_OR_TIME = re.compile(
    r"\d|https?:|www\.|@|://|\b(?:updated|published|ago|min read|aktualisiert|veröffentlicht|publié|publicado)\b",
    re.IGNORECASE,
)


def read_byline(
    tree: HtmlElement,
    metas: dict[str, list[str]],
    articles: list[dict[str, Any]],
    publisher: str,
    site: str = "",
) -> str:
    """Return the authors' names from the most reliable place on the page; "" if only a desk or agency is named."""
    for node in articles:
        if get_types(node) & ARTICLE_TYPES:
            authors = to_list(node.get("author")) or to_list(node.get("creator"))
            people = [
                author for author in authors if not (isinstance(author, dict) and _is_organisation(author))
            ]
            if names := _join_people((find_text(author) for author in people), publisher, site):
                return names
    for name in AUTHOR_META:
        if names := _join_people(metas.get(name, []), publisher, site):
            return names
    return _find_visible_byline(tree, publisher, site)


def find_people(line: str, publisher: str = "", site: str = "") -> list[str]:
    """Return the people named in a byline: "By Ada Brook and Sam Rivers, Reuters" names two.

    Args:
        site: the page's host, which may contain the newsroom's name.
    """
    line = _BYLINE_START.sub("", clean_line(line)).strip(" ,;|:")
    # A profile's URL, a handle, an email address and a paragraph are not names.
    if not line or len(line) > MAX_BYLINE_LENGTH:
        return []
    names: list[str] = []
    parts = _NAME_SEPARATOR.split(line)
    if not _load_countries().isdisjoint(parts[1:]):
        return []  # "The Gazette, Linden, Germany" is an address
    for part in parts:
        name = _EAST_ASIAN_LABEL.sub("", _BYLINE_END.sub("", _BYLINE_START.sub("", part))).strip(" ,;|:.-–—")
        if name not in names and _is_person(name, publisher) and not _is_newsroom(name, publisher, site):
            names.append(name)
    return names


def _is_person(name: str, publisher: str) -> bool:
    if not name or len(name) > MAX_NAME_LENGTH or _MONTH_OR_TIME.search(name) or _ROLE_PATTERN.search(name):
        return False
    words = re.findall(r"[^\W\d_][\w'’.-]*", name)
    if not words or len(words) > MAX_NAME_WORDS or (publisher and name.casefold() == publisher.casefold()):
        return False
    plain_words = {word.casefold().rstrip(".") for word in words}
    if plain_words & _DESKS or (plain_words & _AGENCIES and len(words) <= 2):
        return False
    if any(map(str.isdigit, name)):
        return False
    # "the city council" and "in Granby" are not names. Scripts without capitals cannot be checked in this way.
    is_lower = words[0][0].islower() and words[0] not in _PARTICLES
    return not is_lower and any(word[0].isupper() or not word[0].islower() for word in words)


def _is_newsroom(name: str, publisher: str, site: str) -> bool:
    """Return whether a name is the newsroom's: a label of its host, or "BBC" or "BBC NEWS" for publisher "BBC"."""
    if _keep_letters(name) in {_keep_letters(label) for label in site.split(".")}:
        return True
    first_word, *other_words = name.split()
    publisher_word, *_ = [*publisher.split(), ""]
    return first_word.casefold() == publisher_word.casefold() and all(word.isupper() for word in other_words)


def _keep_letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


@cache
def _load_countries() -> frozenset[str]:
    return frozenset(name for code, name in Locale("en").territories.items() if code.isalpha())


def _is_organisation(author: dict[str, Any]) -> bool:
    types = get_types(author)
    return (
        bool(types)
        and "Person" not in types
        and any("Organization" in author_type or author_type == "Brand" for author_type in types)
    )


def _join_people(candidates: Iterable[str], publisher: str, site: str) -> str:
    return ", ".join(
        dict.fromkeys(name for candidate in candidates for name in find_people(candidate, publisher, site))
    )


def _find_visible_byline(tree: HtmlElement, publisher: str, site: str) -> str:
    """Return the people named in the first byline element, outside teasers, that names any people."""
    for element in _iterate_byline_elements(tree):
        if any(ancestor.tag in ("a", "nav", "aside", "footer") for ancestor in element.iterancestors()):
            continue
        line = clean_line(element.text_content())
        if len(line) <= MAX_BYLINE_LENGTH and (names := find_people(line, publisher, site)):
            return ", ".join(names)
    return ""


def _iterate_byline_elements(tree: HtmlElement) -> Iterator[HtmlElement]:
    for element in tree.iter("a", "span", "p", "div", "address"):
        classes = (element.get("class") or "").lower().split()
        if {element.get("rel"), element.get("itemprop")} & {"author"} or any(
            map(BYLINE_CLASS.fullmatch, classes)
        ):
            yield element
