"""Entries of a live blog: the time of each stands above its words."""

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from .signs import name_words

LEAST_ENTRIES = 3

_CLOCK = re.compile(
    r"(?:\w+,? )?\d{1,2}[:.h]\d{2}(?::\d{2})?(?: ?(?:[ap]\.?m\.?|uhr|h|[A-Z]{2,4}))?", re.IGNORECASE
)
_CALLED_TIMES = frozenset(
    [
        "time",
        "timestamp",
        "stamp",
        "clock",
        "hour",
        "uhrzeit",
        "zeit",
        "heure",
        "hora",
        "ora",
        "tid",
        "czas",
        "saat",
    ]
)
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})")


def mark_entries(tree: HtmlElement) -> list[HtmlElement]:
    """Give each entry that has a time of its own a paragraph with it, as its first; and return these.

    An entry is what encloses one time and nothing of the next; several of them stand beside each other.
    """
    stamps = [stamp for stamp in _stamps(tree) if _told(stamp, False) and not _is_linked(stamp)]
    if len(stamps) < LEAST_ENTRIES:
        return []
    around: Counter[HtmlElement] = Counter(above for stamp in stamps for above in stamp.iterancestors())
    entries: dict[HtmlElement, HtmlElement] = {}
    for stamp in stamps:
        entry = stamp
        for above in stamp.iterancestors():
            if around[above] > 1:
                break
            entry = above
        if entry is not stamp:
            entries.setdefault(entry, stamp)
    beside = Counter((entry.getparent(), entry.tag, entry.get("class")) for entry in entries)
    days = {day for stamp in entries.values() if (day := _day(stamp))}
    marks = []
    for entry, stamp in entries.items():
        if beside[entry.getparent(), entry.tag, entry.get("class")] >= LEAST_ENTRIES and (
            text := _told(stamp, len(days) > 1)
        ):
            mark = etree.SubElement(entry, "p")
            mark.text = text
            entry.insert(0, mark)
            # A text before the first element would come before the time.
            mark.tail, entry.text = entry.text, None
            stamp.getparent().remove(stamp) if not stamp.tail else stamp.clear(keep_tail=True)
            marks.append(mark)
    return marks


def _stamps(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Elements that are marked up as times, and those that are called so and hold one."""
    for element in tree.iter("time", "span", "div", "p", "a", "b", "strong", "small"):
        if element.tag == "time" or (
            not len(element)
            and _CLOCK.fullmatch((element.text or "").strip())
            and _CALLED_TIMES & set(name_words(element.get("class"), element.get("id")))
        ):
            yield element


def _told(stamp: HtmlElement, with_day: bool) -> str:
    """The time as the page shows it, where it shows one: “5 minutes ago” was true for five minutes."""
    shown = _line(stamp)
    exact = _STAMP.search(stamp.get("datetime") or "")
    if exact and with_day:
        return f"{exact[1]} {exact[2]}"
    if _CLOCK.search(shown) and len(shown) <= 40:
        return shown
    return exact[2] if exact else ""


def _is_linked(stamp: HtmlElement) -> bool:
    """On a teaser; or the link of an entry to itself, which holds nothing else."""
    link = next((above for above in stamp.iterancestors() if above.tag == "a"), None)
    return link is not None and len(_line(link)) > len(_line(stamp)) + 2


def _day(stamp: HtmlElement) -> str:
    exact = _STAMP.search(stamp.get("datetime") or "")
    return exact[1] if exact else ""


def _line(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())
