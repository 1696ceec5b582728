"""Who reads the newsroom's work: everybody's, or one's own and what has been published.

What the public reads are entries of the ledger; this is about the desk and the editorial API.
"""

from typing import Self, TypeVar

from django.contrib.auth.models import User
from django.db import models

#: What fact-checkers and everybody after them may.
READ_DRAFTS = "claims.read_drafts"

Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class WorkQuerySet(models.QuerySet[Row_co]):
    """Rows that not everybody at the desk may read before they are published."""

    def readable_by(self, person: User) -> Self:
        """What this person may read."""
        return self if person.has_perm(READ_DRAFTS) else self.filter(self._open_to(person))

    def _open_to(self, person: User) -> models.Q:
        """Which rows are the person's own or published."""
        raise NotImplementedError
