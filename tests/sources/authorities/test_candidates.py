"""Candidates for a name: combined answers of authorities, and malformed ones."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from sources.authorities import candidates as authorities
from sources.authorities.authority_record import AuthorityRecord, EntityKind
from tests.helpers.authority_server import AuthorityServer, authority_server, item, organization, year

SOLHEIM = item("Q900000001", "Ingrid Solheim", "minister in an example", human=True, P569=[year(1971)])
NAMESAKE = item(
    "Q900000002", "Ingrid Solheim", "painter (1901–1980)", human=True, P569=[year(1901)], P570=[year(1980)]
)
INSTITUTE = item(
    "Q900000003", "Solheim Institute", "research body", P6782=["05a28rw58"], P856=["https://solheim.example"]
)


@pytest.fixture
def server(settings: Settings) -> Iterator[AuthorityServer]:
    with authority_server() as running:
        settings.WIKIDATA_URL = settings.ROR_URL = running.url
        running.items = [SOLHEIM, NAMESAKE, INSTITUTE]
        running.organizations = [
            organization("05a28rw58", "Solheim Institute"),
            organization("04ttjf776", "Institute of Tides"),
        ]
        yield running


def test_people_are_distinguished_by_occupation_and_dates(server: AuthorityServer) -> None:
    assert authorities.find_candidates("Ingrid  Solheim", EntityKind.PERSON) == authorities.AuthorityResults(
        [
            AuthorityRecord(
                "Ingrid Solheim",
                "minister in an example (1971–)",
                ("https://www.wikidata.org/wiki/Q900000001",),
            ),
            AuthorityRecord(
                "Ingrid Solheim", "painter (1901–1980)", ("https://www.wikidata.org/wiki/Q900000002",)
            ),
        ],
        [],
    )
    assert [asked["action"] for asked in server.asked] == ["wbsearchentities", "wbgetentities"]


@pytest.mark.slow
def test_a_candidate_known_to_two_authorities_is_listed_once(server: AuthorityServer) -> None:
    assert authorities.find_candidates("Solheim Institute", EntityKind.ORGANIZATION).candidates == [
        AuthorityRecord(
            "Solheim Institute",
            "research body",
            ("https://www.wikidata.org/wiki/Q900000003", "https://ror.org/05a28rw58"),
            "NO",
            "https://solheim.example",
        )
    ]


def test_pages_about_names_are_not_people(server: AuthorityServer) -> None:
    server.items = [item("Q1", "Solheim", P31=[{"id": "Q4167410"}]), item("Q2", "Solheim (place)")]
    assert [one.name for one in authorities.find_candidates("Solheim", EntityKind.SUBJECT).candidates] == [
        "Solheim (place)"
    ]


def test_no_authority_is_queried_unless_configured(settings: Settings) -> None:
    settings.WIKIDATA_URL = settings.ROR_URL = ""
    assert not authorities.are_authorities_configured()
    assert authorities.find_candidates("Solheim", EntityKind.ANY) == authorities.AuthorityResults([], [])


def test_a_single_letter_is_not_queried(server: AuthorityServer) -> None:
    assert authorities.find_candidates(" S ", EntityKind.ANY) == authorities.AuthorityResults([], [])
    assert server.asked == []


def test_requests_identify_us(server: AuthorityServer, settings: Settings) -> None:
    settings.SITE_URL = "https://facts.example.org"
    authorities.find_candidates("Solheim", EntityKind.PERSON)
    assert set(server.agents) == {"Factcheck/1.0 (https://facts.example.org)"}


def test_results_of_one_authority_are_shown_if_the_other_is_unavailable(
    server: AuthorityServer, settings: Settings
) -> None:
    settings.WIKIDATA_URL = "http://127.0.0.1:9"
    found = authorities.find_candidates("Institute of Tides", EntityKind.ORGANIZATION)
    assert [one.same_as for one in found.candidates] == [("https://ror.org/04ttjf776",)]
    assert found.problems == ["Wikidata: 127.0.0.1:9 cannot be reached, or the connection was cut."]


@pytest.mark.parametrize(
    ("status", "content", "problem"),
    [
        (429, b"slow down", "Wikidata answered with status 429."),
        (200, b"<html>", "Wikidata sent something other than JSON."),
        (200, b"[]", "Wikidata sent an unexpected answer."),
        (200, b'{"error": {"info": "Too much."}}', "Wikidata answered: Too much."),
    ],
)
def test_invalid_answers_are_reported(
    server: AuthorityServer, settings: Settings, status: int, content: bytes, problem: str
) -> None:
    settings.ROR_URL = ""
    server.answer = lambda path, parameters: (status, content)
    assert authorities.find_candidates("Solheim", EntityKind.ANY) == authorities.AuthorityResults(
        [], [problem]
    )


@pytest.mark.parametrize(
    "content",
    [
        b'{"search": [null, 1, {"id": 5}, {"id": "P31"}], "items": [null, {}, {"id": 3}, {"id": "https://ror.org/"}]}',
        b'{"search": {"a": 1}, "items": []}',
        (
            b'{"search": [{"id": "Q1"}], "items": [], "entities": {"Q1": {"id": "Q1", "labels": [],'
            b' "claims": {"P31": [null, {"mainsnak": 1}], "P569": [{"mainsnak": {"datavalue": {"value": "x"}}}]},'
            b' "descriptions": {"en": 3}}}}'
        ),
        (
            b'{"search": [], "items": [{"id": "https://ror.org/05a28rw58", "names": 4, "locations": [{}],'
            b' "links": "x", "external_ids": [{"type": "wikidata", "all": []}], "types": null}]}'
        ),
    ],
)
def test_answers_of_another_shape_do_no_harm(server: AuthorityServer, content: bytes) -> None:
    server.answer = lambda path, parameters: (200, content)
    found = authorities.find_candidates("Solheim", EntityKind.ANY)
    assert found.problems == []
    assert all(one.same_as for one in found.candidates)
