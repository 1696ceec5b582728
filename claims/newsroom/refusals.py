"""Refusals: every layer raises them, and the admin, the APIs and the commands display them."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django_stubs_ext import StrOrPromise

from factcheck.refusals import Refused


class NotPossible(Refused):
    """The request conflicts with the present state, or lacks something (409). The text is for a person.

    Attributes:
        code: the reason in a form for programs (`factcheck.api.problem_codes`).
    """

    def __init__(self, sentence: StrOrPromise = "", *, code: str = "conflict") -> None:
        super().__init__(sentence)
        self.code = code


class TooEarly(NotPossible):
    """The object is complete, but its earliest permitted time has not come yet.

    Attributes:
        until: the earliest permitted time.
    """

    def __init__(self, sentence: str, until: datetime, *, code: str = "conflict") -> None:
        super().__init__(sentence, code=code)
        self.until = until


class NotAllowed(Refused):
    """This person may not do this (403). The text gives the reason."""


class NotInRole(NotAllowed, PermissionDenied):
    """The person may not do this: by role, or because the object is another person's. The desk shows a special page."""
