"""Values that a person states about a source. They take precedence over the document's own values."""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from babel import Locale
from django.utils.translation import gettext

from sources.addresses import build_url_key
from sources.extraction import Document
from sources.models import Publisher, Source


class OverrideError(Exception):
    """A value that a person states is invalid; `str()` is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """The values that a person states about a source; empty by default."""

    title: str = ""
    byline: str = ""
    publisher: str = ""
    published_on: date | None = None
    language: str = ""
    url: str = ""
    kind: str = ""

    def apply_to(self, document: Document) -> Document:
        """Apply the overrides to a document. URL and kind belong to the source, not the document."""
        return replace(
            document,
            title=self.title or document.title,
            byline=self.byline or document.byline,
            publisher=self.publisher or document.publisher,
            published_on=self.published_on or document.published_on,
            language=self.language or document.language,
        )


NO_OVERRIDES = Overrides()


def read_overrides(
    *,
    title: str = "",
    byline: str = "",
    publisher: str = "",
    date: str = "",
    language: str = "",
    url: str = "",
    kind: str = "",
) -> Overrides:
    """Build overrides from a person's input.

    Raises:
        OverrideError: a value is invalid; the message names it and explains how to write it.
    """
    return Overrides(
        title=_clean_line("title", title, Source._meta.get_field("title").max_length),
        byline=_clean_line("byline", byline, Source._meta.get_field("byline").max_length),
        publisher=_clean_line("publisher", publisher, Publisher._meta.get_field("name").max_length),
        published_on=_parse_day(date),
        language=read_language(language),
        url=_clean_address(url),
        kind=_check_kind(kind),
    )


def read_language(tag: str) -> str:
    """Return a BCP 47 tag in its usual spelling (`pt_br` → `pt-BR`). The language must be in CLDR."""
    if not tag.strip():
        return ""
    subtags = re.split("[-_]", tag.strip())
    primary = subtags[0].lower()
    other_subtags = [_format_subtag(subtag) for subtag in subtags[1:]]
    if primary not in _load_languages() or not all(
        re.fullmatch("[A-Za-z0-9]{2,8}", subtag) for subtag in other_subtags
    ):
        raise OverrideError(
            gettext("Language: “%(tag)s” is not known. Give a language tag such as en, pt-BR or ko.")
            % {"tag": tag}
        )
    return "-".join([primary, *other_subtags])


def _format_subtag(subtag: str) -> str:
    """Format a subtag: regions in capitals, scripts capitalised, the rest in lower case (RFC 5646, 2.1.1)."""
    if len(subtag) == 2:
        return subtag.upper()
    return subtag.title() if len(subtag) == 4 and subtag.isalpha() else subtag.lower()


@lru_cache(maxsize=1)
def _load_languages() -> frozenset[str]:
    return frozenset(Locale("en").languages)


def _clean_line(name: str, text: str, max_length: int | None) -> str:
    line = " ".join(text.replace("\0", " ").split())
    if max_length is not None and len(line) > max_length:
        raise OverrideError(
            gettext("The %(name)s has %(line)s characters; the limit is %(longest)s. Shorten it.")
            % {"name": name, "line": len(line), "longest": max_length}
        )
    return line


def _parse_day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip(), re.ASCII):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass  # 2019-02-30
    raise OverrideError(
        gettext("Date: “%(text)s” is not a date. Write it as year-month-day, such as 2019-01-08.")
        % {"text": text}
    )


def _clean_address(url: str) -> str:
    url = url.strip()
    max_length = Source._meta.get_field("url").max_length or 0
    if url and (
        not build_url_key(url)
        or len(url) > max_length
        or len(build_url_key(url)) > max_length
        or re.search(r"\s", url)
    ):
        raise OverrideError(
            gettext("Address: “%(url)s” is not the address of a web page. It must begin with https://.")
            % {"url": url[:200]}
        )
    return url


def _check_kind(kind: str) -> str:
    if kind and kind not in Source.Kind.values:
        raise OverrideError(
            gettext("Kind: “%(kind)s” is not one of %(values)s.")
            % {"kind": kind, "values": ", ".join(Source.Kind.values)}
        )
    return kind
