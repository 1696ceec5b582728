"""A transcript beside a recording has times, and does not change the article with the recording."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from sources.addresses import build_fragment
from sources.extraction import ExtractionError
from sources.media.intake import store_file
from sources.media.refused_media import MediaRefused
from sources.media.transcription_text import store_transcript
from sources.models import MediaObject, Source
from tests.helpers.media_files import picture, sound

pytestmark = pytest.mark.django_db

WORDS = b"""WEBVTT

00:01.000 --> 00:04.500
The harbour was closed for nine days.

00:05.000 --> 00:09.000
Nobody has told the fishermen why that was.
"""


@pytest.fixture
def speech(folder: Path) -> MediaObject:
    return store_file(sound(), by=None, filename="speech.wav")


def test_quotes_have_times(speech: MediaObject, ada: User) -> None:
    snapshot = store_transcript(speech, WORDS, "speech.vtt", by=ada)
    speech.refresh_from_db()
    assert speech.transcript == snapshot
    assert speech.source == snapshot.source
    assert (snapshot.source.kind, snapshot.source.title) == ("audio", "speech.wav")
    start = snapshot.text.index("Nobody")
    assert build_fragment(snapshot.cues, start, start + 6) == "t=5,9"


def test_a_newer_one_is_a_snapshot_of_the_same_source(speech: MediaObject) -> None:
    first = store_transcript(speech, WORDS, "speech.vtt", by=None)
    second = store_transcript(speech, WORDS.replace(b"nine", b"ten"), "speech.vtt", by=None)
    assert (second.source, second.number) == (first.source, 2)
    assert store_transcript(speech, WORDS.replace(b"nine", b"ten"), "speech.vtt", by=None) == second


def test_the_article_keeps_its_own_text(folder: Path) -> None:
    article = Source.objects.create(title="What was said at the harbour")
    speech = store_file(sound(), by=None, source=article)
    snapshot = store_transcript(speech, WORDS, "speech.vtt", by=None)
    speech.refresh_from_db()
    assert speech.source == article
    assert snapshot.source != article
    assert article.get_latest_snapshot() is None


def test_refusals(speech: MediaObject, folder: Path) -> None:
    with pytest.raises(MediaRefused) as refused:
        store_transcript(store_file(picture(1), by=None), WORDS, "speech.vtt", by=None)
    assert refused.value.reason_code == "no_recording"
    with pytest.raises(ExtractionError):
        store_transcript(speech, b"", "speech.vtt", by=None)
    speech.refresh_from_db()
    assert (speech.transcript, speech.source) == (None, None)
