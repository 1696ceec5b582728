"""Claimants by the names that texts give them."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from claims.models import Claimant
from claims.newsroom.roles import require
from factcheck.database.locks import hold

_LONGEST = 200


def claimants_named(wanted: Mapping[str, str]) -> dict[str, Claimant]:
    """The claimant of every name, whatever its case; those that are missing are made.

    The same name is the same claimant: two people of one name are for an editor to tell apart. What is known of an
    existing claimant stays as it is.

    Args:
        wanted: name → job title as the text words it, or "".

    Returns:
        The claimants by the names asked for.
    """
    names = {name: name[:_LONGEST].strip() for name in wanted}
    found = _known(list(names.values()))
    if any(name.lower() not in found for name in names.values()):
        # Two articles that quote the same new person at the same time make one claimant.
        hold("claimants")
        found = _known(list(names.values()))
    missing: dict[str, Claimant] = {}
    for asked, name in names.items():
        if name.lower() not in found:
            title = wanted[asked][:_LONGEST]
            missing.setdefault(name.lower(), Claimant(name=name, job_title=title, kind=_kind(name, title)))
    found |= {row.name.lower(): row for row in Claimant.objects.bulk_create(missing.values())}
    return {asked: found[name.lower()] for asked, name in names.items()}


@transaction.atomic
def find_or_add(name: str, *, by: User, **fields: Any) -> tuple[Claimant, bool]:
    """The claimant of this name, and whether it is new. One that is known keeps what is stored of it.

    Raises:
        NotAllowed: there is none, and the person's role does not include adding one.
    """
    hold("claimants")
    if known := _known([name]).get(name.lower()):
        return known, False
    require(by, "claims.add_claimant", _("add claimants"))
    return Claimant.objects.create(name=name, **fields), True


def _known(names: list[str]) -> dict[str, Claimant]:
    # PostgreSQL and Python fold a few rare letters differently, so a name is also looked up as it is spelled.
    rows = Claimant.objects.annotate(lower=Lower("name")).filter(
        Q(lower__in=[name.lower() for name in names]) | Q(name__in=names)
    )
    return {row.name.lower(): row for row in rows.order_by("-pk")}


def _kind(name: str, job_title: str) -> str:
    """A name of several words with a job title is a person's; whatever else it is, an editor knows better."""
    words = name.split()
    if job_title and 2 <= len(words) <= 5 and words[0][:1].isupper() and words[-1][:1].isupper():
        return Claimant.Kind.PERSON
    return Claimant.Kind.UNKNOWN
