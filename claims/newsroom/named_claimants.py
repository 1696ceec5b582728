"""Find or create claimants by name or by an authority's identifier.

The same name means the same claimant, unless an authority (Wikidata, ROR) distinguishes two people with one name. If a
text does not say which of them it means, it gets the claimant without an identifier.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from claims.models import Claimant
from claims.newsroom.roles import require_permission
from factcheck.database.locks import lock_names
from sources.identifiers import (
    are_different_entities,
    are_same_entity,
    get_authority,
    group_by_authority,
    normalise_identifier,
)

_MAX_NAME_LENGTH = 200


class ClaimantIndex:
    """Claimants by name, ignoring case, and by authority identifiers."""

    def __init__(self, names: Iterable[str], same_as: Iterable[str] = ()) -> None:
        self._by_name: dict[str, list[Claimant]] = {}
        self._identified: list[Claimant] = []
        # PostgreSQL and Python fold a few rare letters differently, so names are also looked up as spelt.
        wanted_names = set(names)
        condition = Q(lower__any_of={name.lower() for name in wanted_names}) | Q(name__any_of=wanted_names)
        if known_as := {
            identifier for address in same_as if get_authority(identifier := normalise_identifier(address))
        }:
            condition |= Q(same_as__overlap=sorted(known_as))
        if wanted_names or known_as:
            for row in Claimant.objects.alias(lower=Lower("name")).filter(condition).order_by("pk"):
                self.add(row)

    def add(self, claimant: Claimant) -> None:
        self._by_name.setdefault(claimant.name.lower(), []).append(claimant)
        if claimant.same_as and group_by_authority(claimant.same_as):
            self._identified.append(claimant)

    def find(self, name: str, job_title: str = "", same_as: Sequence[str] = ()) -> Claimant | None:
        """Return the claimant with this name or identifier; None if unknown.

        A claimant with the identifier is returned whatever its name; otherwise the oldest claimant that has the name
        and no identifier.
        """
        if same_as:
            for claimant in self._identified:
                if are_same_entity(same_as, claimant.same_as):
                    return claimant
        namesakes = [
            claimant
            for claimant in self._by_name.get(name.lower(), ())
            if not are_different_entities(same_as, claimant.same_as)
        ]
        if len(namesakes) < 2 or not _are_distinguished(namesakes):
            return next(iter(namesakes), None)
        same_title = [claimant for claimant in namesakes if job_title and claimant.job_title == job_title]
        if len(same_title) == 1:
            return same_title[0]
        return next((claimant for claimant in namesakes if not group_by_authority(claimant.same_as)), None)


def _are_distinguished(namesakes: Sequence[Claimant]) -> bool:
    return any(
        are_different_entities(claimant.same_as, earlier_claimant.same_as)
        for position, claimant in enumerate(namesakes)
        for earlier_claimant in namesakes[:position]
    )


def get_or_create_claimants(titles_by_name: Mapping[str, str]) -> dict[str, Claimant]:
    """Return the claimant of every name, ignoring case; create missing ones.

    Existing claimants stay unchanged.

    Args:
        titles_by_name: maps each name to the job title in the text, or "".

    Returns:
        The claimants by name, as given.
    """
    names = {name: name[:_MAX_NAME_LENGTH].strip() for name in titles_by_name}
    titles = {wanted_name: titles_by_name[wanted_name][:_MAX_NAME_LENGTH] for wanted_name in names}
    existing_claimants = ClaimantIndex(names.values())
    claimants = {
        wanted_name: existing_claimants.find(name, titles[wanted_name]) for wanted_name, name in names.items()
    }
    if None in claimants.values():
        # Two articles that quote the same new person at the same time make one claimant.
        lock_names("claimants")
        existing_claimants = ClaimantIndex(names.values())
        missing_claimants = []
        for wanted_name, name in names.items():
            title = titles[wanted_name]
            if (claimant := existing_claimants.find(name, title)) is None:
                claimant = Claimant(name=name, job_title=title, kind=_guess_kind(name, title))
                missing_claimants.append(claimant)
                existing_claimants.add(claimant)
            claimants[wanted_name] = claimant
        Claimant.objects.bulk_create(missing_claimants)
    return {wanted_name: claimant for wanted_name, claimant in claimants.items() if claimant}


@transaction.atomic
def find_or_add_claimant(name: str, *, by: User, **fields: Any) -> tuple[Claimant, bool]:
    """Return the claimant and whether it is new. An existing claimant stays unchanged.

    Raises:
        NotAllowed: the claimant is missing, and the person's role does not include adding one.
    """
    lock_names("claimants")
    same_as = fields.get("same_as", ())
    if claimant := ClaimantIndex([name], same_as).find(name, fields.get("job_title", ""), same_as):
        return claimant, False
    require_permission(by, "claims.add_claimant", _("add claimants"))
    return Claimant.objects.create(name=name, **fields), True


def _guess_kind(name: str, job_title: str) -> str:
    """Return "person" for a name of several words with a job title; otherwise an editor decides."""
    words = name.split()
    if job_title and 2 <= len(words) <= 5 and words[0][:1].isupper() and words[-1][:1].isupper():
        return Claimant.Kind.PERSON
    return Claimant.Kind.UNKNOWN
