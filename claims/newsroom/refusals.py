"""Refusals: raised by every layer, and displayed by the admin, the APIs and the commands."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django_stubs_ext import StrOrPromise

from factcheck.refusals import ActionRefused


class NotPossible(ActionRefused):
    """The request conflicts with the present state, or something is missing (409). The text is written for people.

    Attributes:
        code: the reason in a form for programs (`factcheck.api.problem_codes`).
    """

    def __init__(self, sentence: StrOrPromise = "", *, code: str = "conflict") -> None:
        super().__init__(sentence)
        self.code = code


class TooEarly(NotPossible):
    """The action is allowed, but only from a later time on.

    Attributes:
        until: the earliest permitted time.
    """

    def __init__(self, sentence: str, until: datetime, *, code: str = "conflict") -> None:
        super().__init__(sentence, code=code)
        self.until = until


class NotAllowed(ActionRefused):
    """The action is not allowed for this person (403). The text gives the reason."""


class NotInRole(NotAllowed, PermissionDenied):
    """The action is not allowed for this person's role or on another person's object. The desk shows a special page."""
