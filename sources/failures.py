"""Errors about user input, with a sentence for people and a code for programs."""

from typing import Any

from factcheck.translatable_messages import TranslatableMessage


class Failure(Exception):
    """The operation failed; `str()` is a sentence for a person, `reason_code` is for machines."""

    def __init__(self, reason_code: str, template: str, /, **values: Any) -> None:
        self.reason_code, self.sentence = reason_code, TranslatableMessage(template, **values)
        super().__init__(self.sentence)
