"""Transcripts become running text, and every word keeps its time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.addresses import build_fragment
from sources.extraction import Document, ExtractionError
from sources.extraction.clean_text import clean_text
from sources.extraction.document import Cue
from sources.extraction.extract import extract, extract_recording
from tests.helpers.sweeps import sweep

VTT = """\
WEBVTT - Council of Linden, 3 May
Language: en

NOTE written by hand

intro
00:00:01.000 --> 00:00:03.500 align:start
<v Ada Brook>The harbour was closed

00:00:03.500 --> 00:00:06.000
<v Ada Brook>for nine days in March.

00:00:06.200 --> 00:00:09.000
<v Sam Rivers>Trade fell by <i>a fifth</i> &amp; recovered.

00:00:09.500 --> 00:00:10.000
[applause]
"""
SRT = """\
1
00:00:01,000 --> 00:00:03,500
The harbour was closed
for nine days in March.

2
00:00:04,000 --> 00:00:06,000
{\\an8}<i>Trade fell by a fifth.</i>

3
00:01:06,500 --> 00:01:09,000
- Who paid for it?
- The fund paid 40 million.
"""
PANEL = """\
0:00
The harbour was closed for nine days
0:04
4 seconds
in March, the mayor said.
0:09
Trade fell by a fifth.
0:15
Nobody was hurt.
1:02:10
That was all.
"""


def read(text: str, **hints: str) -> Document:
    return extract(text.encode(), **hints)


def heard(document: Document, words: str) -> str:
    at = document.text.index(words)
    cues = [(cue.at, cue.begins, cue.ends) for cue in document.cues]
    return build_fragment(cues, at, at + len(words))


def test_webvtt() -> None:
    document = read(VTT, content_type="text/vtt")
    assert document == Document(
        title="Council of Linden, 3 May",
        byline="",
        published_on=None,
        language="en",
        publisher="",
        canonical_url="",
        text=(
            "Ada Brook: The harbour was closed for nine days in March.\n\n"
            "Sam Rivers: Trade fell by a fifth & recovered."
        ),
        media_type="text/vtt",
        extractor="transcript 1",
        cues=(Cue(0, 1.0, 3.5), Cue(34, 3.5, 6.0), Cue(59, 6.2, 9.0)),
    )
    assert heard(document, "nine days") == "t=3.5,6"
    assert heard(document, "closed for nine") == "t=1,6"


@pytest.mark.parametrize("hints", [{"filename": "talk.srt"}, {"content_type": "application/x-subrip"}, {}])
def test_subrip(hints: dict[str, str]) -> None:
    document = read(SRT, **hints)
    assert (document.media_type, document.text.split("\n\n")) == (
        "application/x-subrip",
        [
            "The harbour was closed for nine days in March. Trade fell by a fifth.",
            "Who paid for it?",
            "The fund paid 40 million.",
        ],
    )
    assert heard(document, "40 million") == "t=66.5,69"
    assert heard(document, "closed for nine") == "t=1,3.5"


def test_spoken_numbers_are_not_cue_numbers() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nHow many were there\n1200\n\n2\n00:00:03,000 --> 00:00:04,000\nin 1987?\n"
    assert read(text).text == "How many were there 1200 in 1987?"


def test_a_transcript_as_a_video_site_shows_it() -> None:
    document = read(PANEL)
    assert document.text == (
        "The harbour was closed for nine days in March, the mayor said. Trade fell by a fifth. Nobody was hurt. "
        "That was all."
    )
    assert heard(document, "in March") == "t=4,9"
    assert heard(document, "That was all") == "t=3730"


@sweep("form", ["[{}] {}", "({}) {}", "{} {}", "{} - {}", "{}\n{}"])
def test_plain_text_with_times(form: str) -> None:
    said = ["The harbour closed.", "Nine days later", "it opened again.", "Trade fell", "by a fifth."]
    text = "\n".join(form.format(f"00:{number:02}", words) for number, words in enumerate(said))
    document = read(text)
    assert document.text == " ".join(said)
    assert heard(document, "fell by a fifth") == "t=3,4"
    assert heard(document, "opened again") == "t=2,3"


@pytest.mark.parametrize(
    "text",
    [
        # A live blog, the newest first; and the day's programme.
        "14:32 The bridge is closed.\n14:05 Police arrive.\n13:40 A lorry burns.\n13:10 Smoke.\n12:55 Nothing yet.",
        "09:00 Opening\n10:00 Speeches\n11:00 Lunch\n12:00 Votes\n13:00 End",
        "The score was 3:2 in the end.\n\nThey met at 10:30 in the morning, and nobody knew why.",
    ],
)
def test_times_of_the_day_are_no_transcript(text: str) -> None:
    document = read(text)
    assert (document.extractor, document.cues) == ("plain 1", ())


def test_captions_that_roll_say_every_word_once() -> None:
    rolling = (
        "WEBVTT\nKind: captions\nLanguage: en\n\n"
        "00:00:00.000 --> 00:00:02.000 align:start position:0%\n \nthe<00:00:00.500><c> "
        "harbour</c><00:00:01.000><c> was</c>\n\n"
        "00:00:02.000 --> 00:00:02.010 align:start position:0%\nthe harbour was\n \n\n"
        "00:00:02.010 --> 00:00:04.000 align:start position:0%\nthe harbour was\nclosed<00:00:03.000><c> "
        "again</c>\n\n"
        "00:00:04.000 --> 00:00:04.010 align:start position:0%\nclosed again\n \n"
    )
    document = read(rolling)
    assert document.text == "the harbour was closed again"
    assert heard(document, "closed") == "t=2.01,4"


def test_repeated_words_are_kept() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nNo.\n\n00:02.000 --> 00:03.000\nNo.\n"
    assert read(text).text == "No. No."


def test_scripts_without_spaces_get_none() -> None:
    assert read(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n港は九日間\n\n00:02.000 --> 00:03.000\n閉鎖された。\n"
    ).text == ("港は九日間閉鎖された。")


def test_a_paragraph_ends_with_the_sentence_before_a_silence() -> None:
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nIt closed.\n\n00:09.000 --> 00:10.000\nThen it\n\n"
        "00:19.000 --> 00:20.000\nopened.\n"
    )
    assert read(text).text == "It closed.\n\nThen it opened."


class TestGivenAlong:
    """A page describes the recording, and a file has its words."""

    PAGE = (
        "<html lang=en><head><meta property='og:title' content='Council of 3 May'><meta property='og:site_name' "
        'content=\'Film Site\'><script type=\'application/ld+json\'>{"@type":"VideoObject","uploadDate":"2024-05-03"}'
        "</script></head><body><div id=app></div><script>draw()</script></body></html>"
    )

    def test_title_and_date_are_the_pages(self) -> None:
        document = extract_recording(self.PAGE.encode(), SRT.encode(), url="https://films.example/w?v=1")
        assert (document.title, document.publisher, str(document.published_on)) == (
            "Council of 3 May",
            "Film Site",
            "2024-05-03",
        )
        assert document.text.startswith("The harbour was closed for nine days")
        assert heard(document, "Trade fell") == "t=4,6"

    def test_few_times_are_enough(self) -> None:
        document = extract_recording(
            self.PAGE.encode(), b"1:05 The harbour was closed.\n2:40 It opened again."
        )
        assert [cue.begins for cue in document.cues] == [65.0, 160.0]

    @pytest.mark.parametrize(
        ("transcript", "code"),
        [
            (b"The harbour was closed.", "no_times"),
            (b"\x89PNG\r\n\x1a\n" + bytes(40), "binary"),
            (b"WEBVTT\n\n00:01.000 --> 00:02.000\n[music]\n", "no_text"),
        ],
    )
    def test_a_file_that_is_none_is_refused(self, transcript: bytes, code: str) -> None:
        with pytest.raises(ExtractionError) as refused:
            extract_recording(self.PAGE.encode(), transcript)
        assert refused.value.reason_code == code

    def test_a_page_that_cannot_be_read_says_nothing(self) -> None:
        assert extract_recording(bytes(range(256)) * 9, SRT.encode()).title == ""


lines = st.text(
    st.characters(exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", exclude_categories=["Cs"]),
    max_size=30,
)
seconds = st.integers(0, 5000)


@given(st.lists(st.tuples(seconds, st.lists(lines, max_size=3)), max_size=12), st.booleans())
def test_whatever_is_in_it_times_fit_the_words(pieces: list[tuple[int, list[str]]], is_vtt: bool) -> None:
    mark = "." if is_vtt else ","
    shown = [
        f"{at // 60:02}:{at % 60:02}{mark}000 --> {at // 60:02}:{at % 60:02}{mark}900\n"
        + "\n".join(said)
        + "\n"
        for at, said in pieces
    ]
    text = ("WEBVTT\n\n" if is_vtt else "") + "\n".join(shown)
    try:
        document = read(text, filename="a.vtt" if is_vtt else "a.srt")
    except ExtractionError as refused:
        assert refused.sentence.endswith(".")  # noqa: PT017  either outcome is right
        return
    assert document.text == clean_text(document.text)
    starts = [cue.at for cue in document.cues]
    assert starts == sorted(set(starts))
    assert all(0 <= at < len(document.text) for at in starts)
    assert all(cue.begins <= cue.ends for cue in document.cues)
    # No word of a piece is lost that has letters and no marks of any kind.
    plain = [word for _, said in pieces for line in said for word in re.findall(r"^[a-z]{2,}$", line)]
    assert all(word in document.text for word in plain)
