"""The Research Organization Registry (API version 2): universities, institutes, agencies and some ministries."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from sources.authorities.authority_record import AuthorityRecord, AuthorityUnavailable
from sources.authorities.exchange import MAX_CANDIDATES, query_authority
from sources.identifiers import ROR_PREFIX, expand_identifier, get_authority, normalise_identifier

NAME = "ROR"


def find_candidates(url: str, name: str) -> list[AuthorityRecord]:
    """Return the organisations that the name may refer to, most probable first, without withdrawn records.

    Raises:
        AuthorityUnavailable: ROR did not respond.
    """
    # In ROR's query language, a quotation mark begins a phrase and a backslash escapes the next character.
    plain_name = name.replace("\\", " ").replace('"', " ")
    response = query_authority(NAME, f"{url}/v2/organizations", {"query": f'"{plain_name}"'})
    items = response.get("items")
    if not isinstance(items, list):
        raise AuthorityUnavailable(gettext("%(name)s sent an unexpected answer.") % {"name": NAME})
    active_items = [item for item in items if isinstance(item, dict) and item.get("status") != "withdrawn"]
    candidates = [_build_candidate(item) for item in active_items[:MAX_CANDIDATES]]
    return [candidate for candidate in candidates if candidate.same_as and candidate.name]


def _build_candidate(item: Mapping[str, Any]) -> AuthorityRecord:
    location: Mapping[str, Any] = next(
        (row["geonames_details"] for row in _get_rows(item, "locations") if _is_place(row)), {}
    )
    website = next((row.get("value") for row in _get_rows(item, "links") if row.get("type") == "website"), "")
    kinds = [str(kind) for kind in item.get("types") or [] if isinstance(kind, str)]
    location_names = [str(location[field]) for field in ("name", "country_name") if location.get(field)]
    return AuthorityRecord(
        name=_choose_name(item)[:500],
        description=", ".join([*kinds[:2], *location_names])[:500],
        same_as=_list_same_as(item),
        country=str(location.get("country_code") or "")[:2].upper(),
        website=str(website or "")[:500],
    )


def _choose_name(item: Mapping[str, Any]) -> str:
    names = _get_rows(item, "names")
    display_names = (name for name in names if "ror_display" in (name.get("types") or []))
    return str(next(display_names, names[0] if names else {}).get("value") or "")


def _list_same_as(item: Mapping[str, Any]) -> tuple[str, ...]:
    ror_url = normalise_identifier(str(item.get("id", "")))
    if get_authority(ror_url) != ROR_PREFIX:
        return ()
    wikidata_rows = (row for row in _get_rows(item, "external_ids") if row.get("type") == "wikidata")
    identifiers = [str(row.get("preferred") or next(iter(row.get("all") or []), "")) for row in wikidata_rows]
    return (ror_url, *dict.fromkeys(address for row in identifiers if (address := expand_identifier(row))))


def _get_rows(item: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    rows = item.get(field)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _is_place(location: Mapping[str, Any]) -> bool:
    return isinstance(location.get("geonames_details"), dict)
