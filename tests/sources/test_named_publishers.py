"""The publisher of a document."""

import pytest

from sources.models import Publisher
from sources.named_publishers import find_publisher, get_or_create_publisher, is_alike

pytestmark = pytest.mark.django_db

FERRY = "https://post.example.org/ferry"


def others() -> int:
    return Publisher.objects.filter(is_house=False).count()


def test_no_information_means_no_publisher() -> None:
    assert get_or_create_publisher("", "") is None
    assert others() == 0


def test_new_publisher_gets_the_domain_it_publishes_under() -> None:
    made = get_or_create_publisher("Norrhamn Post", FERRY)
    assert made is not None
    assert (made.name, made.url, made.domain) == ("Norrhamn Post", "https://post.example.org/", "example.org")
    assert get_or_create_publisher("Norrhamn Post", "https://www.example.org/other") == made
    assert others() == 1


def test_publisher_without_a_name_is_called_by_its_domain() -> None:
    assert str(get_or_create_publisher("", FERRY)) == "example.org"


def test_a_namesake_of_the_newsroom_is_recognised_by_its_domain() -> None:
    house = Publisher.objects.get_house()
    house.url = "https://newsroom.example/"
    house.save()
    made = get_or_create_publisher(house.name.upper(), FERRY)
    assert made is not None
    assert (made.name, made.domain, made.is_house) == ("example.org", "example.org", False)
    assert get_or_create_publisher(house.name, FERRY) == made


def test_authors_of_a_platform_do_not_own_it() -> None:
    one, other = (get_or_create_publisher("Facts", f"https://medium.com/@{author}/story") for author in "ab")
    assert one is not None
    assert other is not None
    assert (one.domain, other.domain) == ("medium.com/@a", "medium.com/@b")
    assert Publisher.objects.create(name="By Hand", url="https://medium.com/@c").domain == "medium.com/@c"
    assert find_publisher("", "https://medium.com/@d/story") is None
    assert find_publisher("Facts", "https://medium.com/@b/another") == other


def test_domain_comes_before_name() -> None:
    known = Publisher.objects.create(name="The Norrhamn Post Ltd", url="https://www.example.org/")
    Publisher.objects.create(name="Norrhamn Post")
    assert find_publisher("Norrhamn Post", FERRY) == known


def test_publisher_known_by_name_gains_its_domain() -> None:
    known = Publisher.objects.create(name="NORRHAMN POST")
    assert get_or_create_publisher("Norrhamn Post", FERRY) == known
    known.refresh_from_db()
    assert (known.name, known.url, known.domain) == (
        "NORRHAMN POST",
        "https://post.example.org/",
        "example.org",
    )


def test_namesake_with_another_domain_is_another_publisher() -> None:
    namesake = Publisher.objects.create(name="Norrhamn Post", url="https://norrhamnpost.example.net/")
    made = get_or_create_publisher("Norrhamn Post", FERRY)
    assert made not in (None, namesake)
    assert find_publisher("Norrhamn Post", "") == namesake


def test_a_publisher_entered_by_a_person_is_found_by_name() -> None:
    agency = Publisher.objects.create(name="Nordic News Agency", url="https://nna.example.net/")
    portal = Publisher.objects.create(name="Portal", url="https://example.org/")
    assert get_or_create_publisher("nordic news agency", FERRY, is_stated=True) == agency
    assert find_publisher("", FERRY) == portal


@pytest.mark.parametrize(
    "name_in_document, domain", [("", "example.org"), ("norrhamn post", "example.org"), ("Portal", "")]
)
def test_stated_publisher_gets_the_domain_unless_the_page_names_another(
    name_in_document: str, domain: str
) -> None:
    made = get_or_create_publisher("Norrhamn Post", FERRY, is_stated=True, name_in_document=name_in_document)
    assert made is not None
    assert made.domain == domain


def test_name_longer_than_can_be_stored_is_cut() -> None:
    assert len(str(get_or_create_publisher("x" * 300, FERRY))) == 200


def test_on_a_subdomain_another_name_means_another_publisher() -> None:
    post = Publisher.objects.create(name="The Norrhamn Post Ltd", url="https://www.example.org/")
    blog = get_or_create_publisher("Harbour Blog", "https://blog.example.org/1")
    assert blog is not None
    assert (blog.name, blog.domain) == ("Harbour Blog", "blog.example.org")
    assert find_publisher("Harbour Blog", "https://blog.example.org/2") == blog
    assert find_publisher("Anything at all", "https://blog.example.org/2") == blog
    assert find_publisher("Anything at all", "https://example.org/2") == post
    assert find_publisher("Norrhamn Post", "https://news.example.org/2") == post
    assert find_publisher("", "https://deep.blog.example.org/2") == blog
    assert find_publisher("", "https://news.example.org/2") == post


def test_publisher_with_several_sites() -> None:
    post = Publisher.objects.create(
        name="Norrhamn Post",
        url="https://example.org/",
        same_as=["http://www.example.net", "https://platform.example.com/norrhamn"],
    )
    assert find_publisher("", "https://example.net/1") == post
    assert find_publisher("", "https://platform.example.com/1") is None


def test_a_site_claimed_by_two_publishers_belongs_to_the_owner_of_the_domain() -> None:
    Publisher.objects.create(name="Portal", url="https://example.net/", same_as=["https://example.org/"])
    post = Publisher.objects.create(name="Norrhamn Post", url="https://example.org/")
    assert find_publisher("", "https://example.org/1") == post


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("BBC", "BBC News Arabic", True),
        ("The Norrhamn Post Ltd.", "norrhamn post", True),
        ("Fact-Check Norrhamn", "Fact Check", True),
        ("Post", "Poster", False),
        ("Norrhamn Post", "Norrhamn Evening Post", False),
        ("Norrhamn Post", "", False),
        ("", "", False),
        ("!", "?", False),
    ],
)
def test_similar_names(one: str, other: str, alike: bool) -> None:
    assert (is_alike(one, other), is_alike(other, one)) == (alike, alike)
