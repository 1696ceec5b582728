"""The publisher of an imported verdict, if several share a domain, a host or a name."""

import pytest

from claims.models import Publication, Verdict
from sources.models import Publisher
from tests.helpers.imported_reviews import bring, counts, review

pytestmark = pytest.mark.django_db

Said = tuple[str | None, str | None, str]
"""The name and the address of a publisher, and where its review stands."""

CASES: list[tuple[list[Said], list[tuple[str, str]]]] = [
    # Two outlets of one registrable domain, each at a host of its own.
    (
        [
            ("Sunrise Facts", None, "https://facts.example.org/1"),
            ("Evening Check", None, "https://check.example.org/1"),
        ],
        [("Sunrise Facts", "example.org"), ("Evening Check", "check.example.org")],
    ),
    # Two at one host: the second is known by its name alone.
    (
        [
            ("Sunrise Facts", None, "https://www.example.org/sunrise/1"),
            ("Evening Check", "https://example.org/evening/", "https://www.example.org/evening/1"),
        ],
        [("Sunrise Facts", "example.org"), ("Evening Check", "")],
    ),
    # Parts of one outlet, named longer and shorter.
    (
        [
            ("Norrhamn Post", None, "https://www.example.org/1"),
            ("Norrhamn Post Arabic", None, "https://ar.example.org/1"),
            ("The Norrhamn Post", None, "https://amp.example.org/2"),
        ],
        [("Norrhamn Post", "example.org")] * 3,
    ),
    # A name that is only part of a word does not match.
    (
        [
            ("Norrhamn Post", None, "https://a.example.org/1"),
            ("Norrhamn Poster", None, "https://b.example.org/1"),
        ],
        [("Norrhamn Post", "example.org"), ("Norrhamn Poster", "b.example.org")],
    ),
    # Blogs on one platform, with a host of their own or without.
    (
        [
            ("Truth Blog", None, "https://one.blogspot.com/1"),
            ("Truth Blog", None, "https://two.blogspot.com/1"),
            ("Truth Letter", None, "https://truth.substack.com/p/1"),
            ("Other Letter", None, "https://other.substack.com/p/1"),
            ("Truth Paper", None, "https://medium.com/@truth/1"),
            ("Other Paper", None, "https://medium.com/@other/1"),
            ("Truth Paper", None, "https://medium.com/@another/1"),
            ("Truth Paper", "https://medium.com/@truth", "https://example.org/2"),
        ],
        [
            ("Truth Blog", "one.blogspot.com"),
            ("Truth Blog", "two.blogspot.com"),
            ("Truth Letter", "truth.substack.com"),
            ("Other Letter", "other.substack.com"),
            ("Truth Paper", "medium.com/@truth"),
            ("Other Paper", "medium.com/@other"),
            ("Truth Paper", "medium.com/@another"),
            ("Truth Paper", "medium.com/@truth"),
        ],
    ),
    # A record without a name belongs to the owner of the host.
    (
        [
            ("Sunrise Facts", None, "https://facts.example.org/1"),
            ("Evening Check", None, "https://check.example.org/1"),
            (None, None, "https://check.example.org/2"),
            (None, None, "https://third.example.org/3"),
        ],
        [
            ("Sunrise Facts", "example.org"),
            ("Evening Check", "check.example.org"),
            ("Evening Check", "check.example.org"),
            ("Sunrise Facts", "example.org"),
        ],
    ),
    # Namesakes with domains of their own.
    (
        [("Fact Desk", None, "https://example.org/1"), ("Fact Desk", None, "https://example.net/1")],
        [("Fact Desk", "example.org"), ("Fact Desk", "example.net")],
    ),
    # Those that come with the program are known by their domains, whatever host a desk of theirs has.
    (
        [
            ("AFP Factuel", None, "https://factuel.afp.com/1"),
            ("AFP Fact Check", "https://factcheck.afp.com/", "https://factcheck.afp.com/2"),
            ("Agence France-Presse", None, "https://example.org/3"),
        ],
        [("AFP", "afp.com")] * 3,
    ),
]


def records(said: list[Said]) -> list[dict[str, object]]:
    return [
        review(
            statement=f"The harbour bridge cost {number} million euros.",
            publisher=name,
            publisher_url=address,
            review_url=page,
        )
        for number, (name, address, page) in enumerate(said, 1)
    ]


def publishers() -> list[tuple[str, str]]:
    verdicts = Verdict.objects.order_by("claim__statement")
    return list(verdicts.values_list("publisher__name", "publisher__domain"))


@pytest.mark.parametrize(("said", "expected"), CASES)
@pytest.mark.parametrize("together", [True, False])
def test_the_publisher_of_a_record(said: list[Said], expected: list[tuple[str, str]], together: bool) -> None:
    """In one file or in several; and the same again changes nothing."""
    for batch in [records(said)] if together else [[record] for record in records(said)]:
        assert counts(bring(*batch)) == {"created": len(batch)}
    assert publishers() == expected
    before = list(Publication.objects.values_list("pk", "sequence")), Publisher.objects.count()
    assert counts(bring(*records(said))) == {"unchanged": len(said)}
    assert (list(Publication.objects.values_list("pk", "sequence")), Publisher.objects.count()) == before


def test_address_of_a_publisher_is_the_host_of_its_reviews() -> None:
    """Its domain may belong to another body: a portal, an umbrella organisation, a university."""
    bring(
        *records(
            [
                ("Fjord Facts", None, "https://www.fjord.example.com/1"),
                ("Harbour Letter", None, "https://medium.com/@harbour/2"),
                ("Sunrise Facts", "https://www.example.org/sunrise/", "https://sunrise.example.org/3"),
            ]
        )
    )
    found = Publisher.objects.filter(is_house=False).order_by("name")
    assert list(found.values_list("name", "url")) == [
        ("Fjord Facts", "https://fjord.example.com/"),
        ("Harbour Letter", "https://medium.com/@harbour/"),
        ("Sunrise Facts", "https://www.example.org/sunrise/"),
    ]


def test_several_sites_of_one_publisher() -> None:
    """It says so itself; its profile on a platform is not its own site."""
    known = Publisher.objects.create(
        name="Norrhamn Post",
        url="https://example.org/",
        same_as=["https://www.example.net/", "https://platform.example.com/norrhamn"],
    )
    bring(
        *records(
            [
                (None, None, "https://example.net/1"),
                ("Norrhamn Post", None, "https://news.example.net/2"),
                ("Somebody Else", None, "https://platform.example.com/3"),
            ]
        )
    )
    assert list(Verdict.objects.order_by("claim__statement").values_list("publisher__name", flat=True)) == [
        "Norrhamn Post",
        "Norrhamn Post",
        "Somebody Else",
    ]
    assert Publisher.objects.filter(name="Norrhamn Post").get() == known


def test_appearance_is_on_the_nearest_site() -> None:
    paper = Publisher.objects.create(name="Norrhamn Post", url="https://example.org/")
    blog = Publisher.objects.create(name="Harbour Blog", domain="blog.example.org")
    bring(
        review(
            appearances=["https://blog.example.org/1", "https://www.example.org/1", "https://a.example.org/"]
        )
    )
    [claim] = {verdict.claim for verdict in Verdict.objects.all()}
    shown = claim.appearances.order_by("source__url").values_list("source__url", "source__publisher")
    assert list(shown) == [
        ("https://a.example.org/", paper.pk),
        ("https://blog.example.org/1", blog.pk),
        ("https://www.example.org/1", paper.pk),
    ]
