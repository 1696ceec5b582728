"""Bylines are people."""

import lxml.html
from hypothesis import given
from hypothesis import strategies as st

from sources.extraction.bylines import find_people, read_byline
from tests.helpers.sweeps import sweep


@sweep(
    ("line", "people"),
    [
        ("Ada Brook", ["Ada Brook"]),
        ("By Ada Brook", ["Ada Brook"]),
        ("By Ada Brook and Sam Rivers", ["Ada Brook", "Sam Rivers"]),
        ("Von Jörg Krämer und Ana-Lena Vogt", ["Jörg Krämer", "Ana-Lena Vogt"]),
        ("Par Élodie Martin, à Rivaux", ["Élodie Martin"]),
        ("Ada Brook, Reuters", ["Ada Brook"]),
        ("Ada Brook | Political Editor", ["Ada Brook"]),
        ("Ada Brook, Chief Correspondent", ["Ada Brook"]),
        ("Ada Brook in Linden", ["Ada Brook"]),
        ("Ada Brook (dpa)", ["Ada Brook"]),
        ("Ludwig van der Berg", ["Ludwig van der Berg"]),
        ("Connor O’Neill & Ngũgĩ wa Mwangi", ["Connor O’Neill", "Ngũgĩ wa Mwangi"]),
        ("김철수 기자", ["김철수"]),
        ("記者 王小明", ["王小明"]),
        ("محمد الحسن", ["محمد الحسن"]),
        ("Мария Иванова", ["Мария Иванова"]),
        ("J. R. Dale", ["J. R. Dale"]),
        ("By Staff", []),
        ("Staff Writer", []),
        ("Reuters", []),
        ("AFP", []),
        ("dpa", []),
        ("AP News", []),
        ("By Our Correspondent", []),
        ("Web Desk", []),
        ("Redaktion", []),
        ("La rédaction", []),
        ("Redacción", []),
        ("редакция", []),
        ("연합뉴스", []),
        ("编辑部", []),
        ("The Linden Gazette", []),
        ("3 May 2024", []),
        ("Updated 14:32", []),
        ("2024-05-03", []),
        ("https://gazette.example/ada", []),
        ("@ada", []),
        ("desk@gazette.example", []),
        ("admin", []),
        ("the city council", []),
        ("", []),
        ("x" * 200, []),
    ],
)
def test_names_of_people(line: str, people: list[str]) -> None:
    assert find_people(line, publisher="The Linden Gazette") == people


def test_the_publisher_is_no_author() -> None:
    assert find_people("Nordkurier", publisher="Nordkurier") == []


@sweep(
    ("line", "people"),
    [
        ("Der Nordkurier", []),
        ("NK", []),
        ("NORD SACHSEN-ANHALT", []),
        ("Nord", []),
        ("Linden, Germany", []),
        ("Ada Brook, NORD THÜRINGEN", ["Ada Brook"]),
        ("Nord Falk", ["Nord Falk"]),
        ("Dan Rivers", ["Dan Rivers"]),
        ("Ada Brook dan Sam Rivers", ["Ada Brook", "Sam Rivers"]),
    ],
)
def test_the_newsroom_s_own_name_and_its_address_are_no_people(line: str, people: list[str]) -> None:
    assert find_people(line, "Nord Media", "nk.der-nordkurier.example") == people


def byline(*authors: object, body: str = "") -> str:
    tree = lxml.html.document_fromstring(f"<html><body>{body}<p>x</p></body></html>")
    return read_byline(tree, {}, [{"@type": ["NewsArticle"], "author": list(authors)}], "Gazette")


def test_organisations_are_left_out_and_the_next_source_is_used() -> None:
    organisation = {"@type": "NewsMediaOrganization", "name": "Harbour Post"}
    assert byline(organisation) == ""
    assert byline(organisation, {"@type": "Person", "name": "Ada Brook"}) == "Ada Brook"
    assert byline({"name": "Newsroom"}, body="<p class=byline>By Sam Rivers</p>") == "Sam Rivers"


@given(st.text(max_size=200))
def test_names_are_always_short_and_without_digits(line: str) -> None:
    for name in find_people(line):
        assert 0 < len(name) <= 60
        assert not any(letter.isdigit() for letter in name)
