"""Plain text: the words unchanged, and only metadata that is unambiguous."""

from datetime import date

from sources.extraction import Document
from sources.extraction.extract import extract
from tests.helpers.sweeps import sweep

BODY = "The harbour was closed for nine days in March.\n\nTrade fell by a fifth, the ministry said."


def plain(text: str) -> Document:
    return extract(text.encode(), content_type="text/plain")


def test_everything_that_is_stated() -> None:
    head = "By Ada Brook and Sam van Dyke\nPublished: 8 January 2019\nSource: The Gazette"
    text = f"Harbour closed for nine days\n\n{head}\n\n{BODY}"
    assert plain(text) == Document(
        title="Harbour closed for nine days",
        byline="Ada Brook and Sam van Dyke",
        published_on=date(2019, 1, 8),
        language="en",
        publisher="The Gazette",
        canonical_url="",
        text=text,
        media_type="text/plain",
        extractor="plain 1",
    )


class TestTitle:
    @sweep(
        "line",
        [
            "Harbour closed for nine days",
            "Who closed the harbour?",
            "“We will reopen”: harbour closed",
            "Hafen neun Tage geschlossen",
            "항구 아흐레 동안 폐쇄",
            "الميناء مغلق تسعة أيام",
        ],
    )
    def test_is_a_first_line_like_a_headline(self, line: str) -> None:
        assert plain(f"{line}\n\n{BODY}").title == line
        assert plain(f"{line}\n{BODY}").title == line

    @sweep(
        "line",
        [
            "The harbour was closed for nine days in March.",
            "港口关闭了九天。",
            "By Ada Brook",
            "Published: 8 January 2019",
            "* * *",
            "x" * 200,
        ],
    )
    def test_is_nothing_else(self, line: str) -> None:
        assert plain(f"{line}\n\n{BODY}").title == ""

    def test_is_not_the_whole_text(self) -> None:
        assert plain("Harbour closed for nine days").title == ""

    def test_is_without_the_mark_of_markdown(self) -> None:
        assert plain(f"# Harbour closed\n\n{BODY}").title == "Harbour closed"


class TestByline:
    @sweep(
        ("line", "byline"),
        [
            ("By Ada Brook", "Ada Brook"),
            ("Von Ada Brook und Sam Rivers", "Ada Brook und Sam Rivers"),
            ("Par Anne-Marie d'Aubigné", ""),
            ("Por María José García", "María José García"),
            ("By Monday the river had risen", ""),
            ("By Ada", ""),
            ("By the sea", ""),
        ],
    )
    def test_is_a_line_of_names(self, line: str, byline: str) -> None:
        assert plain(f"Harbour closed\n\n{line}\n\n{BODY}").byline == byline

    def test_far_below_is_none(self) -> None:
        assert plain("\n\n".join(["A line of text that ends here."] * 12) + "\n\nBy Ada Brook").byline == ""


class TestDate:
    @sweep(
        ("line", "published_on"),
        [
            ("8 January 2019", date(2019, 1, 8)),
            ("Tuesday, January 8, 2019", date(2019, 1, 8)),
            ("January 8th, 2019, 10:30 GMT", date(2019, 1, 8)),
            ("2019-01-08", date(2019, 1, 8)),
            ("Date: 25/12/2018", date(2018, 12, 25)),
            ("Published: 03/04/2019", None),
            ("Updated: 8 January 2019", None),
            ("On 8 January 2019 the harbour was closed and then it rained.", None),
            ("1 million crowns 2019", None),
        ],
    )
    def test_is_a_line_of_its_own(self, line: str, published_on: date | None) -> None:
        assert plain(f"Harbour closed\n\n{line}\n\n{BODY}").published_on == published_on

    def test_in_the_language_of_the_text(self) -> None:
        body = "Der Hafen war im März neun Tage lang geschlossen, wie der Betreiber am Dienstag erklärte."
        assert plain(f"Hafen geschlossen\n\n8. Jänner 2019\n\n{body}").published_on is None
        assert plain(f"Hafen geschlossen\n\n8. März 2019\n\n{body}").published_on == date(2019, 3, 8)


class TestText:
    def test_words_and_their_order_stay(self) -> None:
        text = "Read more: ships\n\n* one\n* two\n\n“Quote” — it’s 5 °C …"
        assert plain(text).text == text

    def test_line_ends_blanks_and_blank_lines_are_made_one(self) -> None:
        assert plain("\n a\u00a0 b \r\n\r\n\r\n\tc  d\r\ne").text == "a b\n\nc d\ne"

    def test_one_line_per_paragraph_becomes_paragraphs(self) -> None:
        lines = [
            f"{number} {BODY[:46]} {BODY[:46]} It was the longest time since the war." for number in "abc"
        ]
        assert plain("\n".join(lines)).text == "\n\n".join(lines)

    def test_lines_broken_at_a_fixed_width_are_joined(self) -> None:
        wrapped = (
            "The harbour was closed for nine days in March, its operator said on\n"
            "Tuesday in a statement. Trade fell by a fifth in that month, according\n"
            "to the ministry.\n\nA second paragraph."
        )
        assert plain(wrapped).text == (
            "The harbour was closed for nine days in March, its operator said on Tuesday in a statement. Trade "
            "fell by "
            "a fifth in that month, according to the ministry.\n\nA second paragraph."
        )

    def test_verse_and_lists_keep_their_lines(self) -> None:
        verse = (
            "The harbour lies asleep tonight, the water dark and still,\nthe boats are tied,\n"
            "and nobody will come to us before the morning will.\nSo sleep.\n\nThe end of it."
        )
        assert plain(verse).text == verse
