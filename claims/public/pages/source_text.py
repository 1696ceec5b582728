"""A source with the passages that published claims quote, and other publications that cite it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from claims.public.pages.annotated_text import TextPiece, split_paragraphs

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CheckedPassage:
    """One published appearance of a claim in the source."""

    claim: Document
    appearance: Document
    #: Counts the passages of a page from 1; readers follow a claim from the text to the list by it.
    number: int = 0

    @property
    def start(self) -> int:
        return self.appearance["start"]

    @property
    def end(self) -> int:
        return self.appearance["end"]

    @property
    def snapshot_number(self) -> int | None:
        """Return the number of the snapshot to which the words are anchored."""
        anchored = self.appearance["snapshot"] and self.appearance["start"] is not None
        return self.appearance["snapshot"]["number"] if anchored else None


@dataclass(frozen=True, slots=True)
class SourceText:
    """One snapshot of a source, or none, with the passages anchored to it and, separately, those that are not."""

    source: Document
    snapshot: Document | None
    #: Passages of this snapshot, in the order of the text.
    passages: list[CheckedPassage]
    #: Passages that are not located in this snapshot.
    elsewhere: list[CheckedPassage]
    #: Claims whose verdicts rest on the source.
    cited_by: list[Document]

    def annotated(self, text: str) -> list[list[TextPiece[CheckedPassage]]]:
        """Return the text in paragraphs, split where passages begin and end.

        A first paragraph that only repeats the title is left out.
        """
        cut = split_paragraphs(text, self.passages)
        first = cut[0] if cut else []
        repeats = (
            len(first) == 1
            and not first[0].covering
            and first[0].text.strip() == self.source["title"].strip()
        )
        return cut[1:] if repeats else cut


def load_source_text(
    source_id: int, documents: Sequence[Document], *, number: int | None = None
) -> SourceText | None:
    """Return the source as these publications quote it: in snapshot `number`, or the newest with a quote.

    Return None if no publication mentions the source, or if none mentions the snapshot `number`.
    """
    passages = [
        CheckedPassage(d, a) for d in documents for a in d["appearances"] if a["source"]["id"] == source_id
    ]
    citing = [d for d in documents if any(item["source"]["id"] == source_id for item in _list_evidence(d))]
    sources = [p.appearance["source"] for p in passages] + [
        item["source"] for d in citing for item in _list_evidence(d) if item["source"]["id"] == source_id
    ]
    snapshots = {p.snapshot_number: p.appearance["snapshot"] for p in passages if p.snapshot_number}
    if not sources or (number and number not in snapshots):
        return None
    shown_number = number or max(snapshots, default=None)
    shown_passages = [p for p in passages if shown_number and p.snapshot_number == shown_number]
    elsewhere = [p for p in passages if not shown_number or p.snapshot_number != shown_number]
    return SourceText(
        source=sources[0],
        snapshot=snapshots[shown_number] if shown_number else None,
        passages=_number_passages(sorted(shown_passages, key=lambda p: (p.start, p.end)), first=1),
        elsewhere=_number_passages(elsewhere, first=len(shown_passages) + 1),
        cited_by=citing,
    )


def _number_passages(passages: Iterable[CheckedPassage], *, first: int) -> list[CheckedPassage]:
    return [CheckedPassage(p.claim, p.appearance, number) for number, p in enumerate(passages, first)]


def _list_evidence(document: Document) -> list[Document]:
    return [item for verdict in document["verdicts"] for item in verdict["evidence"]]
