"""A source with the passages that published claims quote, and the claims whose verdicts cite it."""

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
    #: The number of the passage on the page, from 1, which leads readers from the text to the claim in the list.
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
        is_anchored = self.appearance["snapshot"] and self.appearance["start"] is not None
        return self.appearance["snapshot"]["number"] if is_anchored else None


@dataclass(frozen=True, slots=True)
class SourceText:
    """A source with one snapshot, if any, the passages quoted from that snapshot and, separately, all others."""

    source: Document
    snapshot: Document | None
    #: Passages of this snapshot, in the order of the text.
    passages: list[CheckedPassage]
    #: Passages that are not located in this snapshot.
    other_passages: list[CheckedPassage]
    #: Claims whose verdicts cite the source as evidence.
    citing_claims: list[Document]

    def annotate(self, text: str) -> list[list[TextPiece[CheckedPassage]]]:
        """Return the text in paragraphs, split where passages begin and end.

        A first paragraph that only repeats the title is left out.
        """
        paragraphs = split_paragraphs(text, self.passages)
        first_paragraph = paragraphs[0] if paragraphs else []
        repeats = (
            len(first_paragraph) == 1
            and not first_paragraph[0].covering_spans
            and first_paragraph[0].text.strip() == self.source["title"].strip()
        )
        return paragraphs[1:] if repeats else paragraphs


def load_source_text(
    source_id: int, documents: Sequence[Document], *, number: int | None = None
) -> SourceText | None:
    """Return the source as these publications quote it: in snapshot `number`, or in the newest snapshot with a quote.

    Return None if no publication mentions the source, or if none mentions the snapshot `number`.
    """
    passages = [
        CheckedPassage(document, appearance)
        for document in documents
        for appearance in document["appearances"]
        if appearance["source"]["id"] == source_id
    ]
    citing_items = [
        document
        for document in documents
        if any(item["source"]["id"] == source_id for item in _list_evidence(document))
    ]
    sources = [passage.appearance["source"] for passage in passages] + [
        item["source"]
        for document in citing_items
        for item in _list_evidence(document)
        if item["source"]["id"] == source_id
    ]
    snapshots = {
        passage.snapshot_number: passage.appearance["snapshot"]
        for passage in passages
        if passage.snapshot_number
    }
    if not sources or (number and number not in snapshots):
        return None
    shown_number = number or max(snapshots, default=None)
    shown_passages = [
        passage for passage in passages if shown_number and passage.snapshot_number == shown_number
    ]
    other_passages = [
        passage for passage in passages if not shown_number or passage.snapshot_number != shown_number
    ]
    return SourceText(
        source=sources[0],
        snapshot=snapshots[shown_number] if shown_number else None,
        passages=_number_passages(
            sorted(shown_passages, key=lambda passage: (passage.start, passage.end)), first_number=1
        ),
        other_passages=_number_passages(other_passages, first_number=len(shown_passages) + 1),
        citing_claims=citing_items,
    )


def _number_passages(passages: Iterable[CheckedPassage], *, first_number: int) -> list[CheckedPassage]:
    return [
        CheckedPassage(passage.claim, passage.appearance, number)
        for number, passage in enumerate(passages, first_number)
    ]


def _list_evidence(document: Document) -> list[Document]:
    return [item for verdict in document["verdicts"] for item in verdict["evidence"]]
