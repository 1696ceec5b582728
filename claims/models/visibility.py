"""Which work of the newsroom a person may read: all of it, or only their own and published work.

What the public reads are entries of the ledger; this is about the desk and the editorial API. Each QuerySet says in its
`readable_by()` which of its rows are a person's own or published.
"""

from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

#: What fact-checkers and everybody after them may.
READ_DRAFTS = "claims.read_drafts"

Rows = TypeVar("Rows", bound=QuerySet[Any])


def filter_readable(rows: Rows, person: User, *, own_or_published: Q) -> Rows:
    """Return all rows for people who may read drafts; for others, their own and published rows."""
    return rows if person.has_perm(READ_DRAFTS) else rows.filter(own_or_published)
