"""Refusals, raised by all layers and presented by the admin, the APIs and the commands."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django_stubs_ext import StrOrPromise

from factcheck.refusals import Refused


class NotPossible(Refused):
    """The request conflicts with the present state, or lacks something (409). Its text is for a person.

    Attributes:
        code: the same for programs (`factcheck.api.problem_codes`).
    """

    def __init__(self, sentence: StrOrPromise = "", *, code: str = "conflict") -> None:
        super().__init__(sentence)
        self.code = code


class TooEarly(NotPossible):
    """The object is complete, but a required moment has not come yet.

    Attributes:
        until: that moment.
    """

    def __init__(self, sentence: str, until: datetime, *, code: str = "conflict") -> None:
        super().__init__(sentence, code=code)
        self.until = until


class NotAllowed(Refused):
    """This person may not do this (403). The text says why."""


class NotInRole(NotAllowed, PermissionDenied):
    """The person's role does not include this action on any object. The desk shows a special page."""
