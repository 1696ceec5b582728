"""The names and pages of claimants, topics, publishers and ratings."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.text import slugify

from claims.models import Claimant, Mention, Topic
from factcheck.database.read_connections import fetch_rows
from sources.models import Publisher

#: The maximum length of a slug.
_MAX_SLUG_LENGTH = 80

_TABLES = {
    Mention.Kind.CLAIMANT.value: Claimant._meta.db_table,
    Mention.Kind.TOPIC.value: Topic._meta.db_table,
    Mention.Kind.PUBLISHER.value: Publisher._meta.db_table,
}


def load_names(ids: Mapping[str, Sequence[int]]) -> dict[tuple[str, int], str]:
    """Return the names of subjects mentioned in current publications, by kind and id, in one query."""
    wanted_ids = {kind: [*ids_of_kind] for kind, ids_of_kind in ids.items() if ids_of_kind}
    if not wanted_ids:
        return {}
    statements = [
        f"SELECT '{kind}'::varchar, thing.id, thing.name FROM {_TABLES[kind]} AS thing"  # noqa: S608  our own names
        f" JOIN claims_mention AS known ON known.kind = '{kind}' AND known.thing_id = thing.id"
        " WHERE thing.id = ANY(%s::bigint[])"
        for kind in wanted_ids
    ]
    rows = fetch_rows(" UNION ALL ".join(statements), [*wanted_ids.values()])
    return {(kind, pk): name for kind, pk, name in rows}


def build_slug(name: str, fallback: str) -> str:
    """Return the readable end of a URL. It is never used to find the object."""
    return slugify(name, allow_unicode=True)[:_MAX_SLUG_LENGTH].strip("-") or fallback


def build_subject_path(kind: str, pk: int, name: str) -> str:
    """Return the path of a claimant's, topic's or publisher's page."""
    return reverse(kind, args=[pk, build_slug(name, kind)])
