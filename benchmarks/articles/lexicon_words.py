"""Show which of each language's most common words the lexicons' word beginnings and endings match.

Run from the repository: `python -m benchmarks.articles.lexicon_words [LANGUAGE …] [--words N]`. The word lists come
from the package `wordfreq`, which nothing else needs (`uv pip install wordfreq`). A beginning that also matches an
unrelated word ("sal-" in "Salvini") causes false reasons: spell the words out, or exclude the unrelated ones with `!`.
In Japanese, Chinese and Korean, phrases match anywhere, so longer words that contain a phrase are shown.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from claims.articles import detection

LANGUAGES = Path(detection.__file__).parent / "languages"
LANGUAGES_WITHOUT_SPACES = ("ja", "zh", "ko")
#: Grammar: no reason is made of them.
GRAMMAR_GROUPS = ("past", "state")
WORD_COUNT = 60_000
SHOWN_WORDS = 12


def find_suspicious(code: str, words: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the group, the phrase and the words that it matches, most common first."""
    lexicon = tomllib.loads((LANGUAGES / f"{code}.toml").read_text("utf-8"))
    for group, phrase_list in lexicon["signals"].items():
        phrases = [" ".join(phrase.split()) for phrase in phrase_list.split(",")]
        excluded_words = {phrase[1:] for phrase in phrases if phrase.startswith("!")}
        for phrase in phrases:
            if (
                group in GRAMMAR_GROUPS
                or not phrase
                or phrase[0] in "!^"
                or (" " in phrase and code not in LANGUAGES_WITHOUT_SPACES)
            ):
                continue
            if code in LANGUAGES_WITHOUT_SPACES:
                matching_words = [word for word in words if phrase in word and word != phrase]
            elif phrase.endswith("*"):
                matching_words = [word for word in words if word.startswith(phrase[:-1])]
            elif phrase.startswith("*"):
                matching_words = [word for word in words if word.endswith(phrase[1:]) and word != phrase[1:]]
            else:
                continue
            if matching_words := [word for word in matching_words if word not in excluded_words]:
                yield group, phrase, matching_words


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "languages", nargs="*", default=sorted(path.stem for path in LANGUAGES.glob("*.toml"))
    )
    parser.add_argument(
        "--words", type=int, default=WORD_COUNT, help="how many of the commonest (default %(default)s)"
    )
    options = parser.parse_args()
    try:
        wordfreq = import_module("wordfreq")
    except ImportError:
        print("The word lists are in the package wordfreq, which is not installed.", file=sys.stderr)
        return 2
    for code in options.languages:
        print(f"== {code}")
        for group, phrase, matching_words in find_suspicious(code, wordfreq.top_n_list(code, options.words)):
            print(f"{group}: {phrase}: {' '.join(matching_words[:SHOWN_WORDS])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
