"""Rows of this feature for a desk at which everything has happened once (`tests.helpers.full_desk`)."""

from datetime import date

from claims.features.corrections.models import Rectification
from claims.models import Claim


def add_rows(claim: Claim) -> None:
    number = Rectification.objects.count() + 1
    Rectification.objects.create(
        claim=claim,
        outlet=f"The Herald {number}",
        url=f"https://herald.example/{number}",
        asked_on=date(2026, 3, 1),
    )
