"""Candidates for a name, from all configured authorities."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from django.conf import settings

from sources.authorities import ror, wikidata
from sources.authorities.authority_record import AuthorityRecord, AuthorityUnavailable, EntityKind

#: A name with fewer letters has too many candidates.
MIN_LETTERS = 2
MAX_NAME_LENGTH = 200


@dataclass(frozen=True)
class AuthorityResults:
    """The candidates, and an error sentence for each authority that did not respond."""

    candidates: list[AuthorityRecord]
    problems: list[str]


def are_authorities_configured() -> bool:
    """Return whether any authority is configured."""
    return bool(settings.WIKIDATA_URL or settings.ROR_URL)


def find_candidates(name: str, entity_kind: EntityKind, *, language: str = "en") -> AuthorityResults:
    """Query all authorities for this kind of entity concurrently, and return the candidates of those that respond.

    Args:
        language: the language of the descriptions (BCP 47); only its primary subtag is used.
    """
    name = " ".join(name.split())[:MAX_NAME_LENGTH]
    if len(name) < MIN_LETTERS:
        return AuthorityResults([], [])
    queries: list[Future[list[AuthorityRecord]]] = []
    with ThreadPoolExecutor(max_workers=2) as threads:
        if settings.WIKIDATA_URL:
            code = language.partition("-")[0].lower() or "en"
            queries.append(
                threads.submit(wikidata.find_candidates, settings.WIKIDATA_URL, name, entity_kind, code)
            )
        if settings.ROR_URL and entity_kind in (EntityKind.ORGANIZATION, EntityKind.ANY):
            queries.append(threads.submit(ror.find_candidates, settings.ROR_URL, name))
    records: list[AuthorityRecord] = []
    problems = []
    for query in queries:
        try:
            records = _merge_candidates(records, query.result())
        except AuthorityUnavailable as unavailable:
            problems.append(str(unavailable))
    return AuthorityResults(records, problems)


def _merge_candidates(
    records: list[AuthorityRecord], other_records: list[AuthorityRecord]
) -> list[AuthorityRecord]:
    """Combine the candidates of two authorities, merging records that share a URL."""
    merged_records = list(records)
    for other_record in other_records:
        index = next(
            (i for i, merged in enumerate(merged_records) if set(merged.same_as) & set(other_record.same_as)),
            None,
        )
        if index is None:
            merged_records.append(other_record)
        else:
            record = merged_records[index]
            merged_records[index] = replace(
                record,
                description=record.description or other_record.description,
                same_as=tuple(dict.fromkeys((*record.same_as, *other_record.same_as))),
                country=record.country or other_record.country,
                website=record.website or other_record.website,
            )
    return merged_records
