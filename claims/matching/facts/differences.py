"""What comparing the facts of two texts comes to."""

from dataclasses import dataclass, field

from claims.matching.facts.overlap import Overlap

#: How much of the words must be the same for a weak word, or the order of words, to tell anything.
NEARLY_THE_SAME = 0.6
SAME_WORDS = 0.75


@dataclass(frozen=True)
class Difference:
    """One fact that the texts tell differently.

    Attributes:
        kind: `number`, `unit`, `year`, `date`, `place`, `name`, `negation`, `opposite`, `quantifier`, `roles`.
        ours: how the text puts it.
        theirs: how the claim puts it.
    """

    kind: str
    ours: str = ""
    theirs: str = ""


@dataclass
class Comparison:
    """What the facts of two texts have to do with each other."""

    same_language: bool
    overlap: Overlap
    differences: list[Difference] = field(default_factory=list)
    agreements: dict[str, int] = field(default_factory=dict)
    is_turned_twice: bool = False

    def has(self, kind: str) -> bool:
        """Whether the texts differ in this kind of fact."""
        return any(difference.kind == kind for difference in self.differences)

    @property
    def is_same_wording(self) -> bool:
        """Whether most words are the same."""
        return self.same_language and self.overlap.share >= SAME_WORDS

    def agree(self, kind: str, count: int = 1) -> None:
        """Count what both say."""
        if count:
            self.agreements[kind] = self.agreements.get(kind, 0) + count
