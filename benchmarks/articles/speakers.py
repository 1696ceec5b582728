"""Measure how well the speaker of each sentence is named: precision, recall and confusions by language and genre.

Run from the repository: `python -m benchmarks.articles.speakers [--part held] [--confusions]`. The labelled
articles are in `tests/claims/articles/speakers/corpus`, a file per language and part: `dev` to work with, `held`
for the final test. An article begins with `=== name genre`. Each line is a speaker followed by a sentence, and a blank
line ends a paragraph. The speaker is empty for the article's own voice; `A/B` accepts either, and `A/` accepts A or
none. Every sentence counts, whether or not it is worth checking.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from claims.articles.detection import CandidateSentence, detect

CORPUS = Path(__file__).parents[2] / "tests" / "claims" / "articles" / "speakers" / "corpus"
PARTS = ("dev", "held")
MIN_PRECISION, MIN_RECALL = 0.95, 0.70
_UNSPACED_LANGUAGES = frozenset({"ja", "zh"})


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence with its position in the article, and the speaker that a careful reader would name."""

    start: int
    end: int
    speakers: tuple[str, ...]

    @property
    def has_speaker(self) -> bool:
        """Return whether a speaker must be named."""
        return "" not in self.speakers


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """A text and its sentences."""

    language: str
    name: str
    genre: str
    text: str
    sentences: tuple[LabelledSentence, ...]


@dataclass(slots=True)
class Confusions:
    """Counts of right, missing and wrong speakers."""

    right: int = 0
    missing: int = 0
    wrong: int = 0
    lines: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Return the share of sentences with a speaker for which the right one was named."""
        expected_count = self.right + self.missing
        return self.right / expected_count if expected_count else 1.0


def read_corpus(part: str, languages: Iterable[str] = ()) -> Iterator[LabelledArticle]:
    for path in sorted((CORPUS / part).glob("*.txt")):
        if not languages or path.stem in languages:
            for article in path.read_text("utf-8").split("=== ")[1:]:
                yield _read_article(path.stem, article)


def _read_article(language: str, article: str) -> LabelledArticle:
    heading, *lines = article.strip().splitlines()
    name, genre = heading.split()
    text, sentences = "", []
    for line in lines:
        speakers, bar, sentence = line.partition("|")
        if not bar:
            text = text.rstrip() + "\n\n"
            continue
        start = len(text)
        text += sentence.strip()
        sentences.append(
            LabelledSentence(start, len(text), tuple(map(str.strip, speakers.strip().split("/"))))
        )
        text += "" if language in _UNSPACED_LANGUAGES else " "
    return LabelledArticle(language, name, genre, text.rstrip() + "\n", tuple(sentences))


def judge(article: LabelledArticle, all_confusions: Iterable[Confusions]) -> None:
    """Add the article's sentences to the counts."""
    candidates = detect(article.text, article.language)
    for sentence in article.sentences:
        claimant = _find_claimant(sentence, candidates)
        is_right = claimant.casefold() in map(str.casefold, sentence.speakers)
        for confusions in all_confusions:
            confusions.right += bool(claimant) and is_right
            confusions.missing += sentence.has_speaker and not is_right
            confusions.wrong += bool(claimant) and not is_right
            if not is_right and (claimant or sentence.has_speaker):
                expected = "/".join(sentence.speakers) or "nobody"
                sentence_text = article.text[sentence.start : sentence.end]
                confusions.lines.append(
                    f"{article.language} {article.name}: {claimant or 'nobody'} for {expected} in {sentence_text}"
                )


def _find_claimant(sentence: LabelledSentence, candidates: list[CandidateSentence]) -> str:
    """Return the claimant of the candidate that overlaps most with the sentence."""
    overlaps = [
        (min(candidate.end, sentence.end) - max(candidate.start, sentence.start), candidate)
        for candidate in candidates
    ]
    overlap, candidate = max(overlaps, key=lambda pair: pair[0], default=(0, None))
    return (candidate.claimant or "") if candidate and overlap > 0 else ""


def measure_seconds(min_words: int) -> float:
    """Return the detector's processor time for about this many words of the labelled articles."""
    paragraphs = [
        paragraph
        for article in read_corpus("dev", ["en"])
        for paragraph in article.text.split("\n\n")
        if len(paragraph.split()) > 5
    ]
    chunks: list[str] = []
    word_count = 0
    while word_count < min_words:
        # A paragraph that is repeated word for word would be dropped as furniture.
        chunks.append(f"{paragraphs[len(chunks) % len(paragraphs)].strip()} That was entry {len(chunks)}.")
        word_count += len(chunks[-1].split())
    text = "\n\n".join(chunks)
    detect(text[:200], "en")
    started_at = time.process_time()
    detect(text, "en")
    return time.process_time() - started_at


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--language", action="append", default=[])
    parser.add_argument("--confusions", action="store_true", help="print every miss and every mistake")
    options = parser.parse_args()
    console = Console(width=200)
    all_met = True
    for part in options.part or PARTS:
        languages: dict[str, Confusions] = defaultdict(Confusions)
        genres: dict[str, Confusions] = defaultdict(Confusions)
        total = Confusions()
        for article in read_corpus(part, options.language):
            judge(article, (total, languages[article.language], genres[article.genre]))
        if options.confusions:
            for line in total.lines:
                console.print(line, markup=False, highlight=False, soft_wrap=True)
        table = Table(part, "right", "missing", "wrong", "precision", "recall")
        for name, count in (*sorted(languages.items()), *sorted(genres.items()), ("all", total)):
            figures = f"{count.precision:.3f}", f"{count.recall:.3f}"
            table.add_row(name, str(count.right), str(count.missing), str(count.wrong), *figures)
        console.print(table)
        all_met &= total.precision >= MIN_PRECISION and total.recall >= MIN_RECALL
    seconds = measure_seconds(10_000)
    console.print(f"10,000 words in {seconds:.2f} s (at most 1)")
    return not (all_met and seconds <= 1)


if __name__ == "__main__":
    sys.exit(main())
