"""Translatable sentences for modules without Django: English text with a translation.

Some of these modules run in processes without settings. Their errors are translated where they are shown
(`factcheck/installation/messages.py`).
"""

from typing import Any


class SpokenSentence(str):  # noqa: SLOT000  exceptions and rows keep few of them
    """An English sentence with its values: `SpokenSentence("It has %(size)s.", size=3)`.

    It is collected for translators as if it were marked with `gettext`.
    """

    template: str
    values: dict[str, str]

    def __new__(cls, template: str, **values: Any) -> "SpokenSentence":
        values_given = {
            name: value if isinstance(value, SpokenSentence) else str(value) for name, value in values.items()
        }
        sentence = super().__new__(cls, template % values_given if values_given else template)
        sentence.template, sentence.values = template, values_given
        return sentence

    def pack(self) -> list[Any]:
        """Return the sentence as JSON data for `unpack` in another process."""
        return [
            self.template,
            {
                name: value.pack() if isinstance(value, SpokenSentence) else value
                for name, value in self.values.items()
            },
        ]

    @classmethod
    def unpack(cls, packed_sentence: list[Any]) -> "SpokenSentence":
        template, values = packed_sentence
        return cls(
            template,
            **{
                name: cls.unpack(value) if isinstance(value, list) else value
                for name, value in values.items()
            },
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_sentence, (self.pack(),)


def _restore_sentence(packed_sentence: list[Any]) -> SpokenSentence:
    return SpokenSentence.unpack(packed_sentence)
