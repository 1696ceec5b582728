import pytest

from claims.matching.phonetics import heard, names, share_heard, sounds

TRUMP = "Trump Трамп Трамп ترامب トランプ 트럼프 ทรัมป์ ट्रंप"


@pytest.mark.parametrize("name", TRUMP.split())
def test_a_name_sounds_the_same_in_every_script(name: str) -> None:
    assert sounds(name) == sounds("Trump")


@pytest.mark.parametrize(
    "latin, others",
    [
        ("Nintendo", "Нинтендо निन्टेंडो ニンテンドー 닌텐도"),
        ("Clinton", "Клинтон كلينتون 클린턴 クリントン"),
        ("Michelle", "Мишель Μισέλ ミシェル 미셸"),
        ("Baltimore", "Балтимор بالتيمور"),
        ("Alabama", "Алабама แอละแบมา"),
    ],
)
def test_other_names_in_other_scripts(latin: str, others: str) -> None:
    assert {other: sounds(other) for other in others.split()} == dict.fromkeys(others.split(), sounds(latin))


@pytest.mark.parametrize(
    "one, other", [("Trump", "Tramper"), ("Clinton", "Clifton"), ("Merkel", "Macron"), ("Iran", "Irak")]
)
def test_names_that_are_not_the_same_do_not_sound_the_same(one: str, other: str) -> None:
    assert sounds(one) != sounds(other)


def test_signs_that_are_not_called_by_sounds_are_silent() -> None:
    assert [sounds(word) for word in ("特朗普", "aeiou", "")] == ["", "", ""]


def test_names_are_what_has_a_capital_and_enough_consonants() -> None:
    assert names("The mayor Ada of Lisbon met Ieo in tokyo, 東京") == {sounds("Lisbon")}


def test_the_beginning_of_a_word_is_enough_for_an_inflected_name() -> None:
    assert share_heard({sounds("Lisbon")}, heard("Мэр Лиссабона ушёл")) == 1.0


def test_a_short_name_is_not_found_inside_other_words() -> None:
    assert share_heard({sounds("Oman")}, heard("Die Kommune")) == 0.0


def test_longer_names_count_more() -> None:
    named = {sounds("Lisbon"), sounds("Oman")}

    assert share_heard(named, heard("Lissabon")) == 4 / 6


def test_nothing_is_heard_of_no_name() -> None:
    assert share_heard(set(), heard("Lisbon")) == 0.0
