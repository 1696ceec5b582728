from typing import Any

from claims.imports.reading.review_record import Outlet
from claims.imports.reading.values.outlets import (
    _iterate_entries,
    is_own_name,
    load_known_outlets,
    read_outlet,
)
from claims.imports.reading.values.problem import Problem
from sources.models import Publisher
from tests.helpers.sweeps import sweep

POLITIFACT = Outlet("PolitiFact", "politifact.com", "https://politifact.com/", "US", "en")


@sweep(
    "name, url, review_url",
    [
        ("PolitiFact", "", ""),
        (" politifact ", "", ""),
        ("@politifact", "", ""),
        ("politifact.com", "", ""),
        ("www.politifact.com", "", ""),
        ("https://www.politifact.com/", "", ""),
        (["", {"@type": "Organization", "name": "PolitiFact"}], "", ""),
        ("", "https://www.politifact.com/", ""),
        ("", "", "https://www.politifact.com/factchecks/1/"),
        (None, None, "http://web.archive.org/web/2016/http://www.politifact.com/factchecks/1/"),
        ("Unknown", "", "https://cms.politifact.com/1/"),
        ("twitter.com", "https://twitter.com/politifact", "https://politifact.com/1/"),
        ("PolitiFact", "https://facebook.com/politifact", "https://example.org/"),
    ],
)
def test_a_publisher_we_know(name, url, review_url):
    assert read_outlet(name, url, review_url) == (POLITIFACT, "")


def test_a_person_on_the_site_of_a_publisher_is_the_byline():
    outlet: Any
    outlet, person = read_outlet("Ada Moss", "https://africacheck.org/authors/ada-moss", "")
    assert (outlet.name, outlet.domain, person) == ("Africa Check", "africacheck.org", "Ada Moss")


def named(review_url: str) -> str:
    outlet, _ = read_outlet("", "", review_url)
    assert outlet
    return outlet.name


def test_part_of_a_site_may_belong_to_another_publisher():
    assert named("https://lupa.uol.com.br/1") == "Lupa"
    assert named("https://noticias.uol.com.br/confere/1") == "UOL Confere"
    assert named("https://www.politifact.com.au/1") == "PolitiFact Australia"


@sweep(
    "name, url, review_url, expected",
    [
        ("The Anytown Bugle", "", "", Outlet("The Anytown Bugle")),
        ("@anytownbugle", "", "", Outlet("anytownbugle")),
        (
            "The Anytown Bugle",
            "https://www.bugle.example.org/about",
            "",
            Outlet("The Anytown Bugle", "bugle.example.org", "https://www.bugle.example.org/about"),
        ),
        ("The Anytown Bugle", "", "https://example.net/1", Outlet("The Anytown Bugle", "example.net")),
        ("", "", "https://www.example.net/1", Outlet("example.net", "example.net")),
        ("", "", "https://checks.example.net/1", Outlet("example.net", "checks.example.net")),
        ("The Bugle", "", "https://bugle.substack.com/p/1", Outlet("The Bugle", "bugle.substack.com")),
        ("The Bugle", "", "https://bugle.wordpress.com/1", Outlet("The Bugle", "bugle.wordpress.com")),
        ("The Bugle", "", "https://m.bugle.blogspot.de/1", Outlet("The Bugle", "bugle.blogspot.de")),
        ("The Bugle", "", "https://medium.com/@bugle/1", Outlet("The Bugle", "medium.com/@bugle")),
        (
            "The Bugle",
            "https://www.medium.com/@Bugle",
            "https://example.net/1",
            Outlet("The Bugle", "medium.com/@bugle", "https://www.medium.com/@Bugle"),
        ),
        ("The Bugle", "", "https://medium.com/p/1", Outlet("The Bugle")),
        ("The Bugle", "", "https://m.youtube.com/@bugle/videos", Outlet("The Bugle", "youtube.com/@bugle")),
        ("The Anytown Bugle", "", "https://www.facebook.com/bugle/1", Outlet("The Anytown Bugle")),
        ("The Anytown Bugle", "https://x.com/bugle", "", Outlet("The Anytown Bugle")),
        ("No. 10", "", "", Outlet("No. 10")),
    ],
)
def test_a_publisher_we_do_not_know_keeps_its_name(name, url, review_url, expected):
    assert read_outlet(name, url, review_url) == (expected, "")


@sweep(
    "name, review_url, code",
    [
        ("", "", "no publisher"),
        ("Unknown", "", "no publisher"),
        ("", "https://www.facebook.com/1", "no publisher"),
        ("", "https://medium.com/@bugle/1", "no publisher"),
        ("", "https://archive.is/AbCd3", "no publisher"),
        ("youtube.com", "https://youtu.be/1", "no publisher"),
        ("x " * 101, "", "publisher too long"),
    ],
)
def test_records_without_an_outlet_are_problems(name, review_url, code):
    outlet, problem = read_outlet(name, "", review_url)
    assert outlet is None
    assert isinstance(problem, Problem)
    assert problem.code == code


def test_names_of_one_publisher_are_the_same():
    outlet, _ = read_outlet("AFP Factuel")
    assert outlet
    assert is_own_name("Agence France-Presse", outlet)
    assert not is_own_name("Reuters", outlet)


def test_the_list_can_be_stored():
    outlets = load_known_outlets()
    domains = [outlet.domain for outlet in outlets if outlet.domain]
    assert len(set(domains)) == len(domains)
    for outlet in outlets:
        fields = {"name": outlet.name, "domain": outlet.domain, "url": outlet.url, "country": outlet.country}
        Publisher(**fields, language=outlet.language).clean_fields()
        assert len(outlet.country) in (0, 2)


def test_no_name_is_two_publishers():
    found: dict[str, Outlet] = {}
    for key, outlet in _iterate_entries():
        assert found.setdefault(key, outlet) == outlet
