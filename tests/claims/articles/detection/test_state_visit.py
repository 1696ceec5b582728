"""A news article with everything between its paragraphs: galleries, a video, links to other articles."""

from pathlib import Path

from claims.articles.detection import CheckBand, choose_band, detect

TEXT = Path(__file__).with_name("state_visit.txt").read_text("utf-8")
#: How each statement begins that a fact-checker would check.
WORTH_CHECKING = [
    "President Tamsin Rook of Orlen is to see",
    "President Tamsin Rook of Orlen has landed",
    "Rook left Port Orlen",
    "The visit comes in",
    "It will be the third meeting",
    "The two first met in April",
    "Relations had cooled",
    "Veltmark is the largest buyer",
    '"Rook and Haal both gain',
    '"Rook also wants',
    "Since the conference in Sandhaven",
    "However, Orlen has held no sea trial",
    "In the four-point paper",
    "In exchange, Sutter promised",
    "In her address",
    "But she also warned",
    "Observers understood",
    '"Rook reminds',
    "However, in an interview",
    '"Veltmark has in fact been',
    "The families, who were chosen",
    "Last year alone",
    "The families may meet",
    "Twelve reunions",
]
FURNITURE = ("Read more", "Now live", "02:11", "Business |", "ab/cd", "Every evening", "You can sign up")


def test_nothing_worth_checking_is_missing_from_the_first_two_bands() -> None:
    found = detect(TEXT, "en")
    shown = [one.exact for one in found if choose_band(one.score) != CheckBand.ALSO_STATED]
    assert [start for start in WORTH_CHECKING if not any(one.startswith(start) for one in shown)] == []
    assert len(WORTH_CHECKING) == 24
    assert len(shown) <= 45
    assert [one.exact for one in found if one.exact.startswith(FURNITURE)] == []


def test_speakers_are_named_as_the_article_names_them() -> None:
    spoken = {one.claimant: one.exact.split()[0] for one in detect(TEXT, "en") if one.exact.startswith('"')}
    assert spoken == {"Lena Marsh": '"Rook', "Piet Norden": '"Rook', "Ada Quist": '"Veltmark'}
