"""Requests for copies by people and other features. Citations request copies automatically (`models.citing_rows`)."""

from django.contrib.auth.models import User
from django.db import connection

from claims.features.archiving.models.archiving_request import build_request_sql
from sources.models import Source


def request_copy(source: Source, *, reason: str, by: User | None = None) -> bool:
    """Request a copy of a source's page, unless a recent copy or a request for one already exists.

    A request from the desk makes a new copy even if there is a recent one.

    Returns:
        Whether a copy was requested.
    """
    fresh_period = "0" if reason in ("desk", "link_check") else "1 day"
    statement = build_request_sql(
        reason, "SELECT %s::bigint, clock_timestamp()", fresh_period=fresh_period, by="%s::integer"
    )
    # The statement's parameters are in this order: person, then source.
    with connection.cursor() as cursor:
        cursor.execute(statement, [by.pk if by else None, source.pk])
        return cursor.rowcount > 0
