"""The articles whose sentences are judged by hand, and how the detector's sentences meet the labels.

A file per language in `judged/`. An article begins with `## name genre part`; `train` fits the weights, `dev` chooses
between models, `held` is looked at when all is chosen. A line is a sentence behind its label: `+` worth a check, `-`
not, `~` a fact of the background that may be proposed or not, `=` the page's furniture, a paragraph of its own. A
blank line ends a paragraph. All were written for this purpose; nothing in them happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

JUDGED = Path(__file__).parent / "judged"
PARTS = ("train", "dev", "held")
_UNSPACED = frozenset({"ja", "zh"})


@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """A sentence of an article, where it stands, and its label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class JudgedArticle:
    """An article as one text, a paragraph a line, with the labels of its sentences."""

    name: str
    language: str
    genre: str
    part: str
    text: str
    sentences: tuple[JudgedSentence, ...]

    def label_of(self, start: int, end: int) -> str:
        """The label of the sentence with most of the span; `=` where it lies in furniture, or in nothing."""
        shared = [(min(one.end, end) - max(one.start, start), one.label) for one in self.sentences]
        most, label = max(shared, default=(0, "="))
        return label if most > 0 else "="


def judged_articles(folder: Path = JUDGED) -> Iterator[JudgedArticle]:
    for path in sorted(folder.glob("*.txt")):
        for part in path.read_text("utf-8").split("\n## "):
            yield _article(part.removeprefix("## "), path.stem)


def _article(written: str, language: str) -> JudgedArticle:
    head, *lines = written.strip("\n").split("\n")
    name, genre, part = head.split()
    text = ""
    sentences = []
    paragraph_ended = True
    between = "" if language in _UNSPACED else " "
    for line in lines:
        if not line.strip():
            paragraph_ended = True
            continue
        label, sentence = line[0], line[2:]
        own_paragraph = label == "="
        text += "" if not text else ("\n" if paragraph_ended or own_paragraph else between)
        sentences.append(JudgedSentence(len(text), len(text) + len(sentence), label))
        text += sentence
        paragraph_ended = own_paragraph
    if part not in PARTS or {one.label for one in sentences} - set("+-~="):
        raise ValueError(f"{name}: the part is one of {PARTS}, a label one of + - ~ =")
    return JudgedArticle(name, language, genre, part, text, tuple(sentences))
