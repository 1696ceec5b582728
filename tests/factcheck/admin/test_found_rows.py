"""What the desk's searches find: words of any script, their beginnings, each in whatever column."""

import pytest
from django.db import connection
from django.db.models import QuerySet

from claims.models import Claim, Claimant
from factcheck.admin.found_rows import filter_by_words, list_newest_keys
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db

COLUMNS = ("statement", "claimant__name", "appearances__exact")


def found(words: str) -> list[Claim]:
    rows: QuerySet[Claim] = Claim.objects.order_by("pk")
    return list(filter_by_words(rows, COLUMNS, words))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("The bridge cost 90 million euros.", "BRIDGE mill"),
        ("Die Brücke kostete 90 Millionen Euro.", "brucke"),
        ("Мост стоил 90 миллионов.", "мост МИЛЛ"),
        ("كلف الجسر تسعين مليون يورو", "الجسر"),
        ("पुल पर 90 करोड़ खर्च हुए", "करोड़"),
        ("这座桥花费了九千万欧元", "花费"),
        ("这座桥花费了九千万欧元", "桥"),
        ("다리에 900억 원이 들었다", "다리"),
        ("See https://example.org/report/12.", "example.org/report/12"),
        ("The EU pays.", "eu"),
    ],
)
def test_words_are_found_in_every_script(statement: str, words: str) -> None:
    wanted = make_claim(statement)
    make_claim("Another matter altogether.")
    assert found(words) == [wanted]


def forms(text: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.factcheck_desk_forms(%s)", [text])
        [[found]] = cursor.fetchall()
        return list(found)


def test_letters_of_scripts_without_spaces_go_in_pairs() -> None:
    assert forms("Ein 語言学 und test漢, か") == ["ein", "語言", "言学", "学", "und", "test", "漢", "か"]
    # As long as a quote may be; the time goes up with its length, not with the square of it.
    assert forms("語" * 50_000) == ["語語"] * 49_999 + ["語"]


def test_words_may_be_in_different_columns() -> None:
    lindqvist = Claimant.objects.create(name="Mara Lindqvist")
    wanted = make_claim("The bridge is paid for.", claimant=lindqvist)
    make_claim("The bridge is old.")
    make_appearance(wanted, make_source("Ninety million, she said."), "Ninety million")
    assert found("lindqvist bridge ninety") == [wanted]
    assert found("lindqvist old") == []


def test_quoted_text_is_searched_as_a_phrase() -> None:
    wanted, _other = make_claim("The old bridge is closed."), make_claim("The bridge is old.")
    assert found('"old bridge"') == [wanted]


@pytest.mark.parametrize(
    "words", ["?!", "'", "\\", "a' | 'b", "%_", "\x00x".replace("\x00", " "), ":*", "&&"]
)
def test_signs_break_nothing(words: str) -> None:
    make_claim("The bridge cost 90 million euros.")
    assert found(words) == []


def test_the_newest_of_too_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factcheck.admin.found_rows.MAX_ROWS", 2)
    claims = [make_claim(f"Bridge {number}.") for number in range(4)]
    assert list_newest_keys(filter_by_words(Claim.objects.all(), COLUMNS, "bridge")) == [
        claim.pk for claim in claims[:0:-1]
    ]
