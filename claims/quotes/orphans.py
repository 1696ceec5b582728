"""Reasons why a quote cannot be located in a new version of its text."""

from enum import StrEnum


class OrphanReason(StrEnum):
    """The reason why a quote has no position in the new text."""

    NOT_FOUND = "quote not found"
    CHANGED = "the words were changed"
    ELSEWHERE = "the words stand in another place only"
    QUOTED = "the words are quoted there from somewhere"
    SPEAKER = "someone else may say them"
    AROUND = "the sentence around the words was changed"
    REWRITTEN = "the paragraph around the words was rewritten"
    TWICE = "the text says it in two ways now"
    NOT_COMPARED = "the texts could not be compared"
    PLACE_TAKEN = "another appearance of the same claim is there"


class OrphanedQuote(Exception):
    """A quote that cannot be located; `wording` is the span of its changed sentence, if there is one."""

    def __init__(self, reason: OrphanReason, wording: tuple[int, int] | None = None) -> None:
        super().__init__(reason)
        self.reason, self.wording = reason, wording
