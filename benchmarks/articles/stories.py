"""The articles that pages are built around: those that the detector is measured on."""

from dataclasses import dataclass
from pathlib import Path

STORIES = Path(__file__).parents[2] / "tests" / "claims" / "articles" / "detection" / "labelled"


@dataclass(frozen=True, slots=True)
class Story:
    """An article without the furniture that its file has for the detector's sake."""

    language: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def lead(self) -> str:
        return self.paragraphs[0]

    @property
    def body(self) -> tuple[str, ...]:
        return self.paragraphs[1:]


def stories() -> dict[str, Story]:
    found = {}
    for path in sorted(STORIES.glob("*.txt")):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        language = path.name.partition("-")[0]
        least = 25 if language in ("ja", "zh", "ko") else 70
        paragraphs = [line for line in lines[1:] if len(line) >= least and "©" not in line]
        found[path.stem] = Story(language, lines[0], tuple(paragraphs))
    return found
