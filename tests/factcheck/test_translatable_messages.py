"""Messages from processes without Django: packed, restored and translated."""

import json
import pickle

from factcheck.installation.messages import translate_message
from factcheck.translatable_messages import TranslatableMessage
from tests.helpers.bracketed_words import bracketed

INNER = TranslatableMessage("It is a %(kind)s.", kind="picture")
OUTER = TranslatableMessage("%(why)s Send %(size)s MB.", why=INNER, size=3)


def test_it_is_its_words_in_english() -> None:
    assert OUTER == "It is a picture. Send 3 MB."
    assert TranslatableMessage("100% of it") == "100% of it"


def test_it_is_translated_with_its_values() -> None:
    with bracketed("ko"):
        assert translate_message(OUTER) == "⟦⟦It is a picture.⟧ Send 3 MB.⟧"
        assert translate_message(ValueError(OUTER)) == translate_message(OUTER)
        assert translate_message("Plain words.") == "Plain words."
        assert translate_message(KeyError()) == ""


def test_it_crosses_to_another_process() -> None:
    for there in (
        pickle.loads(pickle.dumps(OUTER)),  # noqa: S301  our own bytes
        TranslatableMessage.unpack(json.loads(json.dumps(OUTER.pack()))),
    ):
        assert (there, there.template, there.values) == (OUTER, OUTER.template, OUTER.values)
        assert isinstance(there.values["why"], TranslatableMessage)


def test_values_are_no_templates() -> None:
    assert TranslatableMessage("“%(name)s” is none.", name="%(x)s %d") == "“%(x)s %d” is none."
