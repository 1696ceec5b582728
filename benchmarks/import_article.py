"""Measure how long an article of 10,000 words takes to import; at most 2 seconds are promised.

Run from anywhere: `python benchmarks/import_article.py [--words N]`.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.scratch import open_scratch_project

PROMISED = 2.0
Result = TypeVar("Result")

NAMES = [
    "Ida Berg",
    "Östen Ågren",
    "Ana Ruiz",
    "Marek Novak",
    "Leila Haddad",
    "Tom Okafor",
    "Mei Tanaka",
    "Jan Claes",
]
PLACES = ["Sundvik", "Norrhamn", "Västby", "Kvarnsjö", "Port Elin", "Lindesund", "Hallmora", "Granby"]
THINGS = [
    "tonnes of cargo",
    "ferry passengers",
    "new flats",
    "hospital beds",
    "solar panels",
    "school places",
]
SENTENCES = (
    "{place} handled {number} {thing} in {year}, {share} per cent more than in {earlier}.",
    "In {month} {year} the council of {place} sold its old shipyard for {small} million euros.",
    "“We have lost {small} of our ferry lines since {earlier},” {name}, the harbour director, said on Tuesday.",
    "According to the National Statistics Office, {place} had {number} inhabitants in {year}.",
    "{name} wrote in {year} that the bridge between {place} and the islands was never paid for.",
    "It is a long story, and few people like to tell it.",
    "Whoever walks along the quay in the evening hears the gulls and little else.",
    "The court ruled in {month} {year} that {place} must repay {number} euros to the state.",
)


def make_article(words: int) -> str:
    """Return an article with about this many words, the same every time."""
    chance = random.Random(1911)  # noqa: S311  nothing to protect here
    paragraphs, count = ["Ten years of harbours"], 0
    while count < words:
        sentences = [
            sentence.format(
                place=chance.choice(PLACES),
                name=chance.choice(NAMES),
                thing=chance.choice(THINGS),
                number=f"{chance.randint(1_000, 900_000):,}",
                small=chance.randint(2, 90),
                share=chance.randint(2, 60),
                year=chance.randint(2012, 2024),
                earlier=chance.randint(1990, 2011),
                month=chance.choice(["January", "March", "June", "October"]),
            )
            for sentence in chance.sample(SENTENCES, 4)
        ]
        paragraphs.append(" ".join(sentences))
        count += len(paragraphs[-1].split())
    return "\n\n".join(paragraphs)


def run_timed(work: Callable[[], Result]) -> tuple[float, Result]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=10_000)
    text = make_article(parser.parse_args().words)
    with open_scratch_project():
        from claims.articles.article_import import import_article
        from sources.extraction.extract import extract
        from sources.overrides import Overrides
        from sources.source_kinds import Material

        content, address = text.encode(), Overrides(url="https://example.org/harbours")
        first_extraction, _ = run_timed(lambda: extract(content))
        extraction, _ = run_timed(lambda: extract(content))
        seconds, imported = run_timed(lambda: import_article(Material(content), overrides=address))
        again, unchanged = run_timed(lambda: import_article(Material(content), overrides=address))
        changed = text.replace("Ten years of harbours", "Ten years of harbours and ferries").encode()
        moving, moved = run_timed(lambda: import_article(Material(changed), overrides=address))
    print(f"article        {len(text.split()):,} words, {len(imported.proposal.created)} claims proposed")
    print(
        f"extraction     {extraction:.3f} s (the first in a process, with its models: {first_extraction:.3f} s)"
    )
    print(f"import         {seconds:.3f} s, {seconds / extraction:.1f} times extraction alone")
    print(f"same again     {again:.3f} s, {len(unchanged.proposal.created)} claims proposed")
    print(f"title changed  {moving:.3f} s, {len(moved.proposal.moved)} anchors moved")
    slowest = max(seconds, again, moving)
    print(f"slowest        {slowest:.3f} s of {PROMISED:.0f} s promised")
    return slowest > PROMISED


if __name__ == "__main__":
    sys.exit(main())
