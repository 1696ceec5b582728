"""Texts of any script, set in lines."""

import pytest
from PIL import Image

from claims.features.embeds.share_pictures.paragraphs import MAX_LENGTH, TypesetText, clean_drawable, fit_text
from tests.helpers.sweeps import sweep


def lines(paragraph: TypesetText) -> list[str]:
    """The text of each line, from left to right."""
    return [" | ".join(run.text for run in line) for line in paragraph.lines]


def set_in(text: str, width: int = 500, height: int = 10_000, **options: object) -> TypesetText:
    return fit_text(text, width=width, height=height, sizes=(40,), **options)  # type: ignore[arg-type]


@sweep(
    "text, expected",
    [
        ("  The  bridge\n is closed. ", "The bridge is closed."),
        ("safe\u202eton\u202c \u2066x\u2069\u200b", "safeton x"),
        ("می\u200cگویند", "می\u200cگویند"),
        ("A 🎉 party ☃", "A party"),
        ("a" + "\u0336" * 300, "a" + "\u0336" * 11),
        ("", ""),
        ("\u200b\u200f", ""),
    ],
)
def test_invisible_characters_and_pictographs_are_left_out(text: str, expected: str) -> None:
    assert clean_drawable(text) == expected


@pytest.mark.parametrize("text", ["ᠮᠣᠩᠭᠣᠯ", "The word ᠮ is here", "𒀀"])
def test_a_text_with_letters_that_no_typeface_has_is_not_drawn(text: str) -> None:
    """Never with holes in it, which could mean something else."""
    assert clean_drawable(text) is None


def test_long_texts_are_cut_at_a_word_after_reading_their_beginning() -> None:
    said = clean_drawable("Nothing here is true. " * 1000)
    assert said is not None
    assert len(said) <= MAX_LENGTH + 1
    assert said.endswith(("Nothing…", "here…", "is…", "true.…"))
    assert clean_drawable("x" * 10_000) == "x" * MAX_LENGTH + "…"


def test_lines_break_at_words_and_longer_words_anywhere() -> None:
    assert lines(set_in("The harbour bridge is closed today")) == ["The harbour bridge is", "closed today"]
    long = set_in("x" * 60)
    assert "".join(lines(long)) == "x" * 60
    assert len(long.lines) > 1


def test_scripts_without_spaces_break_between_characters_but_not_before_a_full_stop() -> None:
    text = "港の橋は四千万ユーロかかった。市議会が約束した金額の二倍。"
    broken = lines(set_in(text))
    assert "".join(broken) == text
    assert len(broken) > 1
    assert not any(line.startswith(("。", "ー", "っ")) for line in broken)


def test_numbers_are_never_broken() -> None:
    for width in range(120, 400, 7):
        joined = "\n".join(lines(set_in("ယူရို၄၀၀၀၀ကုန်", width)))
        assert "၄၀၀၀၀" in joined or width < 160


def test_right_to_left_text_is_ordered_as_drawn() -> None:
    arabic = set_in("كلف 40 مليون في ABC اليوم", 2000)
    assert arabic.is_right_to_left
    assert lines(arabic) == ["اليوم |   | ABC |  مليون في  | 40 | كلف "]
    hebrew_inside = set_in("He said שלום עולם today", 2000)
    assert not hebrew_inside.is_right_to_left
    assert lines(hebrew_inside) == ["He said  | שלום עולם |   | today"]
    assert [run.direction for run in hebrew_inside.lines[0]] == ["ltr", "rtl", "ltr", "ltr"]


def test_the_greatest_size_is_taken_at_which_all_of_it_fits() -> None:
    def size(text: str) -> tuple[int, bool]:
        found = fit_text(text, width=500, height=180, sizes=(60, 40, 20))
        return found.size, found.is_complete

    assert size("Short.") == (60, True)
    assert size("The harbour bridge is closed today, they say.") == (40, True)
    assert size("The harbour bridge is closed today. " * 4) == (20, True)
    assert size("The harbour bridge is closed today. " * 40) == (20, False)


def test_text_that_does_not_fit_is_cut_at_a_word_and_marked() -> None:
    cut = set_in("“The harbour bridge, which is closed, was opened”", height=60, closing_mark="”")
    assert lines(cut) == ["“The harbour bridge…”"]
    word = set_in("x" * 500, height=60)
    assert lines(word)[0].endswith("x…")
    assert len(word.lines) == 1


def test_nothing_is_drawn_outside_the_box() -> None:
    image = Image.new("RGB", (400, 300), "#ffffff")
    piled = clean_drawable("H" + "\u0301" * 11 + "y" + "\u0323" * 11)
    assert piled
    fit_text(piled, width=200, height=60, sizes=(40,)).draw(image, (100, 120, 300, 180), "#000000", "#eeeeee")
    inside = image.crop((100, 120, 300, 180))
    image.paste("#ffffff", (100, 120, 300, 180))
    assert image.getcolors() == [(400 * 300, (255, 255, 255))]
    assert len(inside.getcolors(256) or []) > 2
