"""Errors about user input, with a sentence for people and a code for programs."""


class Failure(Exception):
    """The operation failed; `str()` is a sentence for a person, `reason_code` is for machines."""

    def __init__(self, reason_code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason_code = reason_code
        self.sentence = sentence
