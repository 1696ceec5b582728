"""A list column with the number of claims of each row."""

from django.contrib.auth.models import User
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from claims.models import Claim


def count_readable(relation: str, person: User) -> Coalesce:
    """Return the number of claims in the linked list that this person can see; counted only for rows of the page."""
    claims = Claim.objects.readable_by(person).filter(**{relation: OuterRef("pk")})
    counting = claims.order_by().values(relation).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counting, output_field=IntegerField()), 0)
