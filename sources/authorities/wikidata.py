"""Wikidata, or another Wikibase with the same properties, through MediaWiki's API.

`wbsearchentities` finds items by a typed name, `wbgetentities` describes them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from sources.authorities.authority_record import AuthorityRecord, AuthorityUnavailable, EntityKind
from sources.authorities.exchange import MAX_CANDIDATES, query_authority
from sources.identifiers import ROR_PREFIX, WIKIDATA_PREFIX, is_ror

NAME = "Wikidata"

_HUMAN = "Q5"
#: Wikimedia's own pages: disambiguation, category, template, list.
_EXCLUDED_CLASSES = frozenset({"Q4167410", "Q4167836", "Q11266439", "Q13406463", "Q22808320", "Q101352"})

_INSTANCE_OF, _BIRTH_DATE, _DEATH_DATE, _WEBSITE, _ROR_ID = "P31", "P569", "P570", "P856", "P6782"


def find_candidates(url: str, name: str, entity_kind: EntityKind, language: str) -> list[AuthorityRecord]:
    """Return the entities that the name may refer to, most probable first.

    Raises:
        AuthorityUnavailable: Wikidata did not respond.
    """
    api_url = f"{url}/w/api.php"
    response = query_authority(
        NAME,
        api_url,
        {
            "action": "wbsearchentities",
            "search": name,
            "language": language,
            "uselang": language,
            "type": "item",
            "limit": str(2 * MAX_CANDIDATES),
            "format": "json",
        },
    )
    item_ids = [
        item["id"]
        for item in _to_list(response.get("search"))
        if isinstance(item, dict) and str(item.get("id", "")).startswith("Q")
    ]
    if not item_ids:
        return []
    languages = list(dict.fromkeys([language, "en", "mul"]))
    entity_response = query_authority(
        NAME,
        api_url,
        {
            "action": "wbgetentities",
            "ids": "|".join(item_ids),
            "props": "labels|descriptions|claims",
            "languages": "|".join(languages),
            "format": "json",
        },
    )
    entities = entity_response.get("entities")
    if not isinstance(entities, dict):
        raise AuthorityUnavailable(gettext("%(name)s sent an unexpected answer.") % {"name": NAME})
    # In the order of the search, which ranks the most common meanings first.
    entities_found = (entities.get(item) for item in item_ids)
    rows = [row for row in entities_found if isinstance(row, dict) and _is_of_kind(row, entity_kind)]
    return [_build_candidate(row, languages) for row in rows[:MAX_CANDIDATES]]


def _is_of_kind(entity: Mapping[str, Any], entity_kind: EntityKind) -> bool:
    kinds = {
        value["id"]
        for value in _get_values(entity, _INSTANCE_OF)
        if isinstance(value, dict) and "id" in value
    }
    if kinds & _EXCLUDED_CLASSES:
        return False
    match entity_kind:
        case EntityKind.PERSON:
            return _HUMAN in kinds
        case EntityKind.ORGANIZATION:
            return _HUMAN not in kinds
        case _:
            return True


def _build_candidate(entity: Mapping[str, Any], languages: list[str]) -> AuthorityRecord:
    item = str(entity["id"])
    ror = [str(value) for value in _get_values(entity, _ROR_ID)]
    return AuthorityRecord(
        name=_choose_label(entity.get("labels"), languages) or item,
        description=_add_years(_choose_label(entity.get("descriptions"), languages), entity),
        same_as=(
            WIKIDATA_PREFIX + item,
            *(ROR_PREFIX + name.lower() for name in ror[:1] if len(name) == 9 and is_ror(name)),
        ),
        website=next((str(value) for value in _get_values(entity, _WEBSITE)), "")[:500],
    )


def _add_years(description: str, entity: Mapping[str, Any]) -> str:
    """Add the years of birth and death, which distinguish namesakes, to a description without years."""
    born_in, died_in = (
        next(_find_years(entity, property_id), "") for property_id in (_BIRTH_DATE, _DEATH_DATE)
    )
    if not born_in or born_in in description:
        return description
    return f"{description} ({born_in}–{died_in})" if description else f"{born_in}–{died_in}"


def _find_years(entity: Mapping[str, Any], property_id: str) -> Iterator[str]:
    for value in _get_values(entity, property_id):
        # "+1971-03-02T00:00:00Z". If the precision is below 9 (a year), only a decade or a century is known.
        if isinstance(value, dict) and isinstance(value.get("precision"), int) and value["precision"] >= 9:
            yield str(value.get("time", ""))[1:5].lstrip("0")


def _get_values(entity: Mapping[str, Any], property_id: str) -> Iterator[Any]:
    """Yield the values of an item's property, preferred statements first."""
    claims = entity.get("claims")
    statements = _to_list(claims.get(property_id)) if isinstance(claims, dict) else []
    current = [entry for entry in statements if isinstance(entry, dict) and entry.get("rank") != "deprecated"]
    for statement in sorted(current, key=lambda entry: entry.get("rank") != "preferred"):
        snak = statement.get("mainsnak")
        if isinstance(snak, dict) and isinstance(value := snak.get("datavalue"), dict) and "value" in value:
            yield value["value"]


def _choose_label(labels: Any, languages: list[str]) -> str:
    for language in languages:
        if isinstance(labels, dict) and isinstance(wording := labels.get(language), dict):
            return str(wording.get("value", ""))[:500]
    return ""


def _to_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
