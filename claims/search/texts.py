"""Index texts for search: by language, and in scripts without spaces between words."""

import re
from collections.abc import Iterable

from claims.search.words import fold_text

#: PostgreSQL's stemmers by language (ISO 639-1). For each, the migration creates a text search configuration
#: `factcheck_<tag>` that also ignores accents; texts in other languages are searched word by word, unstemmed.
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

# Languages that inflect as another one does, closely enough for its stemmer.
_STEMMED_AS = {"bs": "sr", "hr": "sr", "nb": "no", "nn": "no", "sh": "sr"}

#: Runs of scripts that put no spaces between words: Thai, Lao, Khmer, Burmese, kana, Han.
UNSPACED_PATTERN = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\U00020000-\U0003ffff]+"
)

#: So many characters of a text are searched. A tsvector holds one megabyte; the database cuts the few that exceed it.
SEARCHABLE_CHARACTERS = 100_000
#: The number of languages whose rules apply to a claim: its own, and those of its verdicts.
SEARCHABLE_LANGUAGES = 3


def make_searchable(text: str) -> str:
    """Return the words of a text; in scripts without spaces, return overlapping pairs of letters, so that parts are
    found.
    """
    text = fold_text(text[:SEARCHABLE_CHARACTERS])
    if text.isascii():
        return text
    # Also the last letter alone, so that every letter begins a term.
    return UNSPACED_PATTERN.sub(lambda run: f" {pair_letters(run.group())} {run.group()[-1]} ", text)


def pair_letters(run: str) -> str:
    """Return overlapping pairs of letters: `東京都` → `東京 京都`."""
    return " ".join(run[i : i + 2] for i in range(max(1, len(run) - 1)))


def choose_stemmers(languages: Iterable[str]) -> list[str]:
    """Return the stemmers of the first languages (BCP 47) that have one, by their names in `STEMMERS`."""
    primary = (language.partition("-")[0].lower() for language in languages)
    stemmers = (_STEMMED_AS.get(tag, tag) for tag in primary)
    return list(dict.fromkeys(tag for tag in stemmers if tag in STEMMERS))[:SEARCHABLE_LANGUAGES]
