"""First letters of names: accents, scripts, and those that an index of the database leads to."""

from collections.abc import Callable

import pytest

from claims.models import Claim, Claimant, Mention
from claims.public.pages.letter_index import find_indexed_initials, find_initials, group_letters
from tests.helpers.newsroom import make_claim

NAMES = [
    *("anna", "Álvaro", "Ärzte ohne Grenzen", "Zoë", "zebra", "Ørsted", "ßein"),
    *(
        "أحمد",
        "احمد",
        "김정은",
        "강",
        "꽃",
        "문재인",
        "習近平",
        "李",
        "Жанна",
        "2nd street",
        "@someone",
        "\u202eesrever",
    ),
    *("😀 face", "a😀", "z\U0010fffd"),
]


def test_letters_are_distinguished_as_readers_expect() -> None:
    found = group_letters(name.lower()[0] for name in NAMES)
    assert [one.name for one in found] == [
        *("A", "S", "Z", "Ø", "Ж", "ا", "ㄱ", "ㄲ", "ㅁ", "漢", "#"),
    ]
    assert dict(found)["ㄱ"] == (("가", "깋\U0010ffff"),)
    assert dict(found)["A"] == (
        ("a", "a\U0010ffff"),
        ("á", "á\U0010ffff"),
        ("ä", "ä\U0010ffff"),
    )
    assert group_letters([]) == []


@pytest.mark.django_db
def test_the_index_links_to_all_first_letters_of_published_names(publish: Callable[..., Claim]) -> None:
    for name in NAMES:
        publish(make_claim(f"{name} spoke.", claimant=Claimant.objects.create(name=name)))
    Claimant.objects.create(name="Quiet")
    rows = Claimant.objects.exclude(name="Quiet")
    expected = group_letters(sorted(find_initials(rows)))
    found = group_letters(find_indexed_initials(Claimant._meta.db_table, Mention.Kind.CLAIMANT.value))
    assert found == expected
    assert "Q" not in dict(found)


@pytest.mark.django_db
def test_without_names_there_is_no_letter() -> None:
    assert find_indexed_initials(Claimant._meta.db_table, Mention.Kind.CLAIMANT.value) == []
