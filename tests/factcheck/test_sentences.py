"""Sentences that cross from processes without Django, and are translated where somebody is told."""

import json
import pickle

from factcheck.installation.messages import translate_message
from factcheck.sentences import SpokenSentence
from tests.helpers.bracketed_words import bracketed

INNER = SpokenSentence("It is a %(kind)s.", kind="picture")
OUTER = SpokenSentence("%(why)s Send %(size)s MB.", why=INNER, size=3)


def test_it_is_its_words_in_english() -> None:
    assert OUTER == "It is a picture. Send 3 MB."
    assert SpokenSentence("100% of it") == "100% of it"


def test_it_is_said_in_other_languages_with_what_stands_in_it() -> None:
    with bracketed("ko"):
        assert translate_message(OUTER) == "⟦⟦It is a picture.⟧ Send 3 MB.⟧"
        assert translate_message(ValueError(OUTER)) == translate_message(OUTER)
        assert translate_message("Plain words.") == "Plain words."
        assert translate_message(KeyError()) == ""


def test_it_crosses_to_another_process() -> None:
    for there in (
        pickle.loads(pickle.dumps(OUTER)),  # noqa: S301  our own bytes
        SpokenSentence.unpack(json.loads(json.dumps(OUTER.pack()))),
    ):
        assert (there, there.template, there.values) == (OUTER, OUTER.template, OUTER.values)
        assert isinstance(there.values["why"], SpokenSentence)


def test_values_are_no_templates() -> None:
    assert SpokenSentence("“%(name)s” is none.", name="%(x)s %d") == "“%(x)s %d” is none."
