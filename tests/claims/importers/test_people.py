import pytest

from claims.importers.review import Person
from claims.importers.values.people import read_kind, read_person
from claims.models import Claimant


@pytest.mark.parametrize(
    "name, expected",
    [
        ("Ada Moss", "Ada Moss"),
        (" Ada&nbsp;Moss ", "Ada Moss"),
        ('"Ada Moss"', "Ada Moss"),
        ("@adamoss", "@adamoss"),
        ("ada-moss", "ada-moss"),
        ("Bread & Roses", "Bread & Roses"),
        (["Ada Moss", "mayor of Anytown"], "Ada Moss, mayor of Anytown"),
        (
            [{"@type": "Person", "name": "Ada Moss"}, {"@type": "Person", "name": "Ben Orr"}],
            "Ada Moss, Ben Orr",
        ),
        ({"name": {"@value": "Ada Moss"}}, "Ada Moss"),
        (7, "7"),
    ],
)
def test_a_name(name, expected):
    assert read_person(name) == (Person(expected), ())


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "Unknown",
        "UNKNOWN",
        "N/A",
        "Various",
        "Multiple sources",
        "Várias fontes",
        "Unbekannt",
        "مجهول",
        "—",
        "?!",
        [],
        {},
    ],
)
def test_nobody(name):
    assert read_person(name) == (None, ())


def test_a_name_is_not_judged_by_a_part_of_it():
    assert read_person("Unknown Mortal Orchestra")[0] == Person("Unknown Mortal Orchestra")
    assert read_person("Facebook posts of Ada Moss")[0] == Person("Facebook posts of Ada Moss")


@pytest.mark.parametrize(
    "name, kind, expected",
    [
        ("Ada Moss", "Person", "person"),
        ("Ada Moss", "person", "person"),
        ("Ada Moss", "https://schema.org/Person", "person"),
        ("Ada Moss", ["schema:Person"], "person"),
        ("Anytown Council", "GovernmentOrganization", "organization"),
        ("Anytown Bugle", "NewsMediaOrganization", "organization"),
        ("Parents of Anytown", "group", "group"),
        ("Ada Moss", "Thing", "unknown"),
        ("Ada Moss", None, "unknown"),
        ("Ada Moss", {"x": 1}, "unknown"),
        ("Facebook posts", "Person", "group"),
        ("viral image", "Organization", "group"),
        ("Facebook-Nutzer", "Person", "group"),
        ("منشورات مواقع التواصل الاجتماعي", "Person", "group"),
    ],
)
def test_the_kind(name, kind, expected):
    assert read_kind(name, kind) == expected
    assert expected in Claimant.Kind.values


def test_what_belongs_to_a_person():
    person, problems = read_person("Ada Moss", "Person", "mayor", ["https://example.org/ada", "/ada"])
    assert person == Person("Ada Moss", "person", "mayor", ("https://example.org/ada",))
    assert [(field, problem.code) for field, problem in problems] == [
        ("claimant_same_as", "not a web address")
    ]


def test_what_is_too_long_is_left_out():
    assert read_person("x" * 200)[0] == Person("x" * 200)
    assert [(field, one.code) for field, one in read_person("x" * 201)[1]] == [
        ("claimant", "claimant too long")
    ]
    person, problems = read_person("Ada Moss", title="x" * 201)
    assert person == Person("Ada Moss")
    assert [(field, one.code) for field, one in problems] == [("claimant_title", "title too long")]
