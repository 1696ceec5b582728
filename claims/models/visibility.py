"""Decide which of the newsroom's rows a person may read: all of them, or only the person's own and published ones.

This applies to the desk and the editorial API; the public reads ledger entries. The `readable_by()` of each QuerySet
defines which of its rows are a person's own or published.
"""

from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

#: The permission of fact-checkers and all higher roles.
READ_DRAFTS = "claims.read_drafts"

Rows = TypeVar("Rows", bound=QuerySet[Any])


def filter_readable(rows: Rows, person: User, *, own_or_published: Q) -> Rows:
    """Return all rows if the person may read drafts; otherwise only rows that meet `own_or_published`."""
    return rows if person.has_perm(READ_DRAFTS) else rows.filter(own_or_published)
