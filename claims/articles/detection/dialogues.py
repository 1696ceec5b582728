"""Read the turns of interviews and debates: "Q: …", "BOYLE: …", "— …?", and questions in bold before quoted answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from claims.articles.detection.grammar import Grammar
from claims.articles.detection.people import KnownPeople, NamedEntity
from claims.articles.detection.quotations import Quotations

_LABEL_BREAKS = r":：?？!。,،“”\"«»"  # no label contains them
_LABEL_PATTERN = re.compile(
    rf"^[*_\W]{{0,3}}(?P<label>[^\s.{_LABEL_BREAKS}][^\n{_LABEL_BREAKS}]{{0,38}}?)[*_]{{0,2}}\s?[:：][*_]{{0,2}}\s*(?=\S)"
)
_SPACED_LABEL = re.compile("^(?P<label>[\u3040-\u9fff々]{1,6})\u3000")  # 森田　雨量が増えた
_DASHES = "—–―-"
_QUESTION_PATTERN = re.compile(r"[?？؟;][\s*_”»\"」）)]*$")
_BOLD_PATTERN = re.compile(r"^\*\*.+\*\*$")
_MIN_TURNS = 2
_MAX_LABEL_WORDS = 4


@dataclass(frozen=True, slots=True)
class DialogueTurn:
    """A block of a dialogue, with its speaker. A question has no speaker.

    `is_labelled` is true if a label names the speaker; otherwise the block's own words may name a different speaker.
    """

    member: NamedEntity | None
    is_labelled: bool = True


@dataclass(frozen=True, slots=True)
class DialogueBlock:
    """A block of the text, with its opening dash as a separate value."""

    text: str
    mark: str

    @property
    def is_dashed(self) -> bool:
        return (bool(self.mark) and self.mark in _DASHES) or self.text.startswith(tuple(_DASHES[:3]))


class Dialogue:
    """The dialogue turns of a text."""

    def __init__(self, blocks: Sequence[DialogueBlock], people: KnownPeople, grammar: Grammar) -> None:
        self._people = people
        self._grammar = grammar
        self._labels = [self._read_label(block.text) for block in blocks]
        self._dash_flags = [block.is_dashed for block in blocks]
        self._question_flags = [
            bool(_QUESTION_PATTERN.search(block.text) or _BOLD_PATTERN.match(block.text)) for block in blocks
        ]
        self.turns: list[DialogueTurn | None] = [None] * len(blocks)
        labelled_indexes = [
            index for index, label in enumerate(self._labels) if label is not None and self._is_speaker(label)
        ]
        for index in range(len(blocks) - 1):
            # "――堤防は何か所で傷んでいますか。" needs no question mark: a quotation or a name answers it.
            is_answered = _is_opened_by_quotation(blocks[index + 1].text) or index + 1 in labelled_indexes
            self._question_flags[index] |= (
                self._dash_flags[index] and is_answered and not self._dash_flags[index + 1]
            )
        first_index = min(
            [
                *labelled_indexes,
                *(
                    index
                    for index in range(len(blocks))
                    if self._dash_flags[index] or self._question_flags[index]
                ),
            ],
            default=0,
        )
        self._interviewee = self._find_interviewee(blocks[:first_index])
        if len(labelled_indexes) >= _MIN_TURNS:
            self._read_labels(blocks)
        elif (
            sum(self._question_flags[index] for index in range(len(blocks)) if self._dash_flags[index])
            >= _MIN_TURNS
        ):
            self._read_dashes(blocks)
        elif sum(self._is_question(blocks, index) for index in range(len(blocks) - 1)) >= _MIN_TURNS:
            self._read_answers(blocks)

    def _read_label(self, text: str) -> str | None:
        match = _LABEL_PATTERN.match(text) or _SPACED_LABEL.match(text)
        if match is None or len(match["label"].split()) > _MAX_LABEL_WORDS:
            return None
        return match["label"].strip()

    def _is_named_label(self, label: str) -> NamedEntity | None:
        words = label.split()
        if label.isupper():
            label = label.title()
        member = self._people.find(label) or (
            self._people.find(" ".join(words[1:])) if len(words) > 1 else None
        )
        if member is None:
            return self._people.find_namesake(label)
        return member if member.is_person or member.name.split()[-1] == label else None

    def _is_speaker(self, label: str) -> bool:
        key = label.casefold()
        return (
            key in self._grammar.questioners
            or key in self._grammar.answerers
            or self._is_named_label(label) is not None
        )

    def _find_interviewee(self, blocks: Sequence[DialogueBlock]) -> NamedEntity | None:
        """Return the only person named before the first turn; None if there are several or none."""
        people = {
            id(mention.member): mention.member
            for block in blocks
            for mention in self._people.find_mentions(block.text)
            if mention.member.is_person
        }
        return next(iter(people.values())) if len(people) == 1 else None

    def _read_labels(self, blocks: Sequence[DialogueBlock]) -> None:
        is_question = any(
            label is not None and label.casefold() in self._grammar.questioners for label in self._labels
        )
        for index, label in enumerate(self._labels):
            if label is None:
                if self._dash_flags[index] and self._question_flags[index]:
                    self.turns[index] = DialogueTurn(None)
                elif self._interviewee is not None and self._is_answer(blocks, index):
                    self.turns[index] = DialogueTurn(self._interviewee, is_labelled=False)
                continue
            member = self._is_named_label(label)
            if member is not None:
                self.turns[index] = DialogueTurn(member)
            elif label.casefold() in self._grammar.answerers and is_question:
                self.turns[index] = DialogueTurn(self._interviewee)
            elif label.casefold() in self._grammar.questioners or self._question_flags[index]:
                self.turns[index] = DialogueTurn(None)

    def _read_dashes(self, blocks: Sequence[DialogueBlock]) -> None:
        for index in range(len(blocks)):
            if self._dash_flags[index] and self._question_flags[index]:
                self.turns[index] = DialogueTurn(None)
            elif self._dash_flags[index] or self._is_answer(blocks, index):
                self.turns[index] = DialogueTurn(self._interviewee, is_labelled=False)
            elif (
                self._labels[index] is not None
                and self._is_named_label(self._labels[index] or "") is not None
            ):
                self.turns[index] = DialogueTurn(self._is_named_label(self._labels[index] or ""))

    def _read_answers(self, blocks: Sequence[DialogueBlock]) -> None:
        for index in range(len(blocks)):
            if self._is_question(blocks, index):
                self.turns[index] = DialogueTurn(None)
            elif self._is_answer(blocks, index):
                self.turns[index] = DialogueTurn(self._interviewee, is_labelled=False)

    def _is_question(self, blocks: Sequence[DialogueBlock], index: int) -> bool:
        """Return whether a block is a question that the next block answers with a quotation."""
        return (
            self._question_flags[index]
            and not Quotations(blocks[index].text).spans
            and index + 1 < len(blocks)
            and _is_opened_by_quotation(blocks[index + 1].text)
        )

    def _is_answer(self, blocks: Sequence[DialogueBlock], index: int) -> bool:
        """Return whether the block after a question opens with a quotation."""
        if not index or not (self._question_flags[index - 1] or self.turns[index - 1] is not None):
            return False
        return _is_opened_by_quotation(blocks[index].text)


def _is_opened_by_quotation(text: str) -> bool:
    spans = Quotations(text).spans
    return bool(spans) and spans[0].start == 0
