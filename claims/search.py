"""How texts are made findable, and how a person's words become a query."""

import re

from django.contrib.postgres.search import SearchQuery

#: PostgreSQL's stemmers by language. The migration makes one text search configuration `factcheck_<name>` of each that
#: also ignores accents; other languages are searched by `factcheck_simple`, word by word as they stand.
STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# Scripts that put no spaces between words: Thai, Lao, Khmer, Burmese, kana, Han.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff]+"
)

#: A tsvector holds one megabyte; this many characters stay below it in every script.
SEARCHABLE_CHARACTERS = 100_000


def searchable(text: str) -> str:
    """`text` with runs of scripts that have no spaces cut into overlapping pairs, so that parts of them are found."""
    return _UNSPACED.sub(lambda run: f" {_pairs(run.group())} ", text[:SEARCHABLE_CHARACTERS])


def search_query(text: str, *, language: str = "") -> SearchQuery:
    """The query for `text` in web-search syntax: words as they stand, or by their stem in `language` (BCP 47)."""
    words = _UNSPACED.sub(lambda run: f' "{_pairs(run.group())}" ', text.replace("\0", " "))
    query = SearchQuery(words, config="factcheck_simple", search_type="websearch")
    stemmer = STEMMERS.get(language.partition("-")[0].lower())
    if stemmer:
        query |= SearchQuery(words, config=f"factcheck_{stemmer}", search_type="websearch")
    return query


def _pairs(run: str) -> str:
    return " ".join(run[i : i + 2] for i in range(max(1, len(run) - 1)))
